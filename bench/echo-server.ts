// The upstream of the benchmark: a bare node:http server that answers tools/list and tools/call of 2026-07-28 as cheaply as it can.
import { createServer } from 'node:http';

const SMALL = 'x'.repeat(64);
const LARGE = 'y'.repeat(32 * 1024);
/** Results of ten million characters: one text, rows as a table of a database has them, and as many values as one message may hold. */
const HUGE: Record<string, () => string> = {
  text: () => `"content":[{"type":"text","text":${JSON.stringify('all is well here, "nothing" to see. '.repeat(280_000))}}]`,
  rows: () => `"content":[],"structuredContent":{"rows":[${tableRows(() => 'all well')}]}`,
  found: () =>
    `"content":[],"structuredContent":{"rows":[${tableRows((row) => (row % 100 === 0 ? `ann.${row}@example.org` : 'all well'))}]}`,
  values: () => `"content":[],"structuredContent":{"values":[${'123456789012,'.repeat(760_000)}1]}`,
};
const made = new Map<string, string>();
const TOOL = {
  name: 'echo',
  description: 'Gives back what it was given.',
  inputSchema: {
    type: 'object',
    properties: { text: { type: 'string' }, size: { type: 'string', enum: ['small', 'large', 'text', 'rows', 'found', 'values'] } },
    required: ['text'],
  },
};
const LIST = JSON.stringify({ resultType: 'complete', ttlMs: 0, cacheScope: 'public', tools: [TOOL] });
const DISCOVER = JSON.stringify({
  resultType: 'complete',
  ttlMs: 0,
  cacheScope: 'public',
  supportedVersions: ['2026-07-28'],
  capabilities: { tools: {} },
  serverInfo: { name: 'echo', version: '1' },
});

function tableRows(state: (row: number) => string): string {
  const note = 'all well '.repeat(6);
  const rows = Array.from({ length: 100_000 }, (_, row) => `{"id":${row},"state":"${state(row)}","note":"row ${row} of a table, ${note}"}`);
  return rows.join(',');
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const message = JSON.parse(Buffer.concat(chunks).toString()) as {
      id: number | string;
      method: string;
      params?: { arguments?: { text?: string; size?: string } };
    };
    const text = JSON.stringify({ jsonrpc: '2.0', id: message.id }).slice(0, -1);
    const body = `${text},"result":${resultOf(message)}}`;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
});

function resultOf(message: { method: string; params?: { arguments?: { text?: string; size?: string } } }): string {
  if (message.method === 'server/discover') return DISCOVER;
  if (message.method === 'tools/list') return LIST;
  const given = message.params?.arguments;
  const huge = HUGE[given?.size ?? ''];
  if (huge) return `{"resultType":"complete",${madeOnce(given?.size ?? '', huge)}}`;
  const text = given?.size === 'large' ? LARGE : `${given?.text ?? ''}${SMALL}`;
  return `{"resultType":"complete","content":[{"type":"text","text":${JSON.stringify(text)}}]}`;
}

function madeOnce(name: string, make: () => string): string {
  const text = made.get(name) ?? make();
  made.set(name, text);
  return text;
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address && typeof address === 'object') console.log(JSON.stringify({ url: `http://127.0.0.1:${address.port}/mcp` }));
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
