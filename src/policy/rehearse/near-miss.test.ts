// What would have passed: told in the words of the rules, one thing at a time, and to agents about their own arguments alone.
import { describe, expect, test } from 'vitest';
import type { PolicyRule, PolicySpec, StoredObject } from '../../object/kinds.ts';
import { compilePolicies, type PolicySet } from '../compile.ts';
import type { DecideInput } from '../decide-input.ts';
import { MAX_CLOCK_LOOKS, MAX_NEAR_MISSES, MAX_PUBLIC_TRIES, MAX_TRIES, nearMisses, publicNearMiss } from './near-miss.ts';
import { TIME_STEPS } from './next-time.ts';

type Drafted = Omit<PolicyRule, 'name'>;

function setOf(rules: Drafted[], more: Partial<PolicySpec> = {}): PolicySet {
  const spec: PolicySpec = { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })), ...more };
  return compilePolicies([{ kind: 'policy', metadata: { name: 'p' }, spec } as StoredObject], 1);
}

const CALL: DecideInput = {
  principal: {
    ...{ org: 'acme', agent: 'bot', agentClass: undefined, environment: 'dev', teams: ['crew'], roles: [], labels: { tier: 'silver' } },
    ...{ user: 'ann', token: undefined },
  },
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  capability: { kind: 'tool', name: 'pay' },
  args: { amount: 700 },
  intent: { intent: 'destructive', category: 'money' },
  findings: [{ type: 'pii.email' }],
  risk: 80,
  nowMs: Date.UTC(2026, 0, 5, 12),
  source: '192.0.2.1',
};
const told = (rules: Drafted[], input: Partial<DecideInput> = {}, more: Partial<PolicySpec> = {}): string[] =>
  nearMisses(setOf(rules, more), { ...CALL, ...input }).map(({ condition, effect, rule }) => `${condition} ⇒ ${effect} by ${rule}`);
const ALL: Drafted = { match: {}, effect: 'allow' };

