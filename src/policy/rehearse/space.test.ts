// Requests worth asking about: made of who and what is registered and of what the rule spells, and every one of them matched by the rule.
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import type { PolicyRule } from '../../object/kinds.ts';
import type { DecideInput, Who } from '../decide-input.ts';
import { compileRule } from '../rule.ts';
import { choicesOf, matchesAlone, samplesOf, type World } from './space.ts';

const who = (agent: string, agentClass?: string): Who => ({
  ...{ org: 'acme', agent, agentClass, environment: undefined, teams: [], roles: [], labels: {}, user: undefined, token: undefined },
});
const server = (name: string, ...tools: string[]) => ({
  name,
  tools: new Map<string, JsonObject>(tools.map((tool) => [tool, { title: tool }])),
});
const world = (servers: World['servers'], principals: Who[] = []): World => ({ principals, servers });
const NOTHING = world([]);

function ruleOf(match: PolicyRule['match'], more: { when?: string; effect?: PolicyRule['effect']; agent?: string } = {}) {
  const { when, effect = 'allow', agent } = more;
  return compileRule({ policy: 'p', tier: 'default', agent }, { name: 'r', match, effect, ...(when && { when }) }, 0);
}
const noTags = () => [];
const samples = (rule: ReturnType<typeof ruleOf>, where: World = NOTHING): DecideInput[] => [...samplesOf(rule, where, noTags)];
const seen = <T>(inputs: DecideInput[], read: (input: DecideInput) => T): T[] => [...new Set(inputs.map(read))];
const agents = (inputs: DecideInput[]) => seen(inputs, ({ principal }) => principal.agent);
const servers = (inputs: DecideInput[]) => seen(inputs, (input) => input.server);
const asked = (inputs: DecideInput[]) =>
  seen(inputs, ({ method, capability }) => `${method} ${capability ? `${capability.kind} ${capability.name}` : '-'}`);

describe('callers', () => {
  test('are those registered whom the rule names, so many of them, and one made for it', () => {
    const registered = [who('a1', 'c1'), who('b1', 'c1'), who('a2', 'c2'), who('a3'), who('a4'), who('a5', 'c1')];
    const where = world([], registered);
    expect(agents(samples(ruleOf({ agent: ['a*'] }), where))).toEqual(['a1', 'a2', 'a3', 'a4', 'a']);
    expect(agents(samples(ruleOf({ class: ['c1'] }), where))).toEqual(['a1', 'b1', 'a5', 'agent']);
    expect(agents(samples(ruleOf({ agent: ['a*'], class: ['c2'] }), where))).toEqual(['a2', 'a']);
    expect(agents(samples(ruleOf({}, { agent: 'b1' }), where))).toEqual(['b1']);
    expect(agents(samples(ruleOf({ user: ['ann'] }), where))).toEqual(['agent']);
  });
});

describe('servers', () => {
  test('are those registered that the rule names, so many of them, and those it spells', () => {
    const where = world(['s1', 't1', 's2', 's3', 's4', 's5'].map((name) => server(name)));
    expect(servers(samples(ruleOf({ server: ['s*'] }), where))).toEqual(['s1', 's2', 's3', 's4', 's']);
    expect(servers(samples(ruleOf({ server: ['t1', 'u1'] }), where))).toEqual(['t1', 'u1']);
    expect(servers(samples(ruleOf({}), where))).toEqual(['s1', 't1', 's2', 's3']);
    expect(servers(samples(ruleOf({ server: ['a', 'b', 'c', 'd', 'e'] })))).toEqual(['a', 'b', 'c', 'd']);
    expect(servers(samples(ruleOf({})))).toEqual(['server']);
  });
});

