// The signature against the reference library of the scheme, while one key is active and while two are; and keys that are none.
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { MAX_KEY_BYTES, MIN_KEY_BYTES, signingKey, webhookHeaders } from './signature.ts';

const secret = (fill: number, bytes = 32) => `whsec_${Buffer.alloc(bytes, fill).toString('base64')}`;
const keyOf = (text: string) => signingKey(text) as Buffer;
const BODY = '{"type":"approval.requested","data":{"agent":"ä"}}';
const nowS = () => Math.floor(Date.now() / 1000);

describe('standard webhooks signature', () => {
  it('is verified by the reference library, and not with another body, id, time or key', () => {
    const headers = webhookHeaders('evt_1', nowS(), BODY, [keyOf(secret(1))]);
    const verifier = new Webhook(secret(1));
    expect(verifier.verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(headers['webhook-signature']).toBe(verifier.sign('evt_1', new Date(Number(headers['webhook-timestamp']) * 1000), BODY));
    expect(() => verifier.verify(`${BODY} `, headers)).toThrow();
    expect(() => verifier.verify(BODY, { ...headers, 'webhook-id': 'evt_2' })).toThrow();
    expect(() => verifier.verify(BODY, { ...headers, 'webhook-timestamp': String(nowS() - 100) })).toThrow();
    expect(() => new Webhook(secret(2)).verify(BODY, headers)).toThrow();
  });

  it('carries a part for each active key: receivers with the old one and with the new one both accept it', () => {
    const headers = webhookHeaders('evt_1', nowS(), BODY, [keyOf(secret(1)), keyOf(secret(2))]);
    for (const fill of [1, 2]) expect(new Webhook(secret(fill)).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    expect(() => new Webhook(secret(3)).verify(BODY, headers)).toThrow();
  });

  it('takes keys of 24 to 64 bytes in base64, with or without the prefix, and nothing else', () => {
    for (const bytes of [MIN_KEY_BYTES, MAX_KEY_BYTES]) expect(signingKey(secret(1, bytes))).toHaveLength(bytes);
    expect(signingKey(` ${secret(1).slice('whsec_'.length)}\n`)).toHaveLength(32);
    for (const bytes of [MIN_KEY_BYTES - 1, MAX_KEY_BYTES + 1]) expect(signingKey(secret(1, bytes))).toBeUndefined();
    for (const text of ['', 'whsec_', 'hunter2', 'whsec_!!!!']) expect(signingKey(text)).toBeUndefined();
  });
});
