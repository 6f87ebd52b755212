// When an agent is told that a list changed: exactly when what it may see of it changed, whoever changed it and whenever. Through the whole table
// on a real store; the server is played, so that the order of events is the test's.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome, CallReply, Era, Peer } from '../../src/call.ts';
import { pin } from '../../src/catalog/catalog.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { MAX_READINGS_PER_SERVER } from '../../src/pipeline/read-list.ts';
import { MIN_LOOK_PAUSE_MS } from '../../src/pipeline/view-watch.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { type CallOptions, callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

type Rules = StoredObject<'policy'>['spec']['rules'];

const ALL = { type: 'all' } as const;
const TOOLS_CHANGED = 'notifications/tools/list_changed';
const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';
const CAPABILITIES = { tools: { listChanged: true } };
const ann = tokenObject('ann', 'ann');
const readsOnly: Rules = [{ name: 'reads', match: { tool: ['read_*'] }, effect: 'allow' }];
/** Longer than a look, its pause, and the pause between two notices. */
const SETTLED_MS = MIN_LOOK_PAUSE_MS * 2.4;
const PART_MS = 25;

let h: Harness;
/** What each server lists now. */
let lists: Record<string, string[]>;
let streams: UpstreamRequest[];
/** Set: lists are answered when the test says so. */
let hold: ((request: UpstreamRequest, answer: CallReply) => Promise<CallReply>) | undefined;
afterEach(() => h.close());

async function open(rules: Rules = readsOnly, ...more: StoredObject[]): Promise<void> {
  lists = { notes: ['read_a', 'write_a'], vault: ['read_v'] };
  streams = [];
  hold = undefined;
  h = await harness({
    objects: [agentObject('ann'), ann.object, httpServer('notes', 'http://127.0.0.1:9/mcp'), policyObject('rules', rules), ...more],
  });
  h.answer((request) => {
    if (request.method === 'subscriptions/listen') return stand(request);
    if (request.method !== 'tools/list') return ok({});
    const answer = ok({ tools: (lists[request.server] ?? []).map(tool) });
    return hold ? hold(request, answer) : answer;
  });
}

function tool(name: string): JsonObject {
  const [own, description = 'A tool.'] = name.split(':');
  return { name: own ?? '', description, inputSchema: { type: 'object' } };
}

function approved(...names: string[]): StoredObject<'snapshot'> {
  const definitions = names.map((name) => {
    const pinned = pin(tool(name));
    if (typeof pinned === 'string') throw new Error(pinned);
    return { kind: 'tool' as const, name: String(tool(name).name), hash: pinned.definition.hash };
  });
  return { kind: 'snapshot', metadata: { name: 'notes' }, spec: { endpoint: 'http://127.0.0.1:9/mcp', definitions } };
}

let standsAtOnce = true;
function stand(request: UpstreamRequest): Promise<CallReply> {
  streams.push(request);
  if (request.client.era === 'modern') void request.peer.notify(ACKNOWLEDGED, { notifications: request.params?.notifications as Json });
  if (standsAtOnce) request.onOpen?.(CAPABILITIES);
  return new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
}

function ask(method: string, params: JsonObject | undefined, options: CallOptions = {}): Promise<CallOutcome> {
  return h.pipeline.run(callOf(method, { bearer: ann.token, ...(params && { params }), ...options }));
}

/** In force when it resolves. */
async function change(...objects: StoredObject[]): Promise<void> {
  await h.control.atLeast(h.org, await h.seed(...objects));
}

interface Ear {
  heard: string[];
  close(): Promise<void>;
}

async function listen(era: Era, options: CallOptions = {}, count = 1): Promise<Ear> {
  const heard: string[] = [];
  const controller = new AbortController();
  const peer: Peer = { request: undefined, notify: (method) => void heard.push(method) };
  const params = era === 'modern' ? { notifications: { toolsListChanged: true } } : undefined;
  const before = streams.length;
  const outcome = ask('subscriptions/listen', params, { era, peer, controller, ...options });
  await expect.poll(() => streams.length - before).toBe(count);
  return {
    heard,
    close: async () => {
      controller.abort();
      await outcome;
    },
  };
}

