// Callers in one team or role more or less: only where a condition asks for those, what it names first, so many at most.
import { describe, expect, test } from 'vitest';
import type { DecideInput } from '../decide-input.ts';
import { compileRule } from '../rule.ts';
import { parseWhen } from '../when/syntax.ts';
import { callerVariants, MAX_CALLER_NAMES, NO_NAMES, withItsOwn } from './caller-variant.ts';

const CALL: DecideInput = {
  principal: {
    ...{ org: 'acme', agent: 'bot', agentClass: undefined, environment: undefined, teams: ['crew'], roles: ['dev', 'ops'] },
    ...{ labels: { desk: 'mail' }, user: undefined, token: undefined },
  },
  ...{ kind: 'call', method: 'tools/call', server: 'shop', capability: { kind: 'tool', name: 'pay' }, args: { team: 'blue', n: 5 } },
};
const before = structuredClone(CALL);
const told = (when: string | undefined, known = NO_NAMES, input = CALL) => {
  const rule = compileRule({ policy: 'p', tier: 'default' }, { name: 'r', match: {}, effect: 'allow', when }, 0);
  return [...callerVariants(rule, input, known)];
};
const texts = (...asked: Parameters<typeof told>) => told(...asked).map(({ text }) => text);

describe('there are variants', () => {
  test('only where a condition asks for teams or roles', () => {
    for (const when of [undefined, 'args.', 'args.n > 5', "principal.labels.roles == 'x'", "args.roles.exists(r, r == 'x')"])
      expect(texts(when, { roles: ['a'], teams: ['b'] })).toEqual([]);
  });

  test('with what it names, without what the caller has, with what there is, and with none at all', () => {
    const known = { roles: ['ops', 'lead'], teams: ['night'] };
    expect(told("principal.roles.exists(r, r == 'admin')", known).map(({ text, input }) => [text, input.principal.roles])).toEqual([
      ['"admin" in principal.roles', ['dev', 'ops', 'admin']],
      ['"dev" not in principal.roles', ['ops']],
      ['"ops" not in principal.roles', ['dev']],
      ['"lead" in principal.roles', ['dev', 'ops', 'lead']],
      ['principal.roles.size() == 0', []],
    ]);
    expect(told('principal.teams.size() > 1', known).map(({ text, input }) => [text, input.principal.teams])).toEqual([
      ['"crew" not in principal.teams', []],
      ['"night" in principal.teams', ['crew', 'night']],
    ]);
    expect(CALL).toEqual(before);
  });

  test('by texts that stand beside them, and by no others', () => {
    const when = "args.team == 'red' && (!('a' in principal.teams) || principal.teams.exists(t, t in ['b', 'c'] && t != args.team))";
    expect(texts(when, NO_NAMES).filter((text) => !text.includes('crew'))).toEqual(
      ['a', 'b', 'c'].map((name) => `"${name}" in principal.teams`),
    );
    expect(texts("{'x': principal.teams}.x == ['y']").slice(0, 2)).toEqual(['"x" in principal.teams', '"y" in principal.teams']);
  });

  test('in the team that an argument names, without its name', () => {
    const [first] = told('args.team in principal.teams');
    expect(first?.text).toBe('args.team in principal.teams');
    expect(first?.input.principal.teams).toEqual(['crew', 'blue']);
    expect(texts('args.team in principal.teams')).toEqual(['args.team in principal.teams', '"crew" not in principal.teams']);
    // One that it is in already, and one that is no text.
    for (const team of ['crew', 5]) expect(texts('args.team in principal.teams', NO_NAMES, { ...CALL, args: { team } })).toHaveLength(1);
    // Variables of loops are nothing that a request brings along.
    expect(texts('args.list.all(one, one in principal.teams)')).toEqual(['"crew" not in principal.teams']);
  });

  test('so many at most', () => {
    const roles = Array.from({ length: MAX_CALLER_NAMES + 5 }, (_, i) => `r${i}`);
    expect(texts('principal.roles.size() > 9', { roles, teams: [] })).toHaveLength(MAX_CALLER_NAMES + 1);
  });
});

test('a caller is in the team that an argument or a label names; one that names none names one of its own, or some team', () => {
  const own = (when: string, input = CALL) => withItsOwn(parseWhen(when).root, input);
  expect(own('args.team in principal.teams').principal.teams).toEqual(['crew', 'blue']);
  expect(own('principal.labels.desk in principal.roles').principal.roles).toEqual(['dev', 'ops', 'mail']);
  expect(own('args.other in principal.teams').args).toEqual({ team: 'blue', n: 5, other: 'crew' });
  const alone = own('args.other in principal.teams', { ...CALL, principal: { ...CALL.principal, teams: [] } });
  expect([alone.args?.other, alone.principal.teams]).toEqual(['same', ['same']]);
  expect(own("'x' in principal.teams")).toEqual(CALL);
});
