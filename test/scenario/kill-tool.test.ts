// A frozen tool: hidden from every list, stopped under every name it can be called by, said only to who could call it otherwise.
import { afterEach, expect, it } from 'vitest';
import type { CallOutcome, Surface } from '../../src/call.ts';
import { GatewayError } from '../../src/lib/error.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type CallOptions, callOf, callOutcomes, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const alice = tokenObject('alice', 'alice');
const reader = tokenObject('reader', 'reader');
const ALL: Surface = { type: 'all' };
let h: Harness;
afterEach(() => h.close());

const freeze = (server: string, name: string, id = 'stop'): StoredObject<'freeze'> => ({
  kind: 'freeze',
  metadata: { name: id },
  spec: { scope: { tool: { server, name } }, reason: 'incident' },
});

async function open(...more: StoredObject[]): Promise<void> {
  h = await harness({
    objects: [
      ...[agentObject('alice'), alice.object, agentObject('reader'), reader.object],
      httpServer('notes', 'http://127.0.0.1:9/mcp'),
      httpServer('vault', 'http://127.0.0.1:9/vault'),
      policyObject('rules', [
        { name: 'alice', match: { agent: ['alice'] }, effect: 'allow' },
        { name: 'reader', match: { agent: ['reader'], tool: ['read_*'] }, effect: 'allow' },
      ]),
      ...more,
    ],
  });
}

const ask = (method: string, params: JsonObject | undefined, options: CallOptions = {}): Promise<CallOutcome> =>
  h.pipeline.run(callOf(method, { bearer: alice.token, ...(params && { params }), ...options }));
const call = (name: string, options: CallOptions = {}) => ask('tools/call', { name, arguments: { text: 'x' } }, options);
const ran = () => h.sent.filter(({ method }) => method === 'tools/call').map(({ params }) => params?.name);
const names = (outcome: CallOutcome) =>
  outcome.type === 'result' ? (outcome.result.tools as { name: string }[]).map(({ name }) => name) : outcome;

it('is hidden from the list of its server and from the list of all', async () => {
  await open(freeze('notes', 'write_*'));
  expect(names(await ask('tools/list', undefined))).toEqual(['read_note']);
  expect(names(await ask('tools/list', undefined, { surface: ALL }))).toEqual([
    'notes__read_note',
    'vault__read_note',
    'vault__write_note',
  ]);
});

it('is stopped under its own and its aggregated name, and the same name elsewhere is not', async () => {
  await open(freeze('notes', 'write_note'));
  expect(await call('write_note')).toMatchObject({ code: 'frozen', rule: 'freeze/stop' });
  expect(await call('notes__write_note', { surface: ALL })).toMatchObject({ code: 'frozen' });
  expect(await call('vault__write_note', { surface: ALL })).toMatchObject({ type: 'result' });
  expect(await ask('tools/call', { name: 'read_note', arguments: { id: 1 } })).toMatchObject({ type: 'result' });
  expect(ran()).toEqual(['write_note', 'read_note']);
});

it.each(['Write_Note', 'WRITE_NOTE', 'write_note ', ' write_note', 'write\u200b_note', 'ｗrite_note', 'write_note\u0000'])(
  'is stopped under the decorated name %j, which a careless server may take for it',
  async (name) => {
    await open(freeze('notes', 'write_note'));
    for (const surface of [{ type: 'server', server: 'notes' } as const, ALL])
      expect(await call(surface.type === 'all' ? `notes__${name}` : name, { surface })).toMatchObject({ type: 'denied' });
    expect(ran()).toEqual([]);
  },
);

it('is said to be frozen only to who could call it: others get the refusal they always get', async () => {
  await open();
  const before = await call('write_note', { bearer: reader.token });
  await h.control.atLeast(h.org, await h.seed(freeze('notes', 'write_note')));
  const after = await call('write_note', { bearer: reader.token });
  const strip = (outcome: CallOutcome) => ({ ...outcome, callId: '' });
  expect(strip(after)).toEqual(strip(before));
});

