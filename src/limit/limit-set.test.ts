// What applies to a call is what looking at every limit finds, asked before or not, in whatever order.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limitObject } from '../../test/support/limits.ts';
import type { Principal } from '../call.ts';
import { compileLimits } from './limit-set.ts';
import type { CompiledLimit, Subject } from './rule.ts';

function some(...values: string[]): fc.Arbitrary<string[] | undefined> {
  return fc.option(fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 });
}

const limitArb = fc.record({
  match: fc
    .record({
      agent: some('a1', 'A2', 'a*'),
      class: some('c1', 'c?'),
      user: some('u1', 'u*'),
      token: some('k1'),
      team: some('t1', 't*'),
      environment: some('dev'),
      server: some('s1', 's*', '__proto__'),
      tool: some('read', 'READ*', '__proto__'),
    })
    .map((match) => Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined))),
  per: fc.subarray(['agent', 'class', 'user', 'token', 'server', 'tool'] as const),
  part: fc.constantFrom(
    { rate: { max: 5, windowMs: 1_000 } },
    { concurrency: 2 },
    { onRequest: true, quota: { max: 9, windowMs: 60_000 } },
    { concurrency: 2, quota: { max: 9, windowMs: 60_000, errors: 'count' as const } },
  ),
});

const principalArb: fc.Arbitrary<Principal> = fc.record({
  org: fc.constantFrom('acme', 'beta'),
  agent: fc.constantFrom('a1', 'a2', 'b1'),
  agentClass: fc.constantFrom('c1', undefined),
  environment: fc.constantFrom('dev', undefined),
  teams: fc.subarray(['t1', 't2']),
  roles: fc.constant([]),
  labels: fc.constant({}),
  user: fc.constantFrom('u1', 'x', undefined),
  token: fc.constantFrom('k1', 'k2', undefined),
  inScope: fc.constant(() => true),
});

const askedArb = fc.record({
  who: fc.nat(2),
  server: fc.constantFrom('s1', 's2', '__proto__', 'constructor', undefined),
  tool: fc.constantFrom('read', 'Read_all', 'write', '__proto__', 'toString', undefined),
  method: fc.constantFrom('tools/call', 'tools/list', 'tasks/get'),
});

const namesOf = (limits: readonly CompiledLimit[]): string[] => limits.map(({ name }) => name).sort();

it('the index leaves out no limit that applies, and what it remembers is said of nobody else', () => {
  fc.assert(
    fc.property(
      fc.array(limitArb, { maxLength: 6 }),
      fc.array(principalArb, { minLength: 3, maxLength: 3 }),
      fc.array(askedArb, { maxLength: 40 }),
      (limits, principals, questions) => {
        const objects = limits.map(({ part, ...spec }, at) => limitObject(`l${at}`, { ...spec, ...part }));
        const set = compileLimits(objects);
        for (const { who, ...rest } of questions) {
          const subject: Subject = { principal: principals[who] as Principal, kind: 'call', ...rest };
          const applying = set.all.filter((limit) => !limit.spec.onRequest && limit.appliesTo(subject));
          expect(namesOf(set.ofCaller(subject))).toEqual(
            namesOf(applying.filter(({ needsTarget, rate, concurrency }) => !needsTarget && (rate || concurrency !== undefined))),
          );
          expect(namesOf(set.ofTarget(subject))).toEqual(namesOf(applying.filter(({ needsTarget, quota }) => needsTarget || quota)));
          // Keys of a set that was never asked about anybody.
          const fresh = compileLimits(objects);
          for (const { name, keysOf } of set.all)
            expect(keysOf(subject)).toEqual(fresh.get(name)?.keysOf({ ...subject, principal: { ...subject.principal } }));
        }
      },
    ),
    { numRuns: 500 },
  );
});
