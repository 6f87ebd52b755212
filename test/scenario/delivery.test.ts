// How the answer of a held call reaches its agent, on both stores with a played server: kept answers, tickets by name, questions with an address,
// tasks that the gateway runs by itself. What was approved once runs once, whatever the agent and the gateway do meanwhile.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TaskRunner } from '../../src/app/task-runner.ts';
import { LEASE_MS } from '../../src/approval/deliveries.ts';
import type { Reviewer } from '../../src/approval/ticket.ts';
import type { Call, CallOutcome, Peer, PeerAnswer } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { createLogger } from '../../src/observe/log.ts';
import { PASS } from '../../src/pipeline/flight.ts';
import { type CallOptions, callOf, type Harness, type HarnessOptions, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const MINUTE_MS = 60_000;
const TASKS = 'io.modelcontextprotocol/tasks';
const URL_CLIENT: JsonObject = { elicitation: { url: {} } };
const TASK_CLIENT: JsonObject = { extensions: { [TASKS]: {} } };
const writer = tokenObject('writer', 'writer');
const other = tokenObject('other', 'other');
const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };
const held: PolicyRule = { name: 'held', match: { tool: ['write_note'] }, effect: 'hold', reason: 'A person looks at this.' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };
const STOP: StoredObject = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'writer' }, reason: 'drill' } };

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('a held call on %s', (kind) => {
  let h: Harness;
  let clock: ManualClock;
  let runner: TaskRunner | undefined;
  afterEach(async () => {
    await runner?.stop();
    runner = undefined;
    await h?.close();
  });

  async function open(options: HarnessOptions = {}, rules: PolicyRule[] = [held, rest]): Promise<void> {
    const place = await freshPlace(kind);
    places.push(place);
    clock = new ManualClock();
    const objects = [
      ...[agentObject('writer', { owner: 'otto' }), writer.object, agentObject('other'), other.object],
      ...[httpServer('notes', 'http://127.0.0.1:9'), policyObject('p', rules)],
    ];
    h = await harness({
      clock,
      objects,
      dataDir: place.dataDir,
      ...(place.databaseUrl ? { databaseUrl: place.databaseUrl } : {}),
      ...options,
    });
  }

  function call(text: string, more: JsonObject = {}, options: CallOptions & { capabilities?: JsonObject } = {}): Call {
    const made = callOf('tools/call', { bearer: writer.token, params: { name: 'write_note', arguments: { text }, ...more }, ...options });
    return { ...made, client: { ...made.client, capabilities: options.capabilities ?? {} } };
  }
  const write = (...args: Parameters<typeof call>): Promise<CallOutcome> => h.pipeline.run(call(...args));
  const modern = { era: 'modern' } as const;
  const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
  const approve = (id: string) => h.approvals.vote(h.org, id, ANNA, 'approve', undefined);

  describe('and its answer', () => {
    it('is kept for the identical call, which does not run again; another agent and other arguments get nothing of it', async () => {
      await open();
      const id = ticketOf(await write('x'));
      await approve(id);
      expect(textOf(await write('x'))).toBe('did write_note');
      for (let n = 0; n < 3; n++) {
        const again = await write('x');
        expect(again).toMatchObject({ type: 'denied', approval: { id, state: 'used' }, answer: { type: 'result' } });
        expect(textOf(again)).toBe('did write_note');
      }
      expect(ran()).toBe(1);
      expect(ticketOf(await write('x', {}, { bearer: other.token }))).not.toBe(id);
      expect(ticketOf(await write('y'))).not.toBe(id);
      clock.advance(5 * MINUTE_MS);
      expect(ticketOf(await write('x'))).not.toBe(id);
      expect(ran()).toBe(1);
    });

    it('stands sealed in the store, and is gone after its time', async () => {
      await open();
      h.answer((request) => (request.method === 'tools/list' ? listed() : ok({ content: [{ type: 'text', text: 'a secret answer' }] })));
      const id = ticketOf(await write('x'));
      await approve(id);
      await write('x');
      const row = await h.core.store.deliveries.find(h.org, id);
      expect(row?.answer).toBeDefined();
      expect(Buffer.from(row?.answer ?? []).toString('latin1')).not.toContain('secret');
      clock.advance(5 * MINUTE_MS);
      await h.deliveries.forget();
      expect(await h.core.store.deliveries.find(h.org, id)).toBeUndefined();
    });

    it('is not kept where the organization says so', async () => {
      await open();
      await h.seed({ kind: 'organization', metadata: { name: h.org }, spec: { approvals: { keepAnswerMs: 0 } } } as StoredObject);
      const id = ticketOf(await write('x'));
      await approve(id);
      await write('x');
      expect(ticketOf(await write('x'))).not.toBe(id);
    });

    it('reaches who comes back after the agent left in the middle', async () => {
      await open();
      const reached = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<void>();
      h.answer(async (request) => {
        if (request.method === 'tools/list') return listed();
        reached.resolve();
        await answer.promise;
        request.signal.throwIfAborted();
        return ok({ content: [{ type: 'text', text: 'late' }] });
      });
      const id = ticketOf(await write('x', {}, modern));
      await approve(id);
      const controller = new AbortController();
      const left = write('x', {}, { ...modern, controller });
      await reached.promise;
      controller.abort(Object.assign(new Error('gone'), { code: 'agent_gone' }));
      const meanwhile = await write('x', {}, modern);
      expect(meanwhile).toMatchObject({ type: 'denied', hint: expect.stringContaining('does not run twice') });
      expect(meanwhile).not.toHaveProperty('answer.result');
      answer.resolve();
      await left;
      expect(textOf(await write('x', {}, modern))).toBe('late');
      expect(ran()).toBe(1);
    });

    it('does not outlive a freeze, also when its agent is gone', async () => {
      await open();
      const reached = Promise.withResolvers<void>();
      h.answer(async (request) => {
        if (request.method === 'tools/list') return listed();
        reached.resolve();
        return new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
      });
      await approve(ticketOf(await write('x', {}, modern)));
      const controller = new AbortController();
      const left = write('x', {}, { ...modern, controller });
      await reached.promise;
      controller.abort(Object.assign(new Error('gone'), { code: 'agent_gone' }));
      await h.seed(STOP);
      expect(await left).toMatchObject({ type: 'denied', code: 'frozen' });
      expect(ran()).toBe(1);
    });

    it('is ended by its agent in so many words, and then nobody knows', async () => {
      await open();
      const reached = Promise.withResolvers<void>();
      h.answer(async (request) => {
        if (request.method === 'tools/list') return listed();
        reached.resolve();
        return new Promise((_resolve, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)));
      });
      await approve(ticketOf(await write('x')));
      const controller = new AbortController();
      const running = write('x', {}, { controller });
      await reached.promise;
      controller.abort(Object.assign(new Error('cancelled'), { code: 'agent_cancelled' }));
      expect(await running).toMatchObject({ code: 'cancelled' });
      expect(await write('x')).toMatchObject({
        approval: { state: 'used' },
        hint: expect.stringContaining('Find out whether it took effect'),
      });
      expect(ran()).toBe(1);
    });

    it('is inspected again by the rules on content of now', async () => {
      await open({
        inspectors: [
          {
            name: 'censor',
            inspectResult: (flight) => {
              if (flight.reply?.type === 'result')
                flight.reply = { ...flight.reply, result: { content: [{ type: 'text', text: 'masked' }] }, resultText: undefined };
              return PASS;
            },
          },
        ],
      });
      const id = ticketOf(await write('x'));
      await approve(id);
      const first = await h.pipeline.run(call('x'));
      expect(textOf(first)).toBe('masked');
      const again = await write('x');
      expect(textOf(again)).toBe('masked');
      expect((await h.deliveries.find(h.org, id))?.kept?.ending.type).toBe('answer');
    });

    it('says that nobody knows, when a gateway ended in between; then people are asked anew', async () => {
      await open();
      const id = ticketOf(await write('x'));
      await approve(id);
      const [ticket] = await h.approvals.list(h.org, { live: true, limit: 1 });
      if (!ticket) throw new Error('no ticket');
      // What a gateway leaves behind that is killed between using the grant and answering.
      await h.approvals.consume(h.org, ticket, ticket.binding, { id: 'call_lost', revision: h.control.any().revision });
      expect(await write('x')).toMatchObject({ hint: expect.stringContaining('its answer is not there yet') });
      clock.advance(LEASE_MS);
      expect(await write('x')).toMatchObject({ approval: { id }, hint: expect.stringContaining('Find out whether it took effect') });
      clock.advance(5 * MINUTE_MS);
      expect(ticketOf(await write('x'))).not.toBe(id);
      expect(ran()).toBe(0);
    });

    it('that says that nothing was sent is none: people are asked anew', async () => {
      await open();
      const { GatewayError } = await import('../../src/lib/error.ts');
      h.answer((request) => {
        if (request.method === 'tools/list') return listed();
        throw new GatewayError('upstream_unavailable', 'The server cannot be reached.');
      });
      const id = ticketOf(await write('x'));
      await approve(id);
      expect(await write('x')).toMatchObject({ type: 'error' });
      expect(ticketOf(await write('x'))).not.toBe(id);
    });

    it('is asked for by the name of its ticket by nobody else and for nothing else', async () => {
      await open();
      const id = ticketOf(await write('x'));
      await approve(id);
      const handle = { _meta: { 'io.sallyport/approval': id } };
      for (const outcome of [
        await write('y', handle),
        await write('x', handle, { bearer: other.token }),
        await write('x', { _meta: { 'io.sallyport/approval': 'appr_x' } }),
      ])
        expect(outcome).toMatchObject({
          type: 'denied',
          code: 'invalid_request',
          message: expect.stringContaining('is no ticket of this call'),
        });
      expect(ran()).toBe(0);
      expect(textOf(await write('x', handle))).toBe('did write_note');
      expect(textOf(await write('x', handle))).toBe('did write_note');
      clock.advance(5 * MINUTE_MS);
      // Who names a ticket is never put to people by mistake.
      expect(await write('x', handle)).toMatchObject({
        type: 'denied',
        code: 'approval_required',
        hint: expect.stringContaining('have people asked anew'),
      });
      expect(await h.approvals.list(h.org, { live: true, limit: 10 })).toEqual([]);
      expect(ran()).toBe(1);
    });
  });

  describe('of a client that can open addresses', () => {
    const withUrl = { reviewUrl: 'https://gate.example/review', approvalWaitMs: 20_000 };

    it('is asked for by input_required, waits in the next round, and runs once', async () => {
      await open({ ...withUrl });
      const first = await write('x', {}, { ...modern, capabilities: URL_CLIENT });
      const asked = resultOf(first);
      expect(asked).toMatchObject({
        resultType: 'input_required',
        inputRequests: {
          approval: {
            method: 'elicitation/create',
            params: { mode: 'url', url: expect.stringContaining('https://gate.example/review/appr_') },
          },
        },
      });
      const id = ticketOf(first);
      const back = { requestState: asked.requestState as string, inputResponses: { approval: { action: 'accept' } } };
      const round = write('x', back, { ...modern, capabilities: URL_CLIENT });
      await approve(id);
      expect(textOf(await round)).toBe('did write_note');
      expect(h.sent.at(-1)?.params).toEqual({ name: 'write_note', arguments: { text: 'x' } });
      expect(ran()).toBe(1);
    });

    it('gets another state each round, and at last the ticket to come back for', async () => {
      await open({ ...withUrl, approvalWaitMs: 0 });
      let answered = await write('x', {}, { ...modern, capabilities: URL_CLIENT });
      const states = new Set<unknown>();
      let rounds = 0;
      while (resultOf(answered).resultType === 'input_required' && rounds++ < 20) {
        const { requestState } = resultOf(answered);
        states.add(requestState);
        answered = await write(
          'x',
          { requestState: requestState as string, inputResponses: { approval: { action: 'accept' } } },
          { ...modern, capabilities: URL_CLIENT },
        );
      }
      expect(states.size).toBe(8);
      expect(answered).toMatchObject({ type: 'denied', approval: { state: 'open' } });
      expect(answered).toMatchObject({ answer: undefined });
    });

    it('takes a state from nobody else, and no changed one', async () => {
      await open({ ...withUrl });
      const { requestState } = resultOf(await write('x', {}, { ...modern, capabilities: URL_CLIENT }));
      const state = requestState as string;
      const changed = `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`;
      for (const [bearer, sent] of [
        [other.token, state],
        [writer.token, changed],
        [writer.token, 'held_'],
      ] as const)
        expect(await write('x', { requestState: sent, inputResponses: {} }, { ...modern, bearer, capabilities: URL_CLIENT })).toMatchObject(
          {
            type: 'denied',
            code: 'invalid_request',
            rpc: { code: -32602 },
          },
        );
      // With other arguments it is another call, which has its own ticket.
      const elsewhere = await write('y', { requestState: state, inputResponses: {} }, { ...modern, capabilities: URL_CLIENT });
      expect(ticketOf(elsewhere)).not.toBe(ticketOf(await write('x', {}, modern)));
    });

    it('of the session era is asked on its stream, waits, and is told that it is over', async () => {
      await open({ ...withUrl });
      const told: string[] = [];
      const asked = Promise.withResolvers<JsonObject>();
      const peer = peerOf(
        (method) => void told.push(method),
        async (method, params) => {
          expect(method).toBe('elicitation/create');
          asked.resolve(params);
          return { result: { action: 'accept' } };
        },
      );
      const running = write('x', {}, { peer, capabilities: URL_CLIENT });
      const { mode, elicitationId, url } = await asked.promise;
      expect({ mode, url }).toEqual({ mode: 'url', url: `https://gate.example/review/${elicitationId}` });
      await approve(String(elicitationId));
      expect(textOf(await running)).toBe('did write_note');
      expect(told).toEqual(['notifications/elicitation/complete']);
      const declined = peerOf(
        () => undefined,
        async () => ({ result: { action: 'decline' } }),
      );
      expect(await write('y', {}, { peer: declined, capabilities: URL_CLIENT })).toMatchObject({
        type: 'denied',
        approval: { state: 'open' },
      });
      expect(await write('z', {}, { capabilities: URL_CLIENT })).toMatchObject({
        rpc: { code: -32042, data: { elicitations: [{ mode: 'url' }] } },
      });
      expect(ran()).toBe(1);
    });
  });

  describe('of a client that knows tasks', () => {
    const asTask = { ...modern, capabilities: TASK_CLIENT };
    const follow = async (method: string, taskId: unknown, options: CallOptions = {}): Promise<CallOutcome> => {
      const made = callOf(method, { bearer: writer.token, era: 'modern', params: { taskId: String(taskId) }, ...options });
      return h.pipeline.run({ ...made, client: { ...made.client, capabilities: TASK_CLIENT } });
    };
    const status = async (taskId: unknown): Promise<JsonObject> => resultOf(await follow('tasks/get', taskId));
    const runTasks = (): TaskRunner => {
      runner = new TaskRunner({ ...h, clock, logger: createLogger({ level: 'silent' }) });
      return runner;
    };
    const live = () => h.approvals.list(h.org, { live: true, limit: 100 });

    it('is a task, which the gateway runs when it is approved', async () => {
      await open();
      runTasks();
      const first = await write('x', {}, asTask);
      const task = resultOf(first);
      expect(task).toMatchObject({
        resultType: 'task',
        status: 'working',
        statusMessage: expect.stringContaining('appr_'),
        ttlMs: expect.any(Number),
      });
      expect(await status(task.taskId)).toMatchObject({ resultType: 'complete', taskId: task.taskId, status: 'working' });
      await approve(ticketOf(first));
      await expect.poll(async () => (await status(task.taskId)).status).toBe('completed');
      expect(await status(task.taskId)).toMatchObject({
        result: { resultType: 'complete', content: [{ type: 'text', text: 'did write_note' }] },
      });
      expect(ran()).toBe(1);
      // The identical call gets the same answer.
      expect(textOf(await write('x', {}, asTask))).toBe('did write_note');
      expect(ran()).toBe(1);
      const steps = (await h.entries()).map(({ content }) => content).filter(({ event }) => event === 'approval');
      expect(steps.map(({ what }) => what)).toEqual(['requested', 'granted', 'consumed']);
    });

    it('is run after a restart too, once, by whoever looks', async () => {
      await open();
      const first = await write('x', {}, asTask);
      await approve(ticketOf(first));
      const tickets = await live();
      const runners = Array.from({ length: 4 }, () => new TaskRunner({ ...h, clock, logger: createLogger({ level: 'silent' }) }));
      await Promise.all(runners.map((one) => one.look(h.org, tickets)));
      await expect.poll(async () => (await status(resultOf(first).taskId)).status).toBe('completed');
      for (const one of runners) await one.stop();
      expect(ran()).toBe(1);
    });

    it('runs on its own grant or not at all, also when the rules would let it pass by then', async () => {
      await open();
      const first = await write('x', {}, asTask);
      await approve(ticketOf(first));
      await h.seed(policyObject('p', [rest]));
      const tickets = await live();
      const runners = Array.from({ length: 4 }, () => new TaskRunner({ ...h, clock, logger: createLogger({ level: 'silent' }) }));
      await Promise.all(runners.map((one) => one.look(h.org, tickets)));
      await expect.poll(async () => (await status(resultOf(first).taskId)).status).toBe('completed');
      for (const one of runners) await one.stop();
      expect(ran()).toBe(1);
    });

    it('that was refused, frozen or denied meanwhile completes with the reason and does not run', async () => {
      await open();
      const refused = await write('a', {}, asTask);
      await h.approvals.vote(h.org, ticketOf(refused), ANNA, 'refuse', 'not on a Friday');
      expect(await status(resultOf(refused).taskId)).toMatchObject({
        status: 'completed',
        result: { isError: true, content: [{ text: expect.stringContaining('not on a Friday') }] },
      });
      const denied = await write('b', {}, asTask);
      await approve(ticketOf(denied));
      await h.seed(policyObject('p', [{ ...held, effect: 'deny', match: { tool: ['write_note'], method: ['tools/call'] } }, rest]));
      await runTasks().look(h.org, await live());
      await expect.poll(async () => (await status(resultOf(denied).taskId)).status).toBe('completed');
      expect(await status(resultOf(denied).taskId)).toMatchObject({ result: { isError: true } });
      await h.seed(policyObject('p', [held, rest]));
      const frozen = await write('c', {}, asTask);
      await h.seed(STOP);
      await expect.poll(async () => (await h.approvals.find(h.org, ticketOf(frozen)))?.state).toBe('drained');
      expect(await follow('tasks/get', resultOf(frozen).taskId)).toMatchObject({ type: 'denied', code: 'frozen' });
      expect(ran()).toBe(0);
    });

    it('is cancelled by its agent before it runs, and then never runs', async () => {
      await open();
      runTasks();
      const first = await write('x', {}, asTask);
      expect(resultOf(await follow('tasks/cancel', resultOf(first).taskId))).toEqual({ resultType: 'complete' });
      expect(await status(resultOf(first).taskId)).toMatchObject({ status: 'cancelled' });
      expect(await approve(ticketOf(first))).toMatchObject({ problem: 'not_open' });
      expect(ran()).toBe(0);
    });

    it('that a gateway died of fails and says that nobody knows', async () => {
      await open();
      const first = await write('x', {}, asTask);
      await approve(ticketOf(first));
      const [ticket] = await live();
      if (!ticket) throw new Error('no ticket');
      await h.approvals.consume(h.org, ticket, ticket.binding, { id: 'call_lost', revision: h.control.any().revision });
      expect(await status(resultOf(first).taskId)).toMatchObject({ status: 'working' });
      clock.advance(LEASE_MS);
      expect(await status(resultOf(first).taskId)).toMatchObject({
        status: 'failed',
        error: { message: expect.stringContaining('Find out whether it took effect') },
      });
      expect(ran()).toBe(0);
    });

    it('is nobody else’s, and no forged one is known', async () => {
      await open();
      const { taskId } = resultOf(await write('x', {}, asTask));
      for (const [id, bearer] of [
        [taskId, other.token],
        [`${taskId}A`, writer.token],
        ['task_held_x', writer.token],
      ])
        expect(await follow('tasks/get', id, { bearer: String(bearer) })).toMatchObject({ type: 'denied', rpc: { code: -32602 } });
    });
  });
});

function listed() {
  return ok({ tools: [{ name: 'write_note', description: 'Writes a note.', inputSchema: { type: 'object' } }] });
}

function peerOf(notify: (method: string) => void, request: (method: string, params: JsonObject) => Promise<PeerAnswer>): Peer {
  return {
    notify: (method) => void notify(method),
    request: (method, params) => request(method, params ?? {}),
  };
}

function ticketOf(outcome: CallOutcome): string {
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(`no ticket: ${JSON.stringify(outcome)}`);
  return outcome.approval.id;
}

function resultOf(outcome: CallOutcome): JsonObject {
  if (outcome.type === 'result') return outcome.result;
  return outcome.type === 'denied' && outcome.answer?.type === 'result' ? outcome.answer.result : {};
}

function textOf(outcome: CallOutcome): unknown {
  const [first] = (resultOf(outcome).content ?? []) as { text?: string }[];
  return first?.text;
}
