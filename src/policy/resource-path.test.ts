// URIs that mean another place than they say, and that no rule on paths is passed with them.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Principal } from '../call.ts';
import type { PolicyRule, StoredObject } from '../object/kinds.ts';
import { compilePolicies } from './compile.ts';
import { loosestForm, MAX_DECODE_ROUNDS, plainForm } from './resource-path.ts';

describe('the plain form', () => {
  test.each([
    ['file:///docs/../etc/passwd', 'file:///etc/passwd'],
    ['file:///docs/./a', 'file:///docs/a'],
    ['file:///docs/..', 'file:///'],
    ['file:///docs/a/.', 'file:///docs/a/'],
    ['file:///../../../etc', 'file:///etc'],
    ['file:///docs/%2e%2E/etc', 'file:///etc'],
    ['file:///docs/..%2fetc', 'file:///etc'],
    ['file:///docs/%252e%252e/etc', 'file:///etc'],
    ['file:///docs/%25252e./etc', 'file:///etc'],
    ['file:///docs/..\\etc', 'file:///etc'],
    ['file:///docs\\..\\etc', 'file:///etc'],
    ['file:///docs/%5c..%5cetc', 'file:///docs/etc'],
    ['docs/../etc', 'etc'],
    ['/docs/../../etc', '/etc'],
    ['x://host/a/../b?q=/../c#/../d', 'x://host/b?q=/../c#/../d'],
    ['file:///docs/../a?x', 'file:///a?x'],
  ])('%s', (uri, plain) => {
    expect(plainForm(uri)).toBe(plain);
  });

  test.each([
    'file:///docs/a',
    'file:///docs/..a/b..',
    'file:///docs/.hidden',
    'https://x.y/a.b/c...d',
    'x:opaque',
    '',
    'test://template/{id}/data',
    'a%20b',
  ])('of %s is itself', (uri) => {
    expect(plainForm(uri)).toBeUndefined();
  });

  test('looks through so many rounds of encoding, and no more', () => {
    const dots = (rounds: number): string => `%${'25'.repeat(rounds - 1)}2e`;
    const out = (rounds: number): string => `file:///docs/${dots(rounds)}${dots(rounds)}/etc`;
    expect(plainForm(out(MAX_DECODE_ROUNDS))).toBe('file:///etc');
    expect(plainForm(out(MAX_DECODE_ROUNDS + 1))).toBe('file:///docs/%2e%2e/etc');
    const letter = (rounds: number): string => `file:///%${'25'.repeat(rounds - 1)}61`;
    expect(loosestForm(letter(MAX_DECODE_ROUNDS))).toBe('file:///a');
    expect(loosestForm(letter(MAX_DECODE_ROUNDS + 1))).toBe('file:///%61');
  });

  test('is linear on hostile input', () => {
    expect(plainForm(`file://${'/..'.repeat(100_000)}/a`)).toBe('file:///a');
    expect(plainForm(`file:///${'%25'.repeat(100_000)}2e`)).toBeDefined();
  });
});

const bot: Principal = {
  org: 'acme',
  agent: 'bot',
  agentClass: undefined,
  environment: undefined,
  teams: [],
  roles: [],
  labels: {},
  user: undefined,
  token: undefined,
  inScope: () => true,
};
const read = (uri: string, principal = bot) =>
  ({ principal, kind: 'read', method: 'resources/read', server: 'fs', capability: { kind: 'resource', name: uri } }) as const;

describe('the loosest form', () => {
  test.each([
    ['FILE:///a', 'file:///a'],
    ['file:///%61%C3%A9', 'file:///aé'],
    ['file:///%C3%A', 'file:///%C3%A'],
    ['file:///a%', 'file:///a%'],
    ['file://localhost/a', 'file:///a'],
    ['file://LOCALHOST/a', 'file:///a'],
    ['file://localhost.example/a//b', 'file://localhost.example/a/b'],
    ['x://file://localhost', 'x://file:/localhost'],
    ['HTTPS://Example.TEST/A//b', 'https://example.test/A/b'],
    ['a//b\\..\\c', 'a/c'],
    ['x:/a/./b/../c/', 'x:/a/c/'],
    ['..//x', 'x'],
    ['?a//b', '?a/b'],
    ['file:///C://a', 'file:///C:/a'],
    ['x:a://b', 'x:a:/b'],
    ['//a', '/a'],
  ])('of %s', (uri, loose) => {
    expect(loosestForm(uri) ?? uri).toBe(loose);
  });

  test.each(['file:///docs/a', 'x:opaque', '', 'https://x.y/a?b=/../c'])('of %s is itself', (uri) => {
    expect(loosestForm(uri)).toBeUndefined();
  });
});

