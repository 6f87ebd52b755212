// Objects of kind subscription and the secrets they name, for tests.
import { Buffer } from 'node:buffer';
import type { Core } from '../../src/app.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { secretSealer } from '../../src/vault/vault.ts';

/** A signing key of the Standard Webhooks scheme; another `fill`, another key. */
export function webhookSecret(fill = 7): string {
  return `whsec_${Buffer.alloc(32, fill).toString('base64')}`;
}

export function webhookObject(
  name: string,
  url: string,
  spec: Partial<StoredObject<'subscription'>['spec']> = {},
  secrets: string[] = ['hook-key'],
): StoredObject<'subscription'> {
  return {
    kind: 'subscription',
    metadata: { name },
    spec: {
      events: ['*'],
      channel: { type: 'webhook', url, secrets, allowPrivate: true },
      retry: { attempts: 100, firstMs: 10, longestMs: 200 },
      disabled: false,
      ...spec,
    },
  };
}

export function secretObject(core: Pick<Core, 'vault'>, org: string, name: string, value: string): StoredObject<'secret'> {
  return { kind: 'secret', metadata: { name }, spec: { sealed: secretSealer(core.vault, org).seal(name, value) } };
}
