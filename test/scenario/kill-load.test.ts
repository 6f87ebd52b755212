// Stopping is fast while the loop is busy: thousands of calls of the whole pipeline are ended and recorded, and others get their turns meanwhile.
import { afterEach, expect, it } from 'vitest';
import type { CallOutcome } from '../../src/call.ts';
import { SLICE_ENDS } from '../../src/kill/stopper.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { MAX_GROUP_ENTRIES } from '../../src/store/group-queue.ts';
import { callOf, echoServer, type Harness, harness } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { countPerTurn } from '../support/turn-count.ts';

const CALLS = 5_000;
const bot = tokenObject('bot', 'bot');
let h: Harness;
afterEach(() => h.close());

it('aborting 5,000 calls in flight takes many turns of the loop, a few calls in each, and every one is recorded', async () => {
  h = await harness({
    objects: [
      ...[agentObject('bot'), bot.object, httpServer('notes', 'http://127.0.0.1:9/mcp')],
      policyObject('rules', [{ name: 'all', match: { agent: ['bot'] }, effect: 'allow' }]),
    ],
  });
  let [aborted, over] = [0, 0];
  h.answer((request) => {
    if (request.method !== 'tools/call') return echoServer(request);
    return new Promise((_resolve, reject) => {
      const abort = (): void => {
        aborted++;
        reject(request.signal.reason);
      };
      request.signal.addEventListener('abort', abort, { once: true });
    });
  });
  const outcomes: Promise<CallOutcome>[] = [];
  for (let i = 0; i < CALLS; i++) {
    outcomes.push(h.pipeline.run(callOf('tools/call', { bearer: bot.token, params: { name: 'read_note', arguments: { id: i } } })));
    if (i % 250 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  while (h.inFlight.size < CALLS) await new Promise((resolve) => setTimeout(resolve, 5));
  const freeze: StoredObject<'freeze'> = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'bot' }, reason: 'x' } };
  for (const outcome of outcomes) void outcome.then(() => over++);
  const mostAborted = countPerTurn(() => aborted);
  const mostOver = countPerTurn(() => over);
  await h.control.atLeast(h.org, await h.seed(freeze));
  const ended = await Promise.all(outcomes);
  const [mostAtOnce, mostTold] = [mostAborted(), mostOver()];
  expect(ended.every((outcome) => outcome.type === 'denied' && outcome.code === 'frozen')).toBe(true);
  expect(aborted).toBe(CALLS);
  expect(mostAtOnce).toBeLessThanOrEqual(SLICE_ENDS);
  // Whose outcome is durable at the same time is answered at the same time.
  expect(mostTold).toBeLessThanOrEqual(MAX_GROUP_ENTRIES);
  const entries = await h.entries();
  expect(entries.filter(({ content }) => content.type === 'outcome' && content.status === 'cancelled')).toHaveLength(CALLS);
}, 120_000);
