// Views, plans, diffs, export and schema of objects.
import { describe, expect, it } from 'vitest';
import { diffObjects, formatDiff, MAX_EDITS } from './diff.ts';
import { exportObjects } from './document-text.ts';
import { objectJsonSchema } from './json-schema.ts';
import { type Kind, kindNames, type StoredObject } from './kinds.ts';
import { type ObjectDraft, parseObjects } from './parse.ts';
import { planChanges, type SecretSealer } from './plan.ts';
import { fetchSecretValue, MAX_SECRET_BYTES, type SecretDraft } from './secret-draft.ts';
import { buildView } from './snapshot.ts';

const sealer: SecretSealer = {
  seal: (name, value) => `sealed:${name}:${Buffer.from(value).toString('hex')}`,
  matches: (name, sealed, value) => sealed === sealer.seal(name, value),
};
const draft = (text: string): ObjectDraft[] => {
  const { objects, errors } = parseObjects(text, 'test');
  expect(errors).toEqual([]);
  return objects.map((one) => one.object);
};
const agent = (name: string, owner = 'me') => `kind: agent\nmetadata: {name: ${name}}\nspec: {owner: ${owner}}\n`;
const token = (name: string, of: string, extra = '') =>
  `kind: token\nmetadata: {name: ${name}}\nspec: {agent: ${of}, hash: ${'ab'.repeat(32)}, hint: sp_x, createdAt: 2026-01-01T00:00:00Z${extra}}\n`;
const secret = (name: string, value: string) => `kind: secret\nmetadata: {name: ${name}}\nspec: {value: ${value}}\n`;
const server = (name: string, of: string) =>
  `kind: server\nmetadata: {name: ${name}}\nspec: {transport: http, url: http://h/, headers: {X-Key: {secret: ${of}}}}\n`;
const stored = (texts: string[], revision = 1): StoredObject[] =>
  texts.flatMap(draft).map(
    (object) =>
      ({
        ...object,
        revision,
        ...(object.kind === 'secret'
          ? { spec: { sealed: sealer.seal(object.metadata.name, (object as SecretDraft).spec.value ?? '') } }
          : {}),
      }) as StoredObject,
  );
const viewOf = (texts: string[]) => buildView({ org: 'o', revision: 5, objects: stored(texts) });
const plan = (texts: string[], put: string[], more: object = {}) =>
  planChanges(viewOf(texts), { put: put.flatMap(draft), ...more }, sealer);

describe('buildView', () => {
  it('indexes by kind and name and reuses what did not change', () => {
    const first = buildView({ org: 'o', revision: 1, objects: stored([agent('b'), agent('a'), secret('s', 'v')]) });
    expect(first.agents().map((a) => a.metadata.name)).toEqual(['a', 'b']);
    expect(first.agent('a')?.spec.owner).toBe('me');
    expect([...first.changedKinds]).toEqual(kindNames);
    const second = buildView(
      { org: 'o', revision: 2, objects: [...stored([agent('b')]), ...stored([agent('a', 'you')], 2), ...stored([secret('s', 'v')])] },
      first,
    );
    expect([...second.changedKinds]).toEqual(['agent']);
    expect(second.secrets()).toBe(first.secrets());
    expect(second.agent('b')).toBe(first.agent('b'));
    expect(second.agent('a')?.spec.owner).toBe('you');
    const third = buildView({ org: 'o', revision: 3, objects: stored([agent('b')]) }, second);
    expect([...third.changedKinds].sort()).toEqual(['agent', 'secret']);
    expect(third.agent('a')).toBeUndefined();
  });

  it('is frozen, and throws on what it cannot read', () => {
    const view = viewOf([agent('a')]);
    expect(() => Object.assign(view.agent('a')?.spec ?? {}, { owner: 'x' })).toThrow(TypeError);
    const broken = { kind: 'agent', metadata: { name: 'a' }, spec: { nonsense: 1 } } as unknown as StoredObject;
    expect(() => buildView({ org: 'o', revision: 1, objects: [broken] })).toThrow(/agent\/a cannot be read/);
    expect(() => buildView({ org: 'o', revision: 1, objects: [{ ...broken, kind: 'wormhole' as Kind }] })).toThrow(
      /does not know the kind/,
    );
  });
});

