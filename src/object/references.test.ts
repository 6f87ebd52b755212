// Who names whom: what is looked at when something is deleted holds every kind that can name it.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Kind, StoredObject } from './kinds.ts';
import { kindsNaming, referencesOf, softReferencesOf } from './references.ts';

const secret = { secret: 's' };
/** For every kind that names others, specs that name all it can; only the parts that are looked at. */
const NAMING: Partial<Record<Kind, object[]>> = {
  token: [{ agent: 'a', user: 'u' }],
  agent: [{ team: 't' }],
  user: [{ teams: ['t'] }],
  team: [{ members: { agents: ['a'], users: ['u'] } }],
  role: [{ members: { agents: ['a'], users: ['u'], teams: ['t'], classes: ['c'] } }],
  grant: [{ agent: 'a', user: 'u', server: 's' }],
  passkey: [{ user: 'u' }],
  delegation: [{ from: 'u', to: 'v' }],
  organization: [{ approvals: { slack: { signingSecret: secret } } }],
  operator: [{ user: 'u' }],
  anchor: [{ timeStamp: { headers: { x: secret } } }, { bucket: { headers: { x: secret }, sign: { secretKey: secret } } }],
  subscription: [
    { channel: { type: 'webhook', url: secret, secrets: ['s'] } },
    { channel: { type: 'email', password: secret } },
    { channel: { type: 'template', headers: { x: secret } } },
  ],
  forward: [{ target: { type: 'splunk', ca: secret, cert: secret, key: secret, headers: { x: secret } } }],
  server: [{ env: { X: secret }, headers: { x: secret } }],
  freeze: [
    { scope: { agent: 'a' } },
    { scope: { server: 's' } },
    { scope: { tool: { server: 's', name: '*' } } },
    { scope: { token: 't' } },
  ],
};

test('whatever an object names, its kind is among those that are looked at when that is deleted, and no kind is for nothing', () => {
  const seen = new Set<string>();
  for (const [kind, specs] of Object.entries(NAMING) as [Kind, object[]][]) {
    for (const spec of specs) {
      const object = { kind, metadata: { name: 'x' }, spec } as unknown as StoredObject;
      const named = [...referencesOf(object), ...softReferencesOf(object)];
      expect(named.length, kind).toBeGreaterThan(0);
      for (const to of named) {
        expect(kindsNaming(to.kind), `${kind} names ${to.kind}`).toContain(kind);
        seen.add(`${to.kind} by ${kind}`);
      }
    }
  }
  const said = (['agent', 'class', 'secret', 'server', 'team', 'token', 'user'] as const).flatMap((to) =>
    kindsNaming(to).map((kind) => `${to} by ${kind}`),
  );
  expect(said.toSorted()).toEqual([...seen].toSorted());
  expect(kindsNaming('policy')).toEqual([]);
});

test('every kind that is looked into for names is among those above', () => {
  const text = readFileSync(new URL('./references.ts', import.meta.url), 'utf8');
  const kinds = [...text.matchAll(/is\(object, '([a-z-]+)'\)/g)].map(([, kind]) => kind);
  expect([...new Set(kinds)].toSorted()).toEqual(Object.keys(NAMING).toSorted());
});