const listTools = (era: Era, options: CallOptions = {}) => ask('tools/list', undefined, { era, ...options });
/** The time passes in small parts, each with a way to the store and back: where everything takes longer, this does. */
async function settled(ms = SETTLED_MS): Promise<void> {
  for (let left = ms; left > 0; left -= PART_MS) {
    await new Promise((resolve) => setTimeout(resolve, PART_MS));
    await h.core.store.log.head(h.org);
  }
}
const reads = (server = 'notes') => h.sent.filter((request) => request.method === 'tools/list' && request.server === server).length;
const notices = (ear: Ear) => ear.heard.filter((method) => method === TOOLS_CHANGED).length;
const serverSays = (method = TOOLS_CHANGED, server = 'notes') =>
  Promise.all(
    streams.filter((stream) => stream.server === server && !stream.signal.aborted).map(({ peer }) => peer.notify(method, undefined)),
  );

const SURFACES: [string, CallOptions][] = [
  ['its own endpoint', {}],
  ['the endpoint for all', { surface: ALL }],
];

describe.each(['legacy', 'modern'] as const)('a %s agent', (era) => {
  describe.each(SURFACES)('on %s', (_name, options) => {
    it('hears nothing of what is hidden from it, and of everything that is not', async () => {
      await open();
      const ear = await listen(era, options);
      await settled();
      lists.notes = ['read_a', 'write_a', 'write_b'];
      await serverSays();
      await settled();
      lists.notes = ['read_a', 'write_b:Another text.'];
      await serverSays();
      await settled();
      expect(notices(ear)).toBe(0);
      lists.notes = ['read_a', 'read_b', 'write_b'];
      await serverSays();
      await expect.poll(() => notices(ear)).toBe(1);
      lists.notes = ['read_a:It does more now.', 'read_b', 'write_b'];
      await serverSays();
      await expect.poll(() => notices(ear)).toBe(2);
      await settled();
      expect(notices(ear)).toBe(2);
      await ear.close();
    });

    it('hears that rules, tokens, servers and freezes show it another list, and of no other rule', async () => {
      await open();
      const ear = await listen(era, options);
      await settled();
      await change(policyObject('others', [{ name: 'no', match: { agent: ['bob'] }, effect: 'deny' }], 1));
      await change(policyObject('same', [{ name: 'no', match: { tool: ['delete_*'] }, effect: 'deny' }], 2));
      await change(agentObject('bob'));
      await settled();
      expect(notices(ear)).toBe(0);
      await change(policyObject('rules', [{ name: 'more', match: { tool: ['read_*', 'write_a'] }, effect: 'allow' }]));
      await expect.poll(() => notices(ear)).toBe(1);
      await settled();
      await change({ ...ann.object, spec: { ...ann.object.spec, scopes: { tools: ['read_*'] } } } as StoredObject<'token'>);
      await expect.poll(() => notices(ear)).toBe(2);
      await settled();
      await change(policyObject('rules', [{ name: 'nothing', match: {}, effect: 'deny' }]));
      await expect.poll(() => notices(ear)).toBe(3);
      await ear.close();
    });
  });

  it('hears nothing of a definition before it is approved, and of it when it is', async () => {
    await open();
    await change(httpServer('notes', 'http://127.0.0.1:9/mcp', { trust: false }), approved('read_a'));
    const ear = await listen(era);
    await settled();
    lists.notes = ['read_a', 'read_b'];
    await serverSays();
    await settled();
    expect(notices(ear)).toBe(0);
    await change(approved('read_a', 'read_b'));
    await expect.poll(() => notices(ear)).toBe(1);
    await settled();
    // Changed behind the approval: it is gone for the agent.
    lists.notes = ['read_a', 'read_b:It does something else.'];
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(2);
    await ear.close();
  });

  it('is told of a server that it may use only now, of what that server changes later, and of its end', async () => {
    await open();
    const ear = await listen(era, { surface: ALL });
    await settled();
    await change(httpServer('vault', 'http://127.0.0.1:9/vault'));
    await expect.poll(() => notices(ear)).toBe(1);
    await settled();
    lists.vault = ['read_v', 'write_v'];
    await serverSays(TOOLS_CHANGED, 'vault');
    await settled();
    expect(notices(ear)).toBe(1);
    lists.vault = ['read_v', 'read_w'];
    await serverSays(TOOLS_CHANGED, 'vault');
    await expect.poll(() => notices(ear)).toBe(2);
    await settled();
    await change({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { server: 'vault' }, reason: 'x' } });
    await expect.poll(() => notices(ear)).toBe(3);
    await settled();
    lists.notes = ['read_a', 'read_b'];
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(4);
    // The log holds the decision that let the later server in.
    const decided = (await h.entries()).filter(({ content }) => content.type === 'decision' && content.method === 'subscriptions/listen');
    expect(decided.map(({ content }) => content.server ?? 'all')).toEqual(['all', 'vault']);
    await ear.close();
  });

  it('costs a server one look per pause, however many changes it announces', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    const before = reads();
    for (let at = 0; at < 2_000; at++) {
      lists.notes = ['read_a', `read_${at}`];
      await serverSays();
    }
    await settled(MIN_LOOK_PAUSE_MS * 6);
    expect(reads() - before).toBeLessThanOrEqual(4);
    expect(notices(ear)).toBeGreaterThanOrEqual(1);
    expect(notices(ear)).toBeLessThanOrEqual(4);
    // The last state was looked at: nothing is left to tell.
    const told = notices(ear);
    await serverSays();
    await settled(MIN_LOOK_PAUSE_MS * 10);
    expect(notices(ear)).toBe(told);
    await ear.close();
  });

  it('loses no change to a list that was on its way when the server changed twice', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    lists.notes = ['read_a', 'read_b'];
    hold = async (_request, answer) => {
      hold = undefined;
      await held;
      return answer;
    };
    const listed = listTools(era);
    await expect.poll(() => hold).toBeUndefined();
    lists.notes = ['read_a', 'write_a'];
    await serverSays();
    await settled();
    expect(notices(ear)).toBe(0);
    release();
    expect(await listed).toMatchObject({ result: { tools: [{ name: 'read_a' }, { name: 'read_b' }] } });
    await expect.poll(() => notices(ear)).toBe(1);
    await settled();
    expect(notices(ear)).toBe(1);
    await ear.close();
  });

  it('loses no change to a list it took between two looks', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    lists.notes = ['read_a', 'read_b'];
    await listTools(era);
    lists.notes = ['read_a', 'write_a'];
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });

  it('loses no change that happens while it reads a list page by page', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    const page = (names: string[], nextCursor?: string) => ok({ tools: names.map(tool), ...(nextCursor && { nextCursor }) });
    hold = async (request) => (request.params?.cursor === undefined ? page(['read_a'], 'two') : page(['read_x', 'write_a']));
    await ask('tools/list', undefined, { era });
    await ask('tools/list', { cursor: 'two' }, { era });
    hold = undefined;
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(1);
    await settled();
    expect(notices(ear)).toBe(1);
    await ear.close();
  });

  it('is told after a gap in the stream of the server, when something changed in it', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    streams[0]?.onOpen?.(CAPABILITIES);
    await settled();
    expect(notices(ear)).toBe(0);
    lists.notes = ['read_a', 'read_b'];
    streams[0]?.onOpen?.(CAPABILITIES);
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });

  it('is told in the end when the list cannot be read at first', async () => {
    await open();
    const ear = await listen(era);
    await settled();
    lists.notes = ['read_a', 'read_b'];
    hold = async () => {
      hold = undefined;
      return { type: 'error', era, error: { code: -32603, message: 'not now' } };
    };
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });
});

