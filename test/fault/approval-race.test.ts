// Two gateways on one PostgreSQL and random races about tickets and standing grants: two reviewers, one reviewer twice, refuse, revoke, a freeze, a
// change of the rule, expiry, and many calls at once. A grant is used at most as often as it may be, and nothing runs without one.
// Seeded: a failure names its lane and round. Each lane is a database of its own; the server lies in memory, for nothing is killed here.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Reviewer } from '../../src/approval/ticket.ts';
import { LogVerifier } from '../../src/audit/verify.ts';
import type { CallOutcome } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import { GatewayError } from '../../src/lib/error.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { callOf, type Harness, harness } from '../support/pipeline-harness.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';

/** Rounds in all; SALLYPORT_RACES asks for more, and SALLYPORT_RACES_FROM begins with a later one: each is what its number makes it. */
const ROUNDS = Number(process.env.SALLYPORT_RACES ?? 150);
const FIRST_ROUND = Number(process.env.SALLYPORT_RACES_FROM ?? 0);
/** Databases in which rounds run at the same time; two gateways on each. */
const LANES = ROUNDS - FIRST_ROUND >= 1_000 ? 6 : 2;
/** Rounds after which what is left over is let expire: an agent has a bounded number of tickets. */
const TIDY_AFTER = 8;
const HOUR_MS = 3_600_000;
const writer = tokenObject('writer', 'writer');
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };
const freeze: StoredObject = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'writer' }, reason: 'race' } };
const operator: StoredObject = {
  kind: 'operator',
  metadata: { name: 'first' },
  spec: { role: 'reviewer', hash: 'ab'.repeat(32), hint: 'so_', createdAt: '1970-01-01T00:00:00Z' },
};

interface Lane {
  n: number;
  quorum: number;
  dataDir: string;
  clocks: ManualClock[];
  replicas: Harness[];
}

let server: TestPostgres;
const lanes: Lane[] = [];
/** Uses that the grants of this run may have, by when they were written. */
const allowed = new Map<string, number>();

beforeAll(async () => {
  server = await startPostgres({ inMemory: true });
  for (let n = 0; n < LANES; n++) {
    const lane: Lane = {
      ...{ n, quorum: 1 + (n % 2), replicas: [], clocks: [new ManualClock(), new ManualClock()] },
      dataDir: mkdtempSync(join(tmpdir(), 'sallyport-race-')),
    };
    const databaseUrl = await server.freshUrl();
    for (const clock of lane.clocks) {
      const objects = [agentObject('writer'), writer.object, operator, httpServer('notes', 'http://127.0.0.1:9'), policyOf(lane, '')];
      const isFirst = lane.replicas.length === 0;
      lane.replicas.push(await harness({ dataDir: lane.dataDir, databaseUrl, clock, ...(isFirst ? { objects } : {}) }));
    }
    lanes.push(lane);
  }
}, 240_000);

afterAll(async () => {
  await Promise.all(lanes.flatMap(({ replicas }) => replicas.map((replica) => replica.close())));
  for (const { dataDir } of lanes) rmSync(dataDir, { recursive: true, force: true });
  await server?.stop();
}, 1_200_000);

function policyOf({ quorum }: Lane, reason: string): StoredObject {
  const held: PolicyRule = { name: 'held', match: { kind: ['call'] }, effect: 'hold', reason: `A person looks. ${reason}` };
  return policyObject('p', [{ ...held, obligations: { approvers: { quorum } } }, rest]);
}

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

it(`in ${ROUNDS} rounds no grant is used too often, and nothing runs without one`, { timeout: 3_600_000 }, async () => {
  const beganMs = performance.now();
  let next = FIRST_ROUND;
  const races = lanes.map(async (lane) => {
    for (let done = 1, round = next++; round < ROUNDS; done++, round = next++) {
      await race(lane, round);
      for (const { sent } of lane.replicas) sent.length = 0;
      if (done % TIDY_AFTER === 0) await tidy(lane);
    }
  });
  await Promise.all(races);
  const seconds = (performance.now() - beganMs) / 1000;
  const totals: Totals = { ran: 0, byGrant: 0, granted: 0, entries: 0 };
  for (const lane of lanes) await checkLog(lane, totals);
  console.log(`${ROUNDS} races in ${seconds.toFixed(1)} s: ${JSON.stringify(totals)}; the database was late ${unavailable} times`);
  expect(totals.ran).toBeGreaterThan((ROUNDS - FIRST_ROUND) / 10);
  expect(totals.byGrant).toBeGreaterThan((ROUNDS - FIRST_ROUND) / 20);
});

