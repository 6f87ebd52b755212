// Definitions on a gateway that runs, with an official client and a server over stdio that changes its mind: what was approved and only that is there,
// whatever part of one definition changes; one command approves or rejects. Own processes.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { CLI_ENTRY, type CliResult, runCli } from '../support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { scriptedServer } from '../support/stdio-script.ts';

const LIMIT_MS = 240_000;
const POLL = { timeout: 60_000, interval: 200 };
/** Notices of the server for one change. */
const STORM = 200;

interface Stated {
  tools: JsonObject[];
  prompts: JsonObject[];
  resourceTemplates: JsonObject[];
}
const ADD = {
  name: 'add',
  title: 'Add',
  description: 'Adds two numbers.',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } } },
  annotations: { readOnlyHint: true },
};
const COUNT = { name: 'count', description: 'Counts the letters of a word.', inputSchema: { type: 'object' } };
const POKE = { name: 'poke', description: 'Says that the lists changed.', inputSchema: { type: 'object' } };
const GREET = { name: 'greet', description: 'Greets somebody.', arguments: [{ name: 'who', required: true }] };
const PART = { name: 'part', description: 'Says goodbye.' };
const WORD = { uriTemplate: 'word://{id}', name: 'word', description: 'A word.' };
const APPROVED: Stated = { tools: [ADD, COUNT, POKE], prompts: [GREET, PART], resourceTemplates: [WORD] };

let folder: string;
let gateway: GatewayProcess;
let client: Client;
let heard = 0;

const file = (name: string): string => join(folder, name);
const state = (stated: Stated): Promise<void> => writeFile(file('stated.json'), JSON.stringify(stated));
const cli = (...args: string[]): Promise<CliResult> =>
  runCli([...args, '--data', file('data')], { env: { SALLYPORT_ADMIN_URL: gateway.adminUrl } });
