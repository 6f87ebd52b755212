// Recorded calls decided again: what an entry tells of its decision, the request rebuilt from it, and the table of what changed.
import { describe, expect, test } from 'vitest';
import type { StoredEntry } from '../../audit/port.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { PolicyRule, StoredObject } from '../../object/kinds.ts';
import { compilePolicies, type PolicySet } from '../compile.ts';
import { isDecidedByRules, type RecordedDecision, rebuilt as rebuiltFrom, recordedDecision } from './recorded-decision.ts';
import {
  MAX_ROWS,
  PROGRESS_EVERY,
  type ReplayedEntry,
  readsArguments,
  readsDefinitions,
  type SimulationStep,
  simulate,
} from './simulate.ts';

const CONTENT: JsonObject = {
  ...{ type: 'decision', origin: 'agent', judged: 7, call: 'c1', time: '2026-01-05T12:00:00.000Z', surface: 'server/shop' },
  ...{ method: 'tools/call', server: 'shop', tool: 'pay', effect: 'allow', rule: 'p/r', code: 'allowed' },
  principal: { agent: 'bot', class: 'coder', token: 't1', user: 'ann' },
};
const entryOf = (content: JsonObject, header: JsonObject = { revision: 7 }): StoredEntry =>
  ({ seq: 3, content: JSON.stringify(content), header: JSON.stringify(header) }) as StoredEntry;
const recordedOf = (more: JsonObject = {}): RecordedDecision => {
  const found = recordedDecision(entryOf({ ...CONTENT, ...more }));
  if (!found) throw new Error('no decision');
  return found;
};

describe('an entry', () => {
  test('tells the decision as it was made', () => {
    const whole = recordedOf({
      ...{ definition: 'd', arguments: 'a', intent: 'write', category: 'money', source: '192.0.2.1' },
      risk: { score: 40, parts: { novelty: 3 } },
      findings: [{ type: 'pii.email', count: 2, path: '/to' }, { type: 'x' }, { no: 'type' }, 5],
    });
    expect(whole).toMatchObject({
      ...{ seq: 3, call: 'c1', timeMs: Date.UTC(2026, 0, 5, 12), judged: 7, surface: 'server/shop', method: 'tools/call', server: 'shop' },
      principal: { agent: 'bot', agentClass: 'coder', token: 't1', user: 'ann' },
      capability: { kind: 'tool', name: 'pay' },
      ...{ definition: 'd', arguments: 'a', effect: 'allow', rule: 'p/r', code: 'allowed', source: '192.0.2.1' },
      intent: { intent: 'write', category: 'money' },
      risk: { score: 40, parts: { novelty: 3 } },
      findings: [
        { type: 'pii.email', count: 2, where: 'arguments', path: '/to' },
        { type: 'x', count: 1, where: 'arguments', path: undefined },
      ],
    });
    expect(recordedOf({ method: 'elicitation/create', findings: [{ type: 'x' }] }).findings[0]?.where).toBe('question');
  });

  test('says nothing of what it does not hold', () => {
    const bare = recordedOf({ server: undefined as never, tool: undefined as never, principal: { agent: 'bot' } });
    expect(bare).toMatchObject({
      intent: undefined,
      risk: undefined,
      findings: [],
      server: undefined,
      capability: undefined,
      source: undefined,
    });
    expect(bare.principal).toEqual({ agent: 'bot', agentClass: undefined, token: undefined, user: undefined });
    const without = { tool: undefined as never };
    expect(recordedOf({ ...without, prompt: 'p' }).capability).toEqual({ kind: 'prompt', name: 'p' });
    expect(recordedOf({ ...without, resource: 'x:/y' }).capability).toEqual({ kind: 'resource', name: 'x:/y' });
  });

  test('is none that a rehearsal is about when it is another one, void, or not of an agent', () => {
    expect(recordedDecision(entryOf({ ...CONTENT, type: 'outcome' }))).toBeUndefined();
    expect(recordedDecision(entryOf({ type: 'system', text: '"type":"decision"' }))).toBeUndefined();
    expect(recordedDecision(entryOf({ ...CONTENT, type: 'system', why: { type: 'decision' } }))).toBeUndefined();
    expect(recordedDecision(entryOf(CONTENT, { revision: 8 }))).toBeUndefined();
    for (const more of [{ origin: 'server' }, { principal: 'bot' }, { effect: 'other' }])
      expect(recordedDecision(entryOf({ ...CONTENT, ...more }))).toBeUndefined();
    for (const effect of ['allow', 'deny', 'hold']) expect(recordedDecision(entryOf({ ...CONTENT, effect }))?.effect).toBe(effect);
  });

  test('was decided by rules, or before and after them', () => {
    const by = (code: string, rule = 'p/r') => isDecidedByRules(recordedOf({ code, rule }));
    const codes = ['allowed', 'denied_by_rule', 'no_rule_allows', 'policy_error', 'approval_required', 'out_of_scope'];
    expect(codes.map((code) => by(code))).toEqual(codes.map(() => true));
    expect(['frozen', 'limit_exceeded', 'invalid_arguments', 'unauthenticated'].map((code) => by(code))).toEqual(Array(4).fill(false));
    expect([by('unknown_capability'), by('unknown_capability', 'builtin/default')]).toEqual([true, false]);
  });
});