describe('planChanges', () => {
  it('tells created, changed, unchanged and deleted apart', () => {
    const { changes, writes, problems } = plan([agent('a'), agent('b'), agent('c')], [agent('a'), agent('b', 'you'), agent('d')], {
      prune: ['agent'],
    });
    expect(problems).toEqual([]);
    expect(changes.map((c) => `${c.name} ${c.change}`)).toEqual(['a unchanged', 'b changed', 'd created', 'c deleted']);
    expect(writes.map((w) => [w.name, w.expectedRevision, w.document === undefined])).toEqual([
      ['b', 1, false],
      ['d', 0, false],
      ['c', 1, true],
    ]);
  });

  it('seals secret values and never carries them in plain text', () => {
    const { writes, changes } = plan([secret('s', 'old')], [secret('s', 'hunter2')]);
    expect(JSON.stringify([writes, changes])).not.toContain('hunter2');
    expect(writes[0]?.document?.spec).toEqual({ sealed: sealer.seal('s', 'hunter2') });
    expect(plan([secret('s', 'same')], [secret('s', 'same')]).writes).toEqual([]);
  });

  it('keeps a secret whose mark is applied again', () => {
    const mark = 'kind: secret\nmetadata: {name: s}\nspec: {sealed: (sealed)}\n';
    expect(plan([secret('s', 'v')], [mark])).toMatchObject({ writes: [], problems: [] });
    expect(plan([], [mark]).problems[0]?.message).toContain('has no value yet');
  });

  it('checks references in both directions, and only around what it touches', () => {
    expect(plan([agent('robot')], [token('t', 'robto')]).problems).toEqual([
      { object: 'token/t', message: 'spec.agent names agent/robto, which does not exist. Did you mean "robot"?' },
    ]);
    expect(plan([agent('a'), token('t', 'a')], [], { delete: [{ kind: 'agent', name: 'a' }] }).problems[0]?.message).toContain('agent/a');
    expect(plan([], [server('s', 'k')]).problems[0]?.message).toContain('spec.headers.X-Key names secret/k');
    expect(plan([], [server('s', 'k'), secret('k', 'v')]).problems).toEqual([]);
    expect(plan([server('s', 'lost')], [agent('a')]).problems).toEqual([]);
    expect(plan([], ['kind: freeze\nmetadata: {name: f}\nspec: {scope: {agent: x}, reason: y}']).warnings[0]?.message).toContain(
      'does not exist (yet)',
    );
  });

  it('never lets a revoked token live again', () => {
    const revoked = token('t', 'a', ', revokedAt: 2026-02-01T00:00:00Z');
    expect(plan([agent('a'), revoked], [token('t', 'a')]).problems[0]?.message).toContain('stays revoked');
    expect(plan([agent('a'), token('t', 'a')], [revoked]).problems).toEqual([]);
  });

  it('never takes away the last admin', () => {
    const operator = (name: string, extra = '') =>
      `kind: operator\nmetadata: {name: ${name}}\nspec: {role: admin, hash: ${'cd'.repeat(32)}, hint: so_x, createdAt: 2026-01-01T00:00:00Z${extra}}\n`;
    const gone = { delete: [{ kind: 'operator', name: 'a' }] };
    expect(plan([operator('a')], [], gone).problems[0]?.message).toContain('no operator with role admin');
    expect(plan([operator('a')], [operator('a', ', revokedAt: 2026-02-01T00:00:00Z')]).problems).toHaveLength(1);
    expect(plan([operator('a'), operator('b')], [], gone).problems).toEqual([]);
    expect(plan([], [agent('x')]).problems).toEqual([]);
  });

  it('warns about credentials in plain text', () => {
    const text = 'kind: server\nmetadata: {name: s}\nspec: {transport: http, url: http://h/, headers: {Authorization: Bearer x}}\n';
    expect(plan([], [text]).warnings[0]?.message).toContain('Authorization looks like a credential');
  });
});