describe('an operator is told', () => {
  test('nothing, where the request was let through', () => {
    expect(told([ALL])).toEqual([]);
    // Nor what would have had it held.
    expect(told([{ match: {}, when: 'args.amount > 1000', effect: 'hold' }, ALL])).toEqual([]);
  });

  test('of a rule that would hold, what it does not match by', () => {
    expect(told([{ match: { intent: ['read'] }, effect: 'hold' }])).toEqual(['intent read ⇒ hold by p/r0']);
  });

  test('nothing by conditions that cannot be read, nor together with what no request can bring along', () => {
    expect(told([{ match: {}, when: 'args.amount <', effect: 'deny' }])).toEqual([]);
    for (const when of ['principal.token == "x" && args.amount <= 500', 'args.amount <= 500 && principal.token == "x"'])
      expect(told([{ match: {}, when, effect: 'allow' }])).toEqual([]);
  });

  test('of what is hidden, from whom it is not', () => {
    expect(told([{ match: { environment: ['dev'] }, effect: 'hide' }, ALL])).toEqual(['not environment dev ⇒ allow by p/r1']);
    expect(told([{ match: {}, effect: 'hide' }, ALL])).toEqual([]);
  });

  test('so much as is found within the tries there are, and not one decision more is made', () => {
    const many = Array.from({ length: 300 }, (_, i) => ({
      match: {},
      when: `args.a${i} == 1 && args.b${i} == 2`,
      effect: 'deny' as const,
    }));
    const set = setOf(many.map((rule) => ({ ...rule, when: `has(args.x) && ${rule.when.replaceAll(' && ', ' || ')}` })));
    let decided = 0;
    const counting: PolicySet = {
      ...set,
      decide: (input) => {
        decided++;
        return set.decide(input);
      },
    };
    expect(nearMisses(counting, CALL)).toEqual([]);
    expect(decided).toBe(MAX_TRIES + 1);
  });

  test('the comparison of a condition that fails, and of one that denies its opposite', () => {
    expect(told([{ match: {}, when: 'args.amount <= 500', effect: 'allow' }])).toEqual(['args.amount <= 500 ⇒ allow by p/r0']);
    expect(told([{ match: {}, when: 'args.amount > 500', effect: 'deny' }, ALL])).toEqual(['args.amount <= 500 ⇒ allow by p/r1']);
    expect(told([{ match: {}, when: 'args.amount <= 500', effect: 'hold' }])).toEqual(['args.amount <= 500 ⇒ hold by p/r0']);
    expect(told([{ match: {}, when: 'has(args.note) && args.amount > 0', effect: 'allow' }])).toEqual([
      'args.note is given ⇒ allow by p/r0',
    ]);
  });

  test('of a hold what lets through, and nothing that holds as well', () => {
    const held: Drafted = { match: {}, effect: 'hold' };
    expect(told([{ match: {}, when: 'args.amount <= 500', effect: 'allow' }, held])).toEqual(['args.amount <= 500 ⇒ allow by p/r0']);
    expect(told([held])).toEqual([]);
    expect(told([{ match: {}, when: 'args.amount <= 500', effect: 'hold' }, held])).toEqual([]);
  });

  test('what must hold together, where one alone does not do', () => {
    const when = 'args.amount <= 500 && args.currency == "USD"';
    expect(told([{ match: {}, when, effect: 'allow' }])).toEqual(['args.amount <= 500 and args.currency == "USD" ⇒ allow by p/r0']);
    expect(told([{ match: {}, when: 'args.amount > 1 && args.amount <= 500', effect: 'allow' }])).toEqual([
      'args.amount <= 500 ⇒ allow by p/r0',
    ]);
  });

  test('of labels, class and definition as conditions name them', () => {
    expect(told([{ match: {}, when: 'principal.labels.tier == "gold"', effect: 'allow' }])).toEqual([
      'principal.labels.tier == "gold" ⇒ allow by p/r0',
    ]);
    expect(told([{ match: {}, when: 'principal.class == "coder"', effect: 'allow' }])).toEqual([
      'principal.class == "coder" ⇒ allow by p/r0',
    ]);
    expect(told([{ match: {}, when: 'principal.environment == "prod"', effect: 'allow' }])).toHaveLength(1);
    expect(told([{ match: {}, when: 'principal.agent == "other"', effect: 'allow' }])).toHaveLength(1);
    expect(told([{ match: {}, when: 'tool.annotations.readOnlyHint == true', effect: 'allow' }])).toHaveLength(1);
    expect(told([{ match: {}, when: 'facts.agent.calls > 5', effect: 'allow' }])).toHaveLength(1);
    expect(told([{ match: {}, when: 'tool.name == "other"', effect: 'allow' }])).toEqual([]);
    expect(told([{ match: {}, when: 'principal.token == "x"', effect: 'allow' }])).toEqual([]);
  });

  test.each([
    [{ agent: ['other', 'x*'] }, ['agent other or x* ⇒ allow by p/r0']],
    [{ class: ['coder'] }, ['class coder ⇒ allow by p/r0']],
    [{ team: ['night'] }, ['team night ⇒ allow by p/r0']],
    [{ role: ['dev'] }, ['role dev ⇒ allow by p/r0']],
    [{ user: ['ben'] }, ['user ben ⇒ allow by p/r0']],
    [{ environment: ['prod'] }, ['environment prod ⇒ allow by p/r0']],
    [{ tags: ['eu'] }, ['tags eu ⇒ allow by p/r0']],
    [{ intent: ['read'] }, ['intent read ⇒ allow by p/r0']],
    [{ category: ['docs'] }, ['category docs ⇒ allow by p/r0']],
    [{ findings: ['none'] }, ['findings none ⇒ allow by p/r0']],
    [{ riskAtLeast: 90 }, ['risk >= 90 ⇒ allow by p/r0']],
    [{ source: ['10.0.0.0/8'] }, ['source 10.0.0.0/8 ⇒ allow by p/r0']],
    [{ time: { zone: 'UTC', from: '13:00' } }, ['time 13:00–24:00 UTC, for example at 2026-01-05T13:00:00.000Z ⇒ allow by p/r0']],
    [
      { time: { zone: 'Europe/Berlin', weekdays: ['tue', 'wed'] } },
      ['time tue, wed Europe/Berlin, for example at 2026-01-05T23:00:00.000Z ⇒ allow by p/r0'],
    ],
    [{ server: ['other'] }, []],
    [{ tool: ['other'] }, []],
    [{ method: ['other'] }, []],
    [{ kind: ['read'] }, []],
    [{ agent: ['other'], user: ['ben'], role: ['dev'] }, []],
  ] as [PolicyRule['match'], string[]][])('the one matcher of an allowance that fails: %j', (match, expected) => {
    expect(told([{ match, effect: 'allow' }])).toEqual(expected);
  });

  test.each([
    [{ intent: ['destructive', 'write'] }, ['not intent destructive or write ⇒ allow by p/r1']],
    [{ category: ['m*'] }, ['not category m* ⇒ allow by p/r1']],
    [{ findings: ['pii.*'] }, ['not findings pii.* ⇒ allow by p/r1']],
    [{ riskAtLeast: 80 }, ['not risk >= 80 ⇒ allow by p/r1']],
    [{ riskAtLeast: 0 }, []],
    [{ agent: ['b*', 'x'] }, ['not agent b* or x ⇒ allow by p/r1']],
    [{ agent: ['*'] }, []],
    [{ class: ['coder'] }, ['not class coder ⇒ allow by p/r1']],
    [{ team: ['night', 'cr*'] }, ['not team night or cr* ⇒ allow by p/r1']],
    [{ role: ['contractor'] }, ['not role contractor ⇒ allow by p/r1']],
    [{ user: ['ann'] }, ['not user ann ⇒ allow by p/r1']],
    [{ environment: ['*'] }, ['not environment * ⇒ allow by p/r1']],
    [{ source: ['192.0.2.0/24', '2001:db8::/32'] }, ['not source 192.0.2.0/24 or 2001:db8::/32 ⇒ allow by p/r1']],
    [{ source: ['0.0.0.0/0', '::/0'] }, []],
    [{ agent: ['bot'], role: ['contractor'] }, ['not agent bot ⇒ allow by p/r1', 'not role contractor ⇒ allow by p/r1']],
    [
      { time: { zone: 'UTC', from: '08:00', to: '12:30' } },
      ['not time 08:00–12:30 UTC, for example at 2026-01-05T12:30:00.000Z ⇒ allow by p/r1'],
    ],
  ] as [PolicyRule['match'], string[]][])('the matcher of a denial, or of a hold, that holds: %j', (match, expected) => {
    const caller = { principal: { ...CALL.principal, agentClass: 'coder', roles: ['dev', 'contractor'] } };
    expect(told([{ match, effect: 'deny' }, ALL], caller)).toEqual(expected);
    expect(told([{ match, effect: 'hold' }, ALL], caller)).toEqual(expected);
    // Two that stand in the way: none of them alone.
    expect(told([{ match, effect: 'deny' }, { match: {}, effect: 'deny' }, ALL], caller)).toEqual([]);
  });

  test('of whose policy it is', () => {
    expect(told([ALL], {}, { tier: 'team', team: 'night' })).toEqual(['team night ⇒ allow by p/r0']);
    expect(told([ALL], {}, { tier: 'agent', agent: 'other' })).toEqual(['agent other ⇒ allow by p/r0']);
    expect(told([{ match: { user: ['ben'] }, effect: 'allow' }], {}, { tier: 'team', team: 'night' })).toEqual([
      'user ben and team night ⇒ allow by p/r0',
    ]);
    const policies = [
      {
        kind: 'policy',
        metadata: { name: 'crew' },
        spec: { order: 1, tier: 'team', team: 'crew', rules: [{ name: 'no', match: {}, effect: 'deny' }] },
      },
      {
        kind: 'policy',
        metadata: { name: 'own' },
        spec: { order: 1, tier: 'agent', agent: 'bot', rules: [{ name: 'no', match: {}, effect: 'deny' }] },
      },
      { kind: 'policy', metadata: { name: 'all' }, spec: { order: 1, rules: [{ name: 'yes', ...ALL }] } },
    ] as unknown as StoredObject[];
    const without = (name: string) =>
      nearMisses(
        compilePolicies(
          policies.filter(({ metadata }) => metadata.name !== name),
          1,
        ),
        CALL,
      );
    expect(without('own')).toEqual([{ condition: 'not team crew', effect: 'allow', rule: 'all/yes' }]);
    expect(without('crew')).toEqual([{ condition: 'not agent bot', effect: 'allow', rule: 'all/yes' }]);
  });

  test('of a call that is held, at which time it would be let through', () => {
    const office = { zone: 'Europe/Berlin', from: '09:00', to: '17:00' };
    const held: Drafted = { match: {}, effect: 'hold' };
    const evening = { nowMs: Date.UTC(2026, 0, 5, 20) };
    expect(told([{ match: { time: office }, effect: 'allow' }, held], evening)).toEqual([
      'time 09:00–17:00 Europe/Berlin, for example at 2026-01-06T08:00:00.000Z ⇒ allow by p/r0',
    ]);
    expect(told([{ match: { time: { ...office, from: '17:00', to: '09:00' } }, effect: 'hold' }, ALL], evening)).toEqual([
      'not time 17:00–09:00 Europe/Berlin, for example at 2026-01-06T08:00:00.000Z ⇒ allow by p/r1',
    ]);
    const when = "now.getHours('Europe/Berlin') < 9 || now.getHours('Europe/Berlin') >= 17";
    const next = 'another time, for example at 2026-01-06T08:00:00.000Z ⇒ allow by p/r1';
    expect(told([{ match: {}, when, effect: 'hold' }, ALL], evening)).toEqual([next]);
    expect(told([{ match: {}, when, effect: 'deny' }, ALL], evening)).toEqual([next]);
    expect(told([{ match: {}, when: `!(${when})`, effect: 'allow' }, held], evening)).toEqual([next.replace('r1', 'r0')]);
    // No time would do.
    expect(told([{ match: {}, when: 'now.getHours() >= 0', effect: 'hold' }, ALL], evening)).toEqual([]);
  });

  test('of windows of minutes, in matchers and conditions, in any zone', () => {
    const night = { nowMs: Date.UTC(2026, 0, 5, 2, 3, 7) };
    const window = (zone: string, from: string, to: string): Drafted => ({ match: { time: { zone, from, to } }, effect: 'allow' });
    const at = (rule: Drafted) => told([rule], night).map((text) => text.replace(/.*for example at (\S+) ⇒.*/, '$1'));
    expect(at(window('UTC', '09:10', '09:11'))).toEqual(['2026-01-05T09:10:00.000Z']);
    expect(at(window('Asia/Kathmandu', '09:10', '09:15'))).toEqual(['2026-01-05T03:25:00.000Z']);
    expect(at(window('Australia/Eucla', '23:59', '00:04'))).toEqual(['2026-01-05T15:14:00.000Z']);
    expect(at({ match: { time: { zone: 'UTC', weekdays: ['mon'], from: '02:00', to: '02:02' } }, effect: 'allow' })).toEqual([
      '2026-01-12T02:00:00.000Z',
    ]);
    // A break in what is denied for all the rest of the day.
    const rest: Drafted = { match: { time: { zone: 'UTC', from: '12:07', to: '12:01' } }, effect: 'deny' };
    expect(told([rest, ALL], night)).toEqual(['not time 12:07–12:01 UTC, for example at 2026-01-05T12:01:00.000Z ⇒ allow by p/r1']);
    const when = (text: string): Drafted => ({ match: {}, when: text, effect: 'allow' });
    expect(at(when('now.getHours() == 5 && now.getMinutes() >= 41 && now.getMinutes() < 44'))).toEqual(['2026-01-05T05:41:00.000Z']);
    expect(at(when('now.getHours() == 5 && now.getMinutes() > 41 && now.getMinutes() < 44'))).toEqual(['2026-01-05T05:42:00.000Z']);
    const once = "now >= timestamp('2026-03-01T07:08:09Z') && now < timestamp('2026-03-01T07:09:00Z')";
    expect(at(when(once))).toEqual(['2026-03-01T07:08:09.000Z']);
  });

  test('of two matchers on the caller together, where neither alone does', () => {
    const both: Drafted = { match: { role: ['refunds'], environment: ['production'] }, effect: 'allow' };
    expect(told([both])).toEqual(['role refunds and environment production ⇒ allow by p/r0']);
    expect(told([{ ...both, effect: 'hold' }])).toEqual(['role refunds and environment production ⇒ hold by p/r0']);
    const own = { tier: 'agent', agent: 'other' } as const;
    expect(told([{ match: { source: ['10.0.0.0/8'] }, effect: 'allow' }], {}, own)).toEqual([
      'source 10.0.0.0/8 and agent other ⇒ allow by p/r0',
    ]);
    // One that does alone is told alone.
    expect(told([both, { match: { user: ['ben'] }, effect: 'allow' }])).toEqual(['user ben ⇒ allow by p/r1']);
    // Three are too many, and what is asked for is not changed.
    expect(told([{ match: { ...both.match, user: ['ben'] }, effect: 'allow' }])).toEqual([]);
    expect(told([{ match: { ...both.match, tool: ['refund'] }, effect: 'allow' }])).toEqual([]);
    // Nor is it true where another rule stands in the way.
    expect(told([{ match: {}, effect: 'deny' }, both])).toEqual([]);
    const hired = { roles: ['refunds'] };
    expect(told([{ ...both, match: { ...both.match, user: ['ben'] } }], { principal: { ...CALL.principal, ...hired } })).toEqual([
      'environment production and user ben ⇒ allow by p/r0',
    ]);
  });

  test('of one matcher on the caller and what the condition asks for', () => {
    const rule: Drafted = { match: { role: ['refunds'] }, when: "principal.environment == 'production'", effect: 'allow' };
    expect(told([rule])).toEqual(['role refunds and principal.environment == "production" ⇒ allow by p/r0']);
    expect(told([{ ...rule, when: 'args.amount <= 500' }])).toEqual(['role refunds and args.amount <= 500 ⇒ allow by p/r0']);
  });

  test('of the teams and roles that a condition asks for: those it names, those there are, and those the caller has', () => {
    const known = { roles: ['ops-eu', 'ops-us', 'admin'], teams: ['night'] };
    const CREW = { ...CALL, principal: { ...CALL.principal, roles: ['dev', 'contractor'] } };
    const miss = (rules: Drafted[], input: Partial<DecideInput> = {}) =>
      nearMisses(setOf(rules), { ...CREW, ...input }, known).map(({ condition, effect }) => `${condition} ⇒ ${effect}`);
    expect(miss([{ match: {}, when: "'admin' in principal.roles", effect: 'allow' }])).toEqual(['"admin" in principal.roles ⇒ allow']);
    expect(miss([{ match: {}, when: "'contractor' in principal.roles", effect: 'deny' }, ALL])).toEqual([
      '"contractor" not in principal.roles ⇒ allow',
      'principal.roles.size() == 0 ⇒ allow',
    ]);
    expect(miss([{ match: {}, when: "!('crew' in principal.teams)", effect: 'allow' }])).toEqual(['"crew" not in principal.teams ⇒ allow']);
    expect(miss([{ match: {}, when: "principal.roles.exists(r, r.startsWith('ops-'))", effect: 'allow' }])).toEqual([
      '"ops-" in principal.roles ⇒ allow',
      '"ops-eu" in principal.roles ⇒ allow',
      '"ops-us" in principal.roles ⇒ allow',
    ]);
    expect(miss([{ match: {}, when: 'principal.roles.size() == 3 && principal.teams.size() == 1', effect: 'allow' }])).toHaveLength(3);
    expect(miss([{ match: {}, when: "args.amount <= 500 && 'admin' in principal.roles", effect: 'allow' }])).toEqual([
      'args.amount <= 500 and "admin" in principal.roles ⇒ allow',
    ]);
    // What stands in an argument is not repeated.
    const asked = { args: { team: 'secret-team' } };
    expect(miss([{ match: {}, when: 'args.team in principal.teams', effect: 'allow' }], asked)).toEqual([
      'args.team in principal.teams ⇒ allow',
    ]);
    expect(miss([{ match: {}, when: "principal.user == 'nobody'", effect: 'allow' }])).toEqual(['principal.user == "nobody" ⇒ allow']);
  });

  test('nothing of what hides, nothing twice, and so many at most', () => {
    expect(told([{ match: {}, when: 'args.amount > 500', effect: 'hide' } as Drafted])).toEqual([]);
    const twice: Drafted = { match: {}, when: 'args.amount <= 500', effect: 'allow' };
    expect(told([twice, twice])).toEqual(['args.amount <= 500 ⇒ allow by p/r0']);
    const many = Array.from({ length: 15 }, (_, i): Drafted => ({ match: { user: [`u${i}`] }, effect: 'allow' }));
    expect(told(many)).toHaveLength(MAX_NEAR_MISSES);
  });

  test('of a condition that cannot be compiled nothing, and of the others all the same', () => {
    expect(
      told([
        { match: { user: ['cy'] }, when: 'args.', effect: 'allow' },
        { match: { user: ['ben'] }, effect: 'allow' },
      ]),
    ).toEqual(['user ben ⇒ allow by p/r1']);
  });
});