it('is stopped in its follow-ups as a task', async () => {
  await open();
  h.answer((request) => {
    if (request.method === 'tools/call') return ok({ task: { taskId: 't1', status: 'working' } });
    return request.method === 'tasks/get' ? ok({ taskId: 't1', status: 'working' }) : echoServer(request);
  });
  const made = await call('write_note');
  const taskId = made.type === 'result' ? String((made.result.task as JsonObject).taskId) : '';
  expect(await ask('tasks/get', { taskId })).toMatchObject({ type: 'result' });
  await h.control.atLeast(h.org, await h.seed(freeze('notes', 'write_note')));
  for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel'])
    expect(await ask(method, { taskId })).toMatchObject({ code: 'frozen' });
  expect(h.sent.filter(({ method }) => method.startsWith('tasks/'))).toHaveLength(1);
});

it('is aborted in flight, and others are not', async () => {
  await open();
  const reasons: string[] = [];
  h.answer((request) => {
    if (request.method !== 'tools/call') return echoServer(request);
    return new Promise((resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        reasons.push(String(request.params?.name));
        reject(request.signal.reason);
      });
      if (request.params?.name === 'read_note') setTimeout(() => resolve(ok({ content: [] })), 150);
    });
  });
  const [writing, reading] = [call('write_note'), ask('tools/call', { name: 'read_note', arguments: { id: 1 } })];
  while (ran().length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
  await h.control.atLeast(h.org, await h.seed(freeze('notes', 'write_note')));
  expect(await writing).toMatchObject({ code: 'frozen', rule: 'freeze/stop' });
  expect(await reading).toMatchObject({ type: 'result' });
  expect(reasons).toEqual(['write_note']);
  expect(callOutcomes(await h.entries()).map(({ status }) => status)).toEqual(['cancelled', 'ok']);
});

it('among thousands of freezes is found, and calls of other tools go on', async () => {
  await open(...Array.from({ length: 4_000 }, (_, i) => freeze('notes', `tool_${i}`, `f${i}`)), freeze('notes', 'write_note'));
  expect(await call('write_note')).toMatchObject({ code: 'frozen' });
  for (let i = 0; i < 100; i++) expect((await ask('tools/call', { name: 'read_note', arguments: { id: i } })).type).toBe('result');
});

it('a frozen server: what a call to all servers has under way there ends at once, the rest of the answer comes', async () => {
  await open();
  const ended: string[] = [];
  let waiting = false;
  h.answer((request) => {
    if (request.server !== 'vault') return echoServer(request);
    waiting = true;
    return new Promise((_resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        ended.push(request.signal.reason instanceof GatewayError ? request.signal.reason.code : 'other');
        reject(request.signal.reason);
      });
    });
  });
  const listed = ask('tools/list', undefined, { surface: ALL });
  while (!waiting) await new Promise((resolve) => setTimeout(resolve, 2));
  const frozen: StoredObject<'freeze'> = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { server: 'vault' }, reason: 'x' } };
  await h.control.atLeast(h.org, await h.seed(frozen));
  expect(ended).toEqual(['frozen']);
  expect(names(await listed)).toEqual(['notes__read_note', 'notes__write_note']);
});

it('a frozen server: the stream of all servers goes on without it', async () => {
  await open();
  const opened: string[] = [];
  const ended: string[] = [];
  h.answer((request) => {
    if (request.method !== 'subscriptions/listen') return echoServer(request);
    opened.push(request.server);
    return new Promise((_resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        ended.push(request.server);
        reject(request.signal.reason);
      });
    });
  });
  const controller = new AbortController();
  const stream = ask('subscriptions/listen', undefined, { surface: ALL, controller });
  while (opened.length < 2) await new Promise((resolve) => setTimeout(resolve, 2));
  const frozen: StoredObject<'freeze'> = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { server: 'vault' }, reason: 'x' } };
  await h.control.atLeast(h.org, await h.seed(frozen));
  expect([ended, h.inFlight.size]).toEqual([['vault'], 1]);
  controller.abort();
  await stream;
  expect(ended).toEqual(['vault', 'notes']);
});