describe('fetchSecretValue', () => {
  const from = (spec: SecretDraft['spec']): SecretDraft => ({ kind: 'secret', metadata: { name: 's' }, spec });
  const sources = { env: (name: string) => (name === 'A' ? 'v' : undefined), file: () => 'line\n' };
  it('reads environment and file, and names what it cannot read', () => {
    expect(fetchSecretValue(from({ valueFrom: { env: 'A' } }), sources)).toMatchObject({ spec: { value: 'v' } });
    expect(fetchSecretValue(from({ valueFrom: { file: 'x' } }), sources)).toMatchObject({ spec: { value: 'line' } });
    expect(fetchSecretValue(from({ valueFrom: { env: 'B' } }), sources)).toMatchObject({ problem: expect.stringContaining('variable B') });
    const big = { env: () => 'x'.repeat(MAX_SECRET_BYTES + 1), file: () => undefined };
    expect(fetchSecretValue(from({ valueFrom: { env: 'A' } }), big)).toMatchObject({ problem: expect.stringContaining('at most') });
  });
});

describe('diffObjects', () => {
  const [a, b] = stored([agent('a', 'me'), agent('a', 'you')]);
  it('shows changed lines with context', () => {
    expect(formatDiff(diffObjects(a, b))).toContain('-   owner: me\n+   owner: you');
    expect(diffObjects(a, a)).toEqual([]);
    expect(diffObjects(undefined, a).every((line) => line.sign === '+')).toBe(true);
    expect(diffObjects(a, undefined).every((line) => line.sign === '-')).toBe(true);
  });

  it('is a true edit script for random rule lists', () => {
    const policy = (rules: number[]): StoredObject => ({
      kind: 'policy',
      metadata: { name: 'p' },
      spec: { order: 1, rules: rules.map((n) => ({ name: `r${n}`, match: {}, effect: 'allow' as const })) },
    });
    for (let seed = 1; seed < 40; seed++) {
      const list = (salt: number) => Array.from({ length: (seed * salt) % 17 }, (_, i) => (i * seed * salt) % 7);
      const [before, after] = [policy(list(3)), policy(list(5))];
      const lines = diffObjects(before, after).filter((line) => line.sign !== ' ' && line.sign !== '@');
      const count = (sign: string) => lines.filter((line) => line.sign === sign).length;
      const length = (object: StoredObject) => exportObjects([object]).trimEnd().split('\n').length;
      expect(count('+') - count('-')).toBe(length(after) - length(before));
    }
  });

  it('gives up searching past its limit and shows the middle as replaced', () => {
    const many = (prefix: string): StoredObject => ({
      kind: 'agent',
      metadata: { name: 'a', labels: Object.fromEntries(Array.from({ length: MAX_EDITS }, (_, i) => [`${prefix}${i}`, prefix])) },
      spec: { credentialMode: 'user', disabled: false },
    });
    const lines = diffObjects(many('x'), many('y'));
    expect(lines.filter((line) => line.sign === '+')).toHaveLength(MAX_EDITS);
    expect(lines.filter((line) => line.sign === '-')).toHaveLength(MAX_EDITS);
  });

  it('hides sealed values and still says that they differ', () => {
    const [x, y] = stored([secret('s', 'one'), secret('s', 'two')]);
    expect(formatDiff(diffObjects(x, y))).toBe('@@ the sealed value is different');
  });
});

describe('export and schema', () => {
  it('exports secrets only sealed, envelopes only when asked', () => {
    const objects = stored([secret('s', 'v'), agent('a')]);
    expect(exportObjects(objects)).toContain('(sealed)');
    expect(exportObjects(objects)).not.toContain('sealed:s:');
    expect(exportObjects(objects, { withSecrets: true })).toContain('sealed:s:');
  });

  it('gives editors a schema with every kind and no id at the root', () => {
    const schema = objectJsonSchema();
    expect(Object.keys(schema)).not.toContain('$id');
    expect(Object.keys(schema)).not.toContain('$ref');
    expect((schema.oneOf as { title: string }[]).map((one) => one.title)).toEqual(kindNames);
    expect(JSON.stringify(schema)).toContain('valueFrom');
  });
});