describe('the request', () => {
  const who = {
    org: 'acme',
    agent: 'bot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
  };
  const rebuilt = (more: JsonObject = {}, params: JsonObject | undefined = { name: 'pay', arguments: { amount: 5 } }) =>
    rebuiltFrom(recordedOf(more), { who, params, definition: { title: 'Pay' }, facts: { x: 1 } });

  test('is what was asked, with what was known of it', () => {
    const { input, leadsNowhere } = rebuilt({
      ...{ intent: 'write', source: '192.0.2.1', risk: { score: 40, parts: {} } },
      findings: [{ type: 'flow.web' }, { type: 'pii.email' }],
    });
    expect(leadsNowhere).toBe(false);
    expect(input).toMatchObject({
      ...{ principal: who, kind: 'call', method: 'tools/call', server: 'shop', capability: { kind: 'tool', name: 'pay' } },
      ...{ args: { amount: 5 }, definition: { title: 'Pay' }, facts: { x: 1 }, risk: 40, flow: ['web'], source: '192.0.2.1' },
      ...{ intent: { intent: 'write' }, nowMs: Date.UTC(2026, 0, 5, 12) },
    });
  });

  test('that led nowhere is towards what it named', () => {
    const nowhere = { server: undefined as never, tool: undefined as never };
    expect(rebuilt(nowhere)).toMatchObject({
      leadsNowhere: true,
      input: { server: 'shop', capability: { kind: 'tool', name: 'pay' } },
    });
    expect(rebuilt({ ...nowhere, surface: 'all' })).toMatchObject({ leadsNowhere: true, input: { server: undefined } });
    expect(rebuilt({ ...nowhere, surface: 'all', method: 'tools/list' }, {})).toMatchObject({
      leadsNowhere: false,
      input: { kind: 'list', capability: undefined },
    });
    for (const code of ['frozen', 'limit_exceeded'])
      expect(rebuilt({ ...nowhere, code }), code).toMatchObject({ leadsNowhere: false, input: { server: 'shop' } });
    expect(rebuilt({ ...nowhere, method: 'tasks/get' }, { taskId: 'x' }).input.capability).toBeUndefined();
    expect(rebuilt(nowhere, {}).input.capability).toBeUndefined();
  });
});

