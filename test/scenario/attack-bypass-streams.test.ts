// Attempts to hear what is hidden: listen filters, standing streams that outlive the right to them, other agents' tasks. Through the whole table
// on a real store; the server says everything to whoever listens.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallOutcome, Era, Peer } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { type CallOptions, callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

type Rules = StoredObject<'policy'>['spec']['rules'];

const ALL = { type: 'all' } as const;
const UPDATED = 'notifications/resources/updated';
const CHANGED = 'notifications/tools/list_changed';
const mallory = tokenObject('mallory', 'mallory');
const alice = tokenObject('alice', 'alice');
const followsOpen: Rules = [{ name: 'open', match: { resource: ['file:///open/*'], tool: ['*'] }, effect: 'allow' }];
const everything: Rules = [{ name: 'everything', match: {}, effect: 'allow' }];

let h: Harness;
afterEach(() => h.close());

async function open(rules: Rules, malloryToken = mallory.object): Promise<void> {
  h = await harness({
    objects: [
      ...[agentObject('mallory'), malloryToken, agentObject('alice'), alice.object],
      httpServer('notes', 'http://127.0.0.1:9/mcp'),
      httpServer('vault', 'http://127.0.0.1:9/vault'),
      policyObject('rules', rules),
    ],
  });
}

function ask(method: string, params: JsonObject | undefined, options: CallOptions = {}): Promise<CallOutcome> {
  return h.pipeline.run(callOf(method, { bearer: mallory.token, ...(params && { params }), ...options }));
}

/** In force when it resolves: streams are told nothing by a record of their own. */
async function change(...objects: StoredObject[]): Promise<void> {
  await h.control.atLeast(h.org, await h.seed(...objects));
}

interface Heard {
  said: [method: string, params: JsonObject | undefined][];
  outcome: Promise<CallOutcome>;
  controller: AbortController;
}

/** A standing stream, and the servers' ends of it. */
async function listen(
  era: Era,
  params: JsonObject | undefined,
  options: CallOptions = {},
  count = 1,
): Promise<Heard & { ends: UpstreamRequest[] }> {
  const said: Heard['said'] = [];
  const ends: UpstreamRequest[] = [];
  const peer: Peer = { request: undefined, notify: (method, about) => void said.push([method, about]) };
  const controller = new AbortController();
  let opened = (): void => undefined;
  const ready = new Promise<void>((resolve) => {
    opened = resolve;
  });
  h.answer((request) => {
    if (request.method !== 'subscriptions/listen') return echoServer(request);
    ends.push(request);
    if (ends.length === count) opened();
    return new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
  });
  const outcome = ask('subscriptions/listen', params, { era, peer, controller, ...options });
  if (count > 0) await Promise.race([ready, outcome]);
  return { said, outcome, controller, ends };
}

const filterOf = (request: UpstreamRequest | undefined): unknown => (request?.params?.notifications as JsonObject)?.resourceSubscriptions;