describe('a session', () => {
  it('is told at the opening of its stream what changed since it listed', async () => {
    await open();
    await listTools('legacy');
    lists.notes = ['read_a', 'write_b'];
    const same = await listen('legacy');
    await settled();
    expect(notices(same)).toBe(0);
    await same.close();
    lists.notes = ['read_a', 'read_b'];
    const ear = await listen('legacy');
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });

  it('is told what changed while its stream was being opened', async () => {
    await open();
    await listTools('legacy');
    standsAtOnce = false;
    try {
      const ear = await listen('legacy');
      lists.notes = ['read_a', 'read_b'];
      await settled();
      expect(notices(ear)).toBe(0);
      streams[0]?.onOpen?.(CAPABILITIES);
      await expect.poll(() => notices(ear)).toBe(1);
      await ear.close();
    } finally {
      standsAtOnce = true;
    }
  });

  it('without a standing stream hears on the stream of its call, before the answer, what it may', async () => {
    await open();
    const heard: string[] = [];
    const peer: Peer = { request: undefined, notify: (method) => void heard.push(method) };
    const call = async (names: string[]): Promise<string[]> => {
      heard.length = 0;
      h.answer((request) => {
        if (request.method === 'tools/list') return ok({ tools: (lists.notes ?? []).map(tool) });
        lists.notes = names;
        for (let at = 0; at < 500; at++) void request.peer.notify(TOOLS_CHANGED, undefined);
        return ok({ content: [] });
      });
      expect((await ask('tools/call', { name: 'read_a', arguments: {} }, { peer })).type).toBe('result');
      return [...heard];
    };
    await listTools('legacy');
    expect(await call(['read_a', 'write_b'])).toEqual([]);
    expect(await call(['read_a', 'read_b'])).toEqual([TOOLS_CHANGED]);
    await settled();
    expect(heard).toEqual([TOOLS_CHANGED]);
  });

  it('with a standing stream hears there what is said on a call', async () => {
    await open();
    const ear = await listen('legacy');
    await settled();
    h.answer((request) => {
      if (request.method === 'tools/list') return ok({ tools: (lists.notes ?? []).map(tool) });
      lists.notes = ['read_a', 'read_b'];
      void request.peer.notify(TOOLS_CHANGED, undefined);
      return ok({ content: [] });
    });
    const onCall: string[] = [];
    await ask(
      'tools/call',
      { name: 'read_a', arguments: {} },
      { peer: { request: undefined, notify: (method) => void onCall.push(method) } },
    );
    await expect.poll(() => notices(ear)).toBe(1);
    expect(onCall).toEqual([]);
    await ear.close();
  });
});

