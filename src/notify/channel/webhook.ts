// Channel `webhook`: the event as JSON, signed by the Standard Webhooks scheme with every key that is active.
import type { SubscriptionSpec } from '../../object/kinds.ts';
import { missingSecret, type OpenSecret, type Send } from '../send.ts';
import { signingKey, webhookHeaders } from '../signature.ts';
import { type HttpChannelParts, placeOf } from './place.ts';

export function webhookSender(
  channel: Extract<SubscriptionSpec['channel'], { type: 'webhook' }>,
  openSecret: OpenSecret,
  { http, clock }: HttpChannelParts,
): Send {
  return async (message, signal) => {
    const url = placeOf(channel.url, openSecret);
    if (typeof url !== 'string') return missingSecret(url.missing);
    const keys: Buffer[] = [];
    for (const name of channel.secrets) {
      const secret = openSecret(name);
      const key = secret === undefined ? undefined : signingKey(secret);
      if (!key) return missingSecret(name);
      keys.push(key);
    }
    const body = JSON.stringify(message.body);
    const headers = webhookHeaders(message.id, Math.floor(clock.nowMs() / 1000), body, keys);
    const request = { method: 'POST' as const, url, headers: { 'content-type': 'application/json', ...headers }, body };
    return http.send({ ...request, allowPrivate: channel.allowPrivate === true }, signal);
  };
}
