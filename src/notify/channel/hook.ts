// What the chat channels have in common: one JSON message posted to the address of an incoming webhook, which may be a secret.
import type { JsonObject } from '../../lib/json.ts';
import type { SubscriptionSpec } from '../../object/kinds.ts';
import type { EventBody } from '../event.ts';
import { missingSecret, type OpenSecret, type Send } from '../send.ts';
import { type HttpChannelParts, placeOf } from './place.ts';

export function hookSender(
  channel: Extract<SubscriptionSpec['channel'], { type: 'slack' | 'teams' }>,
  message: (event: EventBody) => JsonObject,
  openSecret: OpenSecret,
  { http }: HttpChannelParts,
): Send {
  return async ({ body }, signal) => {
    const url = placeOf(channel.url, openSecret);
    if (typeof url !== 'string') return missingSecret(url.missing);
    const headers = { 'content-type': 'application/json' };
    return http.send(
      { method: 'POST', url, headers, body: JSON.stringify(message(body)), allowPrivate: channel.allowPrivate === true },
      signal,
    );
  };
}