describe('a stateless stream', () => {
  it('is acknowledged when the view it watches is known, and hears every change from then on', async () => {
    await open();
    let release = (): void => undefined;
    hold = (_request, answer) => new Promise((resolve) => (release = () => resolve(answer)));
    const ear = await listen('modern');
    await serverSays('notifications/message');
    expect(ear.heard).toEqual([]);
    release();
    hold = undefined;
    await expect.poll(() => ear.heard).toEqual([ACKNOWLEDGED, 'notifications/message']);
    lists.notes = ['read_a', 'read_b'];
    await serverSays();
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });

  it('is acknowledged in time by a slow server too, and what that server then shows counts as news', async () => {
    await open();
    let release = (): void => undefined;
    hold = (_request, answer) => new Promise((resolve) => (release = () => resolve(answer)));
    const ear = await listen('modern');
    // The server has not answered yet.
    await expect.poll(() => ear.heard).toEqual([ACKNOWLEDGED]);
    hold = undefined;
    release();
    await expect.poll(() => notices(ear)).toBe(1);
    await ear.close();
  });
});

describe('many streams', () => {
  const COUNT = 60;

  it('ask a server for few lists at once, forget those that left, and none is forgotten that stayed', async () => {
    await open();
    let running = 0;
    let most = 0;
    hold = async (_request, answer) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
      return answer;
    };
    const ears = await Promise.all(Array.from({ length: COUNT }, () => listen('modern', {}, 0)));
    await expect.poll(() => streams.length).toBe(COUNT);
    await expect.poll(() => ears.every((ear) => ear.heard.includes(ACKNOWLEDGED)), { timeout: 60_000 }).toBe(true);
    await settled();
    for (const ear of ears.slice(0, COUNT / 2)) await ear.close();
    const stayed = ears.slice(COUNT / 2);
    const before = stayed.map(notices);
    lists.notes = ['read_a', 'read_b'];
    await serverSays();
    await expect.poll(() => stayed.every((ear, at) => notices(ear) > (before[at] ?? 0)), { timeout: 60_000 }).toBe(true);
    expect(most).toBeLessThanOrEqual(MAX_READINGS_PER_SERVER);
    for (const ear of stayed) await ear.close();
    await settled();
    const asked = reads();
    await change(policyObject('rules', [{ name: 'more', match: {}, effect: 'allow' }]));
    await settled();
    expect(reads()).toBe(asked);
  });
});

describe('a server that comes later', () => {
  it('is not told of the resources and tasks that others are asked about', async () => {
    await open([{ name: 'all', match: {}, effect: 'allow' }]);
    const controller = new AbortController();
    const uris = ['file:///of/notes'];
    const params = { notifications: { toolsListChanged: true, resourceSubscriptions: uris, taskIds: ['t1'] }, resourceSubscriptions: uris };
    const outcome = ask('subscriptions/listen', params, { era: 'modern', surface: ALL, controller });
    await expect.poll(() => streams.length).toBe(1);
    await change(httpServer('vault', 'http://127.0.0.1:9/vault'));
    await expect.poll(() => streams.length).toBe(2);
    expect(streams[1]).toMatchObject({ server: 'vault', params: { notifications: { toolsListChanged: true } }, paramsText: undefined });
    expect(JSON.stringify(streams[1]?.params)).not.toMatch(/of\/notes|t1/);
    controller.abort();
    await outcome;
  });
});

describe('a handshake', () => {
  it.each(['initialize', 'server/discover'])('promises in %s what the gateway itself keeps', async (method) => {
    await open();
    const result = { protocolVersion: '2025-11-25', capabilities: { tools: {}, prompts: { listChanged: false }, logging: {} } };
    h.answer(() => ok(result));
    expect(await ask(method, { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } })).toMatchObject({
      result: { capabilities: { tools: { listChanged: true }, prompts: { listChanged: true }, logging: {} } },
    });
  });
});
