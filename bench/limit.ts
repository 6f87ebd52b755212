// `npm run -s node -- bench/limit.ts`: what the limit rows cost a call with 0, 10 and 1,000 limits, and what a quota costs on the embedded store.
// Limits are spread as in practice: most name one agent or one tool, a few are about everybody. Prints microseconds a call.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Principal } from '../src/call.ts';
import { systemClock } from '../src/lib/clock.ts';
import { ProcessRates } from '../src/limit/gcra.ts';
import { compileLimits } from '../src/limit/limit-set.ts';
import { Limiter } from '../src/limit/limiter.ts';
import type { Subject } from '../src/limit/rule.ts';
import { kinds, type StoredObject } from '../src/object/kinds.ts';
import { openSqliteStore } from '../src/store/sqlite/store.ts';

const CALLS = 200_000;
const QUOTA_CALLS = 2_000;

const principals: Principal[] = Array.from({ length: 200 }, (_, i) => ({
  org: 'acme',
  agent: `agent-${i}`,
  agentClass: 'support',
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: undefined,
  token: `token-${i}`,
  inScope: () => true,
}));

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-limit-'));
const store = await openSqliteStore({ dataDir: folder });
try {
  await store.objects.createOrganization('acme');
  const limiter = new Limiter({ clock: systemClock, rates: new ProcessRates(() => performance.now()), quotas: store.limits.quotas });
  for (const count of [0, 10, 1_000]) {
    const set = compileLimits(Array.from({ length: count }, (_, i) => limitNumber(i)));
    const cost = (): number => {
      const began = performance.now();
      for (let i = 0; i < CALLS; i++) {
        if (set.isEmpty) continue;
        const subject = subjectNumber(i);
        const hold = limiter.newHold();
        for (const found of [set.ofCaller(subject), set.ofTarget(subject)]) {
          if (found.length > 0) limiter.take('acme', found, subject, undefined, hold);
        }
        hold.leavePlaces();
      }
      return ((performance.now() - began) * 1000) / CALLS;
    };
    cost();
    console.log(`${String(count).padStart(5)} limits: ${Math.min(cost(), cost(), cost()).toFixed(2)} µs a call`);
  }
  const quota = compileLimits([limit('quota', { per: ['agent'], quota: { max: 1_000_000, windowMs: 3_600_000 } })]);
  for (const abreast of [1, 16]) {
    const began = performance.now();
    await Promise.all(Array.from({ length: abreast }, () => reserveInTurn(limiter, QUOTA_CALLS / abreast)));
    console.log(`one quota, ${abreast} at once: ${(((performance.now() - began) * 1000) / QUOTA_CALLS).toFixed(0)} µs a call`);
  }
  async function reserveInTurn(on: Limiter, calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) {
      const subject = subjectNumber(i);
      await on.take('acme', quota.ofCaller(subject), subject, undefined, on.newHold());
    }
  }
} finally {
  await store.lifecycle.close();
  rmSync(folder, { recursive: true, force: true });
}

function limit(name: string, spec: object): StoredObject<'limit'> {
  return { kind: 'limit', metadata: { name }, spec: kinds.limit.parse(spec) };
}

function limitNumber(i: number): StoredObject<'limit'> {
  const rate = { rate: { max: 1_000_000, windowMs: 1_000 } };
  if (i % 10 === 0 && i < 50) return limit(`l${i}`, { per: ['agent'], ...rate, concurrency: 1_000 });
  if (i % 2 === 0) return limit(`l${i}`, { match: { tool: [`tool-${i}`] }, per: ['agent'], ...rate });
  return limit(`l${i}`, { match: { agent: [`agent-${i % 200}`] }, ...rate });
}

function subjectNumber(i: number): Subject {
  return {
    principal: principals[i % principals.length] as Principal,
    kind: 'call',
    method: 'tools/call',
    server: 'shop',
    tool: `tool-${i % 100}`,
  };
}