describe('a rule on paths', () => {
  const docs = policy([{ name: 'docs', match: { resource: ['file:///docs/*'] }, effect: 'allow' }]);
  const butSecrets = policy([
    { name: 'secrets', match: { resource: ['file:///secret/*'] }, effect: 'deny' },
    { name: 'rest', match: { resource: ['file:///*'] }, effect: 'allow' },
  ]);

  test('is not passed by a way out', () => {
    const set = compilePolicies([docs], 1);
    for (const uri of [
      'file:///docs/../etc/passwd',
      'file:///docs/%2e%2e/etc/passwd',
      'file:///docs/..%5c..%5cetc',
      'file:///docs/%252e%252e/etc',
    ]) {
      expect(set.decide(read(uri))).toMatchObject({ effect: 'deny', rule: 'builtin/default', reason: expect.stringContaining(uri) });
      expect(set.visible(bot, 'fs', { kind: 'resource', name: uri })).toBe(false);
    }
    expect(set.decide(read('file:///docs/a/../b')).effect).toBe('allow');
  });

  test('that denies is not passed by a way in', () => {
    const decision = compilePolicies([butSecrets], 1).decide(read('file:///public/../secret/key'));
    expect(decision).toMatchObject({ effect: 'deny', rule: 'p/secrets' });
    expect(decision.trace).toEqual([{ rule: 'p/secrets', matched: true }]);
  });

  test('that denies a drive is not passed by one more slash after its colon', () => {
    const drive = policy([
      { name: 'secrets', match: { resource: ['file:///C:/secret/*'] }, effect: 'deny' },
      { name: 'rest', match: { resource: ['file:///*'] }, effect: 'allow' },
    ]);
    const set = compilePolicies([drive], 1);
    expect(set.decide(read('file:///C:/public/a')).effect).toBe('allow');
    for (const uri of ['file:///C:/secret/key', 'file:///C://secret/key', 'file:///C:///secret//key'])
      expect(set.decide(read(uri)), uri).toMatchObject({ effect: 'deny', rule: 'p/secrets' });
  });

  test.each([
    'FILE:///secret/key',
    'file:///%73ecret/key',
    'file:///s%65cre%74/key',
    'file:///%2573ecret/key',
    'file:////secret/key',
    'file:///public//..//secret/key',
    'file://localhost/secret/key',
    'file://LOCALHOST/secret/key',
    'file:///secret%2Fkey',
    'file:///secret\\key',
  ])('that denies is not passed by another spelling: %s', (uri) => {
    const set = compilePolicies([butSecrets, allowAll], 1);
    expect(set.decide(read(uri))).toMatchObject({
      effect: 'deny',
      rule: 'p/secrets',
      reason: expect.stringContaining(JSON.stringify(uri)),
    });
    expect(set.visible(bot, 'fs', { kind: 'resource', name: uri })).toBe(false);
  });

  test('that allows need not be written in any other spelling', () => {
    const rule = (resource: string) =>
      compilePolicies([policy([{ name: 'r', match: { resource: [resource] }, effect: 'allow' }]), butSecretly], 1);
    for (const uri of ['Note://Inbox/My%20Note', 'file:///my%20docs/%C3%A9', 'https://example.test//a//b?q=%2B', 'x:%E0%A4%A', 'urn:%']) {
      expect(rule(uri).decide(read(uri)).effect, uri).toBe('allow');
    }
  });

  test('does not open what the URI says by what it means', () => {
    expect(compilePolicies([docs], 1).decide(read('file:///etc/../docs/a')).effect).toBe('deny');
  });

  test('holds for the scope of a token too', () => {
    const narrow = {
      ...bot,
      inScope: (_server: string, capability: { name: string } | undefined) => capability?.name.startsWith('file:///docs/') === true,
    };
    const set = compilePolicies([butSecrets], 1);
    expect(set.decide(read('file:///docs/a', narrow)).effect).toBe('allow');
    expect(set.decide(read('file:///docs/../x', narrow)).code).toBe('out_of_scope');
  });

  test('no spelling of a path reaches outside of it', () => {
    const set = compilePolicies([docs], 1);
    const piece = fc.constantFrom('..', '.', 'a', '%2e', '%2E%2e', '.%2e', '/', '%2f', '\\', '%5C', '%252e', 'etc', '', '?', '#');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const uri = `file:///docs/${pieces.join('/')}`;
        if (set.decide(read(uri)).effect === 'deny') return;
        // What a lenient server may make of it.
        const path = decodeURIComponent(decodeURIComponent(uri.split(/[?#]/)[0] ?? '')).replaceAll('\\', '/');
        expect(new URL(path).pathname.startsWith('/docs/')).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

const allowAll: StoredObject<'policy'> = {
  kind: 'policy',
  metadata: { name: 'z' },
  spec: { order: 2000, rules: [{ name: 'all', match: {}, effect: 'allow' }] },
};
const butSecretly: StoredObject<'policy'> = {
  kind: 'policy',
  metadata: { name: 'a' },
  spec: { order: 1, rules: [{ name: 'no', match: { resource: ['file:///secret/*'] }, effect: 'deny' }] },
};

function policy(rules: PolicyRule[]): StoredObject<'policy'> {
  return { kind: 'policy', metadata: { name: 'p' }, spec: { order: 1000, rules } };
}
