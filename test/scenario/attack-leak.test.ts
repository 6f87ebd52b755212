// Attempts to find a secret where none may be: servers that echo their credential in every way a server can, a process log at its most talkative,
// everything the admin side answers, metrics, entries, exports, files of the data directory, environments and arguments of children.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { legacyCaller, modernCaller, type RawCaller } from '../support/raw-caller.ts';
import { event, json, legacyHandshake, openEvents, type RawServer, startRawServer } from '../support/raw-server.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const HEADER_SECRET = 'hdr-7f3a9c55-Zq8Lm2Xv';
const KEY_SECRET = 'key/with "quotes" \\ and ü-9184';
const ENV_SECRET = 'env-51cc0e77-Kp4Rt9Wd';
const PAYLOAD = 'payload-3b7e11d0-do-not-log';
const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
const worker = tokenObject('worker', 'worker');
const operator = newOperatorToken();
const leaky = new URL('../support/leaky-stdio.ts', import.meta.url).pathname;
/** Ways of the HTTP server to say what credential it was given. */
const ECHOES = ['result', 'error', 'stream', 'progress', 'unauthorized', 'forbidden', 'failed', 'redirect', 'garbage', 'header', 'cut'];

let place: Place;
let server: RawServer;
let gateway: HostedGateway;
/** Everything that any agent was answered. */
const heard: string[] = [];

beforeAll(async () => {
  server = await startRawServer((request, response) => {
    const seen = JSON.stringify([request.headers.authorization, request.headers['x-api-key']]);
    if (request.message?.method === 'initialize' && request.headers['x-refuse'] !== undefined)
      return json(response, { jsonrpc: '2.0', id: request.message.id, error: { code: -32000, message: `no: ${seen}` } });
    if (legacyHandshake(request, response)) return;
    const { id, method, params } = request.message ?? {};
    if (method === 'tools/list')
      return json(response, {
        jsonrpc: '2.0',
        id,
        result: { tools: ECHOES.map((name) => ({ name, description: seen, inputSchema: { type: 'object' } })) },
      });
    const result = { content: [{ type: 'text', text: `you are ${seen}` }], structuredContent: { seen } };
    const echo: Record<string, () => void> = {
      error: () => json(response, { jsonrpc: '2.0', id, error: { code: -32000, message: seen, data: { headers: seen } } }),
      stream: () => {
        event(openEvents(response), { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: seen } });
        event(response, { jsonrpc: '2.0', id, result });
        response.end();
      },
      progress: () => {
        event(openEvents(response), { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, message: seen } });
        event(response, { jsonrpc: '2.0', id, result });
        response.end();
      },
      unauthorized: () => json(response, seen, { 'www-authenticate': `Bearer error_description="${HEADER_SECRET}"` }, 401),
      forbidden: () => json(response, { error: seen }, { 'www-authenticate': `Bearer realm="${HEADER_SECRET}"` }, 403),
      failed: () => json(response, `Error: ${seen}\n    at handler (/srv/app.js:1:1)`, {}, 500),
      redirect: () => json(response, '', { location: `http://127.0.0.1:9/?token=${HEADER_SECRET}` }, 302),
      garbage: () => json(response, `<html>${seen}</html>`),
      header: () => json(response, { jsonrpc: '2.0', id, result }, { 'mcp-session-id': HEADER_SECRET, 'x-debug': HEADER_SECRET }),
      cut: () => {
        openEvents(response).write(`data: {"jsonrpc":"2.0","seen":${seen}`);
        response.destroy();
      },
    };
    (echo[String(params?.name)] ?? (() => json(response, { jsonrpc: '2.0', id, result })))();
  });
  place = await freshPlace('sqlite');
  const core = await place.open();
  try {
    const { organization } = place.config;
    const sealer = secretSealer(core.vault, organization);
    const secret = (name: string, value: string) => ({
      kind: 'secret' as const,
      metadata: { name },
      spec: { sealed: sealer.seal(name, value) },
    });
    const { url: _url, ...stdio } = httpServer('local', '', {
      transport: 'stdio',
      command: process.execPath,
      args: [leaky],
      era: 'legacy',
      env: { API_KEY: { secret: 'env' }, PLAIN: 'an ordinary value' },
    }).spec;
    const headers = { authorization: { secret: 'header', prefix: 'Bearer ' }, 'x-api-key': { secret: 'key' } };
    await seed(core, organization, [
      ...[agentObject('worker'), worker.object, secret('header', HEADER_SECRET), secret('key', KEY_SECRET), secret('env', ENV_SECRET)],
      {
        kind: 'operator',
        metadata: { name: 'root' },
        spec: { role: 'admin', hash: operator.hash, hint: operator.hint, createdAt: new Date().toISOString() },
      },
      httpServer('echo', server.url, { era: 'legacy', headers, timeoutMs: 2_000 }),
      httpServer('refusing', server.url, { era: 'legacy', headers: { ...headers, 'x-refuse': 'yes' } }),
      httpServer('unsure', server.url, { headers, timeoutMs: 2_000 }),
      { kind: 'server', metadata: { name: 'local' }, spec: stdio },
      policyObject('all', [{ name: 'all', match: { tool: ['*'] }, effect: 'allow' }]),
    ]);
  } finally {
    await core.store.lifecycle.close();
  }
  gateway = await startHosted({ ...place, flags: { logLevel: 'debug', masterKeyPrevious: MASTER_KEY } });
});

