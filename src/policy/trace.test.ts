// What an explanation shows: each rule that could have matched, what it failed on, and the values it saw, unknown ones as null.
import { describe, expect, test } from 'vitest';
import type { TraceStep } from '../call.ts';
import { kinds, type PolicyRule, type PolicySpec, type StoredObject } from '../object/kinds.ts';
import { compilePolicies } from './compile.ts';
import type { DecideInput } from './decide-input.ts';

const NOW = Date.UTC(2026, 0, 5, 12);
const WHO = { org: 'acme', agent: 'bot', agentClass: 'coder', environment: 'prod', user: 'ann', token: undefined };
const CALL: DecideInput = {
  principal: { ...WHO, teams: ['crew', 'night'], roles: ['dev'], labels: {} },
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  capability: { kind: 'tool', name: 'pay' },
  tags: ['eu'],
  args: { amount: 7, note: null, deep: { a: 1 } },
  intent: { intent: 'write', category: 'financial' },
  findings: [{ type: 'pii.email' }, { type: 'flow.web' }],
  risk: 40,
  nowMs: NOW,
  source: '192.0.2.1',
};
/** The same with as little known as can be. */
const BARE: DecideInput = {
  principal: { ...WHO, agentClass: undefined, environment: undefined, user: undefined, teams: [], roles: [], labels: {} },
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  capability: undefined,
};

function policy(rules: Omit<PolicyRule, 'name'>[], more: Partial<PolicySpec> = {}, name = 'p'): StoredObject<'policy'> {
  const spec = { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })), ...more };
  return { kind: 'policy', metadata: { name }, spec };
}
const trace = (rules: Omit<PolicyRule, 'name'>[], input: DecideInput = CALL): readonly TraceStep[] =>
  compilePolicies([policy(rules)], 1).explain(input).trace;
const shop = kinds.server.parse({
  transport: 'http',
  url: 'http://127.0.0.1:1/mcp',
  tags: ['eu'],
  toolTags: { 'pay*': ['money'], p: ['no'] },
});
const server = (spec: typeof shop): StoredObject => ({ kind: 'server', metadata: { name: 'shop' }, spec });

describe('a rule that failed shows the value it failed on', () => {
  const other = ['other'];
  test.each([
    ['agent', { agent: other }, 'bot', 'bot'],
    ['class', { class: other }, 'coder', null],
    ['environment', { environment: other }, 'prod', null],
    ['user', { user: other }, 'ann', null],
    ['team', { team: other }, ['crew', 'night'], []],
    ['role', { role: other }, ['dev'], []],
    ['tool', { tool: other }, { kind: 'tool', name: 'pay' }, null],
    ['prompt', { prompt: other }, { kind: 'tool', name: 'pay' }, null],
    ['resource', { resource: other }, { kind: 'tool', name: 'pay' }, null],
    ['method', { method: other }, 'tools/call', 'tools/call'],
    ['kind', { kind: ['list'] }, 'call', 'call'],
    ['tags', { tags: other }, ['eu'], []],
  ] as [string, PolicyRule['match'], unknown, unknown][])('%s', (matcher, match, known, bare) => {
    const shown = (value: unknown) => ({ rule: 'p/r0', matched: false, failedOn: matcher, values: { [matcher]: value } });
    expect(trace([{ match, effect: 'allow' }])[0]).toEqual(shown(known));
    expect(trace([{ match, effect: 'allow' }], BARE)[0]).toEqual(shown(bare));
  });

  test('of a team or an agent it is not for', () => {
    const objects = [policy([{ match: {}, effect: 'allow' }], { tier: 'team', team: 'other' })];
    const [step] = compilePolicies(objects, 1).explain(CALL).trace;
    expect(step).toMatchObject({ failedOn: 'tier', values: { tier: { agent: 'bot', teams: ['crew', 'night'] } } });
  });

  test('and is not shown where its server matcher failed', () => {
    expect(
      trace([
        { match: { server: ['s*', 'x*'], agent: ['other'] }, effect: 'deny' },
        { match: { server: ['x*'] }, effect: 'deny' },
      ]),
    ).toEqual([
      { rule: 'p/r0', matched: false, failedOn: 'agent', values: { agent: 'bot' } },
      { rule: 'builtin/default', matched: true },
    ]);
  });
});