/** How often the server was asked for a list. */
const asked = (): number => readFileSync(file('asked.log'), 'utf8').length;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-definitions-'));
  await state(APPROVED);
  await writeFile(file('asked.log'), '');
  const [, script = ''] = scriptedServer(
    `const fs = require('node:fs');
     const list = { 'tools/list': 'tools', 'prompts/list': 'prompts', 'resources/templates/list': 'resourceTemplates' }[message.method];
     if (list) {
       fs.appendFileSync(${JSON.stringify(file('asked.log'))}, '.');
       say({ id: message.id, result: { [list]: JSON.parse(fs.readFileSync(${JSON.stringify(file('stated.json'))}, 'utf8'))[list] } });
     } else if (message.method === 'tools/call') {
       if (message.params.name === 'poke')
         for (let n = 0; n < ${STORM}; n++) for (const what of ['tools', 'prompts', 'resources']) say({ method: 'notifications/' + what + '/list_changed' });
       say({ id: message.id, result: { content: [{ type: 'text', text: 'did ' + message.params.name }] } });
     } else if (message.method === 'prompts/get') say({ id: message.id, result: { messages: [] } });
     else if (message.id !== undefined) say({ id: message.id, error: { code: -32601, message: 'no' } });`,
    { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { listChanged: true } },
  );
  await writeFile(file('server.cjs'), script);
  gateway = await startGateway({ dataDir: file('data'), entry: CLI_ENTRY });
  await writeFile(
    file('objects.yaml'),
    [
      'kind: agent\nmetadata: { name: bot }\nspec: {}\n',
      "kind: policy\nmetadata: { name: all }\nspec: { rules: [{ name: all, match: { server: ['*'] }, effect: allow }] }\n",
    ].join('---\n'),
  );
  expect(await cli('apply', '-f', file('objects.yaml'))).toMatchObject({ code: 0 });
  const { token } = JSON.parse((await cli('token', 'create', 'bot', '--json')).stdout) as { token: string };
  const added = await cli('server', 'add', 'words', '--run', process.execPath, '--arg', file('server.cjs'));
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(added.stdout).toMatch(/new +tool +count +read +low/);
  expect(added.stdout).toMatch(/new +tool +poke +write +content +medium/);
  client = new Client({ name: 'bot', version: '1' });
  client.fallbackNotificationHandler = async ({ method }) => {
    if (method.endsWith('list_changed')) heard++;
  };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${gateway.mcpUrl}/mcp/words`), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
  );
}, LIMIT_MS);

afterAll(async () => {
  await client?.close();
  await gateway?.stop();
  await rm(folder, { recursive: true, force: true });
}, LIMIT_MS);

async function listed(): Promise<{ tools: string[]; prompts: string[]; templates: string[] }> {
  return {
    tools: (await client.listTools()).tools.map(({ name }) => name),
    prompts: (await client.listPrompts()).prompts.map(({ name }) => name),
    templates: (await client.listResourceTemplates()).resourceTemplates.map(({ name }) => name),
  };
}
const EVERYTHING = { tools: ['add', 'count', 'poke'], prompts: ['greet', 'part'], templates: ['word'] };

async function said(name: string): Promise<string> {
  return JSON.stringify(await client.callTool({ name, arguments: {} }).catch((error: unknown) => String(error)));
}

async function entries(): Promise<JsonObject[]> {
  const { stdout } = await cli('log', 'export');
  return stdout
    .trim()
    .split('\n')
    .map((line) => ((JSON.parse(line) as { content?: JsonObject }).content ?? {}) as JsonObject);
}

it('nothing is there before an approval; then all of it, and the snapshot says who, what and where', { timeout: LIMIT_MS }, async () => {
  expect(await listed()).toEqual({ tools: [], prompts: [], templates: [] });
  expect(await said('count')).not.toContain('did count');
  const about = ['--owner', 'Lexicon team', '--risk', 'high', '--environment', 'prod', '--policy', 'all'];
  expect((await cli('server', 'approve', 'words', ...about)).code).toBe(0);
  expect(await listed()).toEqual(EVERYTHING);
  expect(await said('count')).toContain('did count');
  const { stdout } = await cli('get', 'snapshot', 'words', '--json');
  const spec = (JSON.parse(stdout) as { spec: JsonObject }).spec;
  expect(spec).toMatchObject({ owner: 'Lexicon team', risk: 'high', environment: 'prod', policy: 'all' });
  expect(spec.endpoint).toContain('server.cjs');
  const definitions = spec.definitions as { kind: string; name: string; hash: string }[];
  expect(definitions.map(({ kind, name }) => `${kind} ${name}`).sort()).toEqual([
    ...['prompt greet', 'prompt part', 'template word://{id}', 'tool add', 'tool count', 'tool poke'],
  ]);
  for (const { hash } of definitions) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  const called = (await entries()).filter(({ type, tool, effect }) => type === 'decision' && tool === 'count' && effect === 'allow');
  expect(called).toHaveLength(1);
  expect(called[0]?.snapshot).toMatch(/^[0-9a-f]{64}$/);
});

it('any part of a definition that changes closes that definition, after a storm of notices, and nothing else', {
  timeout: LIMIT_MS,
}, async () => {
  const tool: Readonly<Record<string, JsonObject>> = {
    name: { name: 'add_numbers' },
    title: { title: 'Sum' },
    description: { description: 'Adds numbers.' },
    'a description deep in the schema': {
      inputSchema: { type: 'object', properties: { a: { type: 'number', description: 'First.' }, b: { type: 'number' } } },
    },
    'an output schema': { outputSchema: { type: 'object' } },
    annotations: { annotations: { readOnlyHint: false } },
    _meta: { _meta: { 'example.com/version': 2 } },
    icons: { icons: [{ src: 'https://words.example/add.png' }] },
    'what nobody knows': { 'x-cost': 3 },
  };
  for (const [what, change] of Object.entries(tool)) {
    await state({ ...APPROVED, tools: [{ ...ADD, ...change }, COUNT, POKE] });
    const before = asked();
    expect(await said('poke'), what).toContain('did poke');
    await expect.poll(async () => (await listed()).tools, { ...POLL, message: what }).toEqual(['count', 'poke']);
    expect(await listed(), what).toEqual({ ...EVERYTHING, tools: ['count', 'poke'] });
    // Under its old name, once the gateway has read for itself that it is gone.
    await expect.poll(() => said('add'), { ...POLL, message: what }).not.toContain('did add');
    expect(await said('add_numbers'), what).not.toContain('did add_numbers');
    expect(await said('count'), what).toContain('did count');
    // Six hundred notices: what is asked for is what was listed here, and a few readings of the gateway's own.
    expect(asked() - before, what).toBeLessThan(STORM);
    await state(APPROVED);
    expect(await said('poke'), what).toContain('did poke');
    await expect.poll(listed, { ...POLL, message: what }).toEqual(EVERYTHING);
  }
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(Object.keys(tool).length * STORM);
  const others: readonly [what: string, stated: Stated, left: object][] = [
    ['a prompt', { ...APPROVED, prompts: [{ ...GREET, description: 'Greets a friend.' }, PART] }, { ...EVERYTHING, prompts: ['part'] }],
    ['an argument of a prompt', { ...APPROVED, prompts: [{ ...GREET, arguments: [] }, PART] }, { ...EVERYTHING, prompts: ['part'] }],
    ['a template', { ...APPROVED, resourceTemplates: [{ ...WORD, description: 'Words.' }] }, { ...EVERYTHING, templates: [] }],
  ];
  for (const [what, stated, left] of others) {
    await state(stated);
    await said('poke');
    await expect.poll(listed, { ...POLL, message: what }).toEqual(left);
  }
  await state(APPROVED);
  await said('poke');
  await expect.poll(listed, POLL).toEqual(EVERYTHING);
});

it('one command shows what changed and approves it, one rejects it; the log tells each change once', { timeout: LIMIT_MS }, async () => {
  const changed = { ...ADD, description: 'Adds three numbers.', icons: [{ src: 'data:image/png;base64,iVBORw0KGgo=' }] };
  await state({ ...APPROVED, tools: [changed, COUNT, POKE] });
  await said('poke');
  await expect.poll(async () => (await listed()).tools, POLL).toEqual(['count', 'poke']);
  const { stdout } = await cli('server', 'review', 'words');
  expect(stdout).toMatch(/changed +tool +add/);
  expect(stdout).toMatch(/-.*Adds two numbers\.[\s\S]*\+.*Adds three numbers\./);
  expect(stdout).toMatch(/\+.*data:image\/png/);

  expect(await cli('server', 'reject', 'words', '--only', 'add')).toMatchObject({ code: 0 });
  expect((await listed()).tools).toEqual(['count', 'poke']);
  expect((await cli('server', 'review', 'words', '--exit-code')).code).toBe(0);
  expect(await cli('server', 'approve', 'words', '--only', 'add')).toMatchObject({ code: 0, stderr: '' });
  await expect.poll(listed, POLL).toEqual(EVERYTHING);
  expect(await said('add')).toContain('did add');

  const all = await entries();
  const told = all.flatMap(({ event, changes }) => (event === 'drift' ? (changes as JsonObject[]) : []));
  const approved = (JSON.parse((await cli('get', 'snapshot', 'words', '--json')).stdout) as { spec: { definitions: JsonObject[] } }).spec;
  const hash = approved.definitions.find(({ name }) => name === 'add')?.hash;
  expect(told.filter(({ definition }) => definition === hash)).toMatchObject([{ kind: 'tool', name: 'add', state: 'changed' }]);
  const snapshots = all.flatMap(({ type, tool, effect, snapshot }) =>
    type === 'decision' && tool === 'count' && effect === 'allow' ? [snapshot] : [],
  );
  expect(new Set(snapshots).size).toBe(1);
  const added = all.findLast(({ type, tool, effect }) => type === 'decision' && tool === 'add' && effect === 'allow');
  expect(added?.snapshot).toMatch(/^[0-9a-f]{64}$/);
  expect(added?.snapshot).not.toBe(snapshots[0]);
});