interface Round {
  lane: Lane;
  org: string;
  /** Names the round in what calls send. */
  text: string;
  next: () => number;
  pick: () => Harness;
}

async function race(lane: Lane, n: number): Promise<void> {
  const next = random(n + 1);
  const pick = (): Harness => lane.replicas[next() < 0.5 ? 0 : 1] as Harness;
  const round: Round = { lane, org: (lane.replicas[0] as Harness).org, text: `round ${n}`, next, pick };
  try {
    if (next() < 0.25) await raceForGrant(round, n);
    else await raceForTicket(round);
  } catch (error) {
    throw new Error(`lane ${lane.n}, round ${n}: ${String(error)}`, { cause: error });
  }
}

const call = (h: Harness, text: string): Promise<CallOutcome> =>
  h.pipeline.run(callOf('tools/call', { bearer: writer.token, params: { name: 'write_note', arguments: { text } } }));

/** What a gateway says of a database that did not answer in time, as on a busy machine: whoever asked does not know whether it happened, and nothing else is lost. */
const UNAVAILABLE: ReadonlySet<unknown> = new Set(['store_unavailable', 'log_unavailable', 'control_unavailable']);
const MAX_TRIES = 50;
let unavailable = 0;

async function orUnavailable<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof GatewayError) || !UNAVAILABLE.has(error.code)) throw error;
    unavailable++;
    return undefined;
  }
}

/** What a round stands on. */
async function insistently<T>(step: () => Promise<T | undefined>): Promise<T> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const done = await orUnavailable(step);
    if (done !== undefined) return done;
  }
  throw new Error(`the database did not answer in ${MAX_TRIES} tries`);
}

const by = (name: string): Reviewer => ({ operator: name, user: name, teams: [], roles: [] });

async function raceForTicket({ lane, org, text, next, pick }: Round): Promise<void> {
  const first = await insistently(async () => {
    const asked = await call(pick(), text);
    if (asked.type !== 'denied' || (!asked.approval && asked.code !== 'log_unavailable')) throw new Error(JSON.stringify(asked));
    return asked.approval ? { approval: asked.approval } : undefined;
  });
  const { id } = first.approval;
  const vote = (h: Harness, who: string, verdict: 'approve' | 'refuse' = 'approve') =>
    h.approvals.vote(org, id, by(who), verdict, verdict === 'refuse' ? 'no' : undefined);
  if (next() < 0.5) await orUnavailable(() => vote(pick(), 'first'));
  const steps: (() => Promise<unknown>)[] = Array.from({ length: 4 }, () => () => call(pick(), text));
  // Two reviewers, and one of them from both gateways at once.
  const [one, two] = lane.replicas as [Harness, Harness];
  steps.push(
    () => vote(one, 'second'),
    () => vote(two, 'second'),
    () => vote(pick(), 'third'),
  );
  steps.push(
    disturbance({ lane, org, text, next, pick }, [
      () => vote(pick(), 'fourth', 'refuse'),
      () => pick().approvals.revoke(org, id, 'fifth', undefined),
    ]),
  );
  steps.sort(() => next() - 0.5);
  await Promise.all(steps.map(orUnavailable));
  await lift(lane);
  expect(ranOf(lane, text)).toBeLessThanOrEqual(1);
}

async function raceForGrant({ lane, org, text, next, pick }: Round, n: number): Promise<void> {
  const maxUses = 1 + Math.floor(next() * 3);
  const setAt = new Date(1_000 * (n + 1)).toISOString();
  allowed.set(setAt, maxUses);
  const vote = (who: string) => ({ by: who, at: setAt });
  const nowMs = Math.max(...lane.clocks.map((clock) => clock.nowMs()));
  const grant: StoredObject<'grant'> = {
    kind: 'grant',
    metadata: { name: 'some' },
    spec: {
      ...{ agent: 'writer', server: 'notes', tool: 'write_note', reason: 'race', maxUses, setBy: 'first', setAt, votes: [vote('first')] },
      ...{ when: `args.text.startsWith('${text}/')`, until: new Date(nowMs + HOUR_MS / 2).toISOString() },
    },
  };
  const { core } = pick();
  await insistently(() => seed(core, org, [policyOf({ ...lane, quorum: 1 }, text), grant as StoredObject]));
  const steps: (() => Promise<unknown>)[] = Array.from({ length: 6 }, (_, i) => () => call(pick(), `${text}/${i % 5}`));
  steps.push(disturbance({ lane, org, text, next, pick }, [() => remove(lane, 'grant', 'some'), async () => undefined]));
  steps.sort(() => next() - 0.5);
  await Promise.all(steps.map(orUnavailable));
  await lift(lane);
  await remove(lane, 'grant', 'some');
  expect(ranOf(lane, `${text}/`)).toBeLessThanOrEqual(maxUses);
  const other = pick().core;
  await insistently(() => seed(other, org, [policyOf(lane, text)]));
}