describe('a rule that asks for what only the call tells shows all of it', () => {
  const RULE: Omit<PolicyRule, 'name'> = {
    match: {
      category: ['x'],
      intent: ['read'],
      findings: ['x'],
      riskAtLeast: 50,
      time: { zone: 'UTC', from: '13:00' },
      source: ['10.0.0.0/8'],
    },
    effect: 'allow',
  };
  const values = {
    category: 'financial',
    intent: 'write',
    findings: ['pii.email', 'flow.web'],
    riskAtLeast: 40,
    time: '2026-01-05T12:00:00.000Z',
    source: '192.0.2.1',
  };

  test('the facts of the call, or null for what is not known', () => {
    expect(trace([RULE])[0]).toEqual({ rule: 'p/r0', matched: false, failedOn: 'category', values });
    const unknown = Object.fromEntries(Object.keys(values).map((name) => [name, null]));
    expect(trace([RULE], { ...BARE, capability: { kind: 'tool', name: 'pay' } })[0]?.values).toEqual(unknown);
    expect(trace([RULE], { ...CALL, intent: { intent: 'write', category: undefined } })[0]?.values).toEqual({ ...values, category: null });
  });

  test.each(['category', 'intent', 'findings', 'riskAtLeast', 'time', 'source'] as const)('alone, where it asks for %s alone', (one) => {
    const rule = { match: { [one]: RULE.match[one] }, effect: 'allow' as const };
    expect(trace([rule])[0]).toEqual({ rule: 'p/r0', matched: false, failedOn: one, values: { [one]: values[one] } });
  });

  test('and what its condition read, absent members as null', () => {
    const read =
      "args.deep.a == 2 || has(args.gone) || args.deep.b == 2 || args.note == 'x' || args.amount.x == 1 || principal.user == 'x'";
    const [step] = trace([{ match: { riskAtLeast: 10 }, when: `args.amount > 500 && (${read})`, effect: 'allow' }]);
    expect(step).toMatchObject({ failedOn: 'when' });
    expect(step?.values).toEqual({
      riskAtLeast: 40,
      'args.amount': 7,
      'args.amount.x': null,
      'args.deep.a': 1,
      'args.deep.b': null,
      'args.gone': null,
      'args.note': null,
      'principal.user': 'ann',
    });
  });

  test('and nothing of it, where it failed before', () => {
    expect(trace([{ ...RULE, match: { ...RULE.match, agent: ['other'] } }])[0]?.values).toEqual({ agent: 'bot' });
  });

  test('where it matched too; one that saw nothing shows nothing', () => {
    const matched = trace([{ match: { riskAtLeast: 10 }, when: 'args.amount == 7', effect: 'hold' }]);
    expect(matched).toEqual([{ rule: 'p/r0', matched: true, values: { riskAtLeast: 40, 'args.amount': 7 } }]);
    expect(trace([{ match: { agent: ['bot'] }, effect: 'allow' }])).toEqual([{ rule: 'p/r0', matched: true }]);
  });

  test('where it broke too, after those before it; on the hot path without values', () => {
    const rules: Omit<PolicyRule, 'name'>[] = [
      { match: { agent: ['other'] }, effect: 'deny' },
      { match: { riskAtLeast: 10 }, when: 'args.none == 7', effect: 'allow' },
    ];
    const broken = { rule: 'p/r1', matched: false, failedOn: 'error', error: '"none" is absent' };
    expect(trace(rules)).toEqual([
      { rule: 'p/r0', matched: false, failedOn: 'agent', values: { agent: 'bot' } },
      { ...broken, values: { riskAtLeast: 40, 'args.none': null } },
    ]);
    expect(compilePolicies([policy(rules)], 1).decide(CALL).trace).toEqual([broken]);
  });
});

describe('a follow-up of a task', () => {
  const followUp: DecideInput = { ...CALL, method: 'tasks/get' };

  test('is not denied by a condition, and the trace says that it did not match', () => {
    const steps = trace(
      [
        { match: {}, when: 'args.amount > 5', effect: 'deny' },
        { match: {}, effect: 'allow' },
      ],
      followUp,
    );
    expect(steps.map(({ rule, matched, failedOn }) => [rule, matched, failedOn])).toEqual([
      ['p/r0', false, 'when'],
      ['p/r1', true, undefined],
    ]);
  });

  test('is let through by a rule that let the call through on a condition', () => {
    for (const effect of ['allow', 'hold'] as const) {
      const decision = compilePolicies([policy([{ match: {}, when: 'args.none == 1', effect }])], 1).explain(followUp);
      expect(decision).toMatchObject({ effect: 'allow', rule: 'p/r0' });
    }
  });
});

