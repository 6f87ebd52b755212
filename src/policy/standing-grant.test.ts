// Which calls a standing grant is about, and what one must pass before it is written.
import { describe, expect, test } from 'vitest';
import type { GrantSpec, StoredObject } from '../object/kinds.ts';
import type { DecideInput } from './decide-input.ts';
import { checkGrant, compileGrants, type GrantQuestion, MAX_GRANT_MS, MAX_GRANTS_PER_AGENT, UNREVIEWED_MS } from './standing-grant.ts';

const NOW = Date.UTC(2026, 2, 2);
const at = (ms: number): string => new Date(NOW + ms).toISOString();
const SPEC: GrantSpec = { agent: 'bot', server: 'shop', tool: 'refund', until: at(1_000), reason: 'support week' };
const grant = (name: string, more: Partial<GrantSpec> = {}): StoredObject<'grant'> => ({
  kind: 'grant',
  metadata: { name },
  spec: { ...SPEC, ...more },
});

const INPUT: DecideInput = {
  principal: {
    ...{ org: 'acme', agent: 'bot', agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
    ...{ user: 'ann', token: undefined },
  },
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  capability: { kind: 'tool', name: 'refund' },
  args: { amount: 5 },
};
const QUESTION: GrantQuestion = { input: INPUT, rule: 'p/held', isOfPolicy: true, definition: 'd1', nowMs: NOW };

const missOf = (more: Partial<GrantSpec>, question: Partial<GrantQuestion> = {}, input: Partial<DecideInput> = {}) => {
  const [compiled] = compileGrants([grant('g', more)]).of('bot');
  if (!compiled) throw new Error('no grant');
  return compiled.miss({ ...QUESTION, ...question, input: { ...INPUT, ...input } });
};

describe('a standing grant', () => {
  test('is about the calls of its agent on its tool, and about no other request', () => {
    expect(missOf({})).toBeUndefined();
    expect(missOf({}, {}, { method: 'tasks/get' })).toBe('another_call');
    expect(missOf({}, {}, { principal: { ...INPUT.principal, agent: 'other' } })).toBe('another_call');
    expect(missOf({}, {}, { server: 'other' })).toBe('another_call');
    expect(missOf({}, {}, { server: undefined })).toBe('another_call');
    expect(missOf({}, {}, { capability: { kind: 'tool', name: 'refunds' } })).toBe('another_call');
    expect(missOf({}, {}, { capability: { kind: 'prompt', name: 'refund' } })).toBe('another_call');
    expect(missOf({}, {}, { capability: undefined })).toBe('another_call');
  });

  test('for one person is for no other, and none where nobody is known', () => {
    expect(missOf({ user: 'ann' })).toBeUndefined();
    expect(missOf({ user: 'ben' })).toBe('another_call');
    expect(missOf({ user: 'ann' }, {}, { principal: { ...INPUT.principal, user: undefined } })).toBe('another_call');
  });

  test('answers the rules of policies, or those it names and no others', () => {
    expect(missOf({}, { isOfPolicy: false })).toBe('another_rule');
    expect(missOf({ rules: ['dlp/cards'] })).toBe('another_rule');
    expect(missOf({ rules: ['dlp/cards'] }, { rule: 'dlp/cards', isOfPolicy: false })).toBeUndefined();
    expect(missOf({ rules: ['dlp/cards', 'p/held'] })).toBeUndefined();
  });

  test('for one definition ends with it', () => {
    expect(missOf({ definition: 'd1' })).toBeUndefined();
    expect(missOf({ definition: 'd2' })).toBe('another_definition');
    expect(missOf({ definition: 'd1' }, { definition: undefined })).toBe('another_definition');
  });

  test('begins and ends at its instants; one whose instants cannot be read is over', () => {
    expect([missOf({}, { nowMs: NOW + 999 }), missOf({}, { nowMs: NOW + 1_000 })]).toEqual([undefined, 'ended']);
    expect([missOf({ from: at(0) }), missOf({ from: at(1) })]).toEqual([undefined, 'not_yet']);
    expect(missOf({ until: 'some day' })).toBe('ended');
    expect(missOf({ from: 'some day' })).toBe('not_yet');
  });

  test('with a condition is about the calls that meet it; one that cannot be evaluated is met by none', () => {
    expect(missOf({ when: 'args.amount <= 5' })).toBeUndefined();
    expect(missOf({ when: 'args.amount < 5' })).toBe('condition');
    expect(missOf({ when: 'args.absent < 5' })).toBe('condition_failed');
    expect(missOf({ when: 'args.amount <' })).toBe('condition_failed');
  });

  test('sees the tags of its server in its condition', () => {
    const server = { kind: 'server', metadata: { name: 'shop' }, spec: { tags: ['eu'] } } as unknown as StoredObject;
    const [compiled] = compileGrants([server, grant('g', { when: "'eu' in server.tags" })]).of('bot');
    expect(compiled?.miss(QUESTION)).toBeUndefined();
  });
});

describe('the grants of an organization', () => {
  test('are found by agent, in the order of their names', () => {
    const others: StoredObject = { kind: 'agent', metadata: { name: 'bot' }, spec: {} };
    const set = compileGrants([grant('b'), others, grant('c', { agent: 'other' }), grant('a')]);
    expect(set.size).toBe(3);
    expect(set.of('bot').map(({ name }) => name)).toEqual(['a', 'b']);
    expect(set.of('other').map(({ name }) => name)).toEqual(['c']);
    expect(set.of('nobody')).toEqual([]);
    expect(compileGrants([others])).toMatchObject({ size: 0 });
    expect(compileGrants([]).of('bot')).toEqual([]);
  });

  test('are so many of one agent at most, the first by name', () => {
    const many = Array.from({ length: MAX_GRANTS_PER_AGENT + 1 }, (_, i) => grant(`g${String(i).padStart(3, '0')}`)).reverse();
    const found = compileGrants(many).of('bot');
    expect([found.length, found[0]?.name, found.at(-1)?.name]).toEqual([MAX_GRANTS_PER_AGENT, 'g000', 'g099']);
  });

  test('are counted anew when they are written anew', () => {
    const keyOf = (more: Partial<GrantSpec>) => compileGrants([grant('g', more)]).of('bot')[0]?.key;
    expect([keyOf({}), keyOf({ setAt: at(0) }), keyOf({ setAt: at(1) })]).toEqual(['g@', `g@${at(0)}`, `g@${at(1)}`]);
  });
});

describe('before it is written', () => {
  const toolsOf = (server: string) =>
    new Map(
      server === 'shop'
        ? [['refund', { inputSchema: { type: 'object', properties: { amount: { type: 'number' } }, additionalProperties: false } }]]
        : [],
    );
  const check = (more: Partial<GrantSpec>) => {
    const { problems, warnings } = checkGrant(grant('g', more), NOW, toolsOf);
    const told = (list: typeof problems) => list.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return { problems: told(problems), warnings: told(warnings), first: problems[0] ?? warnings[0] };
  };

  test('it must end, later than now and not too late', () => {
    expect(check({}).problems).toEqual([]);
    expect(check({ until: at(0) }).problems).toEqual(['spec.until: a grant that has ended allows nothing; give a later end']);
    expect(check({ until: at(MAX_GRANT_MS), reviewAt: at(5) }).problems).toEqual([]);
    expect(check({ until: at(MAX_GRANT_MS + 1), reviewAt: at(5) }).problems).toEqual(['spec.until: a standing grant ends within 366 days']);
  });

  test('one that lives long says when it is looked at again', () => {
    expect(check({ until: at(UNREVIEWED_MS) }).problems).toEqual([]);
    expect(check({ until: at(UNREVIEWED_MS + 1) }).problems).toEqual([
      'spec.reviewAt: a grant for more than 90 days says when it is looked at again',
    ]);
  });

  test('its condition must be one, and fit its tool', () => {
    expect(check({ when: 'has(args.amount) && args.amount < 5' })).toMatchObject({ problems: [], warnings: [] });
    expect(check({ when: 'args.amount <' }).problems[0]).toContain('spec.when: this is no CEL expression');
    expect(check({ when: 'args.amount <' }).first?.offset).toBe(12);
    const wrong = check({ when: 'args.amont < 5' });
    expect(wrong.problems).toEqual(['spec.when: there is no "amont" here. Did you mean "amount"?']);
    expect(wrong.first).toMatchObject({ grant: 'g', offset: 4 });
    const open = check({ when: 'args.amount < 5' });
    expect(open.problems).toEqual([]);
    expect(open.warnings).toEqual([expect.stringContaining('spec.when: args.amount may be absent')]);
    expect(open.first).toMatchObject({ grant: 'g', offset: expect.any(Number) });
    expect(check({ server: 'elsewhere', when: 'args.amont < 5' }).problems).toEqual([]);
  });
});
