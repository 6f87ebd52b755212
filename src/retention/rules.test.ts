// Which rule decides about a value, and which legal holds keep it.
import { describe, expect, it } from 'vitest';
import { retentionSpec } from '../object/kind/retention.ts';
import type { StoredObject } from '../object/kinds.ts';
import { buildView } from '../object/snapshot.ts';
import { type CallFacts, factsOfDecision, isSelected } from './facts.ts';
import { compileKeepRules, holdsOn } from './rules.ts';

const DAY_MS = 86_400_000;

function facts(over: Partial<CallFacts> = {}): CallFacts {
  return {
    ...{ call: 'call_1', parent: undefined, timeMs: Date.UTC(2026, 0, 15), agent: 'bot', class: 'coder', user: 'eva', token: 't' },
    ...{ server: 'desk', tool: 'read', effect: 'allow', findings: [], ...over },
  };
}

function retention(name: string, spec: object): StoredObject<'retention'> {
  return { kind: 'retention', metadata: { name }, spec: retentionSpec.parse(spec) };
}

describe('rules of retention', () => {
  it('are read by order, then name, then place; the first that fits decides, and without one a value is kept', () => {
    const rules = compileKeepRules([
      retention('b', { rules: [{ name: 'all', match: { agent: ['bot'] }, keepDays: 9 }] }),
      retention('a', { rules: [{ name: 'eva', match: { user: ['e*'], server: ['desk'] }, of: ['result'], keepDays: 2 }] }),
      retention('z', { order: 1, rules: [{ name: 'safe', match: { tool: ['audit_*'] }, keepDays: 'forever' }] }),
    ]);
    expect(rules.ruleOf(facts(), 'result', [])).toMatchObject({ rule: 'a/eva', keepMs: 2 * DAY_MS });
    expect(rules.ruleOf(facts(), 'arguments', [])).toMatchObject({ rule: 'b/all', keepMs: 9 * DAY_MS });
    expect(rules.ruleOf(facts({ user: undefined }), 'result', [])).toMatchObject({ rule: 'b/all' });
    expect(rules.ruleOf(facts({ tool: 'audit_log' }), 'result', [])).toMatchObject({ rule: 'z/safe', keepMs: Number.POSITIVE_INFINITY });
    expect(rules.ruleOf(facts({ agent: 'other', user: 'max' }), 'result', [])).toBeUndefined();
    expect(rules.shortestMs).toBe(2 * DAY_MS);
    expect(compileKeepRules([]).shortestMs).toBeUndefined();
    expect(compileKeepRules([retention('k', { rules: [{ name: 'k', keepDays: 'forever' }] })]).shortestMs).toBeUndefined();
  });

  it('look at findings, effect, class and token', () => {
    const rules = compileKeepRules([
      retention('r', {
        rules: [
          { name: 'personal', match: { finding: ['pii.*', 'secret'] }, keepDays: 1 },
          { name: 'refused', match: { effect: ['deny', 'hold'], class: ['coder'], token: ['t'] }, keepDays: 3 },
        ],
      }),
    ]);
    expect(rules.ruleOf(facts(), 'arguments', ['pii.email'])?.rule).toBe('r/personal');
    expect(rules.ruleOf(facts(), 'arguments', ['piixemail', 'secret.api-key'])).toBeUndefined();
    expect(rules.ruleOf(facts({ effect: 'hold' }), 'ticket', [])?.rule).toBe('r/refused');
    expect(rules.ruleOf(facts({ effect: 'hold', class: undefined }), 'ticket', [])).toBeUndefined();
  });
});

describe('a selection', () => {
  it('means those for whom all of it holds, both ends of its period included', () => {
    const [from, to] = ['2026-01-15T00:00:00Z', '2026-01-15T00:00:00.001Z'];
    expect(isSelected({}, facts())).toBe(true);
    expect(isSelected({ user: ['max', 'eva'], agent: ['bot'], from, to }, facts())).toBe(true);
    expect(isSelected({ user: ['eva'], agent: ['other'] }, facts())).toBe(false);
    expect(isSelected({ user: ['eva'] }, facts({ user: undefined }))).toBe(false);
    expect(isSelected({ user: ['ev*'] }, facts()), 'names are exact').toBe(false);
    expect(isSelected({ from: to }, facts())).toBe(false);
    expect(isSelected({ to: '2026-01-14T23:59:59.999Z' }, facts())).toBe(false);
    expect(isSelected({ call: ['call_1'] }, facts({ call: 'call_2', parent: 'call_1' }))).toBe(true);
    expect(isSelected({ call: ['call_1'] }, facts({ call: 'call_2' }))).toBe(false);
  });

  it('of a legal hold keeps whatever one of them is about', () => {
    const hold = (name: string, match: object): StoredObject =>
      ({ kind: 'legal-hold', metadata: { name }, spec: { match, reason: 'x' } }) as StoredObject;
    const view = buildView({
      org: 'acme',
      revision: 1,
      objects: [hold('a', { user: ['eva'] }), hold('b', { agent: ['other'] }), hold('all', {})],
    });
    expect(holdsOn(view, facts())).toEqual(['a', 'all']);
    expect(holdsOn(view, facts({ user: undefined }))).toEqual(['all']);
  });
});

describe('facts of a decision', () => {
  it('are those it states, whatever kind of capability it names', () => {
    const content = {
      call: 'c',
      time: '2026-01-15T00:00:00.000Z',
      principal: { agent: 'a', user: 'u' },
      resource: 'note://1',
      effect: 'deny',
    };
    expect(factsOfDecision({ ...content, findings: [{ type: 'secret', count: 1 }] })).toMatchObject({
      ...{ call: 'c', agent: 'a', user: 'u', token: undefined, tool: 'note://1', findings: ['secret'] },
    });
    expect(factsOfDecision({ ...content, principal: undefined })).toMatchObject({ agent: undefined, user: undefined });
  });
});
