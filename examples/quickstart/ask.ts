// `npm run ask -- SERVER TOOL ARGUMENTS`: one call of the quick start's agent through a running gateway, with the official MCP client.
// Prints the text of the answer, and what the gateway decided where it refused. An answer that refuses is an answer: exit code 0.
// SALLYPORT_TOKEN: the agent's token; without it one is made that ends soon.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { admin, createWalkToken, mcpUrl } from './operator.ts';

const [server, tool, text = '{}'] = process.argv.slice(2);
if (server === undefined || tool === undefined) {
  process.stderr.write('Usage: npm run ask -- SERVER TOOL \'{"argument": "value"}\'\n');
  process.exit(2);
}
const given = process.env.SALLYPORT_TOKEN;
const made = given === undefined ? await createWalkToken('quickstart-agent') : undefined;
const client = new Client({ name: 'sallyport-ask', version: '1.0.0' });
let waits = false;
try {
  const headers = { authorization: `Bearer ${made?.token ?? given}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(`/mcp/${server}`, mcpUrl()), { requestInit: { headers } }));
  const result = await client.callTool({ name: tool, arguments: JSON.parse(text) as Record<string, unknown> });
  const content = result.content as { type: string; text?: string }[];
  for (const block of content) process.stdout.write(`${block.text ?? block.type}\n`);
  const decision = (result._meta as Record<string, unknown> | undefined)?.['io.sallyport/decision'];
  if (decision !== undefined) process.stdout.write(`${JSON.stringify(decision)}\n`);
  waits = (decision as { approval?: { state?: string } } | undefined)?.approval?.state === 'open';
} finally {
  await client.close();
  // A ticket ends with the token that asked for it: a call that waits keeps its own until that ends by itself.
  if (made && !waits) await admin('POST', `/api/v1/tokens/${made.name}/revoke`);
}
