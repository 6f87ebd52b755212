// Lint, diff, simulate, shadow, starters: each test is named after the sentence it shows. Real store, whole table, admin API.
import { afterEach, describe, expect, it } from 'vitest';
import { ShadowKeeper } from '../../src/app/shadow-keeper.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { parseObjects } from '../../src/object/parse.ts';
import { silentLogger } from '../../src/observe/log.ts';
import { MAX_DIFFERENCES, MAX_SHOWN_NAME, ShadowTally } from '../../src/pipeline/shadow.ts';
import { type Rehearsal, rehearsal } from '../support/rehearsal.ts';
import { policyObject } from '../support/seed.ts';

let r: Rehearsal;
afterEach(() => r.h.close());

const ALLOW_ALL: PolicyRule[] = [{ name: 'all', match: { server: ['shop'] }, effect: 'allow' }];
const policyText = (rules: PolicyRule[], name = 'p'): string => JSON.stringify({ kind: 'policy', metadata: { name }, spec: { rules } });
const EPOCH = '2020-01-01T00:00:00Z';

describe('policy lint (unreachable, shadowed, contradictory, never-matching rules; tools that no rule covers; broad allows; each with an example call)', () => {
  it('finds each of them', async () => {
    r = await rehearsal([
      { name: 'reads', match: { tool: ['get_*'] }, effect: 'allow' },
      { name: 'unreachable', match: { tool: ['get_refund'], agent: ['bot'] }, effect: 'allow' },
      { name: 'contradictory', match: { tool: ['get_*'] }, effect: 'deny' },
      { name: 'lists', match: { kind: ['list'] }, when: 'args.x == 1', effect: 'deny' },
      { name: 'two', match: { tool: ['create_refund', 'close_account'] }, when: 'args.amount > 5 && args.amount < 3', effect: 'allow' },
      { name: 'nowhere', match: { server: ['nowhere'] }, effect: 'allow' },
      { name: 'low', match: { tool: ['create_refund'] }, when: 'args.amount <= 10', effect: 'allow' },
      { name: 'rest', match: { tool: ['create_refund'] }, when: 'args.amount > 10', effect: 'deny' },
      { name: 'shadowed', match: { tool: ['create_refund'] }, when: 'args.amount > 20', effect: 'allow' },
      { name: 'broad', match: { agent: ['nobody'], tool: ['*'] }, effect: 'allow' },
    ]);
    await r.ask('tools/list', undefined);
    const { status, body } = await r.api('policy/lint', { role: 'viewer', body: {} });
    expect(status, JSON.stringify(body)).toBe(200);
    const problems = body.problems as { kind: string; rule?: string; message: string; example?: JsonObject }[];
    expect(problems.map(({ kind, rule }) => [kind, rule])).toEqual([
      ['unreachable', 'p/unreachable'],
      ['contradictory', 'p/contradictory'],
      ['never-matches', 'p/lists'],
      ['never-matches', 'p/two'],
      ['never-matches', 'p/nowhere'],
      ['shadowed', 'p/shadowed'],
      ['broad-allow', 'p/broad'],
      ['uncovered', undefined],
      ['uncovered', undefined],
    ]);
    for (const { kind, example } of problems)
      if (kind !== 'never-matches') expect(example, kind).toMatchObject({ agent: expect.any(String) });
    expect(problems.find(({ kind }) => kind === 'shadowed')?.example).toMatchObject({
      tool: 'create_refund',
      args: { amount: expect.any(Number) },
    });
  });
});

describe('a file with a condition that is none', () => {
  it('is refused with the place by lint, diff and simulate: a broken rule denies all it looks at, so what they said would be worth nothing', async () => {
    r = await rehearsal(ALLOW_ALL);
    const rules = '    - { name: r, match: {}, effect: allow, when: "args.a >" }\n';
    const text = `kind: policy\nmetadata: { name: broken }\nspec:\n  rules:\n${rules}`;
    const given = { text, fileName: 'broken.yaml' };
    for (const [path, body] of [
      ['policy/lint', given],
      ['policy/diff', { a: {}, b: given }],
      ['policy/simulate', { ...given, from: '2020-01-01T00:00:00Z' }],
    ] as const) {
      const reply = await r.api(path, { body });
      expect(reply.status, path).toBe(422);
      expect(JSON.stringify(reply.body)).toMatch(/broken\.yaml:5:\d+: policy\/broken: rule \\"r\\": this is no CEL expression/);
    }
  });
});