describe('the search ends', () => {
  /** Three comparisons that are tried in vain. */
  const vain = (i: number): Drafted => ({
    match: { tool: ['pay'] },
    when: `args.amount == ${10_000 + i} && args.low < 0 && args.low > 0`,
    effect: 'allow',
  });
  const behind = (count: number): Drafted[] => [
    ...Array.from({ length: count }, (_, i) => vain(i)),
    { match: { tool: ['pay'] }, when: 'args.amount <= 500', effect: 'allow' },
  ];
  const found = 'args.amount <= 500';
  const LOW: DecideInput = { ...CALL, args: { amount: 700, low: 1 } };

  test('for an operator after so many tries, and not before', () => {
    // Each rule takes no more than 12 tries and no fewer than 3.
    expect(told(behind(Math.floor(MAX_TRIES / 12) - 1), LOW)).toEqual([`${found} ⇒ allow by p/r${Math.floor(MAX_TRIES / 12) - 1}`]);
    expect(told(behind(Math.ceil(MAX_TRIES / 3)), LOW)).toEqual([]);
  });

  test('for times after so many looks', () => {
    const never = (count: number): Drafted[] =>
      Array.from({ length: count }, () => ({ match: {}, when: 'now.getHours() > 24', effect: 'allow' }));
    const evening: Drafted = { match: {}, when: 'now.getHours() >= 18', effect: 'allow' };
    const looks = Math.floor(MAX_CLOCK_LOOKS / TIME_STEPS);
    expect(told([...never(looks), evening])).toHaveLength(1);
    expect(told([...never(looks + 1), evening])).toEqual([]);
  });

  test('for pairs after so many of a rule', () => {
    const names = Array.from({ length: 40 }, (_, i) => `r${i}`);
    const wide: Drafted = { match: { role: names, environment: names, user: ['ben'] }, effect: 'allow' };
    const many = Array.from({ length: 100 }, () => wide);
    expect(told([...many, { match: { role: ['refunds'], environment: ['production'] }, effect: 'allow' }])).toEqual([
      'role refunds and environment production ⇒ allow by p/r100',
    ]);
  });

  test('for an agent much sooner', () => {
    const said = (count: number) => publicNearMiss(setOf(behind(count)), LOW);
    expect(said(1)).toBe(found);
    expect(said(Math.ceil(MAX_PUBLIC_TRIES / 3))).toBeUndefined();
    expect(told(behind(Math.ceil(MAX_PUBLIC_TRIES / 3)), LOW)).toHaveLength(1);
  });

  test('for an agent with the first that passes, though others would be found', () => {
    const decided: string[] = [];
    const set = setOf([
      { match: { tool: ['pay'] }, when: 'args.amount <= 500', effect: 'allow' },
      { match: { tool: ['pay'] }, when: 'args.note == "x"', effect: 'allow' },
    ]);
    const watched: PolicySet = {
      ...set,
      decide: (input) => {
        decided.push(JSON.stringify(input.args));
        return set.decide(input);
      },
    };
    expect(publicNearMiss(watched, CALL)).toBe(found);
    expect(decided.some((args) => args.includes('note'))).toBe(false);
  });
});