describe('a simulation', () => {
  function setOf(rules: Omit<PolicyRule, 'name'>[], name = 'p', revision = 7): PolicySet {
    const policy: StoredObject<'policy'> = {
      kind: 'policy',
      metadata: { name },
      spec: { order: 1, rules: rules.map((rule, i) => ({ name: `r${i}`, ...rule })) },
    };
    return compilePolicies([policy], revision);
  }
  const who = {
    org: 'acme',
    agent: 'bot',
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
  };
  let seq = 0;
  function replayed(tool: string, more: JsonObject = {}, isWhole = true): ReplayedEntry {
    const recorded = { ...recordedOf({ tool, rule: 'p/r0', ...more }), seq: ++seq, call: `c${seq}` };
    const request = rebuiltFrom(recorded, { who, params: { name: tool }, definition: undefined, facts: undefined });
    return { seq, call: { recorded, request, isWhole } };
  }
  async function* feed(entries: readonly ReplayedEntry[]): AsyncGenerator<ReplayedEntry> {
    yield* entries;
  }
  async function run(entries: readonly ReplayedEntry[], live: PolicySet, candidate: PolicySet, revision = 7): Promise<SimulationStep[]> {
    const steps: SimulationStep[] = [];
    for await (const step of simulate(feed(entries), live, candidate, async () => revision)) steps.push(step);
    return steps;
  }
  const ALL: Omit<PolicyRule, 'name'>[] = [{ match: {}, effect: 'allow' }];
  const deny = (...tools: string[]): Omit<PolicyRule, 'name'>[] => [{ match: { tool: tools }, effect: 'deny' }, ...ALL];

  test('counts what changed and what did not, and says what it could not judge', async () => {
    const entries = [
      replayed('a'),
      replayed('b'),
      replayed('b', {}, false),
      replayed('c', { rule: 'other/rule' }),
      replayed('a', { code: 'frozen' }),
      replayed('a', { server: undefined as never, tool: undefined as never }),
      { seq: 99 },
    ];
    const [summary] = await run(entries, setOf(ALL), setOf(deny('b'), 'new'));
    expect(summary).toMatchObject({
      ...{ type: 'summary', base: 7, stale: false, entries: 7, calls: 4, changed: 2, newlyAllowed: 0, newlyRefused: 2 },
      ...{ movedSince: 1, withoutArguments: 1, beyond: 0 },
      rows: [
        {
          live: { effect: 'allow', rule: 'p/r0' },
          candidate: { effect: 'deny', rule: 'new/r0' },
          agent: 'bot',
          server: 'shop',
          capability: 'b',
          count: 2,
        },
      ],
    });
    expect(await run(entries, setOf(ALL), setOf(ALL), 8)).toMatchObject([{ stale: true, changed: 0, rows: [] }]);
  });

  test('shows newly allowed destructive calls first, then newly allowed, newly refused and the rest, each by its number', async () => {
    const hold: Omit<PolicyRule, 'name'>[] = [{ match: { tool: ['h'] }, effect: 'hold' }];
    const live = setOf([...hold, { match: { tool: ['d*', 'n*', 'x'] }, effect: 'deny' }, ...ALL]);
    const candidate = setOf([{ match: { tool: ['h', 'r'] }, effect: 'deny' }, ...ALL], 'new');
    const [summary] = await run(
      [
        replayed('r', { intent: 'destructive' }),
        replayed('h'),
        replayed('n1', { intent: 'read' }),
        replayed('n2'),
        replayed('n2'),
        replayed('d1', { intent: 'destructive' }),
        replayed('x', { intent: 'exfiltrative' }),
        replayed('d2', { intent: 'destructive' }),
        replayed('d2', { intent: 'destructive' }),
      ],
      live,
      candidate,
    );
    if (summary?.type !== 'summary') throw new Error('no summary');
    expect(summary.rows.map(({ capability, count }) => `${capability} ${count}`)).toEqual([
      'd2 2',
      'd1 1',
      'x 1',
      'n2 2',
      'n1 1',
      'r 1',
      'h 1',
    ]);
    expect([summary.newlyAllowed, summary.newlyRefused]).toEqual([7, 1]);
  });

  test('holds so many rows, counts what is beyond, and tells how far it has come', async () => {
    const entries = Array.from({ length: PROGRESS_EVERY + 1 }, (_, i) => replayed(`t${i % (MAX_ROWS + 1)}`));
    const steps = await run(entries, setOf(ALL), setOf([{ match: {}, effect: 'deny' }]));
    expect(steps.map(({ type }) => type)).toEqual(['progress', 'summary']);
    expect(steps[0]).toMatchObject({
      entries: PROGRESS_EVERY,
      calls: PROGRESS_EVERY,
      changed: PROGRESS_EVERY,
      seq: entries[PROGRESS_EVERY - 1]?.seq,
    });
    const last = steps.at(-1);
    if (last?.type !== 'summary') throw new Error('no summary');
    expect([last.rows.length, last.beyond, last.changed]).toEqual([MAX_ROWS, 4, PROGRESS_EVERY + 1]);
  });

  test('reads arguments and definitions where some condition asks for them', () => {
    const on = (when: string): PolicySet => setOf([...ALL, { match: {}, when, effect: 'deny' }]);
    expect([readsArguments(on('args.x == 1')), readsDefinitions(on('args.x == 1'))]).toEqual([true, false]);
    expect([readsArguments(on('tool.name == "x"')), readsDefinitions(on('tool.name == "x"'))]).toEqual([false, true]);
    expect([readsArguments(setOf(ALL)), readsDefinitions(on('args.'))]).toEqual([false, false]);
  });
});
