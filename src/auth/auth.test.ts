// Tokens and principals: who is let in, what the others hear, and what a scope reaches.
import { describe, expect, test } from 'vitest';
import type { AgentSpec, StoredObject, TokenSpec } from '../object/kinds.ts';
import { LastUsed } from './last-used.ts';
import { buildPrincipals, UNAUTHENTICATED } from './principal-index.ts';
import { newToken, TOKEN_CHARS, tokenHash } from './token.ts';

const NOW = Date.UTC(2026, 5, 1);

describe('a token', () => {
  test('has the stated form, a hash of the whole and a hint that gives little away', () => {
    const { token, hash, hint } = newToken();
    expect(token).toMatch(/^sp_[A-Za-z0-9_-]{49}$/);
    expect(token).toHaveLength(TOKEN_CHARS);
    expect(hash).toBe(tokenHash(token));
    expect(token.startsWith(hint)).toBe(true);
    expect(hint).toHaveLength(9);
    expect(newToken().token).not.toBe(token);
  });
});

describe('identify', () => {
  test('finds the principal, with what the agent object says', () => {
    const { token, index } = world({}, { class: 'coder', environment: 'prod' });
    const found = index.identify(tokenHash(token), NOW);
    expect(found.principal).toMatchObject({
      org: 'acme',
      agent: 'bot',
      agentClass: 'coder',
      environment: 'prod',
      teams: [],
      roles: [],
      labels: {},
      token: 'bot-token',
      user: undefined,
    });
    expect(index.identify(tokenHash(token), NOW).principal).toBe(found.principal);
    expect(index.revision).toBe(7);
  });

  test('answers a missing, malformed and unknown token with the same value', () => {
    const { index, token } = world();
    for (const bearer of [undefined, '', 'sp_x', newToken().token, `${token.slice(0, -1)}?`, 'Bearer x', '__proto__'])
      expect(index.identify(bearer === undefined ? undefined : tokenHash(bearer), NOW)).toBe(UNAUTHENTICATED);
    expect(index.identify('__proto__', NOW)).toBe(UNAUTHENTICATED);
  });

  test('refuses from the instant of expiry on', () => {
    const { token, index } = world({ expiresAt: new Date(NOW).toISOString() });
    expect(index.identify(tokenHash(token), NOW - 1).principal).toBeDefined();
    expect(index.identify(tokenHash(token), NOW).code).toBe('token_expired');
    expect(world({ expiresAt: 'not a time' }).index.size).toBe(1);
    const unreadable = world({ expiresAt: 'not a time' });
    expect(unreadable.index.identify(tokenHash(unreadable.token), NOW).code).toBe('token_expired');
  });

  test('refuses a revoked token even when the revocation lies in the future', () => {
    for (const revokedAt of [new Date(NOW - 1).toISOString(), new Date(NOW + 86_400_000).toISOString()]) {
      const { token, index } = world({ revokedAt });
      expect(index.identify(tokenHash(token), NOW).code).toBe('token_revoked');
    }
  });

  test('refuses a disabled agent, an agent that is gone, and a hash that two tokens claim', () => {
    const disabled = world({}, { disabled: true });
    expect(disabled.index.identify(tokenHash(disabled.token), NOW)).toMatchObject({
      code: 'token_revoked',
      message: expect.stringContaining('disabled'),
    });
    const { token, hash, hint } = newToken();
    const orphan = buildPrincipals([tokenObject('t', { agent: 'gone', hash, hint, createdAt: '' })], 1, 'acme');
    expect(orphan.identify(tokenHash(token), NOW).code).toBe('token_revoked');
    const twice = ['t1', 't2', 't3'].map((name) => tokenObject(name, { agent: 'bot', hash, hint, createdAt: '' }));
    const doubled = buildPrincipals([agentObject({}), ...twice], 1, 'acme');
    expect(doubled.identify(tokenHash(token), NOW).code).toBe('token_revoked');
  });

  test('says nothing of the token in any answer', () => {
    for (const spec of [{ revokedAt: '2020-01-01T00:00:00Z' }, { expiresAt: '2020-01-01T00:00:00Z' }]) {
      const { token, index } = world(spec);
      expect(JSON.stringify(index.identify(tokenHash(token), NOW))).not.toContain(token.slice(3, 20));
    }
  });
});

describe('a scope', () => {
  const scopeOf = (scopes: TokenSpec['scopes']) => {
    const { token, index } = world(scopes ? { scopes } : {});
    const found = index.identify(tokenHash(token), NOW);
    if (!found.principal) throw new Error('not identified');
    return found.principal.inScope;
  };
  const tool = (name: string) => ({ kind: 'tool', name }) as const;

  test('that is absent reaches everything', () => {
    expect(scopeOf(undefined)('any', tool('x'), 'tools/call')).toBe(true);
  });

  test('narrows by server', () => {
    const within = scopeOf({ servers: ['fs', 'dev-*'] });
    expect(within('fs', tool('x'), 'tools/call')).toBe(true);
    expect(within('dev-a', undefined, 'initialize')).toBe(true);
    expect(within('prod', tool('x'), 'tools/call')).toBe(false);
    expect(within('prod', undefined, 'initialize')).toBe(false);
  });

  test('that names one kind of capability excludes the others', () => {
    const within = scopeOf({ tools: ['read_*'] });
    expect(within('fs', tool('read_file'), 'tools/call')).toBe(true);
    expect(within('fs', tool('write_file'), 'tools/call')).toBe(false);
    expect(within('fs', { kind: 'resource', name: 'file:///etc/passwd' }, 'resources/read')).toBe(false);
    expect(within('fs', { kind: 'prompt', name: 'read_me' }, 'prompts/get')).toBe(false);
    expect(within('fs', undefined, 'tools/list')).toBe(true);
  });

  test('on methods leaves the connection usable', () => {
    const within = scopeOf({ methods: ['tools/*'] });
    expect(within('fs', undefined, 'initialize')).toBe(true);
    expect(within('fs', undefined, 'tools/list')).toBe(true);
    expect(within('fs', undefined, 'prompts/list')).toBe(false);
    expect(within('fs', undefined, 'logging/setLevel')).toBe(false);
  });
});

test('last use is remembered up to the limit and the oldest goes first', () => {
  const used = new LastUsed(2);
  used.touch('acme', 'a', 1);
  used.touch('acme', 'b', 2);
  used.touch('acme', 'a', 3);
  expect(used.get('acme', 'a')).toBe(3);
  used.touch('other', 'a', 4);
  expect(used.size).toBe(2);
  expect(used.get('acme', 'a')).toBeUndefined();
  expect(used.get('acme', 'b')).toBe(2);
  expect(used.get('other', 'a')).toBe(4);
});

function world(token: Partial<TokenSpec> = {}, agent: Partial<AgentSpec> = {}) {
  const made = newToken();
  const objects = [
    agentObject(agent),
    tokenObject('bot-token', { agent: 'bot', hash: made.hash, hint: made.hint, createdAt: '2026-01-01T00:00:00Z', ...token }),
  ];
  return { token: made.token, index: buildPrincipals(objects, 7, 'acme') };
}

function agentObject(spec: Partial<AgentSpec>): StoredObject<'agent'> {
  return { kind: 'agent', metadata: { name: 'bot' }, spec: { credentialMode: 'service', disabled: false, ...spec } };
}

function tokenObject(name: string, spec: TokenSpec): StoredObject<'token'> {
  return { kind: 'token', metadata: { name }, spec };
}