describe('an agent is told', () => {
  const said = (rules: Drafted[], input: Partial<DecideInput> = {}) => publicNearMiss(setOf(rules), { ...CALL, ...input });
  const small: Drafted = { match: { tool: ['pay'] }, when: 'args.amount <= 500', effect: 'allow' };

  test('which of its arguments would pass', () => {
    expect(said([small])).toBe('args.amount <= 500');
    expect(said([{ ...small, when: 'args.amount <= 500 && args.to == "x"' }])).toBe('args.amount <= 500 and args.to == "x"');
    expect(said([{ match: {}, when: 'args.amount > 500', effect: 'deny' }, ALL])).toBe('args.amount <= 500');
  });

  test('nothing that would be held, or that is not about its arguments', () => {
    expect(said([{ ...small, effect: 'hold' }])).toBeUndefined();
    expect(said([{ ...small, when: 'principal.class == "coder"' }])).toBeUndefined();
    expect(
      said([
        { match: { user: ['ben'] }, effect: 'allow' },
        { match: { tool: ['pay'] }, when: 'false', effect: 'allow' },
      ]),
    ).toBeUndefined();
    expect(
      said([
        { ...small, match: { user: ['ben'] } },
        { ...small, effect: 'hold' },
      ]),
    ).toBeUndefined();
  });

  test('nothing of who else may: no role, team, user, agent, class, environment, network or time', () => {
    const only: PolicyRule['match'][] = [
      ...[{ role: ['admin'] }, { team: ['night'] }, { user: ['ben'] }, { agent: ['other'] }, { class: ['coder'] }],
      ...[{ environment: ['prod'] }, { source: ['10.0.0.0/8'] }, { time: { zone: 'UTC', from: '13:00' } }],
    ];
    // Its lists show the tool: by a rule that no call meets.
    const shown: Drafted = { match: { tool: ['pay'] }, when: 'false', effect: 'allow' };
    for (const match of only) {
      expect(told([shown, { match, effect: 'allow' }])).toHaveLength(1);
      expect(said([shown, { match, effect: 'allow' }])).toBeUndefined();
    }
    const own: PolicyRule['match'][] = [{ team: ['crew'] }, { user: ['ann'] }, { agent: ['bot'] }, { environment: ['dev'] }];
    for (const match of own) {
      // Denied by what it is, in calls of this size: lists show the tool.
      const rules: Drafted[] = [
        { match, when: 'args.amount > 600', effect: 'deny' },
        { match: {}, when: 'args.amount > 600', effect: 'allow' },
      ];
      expect(said(rules)).toBeUndefined();
      expect(told(rules).some((text) => text.startsWith('not '))).toBe(true);
    }
    for (const when of ["'admin' in principal.roles", "principal.teams.exists(t, t == 'night')", 'args.team in principal.teams'])
      expect(said([{ match: { tool: ['pay'] }, when, effect: 'allow' }], { args: { team: 'blue' } })).toBeUndefined();
    expect(said([{ match: { tool: ['pay'] }, when: "args.amount <= 500 && 'admin' in principal.roles", effect: 'allow' }])).toBeUndefined();
  });

  test('nothing about what its lists do not show, nor about other requests', () => {
    expect(said([{ match: {}, effect: 'deny' }, small])).toBeUndefined();
    expect(said([small], { capability: { kind: 'tool', name: 'other' } })).toBeUndefined();
    expect(said([small], { capability: undefined })).toBeUndefined();
    expect(said([small], { server: undefined })).toBeUndefined();
    expect(
      said([{ match: {}, when: 'args.amount <= 500', effect: 'allow' }], {
        method: 'prompts/get',
        kind: 'read',
        capability: { kind: 'prompt', name: 'pay' },
      }),
    ).toBeUndefined();
  });
});
