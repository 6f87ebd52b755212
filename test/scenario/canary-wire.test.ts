// A canary on a gateway that runs, with unmodified servers and official clients: an agent reads a file that nobody has a reason to read, sends on what stood in
// it, and is frozen; others go on; an operator lifts it. Own processes.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI_ENTRY, type CliResult, runCli } from '../support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';

const LIMIT_MS = 600_000;
const CANARY = 'AKIA5ZQ7HARROWBAIT42';
const { resolve } = createRequire(import.meta.url);

let folder: string;
let gateway: GatewayProcess;
const clients: Client[] = [];

const file = (name: string): string => join(folder, name);
const cli = (...args: string[]): Promise<CliResult> =>
  runCli([...args, '--data', file('data')], { cwd: folder, env: { SALLYPORT_ADMIN_URL: gateway.adminUrl } });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-canary-'));
  await mkdir(file('files'));
  await writeFile(join(file('files'), 'old-credentials.txt'), `backup account ${CANARY}\n`);
  await writeFile(file('bait.key'), CANARY);
  gateway = await startGateway({ dataDir: file('data'), entry: CLI_ENTRY });
  const stdio = (name: string, args: string[], env = '{}'): string =>
    `kind: server\nmetadata: { name: ${name} }\nspec: { transport: stdio, command: '${process.execPath}', args: ${JSON.stringify(args)}, env: ${env}, trust: true }\n`;
  await writeFile(
    file('objects.yaml'),
    [
      stdio('files', [resolve('@modelcontextprotocol/server-filesystem/dist/index.js'), file('files')]),
      stdio('memory', [resolve('@modelcontextprotocol/server-memory/dist/index.js')], `{ MEMORY_FILE_PATH: '${file('memory.jsonl')}' }`),
      ...['thief', 'honest'].map((name) => `kind: agent\nmetadata: { name: ${name} }\nspec: {}\n`),
      "kind: policy\nmetadata: { name: all }\nspec: { rules: [{ name: all, match: { server: ['*'] }, effect: allow }] }\n",
      'kind: secret\nmetadata: { name: bait }\nspec: { valueFrom: { file: ./bait.key } }\n',
      'kind: flow\nmetadata: { name: traps }\nspec: { mixed: allow, canaries: [{ name: bait, secret: bait }], onTouch: { freezeAgent: true } }\n',
      'kind: dlp\nmetadata: { name: guard }\nspec: { rules: [{ name: out, types: [secret], direction: arguments, action: block }] }\n',
    ].join('---\n'),
  );
  expect(await cli('apply', '-f', 'objects.yaml')).toMatchObject({ code: 0 });
}, LIMIT_MS);

afterAll(async () => {
  for (const client of clients) await client.close();
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
}, LIMIT_MS);

async function agent(name: string): Promise<(server: string, tool: string, args: Record<string, unknown>) => Promise<string>> {
  const { token } = JSON.parse((await cli('token', 'create', name, '--json')).stdout) as { token: string };
  const at = new Map<string, Client>();
  return async (server, tool, args) => {
    let client = at.get(server);
    if (!client) {
      client = new Client({ name, version: '1' });
      const requestInit = { headers: { authorization: `Bearer ${token}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway.mcpUrl}/mcp/${server}`), { requestInit }));
      at.set(server, client);
      clients.push(client);
    }
    return JSON.stringify(await client.callTool({ name: tool, arguments: args }).catch((error: unknown) => String(error)));
  };
}

it('an agent that sends on a canary is refused and frozen, others are not, and an operator lifts it', { timeout: LIMIT_MS }, async () => {
  const [thief, honest] = [await agent('thief'), await agent('honest')];
  const note = (text: string) => ({ entities: [{ name: 'note', entityType: 'note', observations: [text] }] });
  const path = join(file('files'), 'old-credentials.txt');
  expect(await thief('files', 'read_text_file', { path })).toContain(CANARY);
  expect(await thief('memory', 'create_entities', note('all is well'))).toContain('all is well');
  const refused = await thief('memory', 'create_entities', note(`try ${Buffer.from(CANARY).toString('base64')}`));
  expect(refused).toContain('blocked_content');
  expect(refused).toContain('flow/canary');
  expect(await thief('files', 'list_directory', { path: file('files') })).not.toContain('old-credentials');
  expect(await honest('files', 'list_directory', { path: file('files') })).toContain('old-credentials');
  expect(await readFile(file('memory.jsonl'), 'utf8')).not.toContain(Buffer.from(CANARY).toString('base64'));

  const { stdout } = await cli('log', 'export');
  const contents = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { content?: Record<string, unknown> }).content ?? {});
  expect(contents).toContainEqual(
    expect.objectContaining({ event: 'incident', what: 'canary', rule: 'flow/bait', agent: 'thief', server: 'memory' }),
  );
  expect(contents).toContainEqual(expect.objectContaining({ type: 'object', author: 'gateway', action: 'freeze' }));
  expect(`${stdout}${gateway.output().stdout}${gateway.output().stderr}`).not.toContain(CANARY);

  expect(await cli('unfreeze', 'touched-thief')).toMatchObject({ code: 0 });
  // Its sessions are gone; what begins anew is let in.
  const again = await agent('thief');
  expect(await again('files', 'list_directory', { path: file('files') })).toContain('old-credentials');
});
