// Held calls of clients that others wrote, unmodified, through a gateway process, over both stores and towards servers of both eras: each gets its
// answer the way it can take it, and what a person approved once happens once, by the notes of the server itself.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { createTaskSessionFromClient, resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slackSignature } from '../../src/admin/slack/signature.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { secretSealer } from '../../src/vault/vault.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { verifyStore } from '../support/log-lines.ts';
import { modernCaller, type RawAnswer } from '../support/raw-caller.ts';
import { reviewerSide } from '../support/reviewer.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';
import { server } from '../support/third-party.ts';

const CLIENTS = ['v1', 'v2 legacy', 'v2 modern'] as const;
type Which = (typeof CLIENTS)[number];
const SERVERS = ['web', 'pipe'] as const;
const TASKS = 'io.modelcontextprotocol/tasks';
const SLACK_SECRET = 'a signing secret of a test';
const agent = tokenObject('worker', 'worker');
const rita = reviewerSide('rita');
const RECORDER = new URL('../support/recorder-server.ts', import.meta.url).pathname;
const POLL = { timeout: 60_000 };

type Result = { content?: unknown; isError?: boolean; _meta?: Record<string, unknown> };

describe.each(STORES)('held calls over %s', { timeout: 120_000 }, (kind) => {
  let place: Place;
  let gateway: HostedGateway;
  let recorder: { ready: { url: string }; stop(): Promise<unknown> };
  let sent = 0;
  const next = () => `n-${++sent}`;
  /** How often a server did it. */
  const effects = (n: string): number =>
    ['web', 'pipe'].flatMap((name) => notesOf(join(place.dataDir, `${name}.txt`))).filter((line) => line === n).length;
  const open = (): Promise<string[]> => ticketsOf(gateway);

  beforeAll(async () => {
    place = await freshPlace(kind);
    recorder = await startChild({
      command: process.execPath,
      args: [RECORDER, 'http', join(place.dataDir, 'web.txt')],
      ready: (line) => jsonReady(line, ['url'] as const),
    });
    await place.seed(
      ...[agentObject('worker'), agent.object, rita.object, httpServer('web', recorder.ready.url, { era: 'modern' })],
      server('pipe', { transport: 'stdio', command: process.execPath, args: [RECORDER, 'stdio', join(place.dataDir, 'pipe.txt')] }),
      policyObject('notes', [
        { name: 'held', match: { tool: ['note'] }, effect: 'hold', reason: 'A person looks at notes.' },
        { name: 'rest', match: {}, effect: 'allow' },
      ]),
    );
    const core = await place.open();
    const { organization } = place.config;
    await seed(core, organization, slackObjects(organization, secretSealer(core.vault, organization).seal('slack', SLACK_SECRET)));
    await core.store.lifecycle.close();
    gateway = await startHosted(place);
  });
  afterAll(async () => {
    await gateway?.kill();
    await recorder?.stop();
    await place?.remove();
  });

  describe.each(CLIENTS)('of SDK %s', (which) => {
    it.each(SERVERS)('are told the ticket to come back for, run once at %s, and keep their answer', async (name) => {
      const client = await connect(which, `${gateway.url}/mcp/${name}`);
      const n = next();
      const held = await client.call(n);
      expect(held).toMatchObject({ isError: true, _meta: { 'io.sallyport/decision': { code: 'approval_required' } } });
      expect(textOf(held)).toContain('Make the same call again');
      expect(effects(n)).toBe(0);
      expect(await rita.decide(gateway.adminUrl, ticketOf(held))).toBe(200);
      const first = await client.call(n);
      expect(textOf(first)).toBe(`noted ${n}`);
      await client.close();
      // The client is restarted, and its agent makes the call again.
      const again = await connect(which, `${gateway.url}/mcp/${name}`);
      expect(textOf(await again.call(n))).toBe(`noted ${n}`);
      await again.close();
      expect(effects(n)).toBe(1);
    });

    it('are kept waiting with progress, and run when they are approved meanwhile', async () => {
      const client = await connect(which, `${gateway.url}/mcp`);
      const n = next();
      const seen: (string | undefined)[] = [];
      const running = client.call(n, { tool: 'web__note', onProgress: (message) => seen.push(message) });
      await expect.poll(() => seen.some((message) => message?.includes('appr_')), POLL).toBe(true);
      const [ticket = ''] = await open();
      await rita.decide(gateway.adminUrl, ticket);
      expect(textOf(await running)).toBe(`noted ${n}`);
      expect(effects(n)).toBe(1);
      await client.close();
    });

    it('are asked to have the page opened, on which a person signs in and approves', async () => {
      const n = next();
      const visited: string[] = [];
      const client = await connect(which, `${gateway.url}/mcp/web`, async (url) => {
        visited.push(url);
        if (visited.length > 1) return;
        expect((await rita.visit(url, 'approve')).text).toContain('Approved');
      });
      expect(textOf(await client.call(n))).toBe(`noted ${n}`);
      expect(visited[0]).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/review\//);
      expect(effects(n)).toBe(1);
      await client.close();
    });

    it('are told of a refusal', async () => {
      const client = await connect(which, `${gateway.url}/mcp/web`);
      const n = next();
      await rita.decide(gateway.adminUrl, ticketOf(await client.call(n)), 'deny');
      expect(textOf(await client.call(n))).toContain('A reviewer refused it (no)');
      expect(effects(n)).toBe(0);
      await client.close();
    });
  });

  describe('of the official tasks client', () => {
    it.each(SERVERS)('become tasks, which end with the answer of %s', async (name) => {
      const { session, close } = await taskSession(`${gateway.url}/mcp/${name}`);
      const n = next();
      const execution = await session.callTool('note', { n });
      await expect.poll(open, POLL).toHaveLength(1);
      const [ticket = ''] = await open();
      await rita.decide(gateway.adminUrl, ticket);
      const { outcome } = await execution.settle();
      expect(resultFromTaskOutcome(outcome)).toMatchObject({ content: [{ type: 'text', text: `noted ${n}` }] });
      expect(effects(n)).toBe(1);
      await close();
    });

    it('are cancelled, and never run', async () => {
      const { session, close } = await taskSession(`${gateway.url}/mcp/web`);
      const n = next();
      const execution = await session.callTool('note', { n });
      await expect.poll(open, POLL).toHaveLength(1);
      const [ticket = ''] = await open();
      if (execution.kind !== 'task') throw new Error(`no task: ${execution.kind}`);
      await execution.cancel();
      expect((await execution.settle()).outcome).toMatchObject({ status: 'cancelled' });
      expect(await rita.decide(gateway.adminUrl, ticket)).toBe(409);
      expect(effects(n)).toBe(0);
      await close();
    });
  });

  it('of a client with tasks outlive the gateway: the task is found and run after a kill, once', async () => {
    const caller = () => modernCaller(`${gateway.url}/mcp/web`, agent.token);
    const n = next();
    const capabilities = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { [TASKS]: {} } } } };
    const made = await using(caller(), (one) => one.ask('tools/call', { name: 'note', arguments: { n }, ...capabilities }));
    const { taskId } = made?.result ?? {};
    expect(made?.result).toMatchObject({ resultType: 'task', status: 'working' });
    const get = (): Promise<RawAnswer | undefined> => using(caller(), (one) => one.ask('tasks/get', { taskId, ...capabilities }));
    await gateway.kill();
    gateway = await startHosted(place);
    expect((await get())?.result).toMatchObject({ status: 'working' });
    const [ticket = ''] = await open();
    await rita.decide(gateway.adminUrl, ticket);
    await expect.poll(async () => (await get())?.result?.status, POLL).toBe('completed');
    expect((await get())?.result).toMatchObject({ taskId, result: { content: [{ text: `noted ${n}` }] } });
    expect(effects(n)).toBe(1);
  });

  it('of the inspector are told the ticket, and run once', async () => {
    const n = next();
    const call = () => inspector(`${gateway.url}/mcp/web`, ['--method', 'tools/call', '--tool-name', 'note', '--tool-arg', `n=${n}`]);
    const told = await call();
    expect(told).toContain('appr_');
    const [ticket = ''] = await open();
    await rita.decide(gateway.adminUrl, ticket);
    expect(await call()).toContain(`noted ${n}`);
    expect(effects(n)).toBe(1);
  });

  it('are approved with a button in Slack', async () => {
    const client = await connect('v2 modern', `${gateway.url}/mcp/web`);
    const n = next();
    const value = ticketOf(await client.call(n));
    const payload = { type: 'block_actions', user: { id: 'URITA01' }, actions: [{ action_id: 'approve', value }] };
    const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const click = async (secret: string): Promise<number> => {
      const at = String(Math.floor(Date.now() / 1000));
      const headers = { 'x-slack-request-timestamp': at, 'x-slack-signature': slackSignature(secret, at, body) };
      const url = `${gateway.adminUrl}/hooks/slack/${place.config.organization}`;
      return (await fetch(url, { method: 'POST', headers, body })).status;
    };
    expect(await click('forged')).toBe(401);
    expect(textOf(await client.call(n))).toContain('It waits for a person');
    expect(await click(SLACK_SECRET)).toBe(200);
    expect(textOf(await client.call(n))).toBe(`noted ${n}`);
    expect(effects(n)).toBe(1);
    await client.close();
  });

  it('leave a sound log', async () => {
    expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
    } finally {
      await core.store.lifecycle.close();
    }
  });
});