describe('what is asked for', () => {
  test('is what the rule names, of what is registered first', () => {
    const where = world([server('s', 'pay', 'payout', 'read', 'p1', 'p2', 'p3')]);
    expect(asked(samples(ruleOf({ tool: ['p*'] }), where))).toEqual(
      ['pay', 'payout', 'p1', 'p2', 'p'].map((name) => `tools/call tool ${name}`),
    );
    expect(asked(samples(ruleOf({ tool: ['pay', 'x?'], prompt: ['pa*'], resource: ['y:*'] }), where))).toEqual([
      ...['tools/call tool pay', 'tools/call tool xx', 'prompts/get prompt pa', 'resources/read resource y:'],
    ]);
    expect(seen(samples(ruleOf({ tool: ['pay', 'x'] }), where), ({ definition }) => definition?.title)).toEqual(['pay', undefined]);
  });

  test('is one of each kind where the rule names none, and what needs no capability', () => {
    const all = [
      'tools/call tool tool',
      'prompts/get prompt prompt',
      'resources/read resource file:///any',
      'tools/list -',
      'initialize -',
    ];
    expect(asked(samples(ruleOf({})))).toEqual(all);
    expect(asked(samples(ruleOf({}), world([server('s', 'read', 'pay')])))).toEqual(['tools/call tool read', ...all.slice(1)]);
    expect(asked(samples(ruleOf({ kind: ['subscription'] })))).toContain('subscriptions/listen -');
    expect(asked(samples(ruleOf({ kind: ['reverse'] })))).toContain('elicitation/create -');
    expect(asked(samples(ruleOf({ kind: ['list'] })))).toContain('tools/list -');
    expect(asked(samples(ruleOf({ method: ['tasks/get'], tool: ['x'] })))).toEqual(['tasks/get tool x']);
    expect(asked(samples(ruleOf({ method: ['tasks/*'], tool: ['x'] })))).toHaveLength(2);
  });

  test('has a time where it is a use, and facts where the rule asks for them', () => {
    expect(seen(samples(ruleOf({ kind: ['list'] })), ({ nowMs }) => nowMs)).toEqual([undefined]);
    expect(seen(samples(ruleOf({ tool: ['x'] })), ({ nowMs }) => nowMs)).toEqual([Date.UTC(2026, 0, 5, 12)]);
    const [made] = samples(ruleOf({ tool: ['x'], intent: ['write'], riskAtLeast: 5, tags: ['eu'] }));
    expect(made).toMatchObject({ intent: { intent: 'write' }, risk: 5, tags: ['eu'] });
    expect(samples(ruleOf({ tool: ['x'] }))[0]).not.toHaveProperty('tags');
  });
});

describe('values', () => {
  const args = (when: string) => samples(ruleOf({ tool: ['x'] }, { when })).map((input) => input.args);

  test('meet the condition, with those on the border first', () => {
    expect(args('args.n > 5 && args.n <= 7')).toEqual([{ n: 6 }, { n: 7 }]);
    expect(args('args.n > 5 && args.s == "a"')).toEqual([{ n: 6, s: 'a' }]);
    expect(args('args.n > 5 || args.s == "a"')[0]).toEqual({ n: 6, s: 'a' });
    expect(args('args.a == args.b && args.a.startsWith("x")')[0]).toEqual({ a: 'x', b: 'x' });
    expect(args('args.b == args.a && args.a.startsWith("x")')[0]).toEqual({ a: 'x', b: 'x' });
    expect(args('args.n > 5 && args.n < 3')).toEqual([]);
    expect(args('args.')).toEqual([]);
  });

  test('are those of each comparison, what must hold together first, and some for what is read otherwise', () => {
    const choices = (when: string) => [...choicesOf(ruleOf({}, { when }))];
    expect(choices('args.n > 5 && args.n <= 7')).toEqual([['args.n', [6, 7, 5, 4, 8]]]);
    expect(choices('args.n > 5 || args.n == 1')).toEqual([['args.n', [6, 5, 4, 1, 0, 2]]]);
    expect(choices('size(args.l + args.m) > 1')).toEqual([
      ['args.l', [true, false]],
      ['args.m', [true, false]],
    ]);
    expect(choices('args.')).toEqual([]);
    expect([...choicesOf(ruleOf({}))]).toEqual([]);
  });
});

test('a rule matches a request by itself when its matchers hold and its condition does; an error is no match', () => {
  const [input] = samples(ruleOf({ tool: ['x'] }));
  const call = { ...(input as DecideInput), args: { n: 1 } };
  const alone = (match: PolicyRule['match'], when?: string) =>
    matchesAlone(ruleOf(match, when === undefined ? {} : { when }), call, noTags);
  expect([
    alone({}),
    alone({ tool: ['y'] }),
    alone({}, 'args.n == 1'),
    alone({}, 'args.n == 2'),
    alone({}, 'args.m == 1'),
    alone({}, 'args.'),
  ]).toEqual([...[true, false, true, false, false, false]]);
});
