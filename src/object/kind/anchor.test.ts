// Anchor objects: exactly one target, no credentials in plain text, secrets that must exist.
import { expect, it } from 'vitest';
import type { StoredObject } from '../kinds.ts';
import { plainCredentials, referencesOf } from '../references.ts';
import { anchorSpec, MAX_ANCHOR_INTERVAL_MS, MIN_ANCHOR_INTERVAL_MS } from './anchor.ts';

const bucket = { url: 'https://store.example/b' };
const witness = { url: 'https://w.example', key: 'w+01234567+BAAA' };
const timeStamp = { url: 'https://tsa.example', ca: '-----BEGIN CERTIFICATE-----\n…' };
const objectOf = (spec: unknown): StoredObject => ({ kind: 'anchor', metadata: { name: 'a' }, spec: anchorSpec.parse(spec) });

it('has exactly one target, and an interval within bounds', () => {
  for (const spec of [
    { bucket },
    { witness },
    { timeStamp },
    { bucket, intervalMs: MIN_ANCHOR_INTERVAL_MS },
    { bucket, intervalMs: MAX_ANCHOR_INTERVAL_MS },
  ])
    expect(anchorSpec.safeParse(spec).success, JSON.stringify(spec)).toBe(true);
  const wrong = [
    ...[{}, { bucket, witness }, { bucket, intervalMs: MIN_ANCHOR_INTERVAL_MS - 1 }, { bucket, intervalMs: MAX_ANCHOR_INTERVAL_MS + 1 }],
    ...[
      { bucket: { url: 'file:///etc/passwd' } },
      { bucket: { url: 'https://user@store.example/' } },
      { witness: { ...witness, key: 'w' } },
    ],
    ...[{ timeStamp: { url: timeStamp.url } }, { timeStamp: { ...timeStamp, policy: 'any' } }, { bucket: { ...bucket, token: 'x' } }],
  ];
  for (const spec of wrong) expect(anchorSpec.safeParse(spec).success, JSON.stringify(spec)).toBe(false);
});

it('names secrets that must be there, and is told of credentials in plain text', () => {
  const sign = { accessKey: 'A', secretKey: { secret: 'key' }, region: 'eu' };
  const headers = { authorization: { secret: 'auth', prefix: 'Bearer ' }, 'x-api-key': 'plain' };
  expect(referencesOf(objectOf({ bucket: { ...bucket, headers, sign } }))).toEqual([
    { kind: 'secret', name: 'auth', at: 'spec.bucket.headers.authorization' },
    { kind: 'secret', name: 'key', at: 'spec.bucket.sign.secretKey' },
  ]);
  expect(plainCredentials(objectOf({ bucket: { ...bucket, headers } }))).toEqual(['x-api-key']);
  expect(referencesOf(objectOf({ timeStamp: { ...timeStamp, headers: { authorization: { secret: 'auth' } } } }))).toMatchObject([
    { name: 'auth', at: 'spec.timeStamp.headers.authorization' },
  ]);
  expect(referencesOf(objectOf({ witness }))).toEqual([]);
});