/** A freeze, a change of the rule, the end of the time, or one of those that only this kind of round has. */
function disturbance({ lane, org, text, next, pick }: Round, own: readonly (() => Promise<unknown>)[]): () => Promise<unknown> {
  const which = next();
  if (which < 0.2) return () => seed(pick().core, org, [freeze]);
  if (which < 0.4) return () => seed(pick().core, org, [policyOf(lane, `${text}, changed`)]);
  if (which < 0.6) return async () => lane.clocks.map((clock) => clock.advance(HOUR_MS));
  return own[which < 0.8 ? 0 : 1] as () => Promise<unknown>;
}

const ranOf = ({ replicas }: Lane, text: string): number =>
  replicas
    .flatMap(({ sent }) => sent)
    .filter(({ params }) => String((params?.arguments as { text?: string } | undefined)?.text).startsWith(text)).length;

const lift = (lane: Lane): Promise<unknown> => remove(lane, 'freeze', 'stop');

async function remove({ replicas }: Lane, kind: string, name: string): Promise<unknown> {
  const { core, org } = replicas[0] as Harness;
  const entry = core.log.entry(org, { type: 'object', fields: { timeMs: core.clock.nowMs(), author: 'test', changes: [] } });
  const write = { kind, name, document: undefined, expectedRevision: undefined };
  return insistently(() => core.store.objects.write(org, [write], 'test', core.clock.nowMs(), entry));
}

async function tidy({ clocks, replicas }: Lane): Promise<void> {
  for (const clock of clocks) clock.advance(HOUR_MS);
  const { approvals, org } = replicas[0] as Harness;
  const left = await insistently(async () => approvals.expire(org, await approvals.list(org, { live: true, limit: 1_000 })));
  expect(left).toEqual([]);
}

interface Totals {
  ran: number;
  byGrant: number;
  granted: number;
  entries: number;
}

/** Every call that ran used up a grant, granted before by as many different people as it takes, in its own name; nothing was used too often. */
async function checkLog({ replicas, n }: Lane, totals: Totals): Promise<void> {
  const { core, org } = replicas[0] as Harness;
  const verifier = new LogVerifier();
  const quorums = new Map<unknown, unknown>();
  const voters = new Map<unknown, Set<unknown>>();
  const granted = new Set<unknown>();
  const used = new Map<unknown, { by: unknown; at: number }>();
  const usesOf = new Map<string, number>();
  for await (const { seq, header, content: text, hash } of core.store.log.read({ org })) {
    verifier.take(`{"content":${text},"hash":"${hash}","header":${header}}`);
    const content = JSON.parse(text) as Record<string, unknown>;
    const at = `lane ${n}, entry ${seq}`;
    totals.entries++;
    if (content.event === 'approval') {
      const { what, ticket, by: who } = content;
      if (what === 'requested') quorums.set(ticket, content.quorum);
      if (what === 'approved' || what === 'granted') {
        const people = voters.get(ticket) ?? new Set();
        expect(people.has(who), at).toBe(false);
        voters.set(ticket, people.add(who));
      }
      if (what === 'granted') {
        expect(voters.get(ticket)?.size, at).toBe(quorums.get(ticket));
        granted.add(ticket);
        totals.granted++;
      }
      if (what === 'consumed') {
        expect(granted.delete(ticket), at).toBe(true);
        used.set(content.call, { by: ticket, at: seq });
      }
    }
    if (content.event === 'grant') {
      const key = String(content.setAt);
      usesOf.set(key, (usesOf.get(key) ?? 0) + 1);
      used.set(content.call, { by: `grant/${String(content.grant)}`, at: seq });
      totals.byGrant++;
    }
    if (content.type !== 'decision' || content.tool !== 'write_note' || content.effect !== 'allow') continue;
    if (content.judged !== (JSON.parse(header) as { revision: number }).revision) continue;
    expect(used.get(content.call)?.by, at).toBe(content.approval);
    totals.ran++;
  }
  expect(verifier.verdict(), `lane ${n}`).toMatchObject({ state: 'sound' });
  for (const [setAt, uses] of usesOf) expect(uses, `lane ${n}, grant of ${setAt}`).toBeLessThanOrEqual(allowed.get(setAt) ?? 0);
}