describe('a listen filter', () => {
  it('loses the resources that may not be read, whatever they are called', async () => {
    await open(followsOpen);
    const uris = ['file:///open/a', 'file:///hidden/b', 'file:///open/../hidden/b', 'file:///open/%2e%2e/hidden/b', 'nowhere:1'];
    const heard = await listen('modern', { notifications: { resourceSubscriptions: uris }, resourceSubscriptions: uris });
    expect(filterOf(heard.ends[0])).toEqual(['file:///open/a']);
    expect(heard.ends[0]?.params?.resourceSubscriptions).toEqual(['file:///open/a']);
    for (const uri of uris) await heard.ends[0]?.peer.notify(UPDATED, { uri });
    expect(heard.said).toEqual([[UPDATED, { uri: 'file:///open/a' }]]);
    heard.controller.abort();
    await heard.outcome;
  });

  it('tells each server of its own resources only, and nobody of hidden ones', async () => {
    await open(followsOpen);
    h.answer((request) =>
      request.method === 'resources/list'
        ? ok({ resources: ['open', 'hidden'].map((part) => ({ uri: `file:///${part}/${request.server}`, name: part })) })
        : echoServer(request),
    );
    await ask('resources/list', undefined, { surface: ALL });
    const uris = [
      'file:///open/notes',
      'file:///open/vault',
      'file:///hidden/vault',
      'sallyport://vault/file%3A%2F%2F%2Fhidden%2Fvault',
      'file:///open/x',
    ];
    const heard = await listen('modern', { notifications: { resourceSubscriptions: uris } }, { surface: ALL }, 2);
    const told = heard.ends.map((end) => [end.server, filterOf(end)]).sort();
    expect(told).toEqual([
      ['notes', ['file:///open/notes']],
      ['vault', ['file:///open/vault']],
    ]);
    expect(heard.said).toEqual([
      [
        'notifications/subscriptions/acknowledged',
        { notifications: { resourceSubscriptions: ['file:///open/notes', 'file:///open/vault'] } },
      ],
    ]);
    heard.controller.abort();
    await heard.outcome;
  });

  it('names no task of another agent, no forged one, and none of another server', async () => {
    await open(everything);
    const made = async (bearer: string, server: string) => {
      const surface = { type: 'server', server } as const;
      const outcome = await ask('tools/call', { name: 'read_note', arguments: { id: 1 } }, { bearer, surface, era: 'modern' });
      return outcome.type === 'result' ? String(outcome.result.taskId) : outcome.type;
    };
    h.answer((request) =>
      request.method === 'tools/call' ? ok({ resultType: 'task', taskId: 't1', status: 'working' }) : echoServer(request),
    );
    const theirs = await made(alice.token, 'notes');
    const elsewhere = await made(mallory.token, 'vault');
    const heard = await listen('modern', { notifications: { taskIds: [theirs, elsewhere, 't1', 'task_AAAA', 7] } });
    expect(heard.ends[0]?.params?.notifications).toEqual({ taskIds: [] });
    await heard.ends[0]?.peer.notify('notifications/tasks', { taskId: 't1', status: 'completed', result: { content: ['alice'] } });
    expect(heard.said).toEqual([]);
    heard.controller.abort();
    await heard.outcome;
  });
});

describe('a standing stream', () => {
  it.each(['legacy', 'modern'] as const)('of a %s agent hears no update of what may not be read any more', async (era) => {
    await open(followsOpen);
    const heard = await listen(era, era === 'modern' ? { notifications: { resourceSubscriptions: ['file:///open/a'] } } : undefined);
    await heard.ends[0]?.peer.notify(UPDATED, { uri: 'file:///hidden/b' });
    await heard.ends[0]?.peer.notify(UPDATED, {});
    await heard.ends[0]?.peer.notify(UPDATED, { uri: 'file:///open/a' });
    await change(policyObject('rules', [{ name: 'less', match: { tool: ['read_note'] }, effect: 'allow' }]));
    await heard.ends[0]?.peer.notify(UPDATED, { uri: 'file:///open/a' });
    expect(heard.said).toEqual([[UPDATED, { uri: 'file:///open/a' }]]);
    heard.controller.abort();
    await heard.outcome;
  });

  it('hears nothing of a server that may not be used any more', async () => {
    await open(everything);
    const heard = await listen('legacy', undefined);
    await heard.ends[0]?.peer.notify('notifications/message', { level: 'info', data: 'open' });
    await change(policyObject('rules', [{ name: 'gone', match: { server: ['notes'] }, effect: 'deny' }]));
    await heard.ends[0]?.peer.notify(CHANGED, undefined);
    await heard.ends[0]?.peer.notify('notifications/message', { level: 'info', data: 'secret' });
    expect(heard.said).toEqual([['notifications/message', { level: 'info', data: 'open' }]]);
    heard.controller.abort();
    await heard.outcome;
  });

  it('of all servers hears nothing of one that is frozen, and goes on with the others', async () => {
    await open(everything);
    const heard = await listen('legacy', undefined, { surface: ALL }, 2);
    await change({ kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { server: 'vault' }, reason: 'x' } });
    for (const end of heard.ends) await end.peer.notify('notifications/message', { level: 'info', data: end.server });
    expect(heard.said.map(([, params]) => params?.data)).toEqual(['notes']);
    heard.controller.abort();
    await heard.outcome;
  });

  it('ends with its token', async () => {
    const expiresMs = Date.now() + 6_000;
    await open(everything, { ...mallory.object, spec: { ...mallory.object.spec, expiresAt: new Date(expiresMs).toISOString() } });
    const heard = await listen('legacy', undefined);
    await heard.ends[0]?.peer.notify('notifications/message', { level: 'info', data: 'open' });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, expiresMs - Date.now()) + 10));
    await heard.ends[0]?.peer.notify(CHANGED, undefined);
    expect(heard.said).toHaveLength(1);
    expect(await heard.outcome).toMatchObject({ type: 'denied', code: 'frozen' });
  });

  it('does not go on for whoever the token was given to', async () => {
    await open(everything);
    const heard = await listen('legacy', undefined);
    await change({ ...mallory.object, spec: { ...mallory.object.spec, agent: 'alice' } });
    await heard.ends[0]?.peer.notify(CHANGED, undefined);
    expect(heard.said).toEqual([]);
    expect((await heard.outcome).type).toBe('denied');
  });
});