describe('tags', () => {
  const shown = (input: Partial<DecideInput>, spec = shop, more: StoredObject[] = []): unknown =>
    compilePolicies([...more, server(spec), policy([{ match: { tags: ['none'] }, effect: 'allow' }])], 1).explain({
      ...CALL,
      tags: undefined,
      ...input,
    }).trace[0]?.values?.tags;

  test('are those of the server, and those of its tool', () => {
    expect(shown({})).toEqual(['eu', 'money']);
    expect(shown({ capability: { kind: 'tool', name: 'payout' } })).toEqual(['eu', 'money']);
    expect(shown({ capability: { kind: 'tool', name: 'read' } })).toEqual(['eu']);
    expect(shown({ capability: { kind: 'prompt', name: 'pay' } })).toEqual(['eu']);
    expect(shown({ capability: undefined })).toEqual(['eu']);
  });

  test('of a server may be of the server alone, of its tools alone, and none', () => {
    const spec = { transport: 'http', url: 'http://127.0.0.1:1/mcp' };
    expect(shown({}, kinds.server.parse({ ...spec, tags: ['eu'] }))).toEqual(['eu']);
    expect(shown({}, kinds.server.parse({ ...spec, toolTags: { pay: ['money'] } }))).toEqual(['money']);
    expect(shown({}, kinds.server.parse(spec))).toEqual([]);
    expect(shown({ server: 'other' })).toEqual([]);
    expect(shown({ server: undefined })).toEqual([]);
    const agent = { kind: 'agent', metadata: { name: 'shop' }, spec: { tags: ['agent'] } } as unknown as StoredObject;
    expect(shown({}, kinds.server.parse(spec), [agent])).toEqual([]);
  });
});

describe('a window of time', () => {
  const inside = (time: NonNullable<PolicyRule['match']['time']>, ...instants: string[]): boolean[] => {
    const set = compilePolicies([policy([{ match: { time }, effect: 'allow' }])], 1);
    return instants.map((at) => set.decide({ ...CALL, nowMs: Date.parse(at) }).effect === 'allow');
  };

  test('holds from its first minute to the last before its end', () => {
    const times = ['2026-01-05T08:29:59Z', '2026-01-05T08:30:00Z', '2026-01-05T17:44:59Z', '2026-01-05T17:45:00Z'];
    expect(inside({ zone: 'UTC', from: '08:30', to: '17:45' }, ...times)).toEqual([false, true, true, false]);
    expect(inside({ zone: 'UTC', to: '08:30' }, '2026-01-05T00:00:00Z', ...times)).toEqual([true, true, false, false, false]);
    expect(inside({ zone: 'UTC', from: '08:30' }, ...times, '2026-01-05T23:59:59Z')).toEqual([false, true, true, true, true]);
  });

  test('over midnight belongs to the day on which it begins', () => {
    const night = { zone: 'UTC', from: '22:00', to: '06:00', weekdays: ['mon' as const] };
    const times = ['2026-01-05T21:59:00Z', '2026-01-05T22:00:00Z', '2026-01-06T05:59:00Z', '2026-01-06T06:00:00Z', '2026-01-06T22:00:00Z'];
    expect(inside(night, '2026-01-05T05:00:00Z', ...times)).toEqual([false, false, true, true, false, false]);
  });

  test('from a time to the same time is the whole day that follows', () => {
    const day = { zone: 'UTC', from: '08:00', to: '08:00', weekdays: ['mon' as const] };
    expect(inside(day, '2026-01-05T07:59:00Z', '2026-01-05T08:00:00Z', '2026-01-06T07:59:00Z', '2026-01-06T08:00:00Z')).toEqual([
      ...[false, true, true, false],
    ]);
  });

  test('is read in its zone, on every day of the week', () => {
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    for (const [i, day] of days.entries()) {
      const at = (plus: number): string => new Date(Date.UTC(2026, 0, 4 + i + plus, 23, 30)).toISOString();
      expect(inside({ zone: 'Europe/Berlin', weekdays: [day] }, at(-1), at(0), at(1)), day).toEqual([false, true, false]);
    }
  });
});
