// Keys exchanged by the command line under a gateway that works, over both stores: calls go on, the credential sealed before still reaches its
// server, old values of the log still open, and a restart finds everything. Also when the exchange of the master key broke off half-way.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI_ENTRY, jsonOf, runCli } from '../support/cli-process.ts';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { legacyCaller, type RawCaller } from '../support/raw-caller.ts';
import { json, legacyHandshake, type RawServer, startRawServer } from '../support/raw-server.ts';
import { agentObject, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const LIMIT_MS = 600_000;
const CREDENTIAL = 'the-credential-of-the-server';
const agent = tokenObject('bot', 'bot');
const TOOL = { name: 'note', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } };

describe.each(STORES)('keys over %s', { timeout: LIMIT_MS }, (kind) => {
  let place: Place;
  let server: RawServer;
  let gateway: GatewayProcess | undefined;
  let env: Record<string, string>;

  beforeEach(async () => {
    place = await freshPlace(kind);
    env = place.databaseUrl === undefined ? {} : { DATABASE_URL: place.databaseUrl };
    server = await startRawServer((request, response) => {
      if (request.message?.method === 'server/discover') return json(response, {}, {}, 400);
      if (request.method !== 'POST') return void response.writeHead(405).end();
      if (legacyHandshake(request, response)) return;
      const { id, method, params } = request.message ?? {};
      const text = JSON.stringify((params?.arguments as { text?: unknown } | undefined)?.text);
      const result = method === 'tools/list' ? { tools: [TOOL] } : { content: [{ type: 'text', text: `noted ${text}` }] };
      json(response, { jsonrpc: '2.0', id, result });
    });
    await place.seed(agentObject('bot'), agent.object, policyObject('all', [{ name: 'all', match: {}, effect: 'allow' }]));
    await start();
    const objects = [
      { kind: 'secret', metadata: { name: 'credential' }, spec: { value: CREDENTIAL } },
      {
        kind: 'server',
        metadata: { name: 'notes' },
        spec: {
          transport: 'http',
          url: server.url,
          era: 'legacy',
          trust: true,
          headers: { authorization: { secret: 'credential', prefix: 'Bearer ' } },
        },
      },
    ];
    const file = join(place.dataDir, 'objects.json');
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    expect(await cli('apply', '-f', file)).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    await gateway?.kill();
    gateway = undefined;
    await server?.close();
    await place?.remove();
  });

  async function start(more: Record<string, string> = {}): Promise<void> {
    gateway = await startGateway({ dataDir: place.dataDir, entry: CLI_ENTRY, env: { ...env, ...more } });
  }

  async function stop(): Promise<void> {
    expect(await gateway?.stop()).toBe(0);
    gateway = undefined;
  }

  const cli = (...args: string[]) =>
    runCli([...args, '--data', place.dataDir], { env: { ...env, ...(gateway && { SALLYPORT_ADMIN_URL: gateway.adminUrl }) } });

  async function connect(): Promise<RawCaller> {
    const caller = await legacyCaller(`${gateway?.mcpUrl}/mcp/notes`, agent.token);
    if (!caller) throw new Error('no session');
    return caller;
  }

  async function note(caller: RawCaller, text: string): Promise<void> {
    expect((await caller.ask('tools/call', { name: 'note', arguments: { text } }))?.result).toMatchObject({
      content: [{ text: `noted "${text}"` }],
    });
    expect(server.received.at(-1)?.headers.authorization).toBe(`Bearer ${CREDENTIAL}`);
  }

  /** What the log holds of these notes, values and all; opened as the next start would. */
  async function expectReadable(...texts: string[]): Promise<{ previous?: string; key?: string }[]> {
    const core = await place.open();
    const { organization } = place.config;
    try {
      expect(await verifyStore(core, organization)).toMatchObject({ state: 'sound', openCalls: 0 });
      const calls = (await loggedCalls(core, organization)).filter(({ method, isVoid }) => method === 'tools/call' && !isVoid);
      expect(calls.map(({ argumentsText }) => /"text":"([a-z]+)"/.exec(argumentsText ?? '')?.[1])).toEqual(texts);
      const rotations: { previous?: string; key?: string }[] = [];
      for await (const { content } of core.store.log.read({ org: organization })) {
        const entry = JSON.parse(content) as { event?: string; previous?: string; key?: string };
        if (entry.event === 'key-rotation') rotations.push(entry);
      }
      return rotations;
    } finally {
      await core.store.lifecycle.close();
    }
  }

  it('a new data key is taken into use while calls run; what was sealed before opens, after a restart too', async () => {
    const caller = await connect();
    await note(caller, 'before');
    const first = jsonOf(await cli('key', 'rotate', '--json')) as { key: string; previous: string };
    await note(caller, 'between');
    const second = jsonOf(await cli('key', 'rotate', 'data', '--json')) as { key: string; previous: string };
    expect(second.previous).toBe(first.key);
    await note(caller, 'after');
    await caller.close();
    await stop();
    await start();
    const again = await connect();
    await note(again, 'restarted');
    await again.close();
    await stop();
    const rotations = await expectReadable('before', 'between', 'after', 'restarted');
    expect(rotations).toMatchObject([first, second]);
  });

  it('the master key is refused while a gateway runs on the data directory, and exchanged when none does', async () => {
    const file = join(place.dataDir, 'master.key');
    const before = readFileSync(file, 'utf8');
    const caller = await connect();
    await note(caller, 'before');
    await caller.close();
    if (kind === 'sqlite') {
      const refused = await cli('key', 'rotate', 'master', '--json');
      expect(refused.code).toBe(5);
      expect(jsonOf(refused)).toMatchObject({ error: { code: 'data_directory_in_use' } });
      expect(readFileSync(file, 'utf8')).toBe(before);
    }
    await stop();
    const reply = jsonOf(await cli('key', 'rotate', 'master', '--json')) as { key: string; previous: string };
    const after = readFileSync(file, 'utf8');
    expect(after).not.toBe(before);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.next`)).toBe(false);
    await start();
    const again = await connect();
    await note(again, 'after');
    await again.close();
    await stop();
    expect(await expectReadable('before', 'after')).toMatchObject([reply]);
    // The old key opens nothing any more.
    writeFileSync(file, before, { mode: 0o600 });
    const wrong = await cli('doctor', '--admin', '127.0.0.1:0', '--json');
    expect(wrong.code).not.toBe(0);
    expect(jsonOf(wrong)).toMatchObject({
      checks: expect.arrayContaining([
        expect.objectContaining({ name: 'master key', state: 'fail', message: expect.stringContaining(reply.key) }),
      ]),
    });
    await expect(start()).rejects.toThrow(/master key/i);
    writeFileSync(file, after, { mode: 0o600 });
    await expectReadable('before', 'after');
  });

  it('an exchange of the master key that broke off is finished by the next one, and starts in between', async () => {
    const caller = await connect();
    await note(caller, 'before');
    await caller.close();
    await stop();
    const file = join(place.dataDir, 'master.key');
    // As far as a crash behind the first step gets.
    writeFileSync(`${file}.next`, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 });
    await start();
    const again = await connect();
    await note(again, 'between');
    await again.close();
    await stop();
    expect(await cli('key', 'rotate', 'master')).toMatchObject({ code: 0 });
    expect(existsSync(`${file}.next`)).toBe(false);
    expect(readFileSync(file, 'utf8').trim()).toBe(Buffer.alloc(32, 7).toString('base64'));
    await expectReadable('before', 'between');
  });

  it('a master key from the environment is exchanged by a restart with the old one beside it', async () => {
    const caller = await connect();
    await note(caller, 'before');
    await caller.close();
    await stop();
    const old = readFileSync(join(place.dataDir, 'master.key'), 'utf8').trim();
    const SALLYPORT_MASTER_KEY = Buffer.alloc(32, 9).toString('base64');
    await start({ SALLYPORT_MASTER_KEY, SALLYPORT_MASTER_KEY_PREVIOUS: old });
    const again = await connect();
    await note(again, 'after');
    await again.close();
    await stop();
    // Without the old one from now on.
    await start({ SALLYPORT_MASTER_KEY });
    const third = await connect();
    await note(third, 'alone');
    await third.close();
    await stop();
    await expect(start()).rejects.toThrow(/master key/i);
  });
});