describe('policy diff A B with a concrete call that is decided differently', () => {
  const small = (amount: number): PolicyRule[] => [
    { name: 'small', match: { tool: ['create_refund'] }, when: `args.amount <= ${amount}`, effect: 'allow' },
  ];

  it('of files', async () => {
    r = await rehearsal(small(500));
    const { body } = await r.api('policy/diff', { body: { a: { text: policyText(small(500)) }, b: { text: policyText(small(600)) } } });
    expect(body.rules).toEqual([{ rule: 'p/small', change: 'changed' }]);
    const [witness] = body.witnesses as { call: { tool: string; args: { amount: number } }; a: object; b: object }[];
    expect(witness).toMatchObject({ a: { effect: 'deny', rule: 'builtin/default' }, b: { effect: 'allow', rule: 'p/small' } });
    expect(witness?.call.args.amount).toBeGreaterThan(500);
    expect(witness?.call.args.amount).toBeLessThanOrEqual(600);
  });

  it('of revisions; says when none was found and how far it looked', async () => {
    r = await rehearsal(small(500));
    const revision = (await r.context.view()).revision;
    await r.put(policyObject('p', small(600)));
    const changed = await r.api('policy/diff', { body: { a: { revision }, b: {} } });
    expect((changed.body.witnesses as unknown[]).length).toBeGreaterThan(0);
    const same = await r.api('policy/diff', { body: { a: {}, b: {} } });
    expect(same.body).toMatchObject({ witnesses: [], complete: true });
    expect(same.body.tried).toBeGreaterThan(3);
  });
});

describe('policy simulate --policy FILE --last 30d', () => {
  it('a table of changed decisions by rule, agent, tool, newly allowed destructive calls first', async () => {
    r = await rehearsal([{ name: 'reads', match: { tool: ['get_*', 'create_*'] }, effect: 'allow' }]);
    for (let i = 0; i < 3; i++) await r.call('get_refund', { id: i });
    await r.call('create_refund', { amount: 700 });
    await r.call('close_account', {});
    await r.call('send_mail', {});
    const text = policyText([
      { name: 'close', match: { tool: ['close_account'] }, effect: 'allow' },
      { name: 'small', match: { tool: ['create_refund'] }, when: 'args.amount <= 500', effect: 'allow' },
    ]);
    const lines = await r.lines('policy/simulate', { text, from: EPOCH });
    const summary = lines.at(-1) as JsonObject;
    expect(summary).toMatchObject({
      type: 'summary',
      stale: false,
      calls: 6,
      changed: 5,
      newlyAllowed: 1,
      newlyRefused: 4,
      movedSince: 0,
      withoutArguments: 0,
    });
    const rows = summary.rows as { live: JsonObject; candidate: JsonObject; capability: string; count: number; agent: string }[];
    expect(
      rows.map(({ live, candidate, agent, capability, count }) => [
        live.effect,
        candidate.effect,
        candidate.rule,
        agent,
        capability,
        count,
      ]),
    ).toEqual([
      ['deny', 'allow', 'p/close', 'bot', 'close_account', 1],
      ['allow', 'deny', 'builtin/default', 'bot', 'get_refund', 3],
      ['allow', 'deny', 'builtin/default', 'bot', 'create_refund', 1],
    ]);
  });

  it('goes stale when the base revision moves', async () => {
    r = await rehearsal(ALLOW_ALL);
    await r.call('get_refund', {});
    const { read } = r.context.logStore;
    const { logStore } = r.context;
    // The rules change while the log is read.
    r.context.logStore = new Proxy(logStore, {
      get: (target, key) =>
        key === 'read'
          ? async function* (query: Parameters<typeof read>[0]) {
              for await (const entry of logStore.read(query)) {
                yield entry;
                if (entry.content.includes('"tool":"get_refund"')) await r.put(policyObject('other', []));
              }
            }
          : (Reflect.get(target, key) as (...args: unknown[]) => unknown).bind(target),
    });
    const summary = (await r.lines('policy/simulate', { text: policyText([]), from: EPOCH })).at(-1);
    expect(summary).toMatchObject({ stale: true, changed: 1 });
  });

  it('says what is wrong in the file', async () => {
    r = await rehearsal(ALLOW_ALL);
    const { status, body } = await r.api('policy/simulate', {
      body: { text: 'kind: policy\nmetadata: {name: x}\nspec: {rulez: []}\n', from: EPOCH },
    });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain('rulez');
  });
});