function slackObjects(org: string, sealed: string): StoredObject[] {
  const of = (kind: string, name: string, spec: object) => ({ kind, metadata: { name }, spec }) as unknown as StoredObject;
  const operator = rita.object as StoredObject<'operator'>;
  return [
    of('secret', 'slack', { sealed }),
    of('organization', org, { approvals: { slack: { signingSecret: { secret: 'slack' } } } }),
    of('user', 'rita', { slack: 'URITA01' }),
    of('operator', 'rita', { ...operator.spec, user: 'rita' }),
  ];
}

interface CallingClient {
  call(n: string, more?: { tool?: string; onProgress?: (message: string | undefined) => void }): Promise<Result>;
  close(): Promise<void>;
}

/** `openPage`: the client declares that it can open addresses, and its user does. */
async function connect(which: Which, url: string, openPage?: (url: string) => Promise<void>): Promise<CallingClient> {
  const capabilities = openPage ? { elicitation: { url: {} } } : {};
  const options = { requestInit: { headers: { authorization: `Bearer ${agent.token}` } } };
  const accept = async (params: unknown) => {
    await openPage?.((params as { url: string }).url);
    return { action: 'accept' as const };
  };
  if (which === 'v1') {
    const client = new ClientV1({ name: 'caller', version: '1' }, { capabilities });
    if (openPage) client.setRequestHandler(ElicitRequestSchema, ({ params }) => accept(params));
    await client.connect(new TransportV1(new URL(url), options) as Parameters<ClientV1['connect']>[0]);
    return {
      call: async (n, { tool = 'note', onProgress } = {}) => {
        const watch = onProgress && { onprogress: ({ message }: { message?: string }) => onProgress(message) };
        return (await client.callTool({ name: tool, arguments: { n } }, undefined, watch as never)) as Result;
      },
      close: () => client.close(),
    };
  }
  const mode = which === 'v2 modern' ? 'auto' : 'legacy';
  const client = new ClientV2({ name: 'caller', version: '1' }, { capabilities, versionNegotiation: { mode } });
  if (openPage) client.setRequestHandler('elicitation/create', ({ params }) => accept(params));
  await client.connect(new TransportV2(new URL(url), options));
  return {
    call: async (n, { tool = 'note', onProgress } = {}) => {
      const watch = onProgress && { onprogress: ({ message }: { message?: string | undefined }) => onProgress(message) };
      return (await client.callTool({ name: tool, arguments: { n } }, watch)) as Result;
    },
    close: () => client.close(),
  };
}

