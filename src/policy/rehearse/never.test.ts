// Rules that match no request, and why; where something may match, nothing is said.
import { describe, expect, test } from 'vitest';
import type { PolicyRule } from '../../object/kinds.ts';
import { compileRule } from '../rule.ts';
import { neverMatches } from './never.ts';
import type { World } from './space.ts';

const NOTHING: World = { principals: [], servers: [] };
const WORLD: World = {
  principals: [],
  servers: [
    { name: 'shop', tools: new Map([['pay', {}]]) },
    { name: 'empty', tools: new Map() },
  ],
};

function reason(match: PolicyRule['match'], more: { effect?: PolicyRule['effect']; when?: string; agent?: string; world?: World } = {}) {
  const { effect = 'allow', when, agent, world = NOTHING } = more;
  const rule = compileRule({ policy: 'p', tier: 'agent', agent }, { name: 'r', match, effect, ...(when && { when }) }, 0);
  return neverMatches(rule, world);
}

test('a policy of an agent with a rule about another one', () => {
  expect(reason({ agent: ['other'] }, { agent: 'bot' })).toBe('its policy is about agent "bot", which its agent matcher leaves out');
  expect([reason({ agent: ['b*'] }, { agent: 'bot' }), reason({}, { agent: 'bot' }), reason({ agent: ['other'] })]).toEqual(
    Array(3).fill(undefined),
  );
});

describe('methods and kinds', () => {
  const NO_KIND = 'no method of its method matcher is of a kind in its kind matcher';
  const NOT_HELD = 'only calls, reads and questions can be held';
  const NO_CONDITION = 'conditions are about calls, reads and questions only';
  const NOT_ABOUT = 'its methods are not about what it names';

  test.each([
    [{ method: ['tools/list'], kind: ['call'] }, NO_KIND],
    [{ method: ['tools/list', 'tools/call'], kind: ['call'] }, undefined],
    [{ method: ['tools/*'], kind: ['meta'] }, undefined],
    [{ method: ['unheard/of'], kind: ['call'] }, undefined],
    [{ kind: ['list'] }, undefined],
  ] as [PolicyRule['match'], string | undefined][])('%j: %s', (match, expected) => {
    expect(reason(match)).toBe(expected);
  });

  test.each([
    [{ kind: ['list'] }, NOT_HELD, NO_CONDITION],
    [{ method: ['tools/list'] }, NOT_HELD, NO_CONDITION],
    [{ method: ['tools/list', 'prompts/get'] }, undefined, undefined],
    [{ kind: ['list', 'read'] }, undefined, undefined],
    [{ kind: ['call'] }, undefined, undefined],
    [{ kind: ['reverse'] }, undefined, undefined],
    [{}, undefined, undefined],
  ] as [PolicyRule['match'], string | undefined, string | undefined][])('%j held, and on a condition', (match, held, conditional) => {
    expect(reason(match, { effect: 'hold' })).toBe(held);
    expect(reason(match, { when: 'args.x == 1' })).toBe(conditional);
  });

  test.each([
    ['intent', { intent: ['read'] }],
    ['category', { category: ['x'] }],
    ['riskAtLeast', { riskAtLeast: 5 }],
  ] as [string, PolicyRule['match']][])('%s is of calls on tools', (name, match) => {
    expect(reason({ ...match, method: ['prompts/get'] })).toBe(`${name} is about tools/call only`);
    expect(reason({ ...match, kind: ['read'] })).toBe(`${name} is about tools/call only`);
    expect(reason({ ...match, prompt: ['x'] })).toBe(`${name} is about tools only`);
    expect(reason({ ...match, prompt: ['x'], tool: ['x'] })).toBeUndefined();
    expect(reason({ ...match, method: ['tools/call'], kind: ['call'] })).toBeUndefined();
    expect(reason(match)).toBeUndefined();
  });

  test.each([
    [{ method: ['prompts/get'], tool: ['x'] }, NOT_ABOUT],
    [{ method: ['tools/call'], prompt: ['x'] }, NOT_ABOUT],
    [{ method: ['tools/call'], resource: ['x'] }, NOT_ABOUT],
    [{ method: ['tools/call'], tool: ['x'] }, undefined],
    [{ method: ['tasks/get'], tool: ['x'] }, undefined],
    [{ method: ['prompts/get'], prompt: ['x'] }, undefined],
    [{ method: ['completion/complete'], prompt: ['x'] }, undefined],
    [{ method: ['completion/complete'], resource: ['x'] }, undefined],
    [{ method: ['resources/read'], resource: ['x'] }, undefined],
    [{ method: ['resources/subscribe'], resource: ['x'] }, undefined],
    [{ method: ['resources/unsubscribe'], resource: ['x'] }, undefined],
    [{ method: ['subscriptions/listen'], resource: ['x'] }, undefined],
    [{ method: ['notifications/resources/updated'], resource: ['x'] }, undefined],
    [{ method: ['resources/list'], resource: ['x'] }, NOT_ABOUT],
    [{ method: ['tools/list'], tool: ['x'] }, NOT_ABOUT],
    [{ method: ['prompts/list'], prompt: ['x'] }, NOT_ABOUT],
    [{ method: ['prompts/get'], tool: ['x'], prompt: ['x'] }, undefined],
    [{ method: ['*'], tool: ['x'] }, undefined],
  ] as [PolicyRule['match'], string | undefined][])('%j: %s', (match, expected) => {
    expect(reason(match)).toBe(expected);
  });
});

describe('names', () => {
  const NO_SERVER = 'no registered server has a name that it matches';
  const NO_TOOL = 'no tool of the servers it is about has a name that it matches';

  test.each([
    [{ server: ['none'] }, NO_SERVER],
    [{ server: ['s*'] }, undefined],
    [{ server: ['shop'], tool: ['pay'] }, undefined],
    [{ server: ['shop'], tool: ['refund'] }, NO_TOOL],
    [{ server: ['shop'], tool: ['refund'], prompt: ['x'] }, undefined],
    [{ server: ['shop'], tool: ['refund'], resource: ['x'] }, undefined],
    [{ server: ['shop'], prompt: ['refund'] }, undefined],
    [{ tool: ['refund'] }, undefined],
    [{ server: ['empty'], tool: ['refund'] }, undefined],
  ] as [PolicyRule['match'], string | undefined][])('%j: %s', (match, expected) => {
    expect(reason(match, { world: WORLD })).toBe(expected);
    expect(reason(match)).toBeUndefined();
  });
});

describe('conditions', () => {
  test.each([
    ['args.n > 5 && args.n < 3', 'no value of args.n meets args.n > 5 and args.n < 3'],
    ['args.n > 5 && args.n <= 5', 'no value of args.n meets args.n > 5 and args.n <= 5'],
    ['args.n == 1 && args.n == 2 && args.m == 1', 'no value of args.n meets args.n == 1 and args.n == 2'],
    ['args.n > 5 && args.n < 6', undefined],
    ['args.n >= 5 && args.n <= 5', undefined],
    ['args.n > 5 && args.m < 3', undefined],
    ['args.n > 5 || args.n < 3', undefined],
    ['args.n > -5 && args.n < -7', 'no value of args.n meets args.n > -5 and args.n < -7'],
    ["args.s == 'a' && args.s == 'b'", undefined],
    ['size(args.s) > 5 && size(args.s) < 3', undefined],
    ['args.n > ', undefined],
  ])('%s: %s', (when, expected) => {
    expect(reason({}, { when })).toBe(expected);
  });
});
