// Two gateways on one PostgreSQL and random races about tickets: approve, refuse, revoke, a freeze, a change of the rule, expiry, and many
// identical calls at once. A grant is used at most once, and nothing runs without one. Seeded: a failure names its round.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reviewer } from '../../src/approval/ticket.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { callOf, type Harness, harness } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

/** Rounds; SALLYPORT_RACES asks for more. */
const ROUNDS = Number(process.env.SALLYPORT_RACES ?? 150);
const HOUR_MS = 3_600_000;
const writer = tokenObject('writer', 'writer');
const held: PolicyRule = { name: 'held', match: { kind: ['call'] }, effect: 'hold', reason: 'A person looks.' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };
const freeze: StoredObject = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'writer' }, reason: 'race' } };

let place: Place;
const clocks = [new ManualClock(), new ManualClock()];
const replicas: Harness[] = [];

beforeAll(async () => {
  place = await freshPlace('postgres');
  await place.seed(agentObject('writer'), writer.object, httpServer('notes', 'http://127.0.0.1:9'), policyObject('p', [held, rest]));
  for (const clock of clocks) replicas.push(await harness({ dataDir: place.dataDir, databaseUrl: place.databaseUrl ?? '', clock }));
}, 120_000);
afterAll(async () => {
  for (const replica of replicas) await replica.close();
  await place?.remove();
});

/** Mulberry32. */
function random(seedNumber: number): () => number {
  let state = seedNumber;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

it(`in ${ROUNDS} rounds no grant is used twice, and nothing runs without one`, { timeout: 600_000 }, async () => {
  for (let round = 0; round < ROUNDS; round++) await race(round);
  await checkLog();
});

async function race(round: number): Promise<void> {
  const next = random(round + 1);
  const pick = (): Harness => replicas[next() < 0.5 ? 0 : 1] as Harness;
  const text = `round ${round}`;
  const call = async (h: Harness) =>
    h.pipeline.run(callOf('tools/call', { bearer: writer.token, params: { name: 'write_note', arguments: { text } } }));
  const first = await call(pick());
  if (first.type !== 'denied' || !first.approval) throw new Error(`round ${round}: ${JSON.stringify(first)}`);
  const { id } = first.approval;
  const { org } = pick();
  const by = (operator: string): Reviewer => ({ operator, user: undefined, teams: [], roles: [] });
  const isApprovedFirst = next() < 0.5;
  if (isApprovedFirst) await pick().approvals.vote(org, id, by('first'), 'approve', undefined);
  const other = next();
  const steps: (() => Promise<unknown>)[] = Array.from({ length: 4 }, () => () => call(pick()));
  steps.push(() => pick().approvals.vote(org, id, by('second'), 'approve', undefined));
  if (other < 0.2) steps.push(() => pick().approvals.vote(org, id, by('third'), 'refuse', 'no'));
  else if (other < 0.4) steps.push(() => pick().approvals.revoke(org, id, 'fourth', undefined));
  else if (other < 0.6) steps.push(() => seed(pick().core, org, [freeze]));
  else if (other < 0.8) steps.push(() => seed(pick().core, org, [policyObject('p', [{ ...held, reason: text }, rest])]));
  else steps.push(async () => clocks.map((clock) => clock.advance(HOUR_MS)));
  steps.sort(() => next() - 0.5);
  await Promise.all(steps.map((step) => step()));
  if (other >= 0.4 && other < 0.6) await lift(org);
  const ran = replicas.flatMap(({ sent }) => sent).filter(({ params }) => (params?.arguments as { text?: string })?.text === text).length;
  expect(ran, `round ${round}, ${id}`).toBeLessThanOrEqual(1);
}

async function lift(org: string): Promise<void> {
  const { core } = replicas[0] as Harness;
  const entry = core.log.entry(org, { type: 'object', fields: { timeMs: core.clock.nowMs(), author: 'test', changes: [] } });
  const write = { kind: 'freeze', name: 'stop', document: undefined, expectedRevision: undefined };
  await core.store.objects.write(org, [write], 'test', core.clock.nowMs(), entry);
}

/** Every call that ran used up a grant, granted before, in its own name; no grant was used by two. */
async function checkLog(): Promise<void> {
  const granted = new Set<unknown>();
  const consumed = new Map<unknown, unknown>();
  let ran = 0;
  for (const { content, seq } of await (replicas[0] as Harness).entries()) {
    const at = `entry ${seq}`;
    if (content.event === 'approval' && content.what === 'granted') granted.add(content.ticket);
    if (content.event === 'approval' && content.what === 'consumed') {
      expect(granted.has(content.ticket), at).toBe(true);
      expect(consumed.has(content.ticket), at).toBe(false);
      consumed.set(content.ticket, content.call);
    }
    if (content.type !== 'decision' || content.tool !== 'write_note' || content.effect !== 'allow') continue;
    expect(consumed.get(content.approval), at).toBe(content.call);
    ran++;
  }
  expect(ran).toBeGreaterThan(ROUNDS / 10);
  expect(ran).toBeLessThan(ROUNDS);
}