describe('shadow mode: the candidate runs beside the live set and its differences are recorded, nothing enforced', () => {
  const candidate = (rules: PolicyRule[], more: Partial<StoredObject<'policy'>['spec']> = {}): StoredObject<'policy'> => ({
    kind: 'policy',
    metadata: { name: 'candidate' },
    spec: { order: 1, mode: 'shadow', rules, ...more },
  });
  const deny: PolicyRule[] = [{ name: 'no', match: { tool: ['create_refund'] }, when: 'args.amount > 500', effect: 'deny' }];

  it('records differences in aggregated entries, and policy shadow shows them', async () => {
    r = await rehearsal(ALLOW_ALL, [candidate(deny)]);
    for (const amount of [1, 501, 502]) expect((await r.call('create_refund', { amount })).type).toBe('result');
    const before = await r.api('policy/shadow', { role: 'viewer' });
    expect(before.body).toMatchObject({ policies: ['candidate'], pending: 2 });
    const { core } = r.h;
    const keeper = new ShadowKeeper({ tally: r.h.shadows, log: core.log, clock: core.clock, logger: silentLogger, instance: 'test' });
    await keeper.close();
    const [entry] = (await r.h.entries()).map(({ content }) => content).filter(({ event }) => event === 'shadow');
    const difference = {
      live: 'p/all',
      liveEffect: 'allow',
      shadow: 'candidate/no',
      shadowEffect: 'deny',
      agent: 'bot',
      server: 'shop',
      capability: 'create_refund',
      count: 2,
    };
    expect(entry).toMatchObject({ type: 'system', beyond: 0, differences: [difference] });
    const { body } = await r.api('policy/shadow', { role: 'viewer' });
    expect(body).toMatchObject({ pending: 0, rows: [difference] });
  });

  it('costs nothing without one, and stands in place of what it replaces', async () => {
    r = await rehearsal(ALLOW_ALL);
    expect(r.h.control.current(r.h.org)?.policies.shadow).toBeUndefined();
    await r.put(candidate([], { replaces: ['p'] }));
    expect((await r.call('get_refund', {})).type).toBe('result');
    expect((await r.api('policy/shadow')).body.rows).toMatchObject([
      { liveEffect: 'allow', shadowEffect: 'deny', shadow: 'builtin/default' },
    ]);
  });

  it('says how many came out differently beside what it shows, and is bounded in what agents may name', async () => {
    r = await rehearsal(ALLOW_ALL, [candidate([{ name: 'none', match: { resource: ['*'] }, effect: 'deny' }])]);
    const long = `note://${'x'.repeat(5_000)}`;
    for (let i = 0; i <= MAX_DIFFERENCES; i++) await r.ask('resources/read', { uri: i === 0 ? long : `note://${i}` });
    const { body } = await r.api('policy/shadow');
    expect(body).toMatchObject({ beyond: 1, pending: MAX_DIFFERENCES + 1 });
    expect((body.rows as { count: number }[]).reduce((sum, { count }) => sum + count, 0)).toBe(MAX_DIFFERENCES);
    expect((body.rows as { capability: string }[]).map(({ capability }) => capability)).toContain(`${long.slice(0, MAX_SHOWN_NAME)}…`);
    const { core } = r.h;
    await new ShadowKeeper({ tally: r.h.shadows, log: core.log, clock: core.clock, logger: silentLogger, instance: 'test' }).close();
    expect((await r.api('policy/shadow')).body).toMatchObject({ beyond: 1, pending: 0 });
  });

  it('loses nothing to a log that cannot be written for a while', async () => {
    let isFull = true;
    r = await rehearsal(ALLOW_ALL, [candidate(deny)]);
    const { core } = r.h;
    const log = {
      record: (...given: Parameters<typeof core.log.record>) =>
        isFull ? Promise.reject(new Error('the disk is full')) : core.log.record(...given),
    } as typeof core.log;
    const keeper = new ShadowKeeper({ tally: r.h.shadows, log, clock: core.clock, logger: silentLogger, instance: 'test' });
    await r.call('create_refund', { amount: 501 });
    await keeper.write();
    await r.call('create_refund', { amount: 502 });
    await keeper.write();
    expect((await r.api('policy/shadow')).body).toMatchObject({ pending: 2, rows: [{ count: 2 }] });
    isFull = false;
    await keeper.close();
    const told = (await r.h.entries()).map(({ content }) => content).filter(({ event }) => event === 'shadow');
    expect(told).toMatchObject([{ beyond: 0, differences: [{ count: 2 }] }]);
  });

  it('is bounded', () => {
    const tally = new ShadowTally();
    const one = { live: 'a', liveEffect: 'allow', shadow: 'b', shadowEffect: 'deny', call: 'c' };
    for (let i = 0; i <= MAX_DIFFERENCES; i++) tally.note('acme', { ...one, agent: `a${i}` }, 1);
    tally.note('acme', { ...one, agent: 'a0', call: 'd' }, 2);
    const [[, told] = ['', undefined]] = tally.take();
    expect(told).toMatchObject({ fromMs: 1, beyond: 1 });
    expect(told?.differences).toHaveLength(MAX_DIFFERENCES);
    expect(told?.differences[0]).toMatchObject({ count: 2, call: 'c' });
    expect(tally.take()).toEqual([]);
  });
});

