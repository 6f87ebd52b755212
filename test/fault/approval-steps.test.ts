// SIGKILL between every pair of steps of an approval, on both stores: asked, recorded, approved, used, recorded, done, recorded. Never executed
// twice, never without a grant, never lost silently: ticket and log agree, and whoever comes back gets a definite answer.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTicket } from '../../src/approval/ticket.ts';
import type { CallOutcome } from '../../src/call.ts';
import type { StepsSettings } from '../support/approval-steps-main.ts';
import { callOf, echoServer, type Harness, harness } from '../support/pipeline-harness.ts';
import { runSteps } from '../support/run-steps.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { soundLog } from '../support/sound-log.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

/** More writes than an approval has. */
const MAX_WRITES = 30;
const rita = { operator: 'rita', user: undefined, teams: [], roles: [] };
const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('killed between two steps of an approval, on %s', (kind) => {
  it('runs once, with a grant, and says what became of it', { timeout: 1_200_000 }, async () => {
    const seen = new Set<string>();
    let writes = 0;
    for (let at = 1; writes === 0; at++) {
      expect(at).toBeLessThan(MAX_WRITES);
      const before = await scene(kind, at, 'before');
      seen.add(before.reached);
      writes = before.writes ?? 0;
    }
    // What is durable after a write is what is there before the next one, but for the effect, which comes after the decision.
    seen.add((await scene(kind, writes - 1, 'after')).reached);
    expect([...seen]).toEqual(expect.arrayContaining(['nothing', 'requested', 'granted', 'consumed', 'allowed', 'done', 'recorded']));
  });
});

/** One approval, killed at a write; then everything is looked at and gone on with. `writes`: it was not killed, and had so many. */
async function scene(
  kind: (typeof STORES)[number],
  at: number,
  when: StepsSettings['when'],
): Promise<{ reached: string; writes?: number }> {
  const place = await freshPlace(kind);
  places.push(place);
  const token = tokenObject('worker', 'worker');
  await place.seed(
    ...[agentObject('worker'), token.object, httpServer('notes', 'http://127.0.0.1:9')],
    policyObject('p', [
      { name: 'held', match: { kind: ['call'] }, effect: 'hold' },
      { name: 'rest', match: {}, effect: 'allow' },
    ]),
  );
  const effects = join(place.dataDir, 'effects.txt');
  const { dataDir, databaseUrl } = place;
  const ended = await runSteps({ dataDir, databaseUrl, effects, bearer: token.token, at, when });
  const done = (): number => (existsSync(effects) ? readFileSync(effects, 'utf8').trim().split('\n').length : 0);
  const h = await harness({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  try {
    const reached = await look(h, done());
    await goOn(h, token.token, done);
    return { reached, ...(ended.writes === undefined ? {} : { writes: ended.writes }) };
  } finally {
    await h.close();
  }
}

/** How far it came, by the log; ticket, log and effects must agree. */
async function look(h: Harness, effects: number): Promise<string> {
  const { contents, allowed, outcomes, lost } = await soundLog(h, 'write_note');
  const steps = contents.filter(({ event }) => event === 'approval').map(({ what }) => what);
  const [row] = await h.core.store.approvals.list(h.org, { live: false, limit: 10 });
  const state = row && readTicket(row.text).state;
  const last = steps.at(-1) as string | undefined;
  expect(state).toBe(last === undefined ? undefined : { requested: 'open', granted: 'approved', consumed: 'consumed' }[last]);
  expect(allowed.length).toBeLessThanOrEqual(steps.filter((what) => what === 'consumed').length);
  expect(effects).toBeLessThanOrEqual(allowed.length);
  for (const { call } of allowed) expect([...outcomes, ...lost].filter((one) => one === call)).toHaveLength(1);
  if (allowed.length === 0) return last ?? 'nothing';
  return outcomes.includes(allowed[0]?.call) ? 'recorded' : effects === 1 ? 'done' : 'allowed';
}

/** The agent calls again: it is told, never served what nobody granted; then it is approved anew, and runs once more at most. */
async function goOn(h: Harness, bearer: string, done: () => number): Promise<void> {
  let ran = 0;
  h.answer((request) => {
    if (request.method === 'tools/call') ran++;
    return echoServer(request);
  });
  const call = (): Promise<CallOutcome> =>
    h.pipeline.run(callOf('tools/call', { bearer, params: { name: 'write_note', arguments: { text: 'x' } } }));
  const [ticket] = await h.approvals.list(h.org, { live: true, limit: 10 });
  const again = await call();
  if (ticket?.state === 'approved') {
    expect([again.type, ran, done()]).toEqual(['result', 1, 0]);
    return;
  }
  if (again.type === 'denied' && again.approval?.state === 'used') {
    // Its grant was used up: it is told what became of the call, and nothing is done again.
    expect([ticket, ran]).toEqual([undefined, 0]);
    return;
  }
  expect(again).toMatchObject({ code: 'approval_required', approval: ticket ? { id: ticket.id } : { state: 'open' } });
  expect(ran).toBe(0);
  await h.approvals.vote(h.org, again.type === 'denied' ? (again.approval?.id ?? '') : '', rita, 'approve', undefined);
  expect((await call()).type).toBe('result');
  expect(ran).toBe(1);
}