afterAll(async () => {
  await gateway?.kill();
  await server?.close();
  await place?.remove();
});

describe('a credential that its server echoes', () => {
  it.each(['echo', 'unsure', 'refusing', 'local'])('by %s, reaches no agent, in no way and in no era', async (name) => {
    const tools = name === 'local' ? ['result', 'error', 'die', 'result'] : ECHOES;
    for (const open of [legacyCaller, modernCaller]) {
      const caller = await open(`${gateway.url}/mcp/${name}`, worker.token);
      if (!caller) continue; // refused: its answer is heard below
      heard.push(...(await askAll(caller, tools)));
      await caller.close();
    }
    heard.push(await rawInitialize(name));
    expect(heard.length).toBeGreaterThan(tools.length);
    expectClean('answers', heard.join('\n'));
  });

  it('reaches no log of the process, at any level', () => {
    const text = gateway.stderr();
    expect(text).toContain('"level":"debug"');
    expect(text).toContain('a server wrote');
    expectClean('process log', text);
    expect(text).not.toContain(PAYLOAD);
  });
});

describe('what the gateway tells', () => {
  it('operators: no secret, sealed or plain, and no value in any answer, entry, export or metric', async () => {
    const paths = ['/api/v1/objects', '/api/v1/export', '/api/v1/log', '/api/v1/log/export', '/api/v1/tokens', '/api/v1/operators'];
    paths.push('/api/v1/status', '/metrics', '/openapi.json', '/healthz', '/readyz', '/api/v1/objects/server/echo/history');
    for (const kind of ['secret/header', 'server/echo', 'token/worker', 'operator/root']) paths.push(`/api/v1/objects/${kind}`);
    for (const path of paths) {
      const response = await admin(path);
      const text = await response.text();
      expect([path, response.status]).toEqual([path, 200]);
      expectClean(path, text);
      expect(text).not.toContain(PAYLOAD);
      expect(text).not.toMatch(/"sealed":"(?!\(sealed\))/);
    }
    expectClean('entries', (await gateway.lines(1)).join('\n'));
  });

  it('strangers: nothing but that a token is needed; no other origin gets an answer', async () => {
    for (const path of ['/api/v1/objects', '/api/v1/log/export', '/api/v1/status', '/openapi.json']) {
      const stranger = await fetch(`${gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${worker.token}` } });
      expect([path, stranger.status]).toEqual([path, 401]);
      expectClean(path, await stranger.text());
      const foreign = await fetch(`${gateway.adminUrl}${path}`, {
        headers: { authorization: `Bearer ${operator.token}`, origin: 'https://evil.example' },
      });
      expect(foreign.status).toBe(403);
      expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    }
    const preflight = await fetch(`${gateway.url}/mcp/echo`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(403);
    for (const url of [gateway.url, gateway.adminUrl]) expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  it('a token that somebody else wrote into a name, a path or a header is not written on', async () => {
    const spellings = [`/mcp/${worker.token}`, `/mcp/echo?token=${worker.token}`, `/${operator.token}`];
    for (const path of spellings) await fetch(`${gateway.url}${path}`, { method: 'POST', body: '{}' }).then((response) => response.text());
    for (const path of spellings) await fetch(`${gateway.adminUrl}/api/v1/objects/server${path}`).then((response) => response.text());
    await fetch(`${gateway.adminUrl}/api/v1/status`, { headers: { authorization: `Bearer ${operator.token}x` } });
    expectClean('process log', gateway.stderr());
    expectClean('entries', (await gateway.lines(1)).join('\n'));
  });
});

describe('what lies about', () => {
  it('children know their own credential and no other; arguments of no process hold any', async () => {
    const caller = modernCaller(`${gateway.url}/mcp/local`, worker.token);
    expect((await askAll(caller, ['result'])).join('')).toContain('an ordinary value');
    await caller.close();
    const own = childrenOf(gateway.pid);
    expect(own.length).toBeGreaterThan(0);
    for (const pid of own) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').replaceAll(ENV_SECRET, '');
      expectClean('environment', environment);
      expect(environment).not.toMatch(/SALLYPORT_(?:MASTER|OPERATOR|TOKEN|DATABASE)|DATABASE_URL/);
      expectClean('arguments', readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
    }
  });

  it('files of the data directory are for their owner only, and hold secrets and values only sealed', async () => {
    const files = readdirSync(place.dataDir, { recursive: true, encoding: 'utf8' }).map((name) => join(place.dataDir, name));
    expect(files.length).toBeGreaterThan(2);
    for (const path of files) {
      const found = statSync(path);
      if (found.isDirectory()) continue;
      expect([path, (found.mode & 0o077).toString(8)]).toEqual([path, '0']);
      const text = readFileSync(path, 'latin1');
      for (const secret of [HEADER_SECRET, ENV_SECRET, PAYLOAD, worker.token, operator.token]) expect(text.includes(secret)).toBe(false);
    }
  });

  it('nothing of a child is left when the gateway is killed', async () => {
    const own = childrenOf(gateway.pid);
    await gateway.kill();
    for (let tries = 0; tries < 1_200 && own.some((pid) => existsSync(`/proc/${pid}`)); tries++)
      await new Promise((r) => setTimeout(r, 50));
    expect(own.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });
});

/** In any spelling that a log or an answer could hold. */
function expectClean(where: string, text: string): void {
  const secrets = [
    HEADER_SECRET,
    KEY_SECRET,
    JSON.stringify(KEY_SECRET).slice(1, -1),
    ENV_SECRET,
    MASTER_KEY,
    worker.token,
    operator.token,
  ];
  for (const secret of secrets) {
    const at = text.indexOf(secret);
    expect(at < 0 ? undefined : `${where}: …${text.slice(Math.max(0, at - 200), at + 60)}…`).toBeUndefined();
  }
}

async function askAll(caller: RawCaller, tools: readonly string[]): Promise<string[]> {
  const said = [JSON.stringify(await caller.ask('tools/list'))];
  for (const name of tools) {
    const answer = await caller.ask('tools/call', { name, arguments: { note: PAYLOAD }, _meta: { progressToken: 1 } });
    said.push(JSON.stringify(answer));
  }
  return said;
}

async function rawInitialize(name: string): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } };
  const response = await fetch(`${gateway.url}/mcp/${name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${worker.token}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  return JSON.stringify([...response.headers]) + (await response.text());
}

function admin(path: string): Promise<Response> {
  return fetch(`${gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${operator.token}` } });
}

/** Processes below this one. */
function childrenOf(pid: number): number[] {
  const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return direct.flatMap((child) => [child, ...childrenOf(child)]);
}