describe('starter policies', () => {
  const parse = (text: unknown): StoredObject<'policy'> => {
    const { objects, errors } = parseObjects(String(text), 'starter.yaml');
    expect(errors, String(text)).toEqual([]);
    return objects[0]?.object as StoredObject<'policy'>;
  };

  it('policy init writes a commented, least-privilege policy from the registered definitions grouped by intent', async () => {
    r = await rehearsal(ALLOW_ALL);
    const early = (await r.api('policy/starter', { role: 'viewer' })).body;
    expect([early.tools, early.unread]).toEqual([0, ['shop']]);
    expect(parse(early.text).spec.rules).toEqual([]);
    expect(early.text).toContain('\n# NOT IN HERE: server "shop"');
    expect(early.text).toContain('sallyport server review shop');
    await r.ask('tools/list', undefined);
    const { body } = await r.api('policy/starter', { role: 'viewer' });
    expect(body.unread).toEqual([]);
    expect(body.text).not.toContain('NOT IN HERE');
    const { spec } = parse(body.text);
    expect(String(body.text)).toMatch(/^# A policy to start from/);
    const effectOf = (tool: string) => spec.rules.find(({ match }) => match.tool?.includes(tool))?.effect;
    expect(effectOf('get_refund')).toBe('allow');
    expect(effectOf('close_account')).not.toBe('allow');
    expect(spec.rules.every(({ match }) => match.server?.[0] === 'shop' && match.tool !== undefined)).toBe(true);
    expect((await r.api('policy/lint', { body: { text: String(body.text) } })).body.problems).toEqual([]);
  });

  it('policy learn --last 7d proposes one from recorded traffic, with the bounds and folders seen, under which all of it passes', async () => {
    r = await rehearsal(ALLOW_ALL);
    for (const amount of [5, 120, 80]) await r.call('create_refund', { amount, note: 'x' });
    for (const path of ['/data/public/a.txt', '/data/public/deep/b.txt']) await r.call('read_file', { path });
    await r.call('send_mail', { n: 1 });
    await r.call('send_mail', { n: 'text' });
    await r.call('get_refund', {});
    await r.call('get_refund', { page: 2 });
    const { body } = await r.api(`policy/learned?from=${EPOCH}`, { role: 'reviewer' });
    const { spec } = parse(body.text);
    const whenOf = (tool: string) => spec.rules.find(({ match }) => match.tool?.includes(tool))?.when;
    expect(whenOf('create_refund')).toBe('args.amount >= 5 && args.amount <= 120');
    expect(whenOf('read_file')).toBe('path_within(args.path, "/data/public")');
    expect(whenOf('send_mail')).toBeUndefined();
    expect(String(body.text)).toContain('# 3 calls');
    const summary = (await r.lines('policy/simulate', { text: String(body.text), from: EPOCH, alone: true })).at(-1) as JsonObject;
    expect(summary.rows).toEqual([]);
    expect(summary.calls).toBe(9);
  });
});
