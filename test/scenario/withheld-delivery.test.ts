// How an answer that a rule on content holds reaches its agent, on both stores with a played server: by a task, by the address of its ticket. The call runs
// once, nothing of the answer goes out before it is let go, and what goes out then was inspected by the rules of that moment.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TaskRunner } from '../../src/app/task-runner.ts';
import type { Reviewer } from '../../src/approval/ticket.ts';
import type { Call, CallOutcome, Peer } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { createLogger } from '../../src/observe/log.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { exportLines, verifyStore } from '../support/log-lines.ts';
import { type CallOptions, callOf, echoServer, type Harness, type HarnessOptions, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const MAIL = 'ines.okafor@northwind-traders.com';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const SECRET = '3704 0044 0532';
const ANSWER = { content: [{ type: 'text', text: `Customer Ines Okafor, ${MAIL}, account ${IBAN}` }] };
const POLL = { timeout: 60_000 };
const MINUTE_MS = 60_000;
const TASK_CLIENT: JsonObject = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
const URL_CLIENT: JsonObject = { elicitation: { url: {} } };
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const HELD = { name: 'bank', types: ['financial'], direction: 'result', action: 'hold' };
const MASKED = { name: 'mail', types: ['pii.email'], action: 'mask' };
const reader = tokenObject('reader', 'reader');
const other = tokenObject('other', 'other');
const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };
const ASK = policyObject('all', [{ name: 'ask', match: { server: ['*'], tool: ['read_note'] }, effect: 'hold' }]);

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('an answer that is held, on %s', (kind) => {
  let h: Harness;
  let clock: ManualClock;
  let runner: TaskRunner | undefined;
  afterEach(async () => {
    await runner?.stop();
    runner = undefined;
    await h?.close();
  });

  async function open(options: HarnessOptions = {}, ...objects: StoredObject[]): Promise<void> {
    const place = await freshPlace(kind);
    places.push(place);
    clock = new ManualClock(Date.UTC(2026, 10, 29));
    const { dataDir, databaseUrl } = place;
    h = await harness({
      ...{ clock, dataDir },
      ...(databaseUrl ? { databaseUrl } : {}),
      objects: [
        ...[agentObject('reader'), reader.object, agentObject('other'), other.object, httpServer('crm', 'http://127.0.0.1:9/mcp')],
        policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
        dlpObject('dlp', { rules: [HELD, MASKED] }),
        ...objects,
      ],
      inspectors: [dlpFor(() => h.core.vault, { clock })],
      reviewUrl: 'https://gate.example/review',
      ...options,
    });
    h.answer((request) => (request.method === 'tools/call' ? ok(ANSWER) : echoServer(request)));
    runner = new TaskRunner({ ...h, clock, logger: createLogger({ level: 'silent' }) });
  }

  function call(capabilities: JsonObject, more: JsonObject = {}, options: CallOptions = {}): Call {
    const meta = { _meta: { [CAPABILITIES]: capabilities } };
    const params = { name: 'read_note', arguments: { id: 1 }, ...meta, ...more };
    const made = callOf('tools/call', { bearer: reader.token, params, surface: { type: 'server', server: 'crm' }, ...options });
    return { ...made, client: { ...made.client, capabilities } };
  }
  const asTask = (): Promise<CallOutcome> => h.pipeline.run(call(TASK_CLIENT, {}, { era: 'modern' }));
  const follow = async (method: string, taskId: unknown, bearer = reader.token): Promise<CallOutcome> => {
    const made = callOf(method, {
      ...{ bearer, era: 'modern', surface: { type: 'server', server: 'crm' } },
      params: { taskId: String(taskId) },
    });
    return h.pipeline.run({ ...made, client: { ...made.client, capabilities: TASK_CLIENT } });
  };
  const status = async (taskId: unknown): Promise<JsonObject> => resultOf(await follow('tasks/get', taskId));
  const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
  const vote = (id: string, verdict: 'approve' | 'refuse' = 'approve') => h.approvals.vote(h.org, id, ANNA, verdict, 'looked at');

  async function expectSoundLog(): Promise<void> {
    for await (const line of exportLines(h.core.store.log.read({ org: h.org })))
      for (const value of [SECRET, MAIL]) expect(line).not.toContain(value);
    expect(await verifyStore(h.core, h.org)).toMatchObject({ state: 'sound' });
  }

  function expectReleased(text: string): void {
    expect(text).toContain(IBAN);
    // What other rules mask stays masked.
    expect(text).toContain('[redacted:pii.email]');
    expect(text).not.toContain(MAIL);
  }

  describe('of a client that knows tasks', () => {
    it('is a task, which has it once it is let go', async () => {
      await open();
      const first = await asTask();
      const { taskId, ...task } = resultOf(first);
      expect(task).toMatchObject({ resultType: 'task', status: 'working' });
      const id = ticketOf(first);
      const waiting = await status(taskId);
      expect(waiting).toMatchObject({ resultType: 'complete', taskId, status: 'working', statusMessage: expect.stringContaining(id) });
      expect(JSON.stringify([first, waiting])).not.toContain(SECRET);
      // It has run: there is nothing to take back, and it does not run anew for it.
      expect(resultOf(await follow('tasks/cancel', taskId))).toEqual({ resultType: 'complete' });
      expect(ticketOf(await asTask())).toBe(id);
      await vote(id);
      await runner?.look(h.org, await h.approvals.list(h.org, { live: true, limit: 10 }));
      for (let time = 0; time < 2; time++) {
        const done = await status(taskId);
        expect(done).toMatchObject({ taskId, status: 'completed', result: { resultType: 'complete', content: [{ type: 'text' }] } });
        expectReleased(JSON.stringify(done));
      }
      expect(await h.approvals.find(h.org, id)).toMatchObject({ state: 'approved' });
      expect(await follow('tasks/get', taskId, other.token)).toMatchObject({ type: 'denied', rpc: { code: -32602 } });
      expect(ran()).toBe(1);
      await expectSoundLog();
    });

    it('is not let go by a refusal, by the end of its time, or by rules that block it since', async () => {
      await open();
      const refused = await asTask();
      await vote(ticketOf(refused), 'refuse');
      const told = await status(resultOf(refused).taskId);
      expect(told).toMatchObject({ status: 'completed', result: { isError: true } });
      expect(JSON.stringify(told)).toContain('a person refused to release its answer');
      clock.advance(61 * MINUTE_MS);

      const late = await asTask();
      const { taskId } = resultOf(late);
      clock.advance(60 * MINUTE_MS);
      expect(JSON.stringify(await status(taskId))).toContain('was not released');

      const blocked = await asTask();
      await vote(ticketOf(blocked));
      await h.seed(dlpObject('dlp', { rules: [{ ...HELD, action: 'block' }, MASKED] }));
      const last = await status(resultOf(blocked).taskId);
      expect(last).toMatchObject({ status: 'completed', result: { isError: true } });
      expect(JSON.stringify([told, last])).not.toContain(SECRET);
      expect(ran()).toBe(3);
      await expectSoundLog();
    });

    it('of a call that was a task already, comes by that same task', async () => {
      await open();
      await h.seed(ASK);
      const first = await asTask();
      const { taskId } = resultOf(first);
      await vote(ticketOf(first));
      const waitsFor = async (): Promise<string | undefined> => {
        const { statusMessage } = await status(taskId);
        return /its answer waits for a person as (?<id>appr_\w+)/.exec(String(statusMessage))?.groups?.id;
      };
      await expect.poll(waitsFor, POLL).toBeDefined();
      const id = (await waitsFor()) ?? '';
      expect(id).not.toBe(ticketOf(first));
      // Longer than answers are kept, as long as it may be let go.
      clock.advance(30 * MINUTE_MS);
      await h.deliveries.forget();
      await vote(id);
      const done = await status(taskId);
      expect(done).toMatchObject({ status: 'completed' });
      expectReleased(JSON.stringify(done));
      expect(ran()).toBe(1);
      await expectSoundLog();
    });

    it('comes to an agent that may make one call at a time', async () => {
      const one = { kind: 'limit', metadata: { name: 'one' }, spec: { per: ['agent'], concurrency: 1 } } as unknown as StoredObject;
      await open({}, one);
      const first = await asTask();
      await vote(ticketOf(first));
      expectReleased(JSON.stringify(await status(resultOf(first).taskId)));
      expect(ran()).toBe(1);
    });
  });

  describe('of a client that can open addresses', () => {
    const patient = { approvalWaitMs: 60_000 };

    it('is asked for by input_required, and comes in the next round', async () => {
      await open(patient);
      const first = await h.pipeline.run(call(URL_CLIENT, {}, { era: 'modern' }));
      const asked = resultOf(first);
      const id = ticketOf(first);
      const url = `https://gate.example/review/${id}`;
      expect(asked).toMatchObject({ resultType: 'input_required', inputRequests: { approval: { params: { mode: 'url', url } } } });
      expect(JSON.stringify(first)).not.toContain(SECRET);
      const back = { requestState: asked.requestState as string, inputResponses: { approval: { action: 'accept' } } };
      const round = h.pipeline.run(call(URL_CLIENT, back, { era: 'modern' }));
      await vote(id);
      expectReleased(JSON.stringify(await round));
      expect(ran()).toBe(1);
      await expectSoundLog();
    });

    it('of the session era is asked on its stream, and comes in the same call', async () => {
      await open(patient);
      const told: string[] = [];
      const asked = Promise.withResolvers<JsonObject>();
      const peer: Peer = {
        notify: (method) => void told.push(method),
        request: async (_method, params) => {
          asked.resolve(params ?? {});
          return { result: { action: 'accept' } };
        },
      };
      const running = h.pipeline.run(call(URL_CLIENT, {}, { peer }));
      const { mode, elicitationId } = await asked.promise;
      expect(mode).toBe('url');
      await vote(String(elicitationId));
      expectReleased(JSON.stringify(await running));
      expect(told).toEqual(['notifications/elicitation/complete']);
      expect(ran()).toBe(1);
      await expectSoundLog();
    });
  });
});

function ticketOf(outcome: CallOutcome): string {
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(`no ticket: ${JSON.stringify(outcome)}`);
  return outcome.approval.id;
}

function resultOf(outcome: CallOutcome): JsonObject {
  if (outcome.type === 'result') return outcome.result;
  return outcome.type === 'denied' && outcome.answer?.type === 'result' ? outcome.answer.result : {};
}
