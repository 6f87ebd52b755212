// A running gateway between two attackable agents and two servers written by hand, for attempts over the wire: mallory may read notes, alice may do
// everything. The servers do whatever reaches them, so what they received is what got through.
import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { type Gateway, startGateway } from '../../src/app.ts';
import { loadConfig } from '../../src/config.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type LegacyAgent, legacyAgent, modern } from './agent-side.ts';
import { type Received, send } from './http-agent.ts';
import { event, json, legacyHandshake, openEvents, type RawRequest, type RawServer, startRawServer } from './raw-server.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from './seed.ts';

export const READ = { name: 'read_note', arguments: { id: 1 } };
export const WRITE = { name: 'write_note', arguments: { id: 1 } };
const TOOLS = ['read_note', 'write_note'].map((name) => ({
  name,
  inputSchema: { type: 'object', properties: { id: { type: 'integer' } } },
}));

export interface AttackedGateway {
  gateway: Gateway;
  servers: { notes: RawServer; vault: RawServer };
  mallory: string;
  alice: string;
  operator: string;
  /** Lets the answers go that servers hold back: those to calls with the argument `how`. */
  release(): void;
  /** Names of tools that servers were asked to run. */
  ran(): unknown[];
  /** Messages of this method that any server received. */
  heard(method: string): RawRequest[];
  at(path: string): string;
  session(token: string, path?: string, version?: string): Promise<LegacyAgent>;
  /** One request of the stateless era. */
  ask(method: string, params: Record<string, unknown>, options?: AskOptions): Promise<Received>;
  /** Objects that are in force when it resolves. */
  change(...objects: StoredObject[]): Promise<void>;
  /** Forgets what servers received. */
  reset(): void;
  close(): Promise<void>;
}

export interface AskOptions {
  headers?: Record<string, string>;
  token?: string;
  path?: string;
}

export async function startAttacked(): Promise<AttackedGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sallyport-attack-'));
  const { config, problems } = loadConfig({ env: {}, flags: { dataDir, 'agent.port': '0', 'admin.port': '0', logLevel: 'error' } });
  if (!config) throw new Error(problems?.join('; '));
  const gateway = await startGateway(config);
  let held: (() => void)[] = [];
  const release = (): void => {
    for (const go of held) go();
    held = [];
  };
  const answer = (request: RawRequest, response: ServerResponse): void => answerAsTold(request, response, (go) => held.push(go));
  const servers = { notes: await startRawServer(answer), vault: await startRawServer(answer) };
  const both = Object.values(servers);
  const [mallory, alice, operator] = [tokenObject('mallory', 'mallory'), tokenObject('alice', 'alice'), newOperatorToken()];
  const change = async (...objects: StoredObject[]): Promise<void> => {
    await gateway.control.atLeast(config.organization, await seed(gateway, config.organization, objects));
  };
  await change(...objectsOf(servers), mallory.object, alice.object, operatorObject(operator));
  const heard = (method: string): RawRequest[] =>
    both.flatMap(({ received }) => received.filter(({ message }) => message?.method === method));
  const at = (path: string): string => `${gateway.mcpUrl}${path}`;
  return {
    ...{ gateway, servers, release, heard, at, change },
    mallory: mallory.token,
    alice: alice.token,
    operator: operator.token,
    ran: () => heard('tools/call').map(({ message }) => message?.params?.name),
    session: (token, path = '/mcp/notes', version = '2025-11-25') => legacyAgent(at(path), token, version),
    ask: (method, params, options = {}) => {
      const { headers, body } = modern(method, params);
      const own = { ...headers, authorization: `Bearer ${options.token ?? mallory.token}`, ...options.headers };
      return send(at(options.path ?? '/mcp/notes'), { headers: own, body });
    },
    reset: () => {
      release();
      for (const server of both) server.received.length = 0;
    },
    close: async () => {
      release();
      await gateway.close();
      for (const server of both) await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function objectsOf(servers: Record<string, RawServer>): StoredObject[] {
  return [
    ...[agentObject('mallory'), agentObject('alice')],
    ...Object.entries(servers).map(([name, { url }]) => httpServer(name, url, { era: 'legacy' })),
    policyObject('rules', [
      { name: 'alice', match: { agent: ['alice'] }, effect: 'allow' },
      { name: 'asks', match: { agent: ['mallory'], server: ['notes'], method: ['elicitation/create'] }, effect: 'allow' },
      { name: 'mallory', match: { agent: ['mallory'], server: ['notes'], tool: ['read_*'] }, effect: 'allow' },
    ]),
  ];
}

function operatorObject({ hash, hint }: { hash: string; hint: string }): StoredObject<'operator'> {
  return { kind: 'operator', metadata: { name: 'ops' }, spec: { role: 'admin', hash, hint, createdAt: '2026-01-01T00:00:00Z' } };
}

/** `how: ask` puts a question first, any other `how` says something first; both then wait to be let go. */
function answerAsTold(request: RawRequest, response: ServerResponse, hold: (go: () => void) => void): void {
  if (legacyHandshake(request, response, { capabilities: { tools: {}, resources: { subscribe: true } } })) return;
  const { message } = request;
  const reply = (result: object): void => json(response, { jsonrpc: '2.0', id: message?.id, result });
  const how = (message?.params?.arguments as { how?: string } | undefined)?.how;
  const done = { content: [{ type: 'text', text: `done by ${String(message?.params?.name)}` }] };
  if (how === undefined) {
    reply(message?.method === 'tools/list' ? { tools: TOOLS } : done);
    return;
  }
  const stream = openEvents(response);
  const params = { mode: 'form', message: 'Who are you?', requestedSchema: { type: 'object', properties: {} } };
  if (how === 'ask') event(stream, { jsonrpc: '2.0', id: 'q', method: 'elicitation/create', params });
  else event(stream, { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'begun' } });
  hold(() => {
    event(stream, { jsonrpc: '2.0', id: message?.id, result: done });
    stream.end();
  });
}
