// Problems of stored policies and standing grants: the work is done once for those who wait, what ends is told no longer, and it is known whose
// definitions matter.
import { expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import type { StoredObject } from '../object/kinds.ts';
import { buildView } from '../object/snapshot.ts';
import { silentLogger } from '../observe/log.ts';
import type { Control } from '../pipeline/control.ts';
import { compilePolicies } from '../policy/compile.ts';
import { PolicyKeeper } from './policy-keeper.ts';

it('shares a look among those who ask before it begins, and looks anew for those who ask after', async () => {
  let looks = 0;
  const keeper = new PolicyKeeper({
    controls: {
      all: () => [],
      current: () => {
        looks++;
        return undefined;
      },
    },
    clock: new ManualClock(0),
    logger: silentLogger,
    toolsOf: () => new Map(),
    definition: async () => undefined,
  });
  await Promise.all(Array.from({ length: 50 }, () => keeper.check('default')));
  expect(looks).toBe(1);
  await Promise.all([keeper.check('default'), keeper.check('other'), keeper.check('default')]);
  expect(looks).toBe(3);
});

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-03-02T12:00:00Z');
const PAY = { name: 'pay', inputSchema: { type: 'object', properties: { amount: { type: 'string' } } } };
const server = (name: string, tags: string[] = []) =>
  ({
    kind: 'server',
    metadata: { name },
    spec: { transport: 'http', url: 'http://127.0.0.1:9/mcp', trust: true, tags },
  }) as unknown as StoredObject;
const policy = (name: string, spec: object) =>
  ({ kind: 'policy', metadata: { name }, spec: { order: 1, ...spec } }) as unknown as StoredObject;
const grant = (name: string, more: object = {}) => {
  const own = { agent: 'bot', server: 'shop', tool: 'pay', until: new Date(NOW + HOUR_MS).toISOString(), reason: 'small sums' };
  return { kind: 'grant', metadata: { name }, spec: { ...own, ...more } } as unknown as StoredObject;
};

function keeperOf(...first: StoredObject[]) {
  const clock = new ManualClock(NOW);
  let control: Control | undefined;
  const keeper = new PolicyKeeper({
    controls: { all: () => (control ? [control] : []), current: () => control },
    clock,
    logger: silentLogger,
    toolsOf: (_org, name) => new Map(name === 'shop' ? [['pay', PAY]] : []),
    definition: async () => undefined,
  });
  const put = (...objects: StoredObject[]): void => {
    const before = control;
    const revision = (before?.revision ?? 0) + 1;
    const view = buildView({ org: 'acme', revision, objects }, before?.view);
    control = { org: 'acme', revision, view, policies: compilePolicies(view.all(), revision) } as Control;
    keeper.follow(control, before);
  };
  if (first.length > 0) put(...first);
  const told = async () => {
    await keeper.settled();
    return keeper.problems('acme').map(({ policy: p, grant: g, where }) => `${p ?? ''}${g ?? ''} ${where}`);
  };
  return { keeper, clock, put, told };
}

it('tells of grants as long as they last, and of no part of them but the condition', async () => {
  const wrong = { when: 'args.amount <= 100', until: new Date(NOW + 2 * HOUR_MS).toISOString() };
  const long = { when: 'args.amount > 5', until: new Date(NOW + 400 * 24 * HOUR_MS).toISOString() };
  const { keeper, clock, told } = keeperOf(
    ...[server('shop'), grant('a', { when: 'args.amount > 5' }), grant('b', wrong), grant('c', { when: 'args.amount == "5"' })],
    ...[grant('ended', { when: 'args.', until: new Date(NOW - 1).toISOString() }), grant('none'), grant('long', long)],
  );
  await keeper.check('acme');
  const places = ['a spec.when, character 13', 'b spec.when, character 13', 'long spec.when, character 13'];
  expect(await told()).toEqual(places);
  clock.advance(HOUR_MS);
  expect(await told()).toEqual(places.slice(1));
  expect(await keeper.check('acme')).toHaveLength(2);
});

it('looks when servers or snapshots are others, and when something that was wrong may be mended', async () => {
  const wrong = policy('p', { rules: [{ name: 'r', match: { server: ['shop'] }, when: 'args.amount > 5', effect: 'deny' }] });
  const fine = policy('p', { rules: [{ name: 'r', match: { server: ['shop'] }, when: 'args.amount == "5"', effect: 'deny' }] });
  const { put, told } = keeperOf(wrong);
  expect(await told()).toEqual([]);
  put(wrong, server('shop'));
  expect(await told()).toEqual(['p spec.rules[0].when, character 13']);
  put(fine, server('shop'));
  expect(await told()).toEqual([]);
  const tied = grant('g', { when: 'args.amount > 5' });
  put(fine, tied, server('shop', ['eu']));
  expect(await told()).toEqual(['g spec.when, character 13']);
  put(fine, server('shop', ['eu']));
  expect(await told()).toEqual([]);
});

it('looks at an organization that comes later, and before the start at none', async () => {
  const wrong = policy('p', { rules: [{ name: 'r', match: { server: ['shop'] }, when: 'args.amount > 5', effect: 'deny' }] });
  const early = keeperOf(server('shop'), wrong);
  expect(await early.told()).toEqual([]);
  early.keeper.start();
  expect(await early.told()).toHaveLength(1);
  const late = keeperOf();
  late.keeper.start();
  late.put(server('shop'), wrong);
  expect(await late.told()).toHaveLength(1);
});

it('runs cases anew when what they are judged by is another, and keeps what they came to meanwhile', async () => {
  const rules = [{ name: 'r', match: { tags: ['eu'] }, effect: 'allow' }];
  const cased = policy('p', { rules, cases: [{ name: 'c', given: { agent: 'bot', server: 'shop', tool: 'pay' }, expect: 'allow' }] });
  const { keeper, put, told } = keeperOf(server('shop'), cased);
  await keeper.check('acme');
  expect(await told()).toEqual(['p spec.cases[0]']);
  await keeper.check('acme');
  expect(await told()).toEqual(['p spec.cases[0]']);
  put(server('shop', ['eu']), cased);
  expect(await told()).toEqual([]);
});

it('runs cases anew when a role they pass by is another, or goes', async () => {
  const given = { agent: 'bot', roles: ['payer'], server: 'shop', tool: 'pay' };
  const cased = policy('p', { rules: [], cases: [{ name: 'c', given, expect: 'allow' }] });
  const role = (...grants: object[]) =>
    ({ kind: 'role', metadata: { name: 'payer' }, spec: { members: {}, grants } }) as unknown as StoredObject;
  const pays = role({ server: ['shop'], tool: ['pay'] });
  const shop = server('shop');
  const { put, told } = keeperOf(shop, cased, pays);
  expect(await told()).toEqual([]);
  put(shop, cased, role({ server: ['shop'], tool: ['get_*'] }));
  expect(await told()).toEqual(['p spec.cases[0]']);
  put(shop, cased, pays);
  expect(await told()).toEqual([]);
  put(shop, cased);
  expect(await told()).toEqual(['p spec.cases[0]']);
});

it('knows which servers conditions may be about', () => {
  const { keeper, put } = keeperOf(server('shop'));
  const about = (...objects: StoredObject[]) => {
    put(server('shop'), server('desk'), ...objects);
    return ['shop', 'desk'].filter((name) => keeper.asksAbout('acme', name));
  };
  const rule = (more: object) => ({ name: 'r', match: {}, effect: 'deny', ...more });
  expect(about()).toEqual([]);
  expect(about(policy('p', { rules: [rule({})] }), grant('g'))).toEqual([]);
  expect(about(policy('p', { rules: [rule({ when: 'args.n > 5' })] }))).toEqual(['shop', 'desk']);
  expect(about(policy('p', { rules: [rule({ match: { server: ['d*'] }, when: 'args.n > 5' })] }))).toEqual(['desk']);
  expect(about(policy('p', { mode: 'shadow', rules: [rule({ match: { server: ['d*'] }, when: 'args.n > 5' })] }))).toEqual(['desk']);
  expect(about(grant('g', { when: 'args.n > 5' }))).toEqual(['shop']);
});
