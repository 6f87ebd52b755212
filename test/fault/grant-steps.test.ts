// SIGKILL between every pair of steps of a call under a standing grant for one call, on both stores: used, recorded, done, recorded. Never executed
// twice, never without a use of the grant, never lost silently; what is counted is what the log says.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { StepsSettings } from '../support/approval-steps-main.ts';
import { callOf, echoServer, type Harness, harness } from '../support/pipeline-harness.ts';
import { runSteps } from '../support/run-steps.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { soundLog } from '../support/sound-log.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

/** More writes than two calls have. */
const MAX_WRITES = 30;
const HOUR_MS = 3_600_000;
const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('killed between two steps of a call under a standing grant, on %s', (kind) => {
  it('runs once, with a use of the grant, and says what became of it', { timeout: 1_200_000 }, async () => {
    const seen = new Set<string>();
    let writes = 0;
    for (let at = 1; writes === 0; at++) {
      expect(at).toBeLessThan(MAX_WRITES);
      const before = await scene(kind, at, 'before');
      seen.add(before.reached);
      writes = before.writes ?? 0;
    }
    seen.add((await scene(kind, 1, 'after')).reached);
    expect([...seen]).toEqual(expect.arrayContaining(['nothing', 'used', 'done', 'recorded']));
  });
});

function grantObject(): StoredObject<'grant'> {
  const setAt = new Date(Date.now() - 1_000).toISOString();
  return {
    kind: 'grant',
    metadata: { name: 'once' },
    spec: {
      ...{ agent: 'worker', server: 'notes', tool: 'write_note', reason: 'kill', maxUses: 1, setBy: 'rita', setAt },
      ...{ votes: [{ by: 'rita', at: setAt }], until: new Date(Date.now() + HOUR_MS).toISOString() },
    },
  };
}

/** Two calls under a grant for one, killed at a write; then everything is looked at, and the agent calls twice more. */
async function scene(
  kind: (typeof STORES)[number],
  at: number,
  when: StepsSettings['when'],
): Promise<{ reached: string; writes?: number }> {
  const place = await freshPlace(kind);
  places.push(place);
  const token = tokenObject('worker', 'worker');
  const rita = {
    kind: 'operator',
    metadata: { name: 'rita' },
    spec: { role: 'reviewer', hash: 'ab'.repeat(32), hint: 'so_', createdAt: '1970-01-01T00:00:00Z' },
  };
  await place.seed(
    ...[agentObject('worker'), token.object, httpServer('notes', 'http://127.0.0.1:9'), rita as StoredObject],
    policyObject('p', [
      { name: 'held', match: { kind: ['call'] }, effect: 'hold' },
      { name: 'rest', match: {}, effect: 'allow' },
    ]),
    grantObject() as StoredObject,
  );
  const effects = join(place.dataDir, 'effects.txt');
  const { dataDir, databaseUrl } = place;
  const ended = await runSteps({ dataDir, databaseUrl, effects, bearer: token.token, at, when, standing: true });
  const done = existsSync(effects) ? readFileSync(effects, 'utf8').trim().split('\n').length : 0;
  const h = await harness({ dataDir, ...(databaseUrl === undefined ? {} : { databaseUrl }) });
  try {
    const reached = await look(h, done);
    await goOn(h, token.token, reached === 'nothing');
    return { reached, ...(ended.writes === undefined ? {} : { writes: ended.writes }) };
  } finally {
    await h.close();
  }
}

/** How far the first call came; uses, decisions, outcomes and effects must agree. */
async function look(h: Harness, effects: number): Promise<string> {
  const { contents, allowed, outcomes, lost } = await soundLog(h, 'write_note');
  const uses = contents.filter(({ event }) => event === 'grant');
  expect(uses.length).toBeLessThanOrEqual(1);
  expect([...(await h.core.store.approvals.grantUses(h.org)).values()].map(({ used }) => used)).toEqual(uses.map(() => 1));
  expect(allowed.every(({ call }) => uses.some((use) => use.call === call))).toBe(true);
  expect(allowed.length).toBeLessThanOrEqual(uses.length);
  expect(effects).toBeLessThanOrEqual(allowed.length);
  for (const { call } of allowed) expect([...outcomes, ...lost].filter((one) => one === call)).toHaveLength(1);
  if (uses.length === 0) return 'nothing';
  if (allowed.length === 0) return 'used';
  return outcomes.includes(allowed[0]?.call) ? 'recorded' : effects === 1 ? 'done' : 'allowed';
}

/** What is left of the grant, and no more, lets a call run; the others wait for a person. */
async function goOn(h: Harness, bearer: string, isUnused: boolean): Promise<void> {
  let ran = 0;
  h.answer((request) => {
    if (request.method === 'tools/call') ran++;
    return echoServer(request);
  });
  for (const expected of [isUnused ? 1 : 0, isUnused ? 1 : 0]) {
    const before = ran;
    const answer = await h.pipeline.run(callOf('tools/call', { bearer, params: { name: 'write_note', arguments: { text: 'x' } } }));
    expect(ran).toBe(expected);
    if (ran === before) expect(answer).toMatchObject({ type: 'denied', code: 'approval_required' });
    else expect(answer.type).toBe('result');
  }
}
