// The Standard Webhooks signature (github.com/standard-webhooks, spec 1.0): HMAC-SHA256 over `id.timestamp.body`, one `v1,` part for each key.
// Never signs with a key that is too short to be one.
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** Bytes of a key: the scheme asks for 24 to 64. */
export const MIN_KEY_BYTES = 24;
export const MAX_KEY_BYTES = 64;

/** The key in a secret (`whsec_` and base64); undefined when it holds none. */
export function signingKey(secret: string): Buffer | undefined {
  const text = secret.trim();
  const coded = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(coded)) return undefined;
  const key = Buffer.from(coded, 'base64');
  return key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES ? undefined : key;
}

/** `timeS`: seconds since the epoch, of the attempt. */
export function webhookHeaders(id: string, timeS: number, body: string, keys: readonly Buffer[]): Record<string, string> {
  const signed = `${id}.${timeS}.${body}`;
  const parts = keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timeS), 'webhook-signature': parts.join(' ') };
}