/** The official client of the tasks extension on the official SDK; raw requests go over HTTP as they are. */
async function taskSession(url: string) {
  const clientInfo = { name: 'tasker', version: '1' };
  const clientCapabilities = { extensions: { [TASKS]: {} } };
  const client = new ClientV2(clientInfo, { capabilities: clientCapabilities, versionNegotiation: { mode: 'auto' } });
  const headers = { authorization: `Bearer ${agent.token}` };
  await client.connect(new TransportV2(new URL(url), { requestInit: { headers } }));
  const session = createTaskSessionFromClient(client, {
    endpointId: 'gateway',
    v2RequestFraming: { protocolVersion: '2026-07-28', clientInfo, clientCapabilities },
    rawDispatch: async (request) => rawDispatch(url, headers, request as unknown as RawRequest) as never,
  });
  return {
    session,
    close: async () => {
      await session.close();
      await client.close();
    },
  };
}

interface RawRequest {
  method: string;
  params?: { name?: string; taskId?: string };
}

async function rawDispatch(url: string, headers: Record<string, string>, request: RawRequest): Promise<unknown> {
  const name = request.params?.name ?? request.params?.taskId;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': request.method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...request }),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: unknown };
  return error === undefined ? { kind: 'result', result } : { kind: 'error', error };
}

async function ticketsOf(gateway: HostedGateway): Promise<string[]> {
  const headers = { authorization: `Bearer ${rita.token}` };
  const response = await fetch(`${gateway.adminUrl}/api/v1/approvals?state=open`, { headers });
  return ((await response.json()) as { approvals: { id: string }[] }).approvals.map(({ id }) => id);
}

async function using<T>(
  caller: ReturnType<typeof modernCaller>,
  work: (caller: ReturnType<typeof modernCaller>) => Promise<T>,
): Promise<T> {
  try {
    return await work(caller);
  } finally {
    await caller.close();
  }
}

function ticketOf(result: Result): string {
  const decision = result._meta?.['io.sallyport/decision'] as { approval?: { id: string } } | undefined;
  return decision?.approval?.id ?? '';
}

function textOf(result: Result): string {
  const [first] = (result.content ?? []) as { text?: string }[];
  return first?.text ?? '';
}

function notesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

/** Standard output and error of `mcp-inspector --cli`, whatever its exit code. */
async function inspector(url: string, args: string[]): Promise<string> {
  const root = dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json'));
  const entry = join(root, '..', '..', '.bin', 'mcp-inspector');
  const given = [entry, '--cli', url, '--transport', 'http', '--header', `Authorization: Bearer ${agent.token}`, ...args];
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, given, { timeout: 180_000 });
    return stdout + stderr;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return stdout + stderr;
  }
}