describe('tasks', () => {
  const call = (bearer: string, options: CallOptions = {}) =>
    ask('tools/call', { name: 'read_note', arguments: { id: 1 }, task: { ttl: 1 } }, { bearer, ...options });
  const idOf = (outcome: CallOutcome): string =>
    outcome.type === 'result' ? String((outcome.result.task as JsonObject | undefined)?.taskId) : outcome.type;

  /** A server that knows its callers by the gateway's one credential. */
  function shared(): void {
    let made = 0;
    h.answer((request) => {
      if (request.method === 'tools/call') return ok({ task: { taskId: `t${++made}`, status: 'working' } });
      if (request.method === 'tasks/list')
        return ok({
          tasks: Array.from({ length: made }, (_, at) => ({ taskId: `t${at + 1}`, status: 'completed', statusMessage: `of ${at + 1}` })),
        });
      if (request.method.startsWith('tasks/'))
        return ok({ content: [{ type: 'text', text: `secret of ${String(request.params?.taskId)}` }] });
      return echoServer(request);
    });
  }

  it('of other agents are not listed, nor reached by what is', async () => {
    await open([{ name: 'not-this', match: { agent: ['mallory'], tool: ['read_*'] }, effect: 'deny' }, ...everything]);
    shared();
    const theirs = idOf(await call(alice.token));
    const list = await ask('tasks/list', undefined);
    expect(list).toMatchObject({ type: 'result', result: { tasks: [] } });
    expect(await ask('tasks/list', undefined, { bearer: alice.token })).toMatchObject({
      result: { tasks: [{ taskId: theirs, statusMessage: 'of 1' }] },
    });
    for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
      for (const taskId of [theirs, 't1', 'task_', `task_${'A'.repeat(80)}`, theirs.slice(0, -1), `${theirs}=`])
        expect(await ask(method, { taskId })).toMatchObject({
          type: 'denied',
          rpc: { code: -32602, message: expect.stringContaining('Unknown task') },
        });
    expect(h.sent.filter(({ method }) => method.startsWith('tasks/') && method !== 'tasks/list')).toEqual([]);
  });

  it('are not reached at another server, nor without the right to their tool', async () => {
    await open(everything);
    shared();
    const taskId = idOf(await call(mallory.token));
    expect(await ask('tasks/result', { taskId }, { surface: { type: 'server', server: 'vault' } })).toMatchObject({
      rpc: { code: -32602 },
    });
    expect((await ask('tasks/result', { taskId })).type).toBe('result');
    await change(policyObject('rules', [{ name: 'not-this', match: { tool: ['read_*'] }, effect: 'deny' }, ...everything]));
    expect(await ask('tasks/result', { taskId })).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
    expect(await ask('tasks/result', { taskId }, { surface: ALL })).toMatchObject({ type: 'denied', code: 'denied_by_rule' });
  });

  it('of nobody known are not heard of on a standing stream', async () => {
    await open(everything);
    const heard = await listen('legacy', undefined);
    for (const taskId of ['t9', 7, null])
      await heard.ends[0]?.peer.notify('notifications/tasks/status', { taskId, status: 'working', statusMessage: 'alice' });
    expect(heard.said).toEqual([]);
    heard.controller.abort();
    await heard.outcome;
  });

  it('that speak before the answer of their call keep one id', async () => {
    await open(everything);
    const said: (JsonObject | undefined)[] = [];
    h.answer(async (request) => {
      if (request.method !== 'tools/call') return echoServer(request);
      await request.peer.notify('notifications/tasks/status', { taskId: 't1', status: 'working' });
      return ok({ task: { taskId: 't1', status: 'working' } });
    });
    const peer: Peer = { request: undefined, notify: (_method, params) => void said.push(params) };
    const made = idOf(await call(mallory.token, { peer }));
    expect(made).toMatch(/^task_/);
    expect(said).toEqual([{ taskId: made, status: 'working' }]);
  });
});
