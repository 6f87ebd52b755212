// Channel `template`: JSON that an operator wrote, with `{{path.to.member}}` of the event in its texts. Values are put into JSON texts, never into
// JSON itself: whatever an event says, the shape of what is sent is the operator's. No conditions, no loops, no expressions.
import { isObject, type Json } from '../../lib/json.ts';
import type { SubscriptionSpec } from '../../object/kinds.ts';
import type { EventBody } from '../event.ts';
import { missingSecret, type OpenSecret, type Send } from '../send.ts';
import { type HttpChannelParts, placeOf } from './place.ts';

const PLACE = /\{\{\s*([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){0,8})\s*\}\}/g;
const WHOLE = /^\{\{\s*([A-Za-z0-9_]+(?:\.[A-Za-z0-9_]+){0,8})\s*\}\}$/;
/** Depth of a template. */
const MAX_DEPTH = 32;
/** RFC 9110 §5.5, without what could end a header. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function templateSender(
  channel: Extract<SubscriptionSpec['channel'], { type: 'template' }>,
  openSecret: OpenSecret,
  { http }: HttpChannelParts,
): Send {
  return async ({ id, body }, signal) => {
    const url = placeOf(channel.url, openSecret);
    if (typeof url !== 'string') return missingSecret(url.missing);
    const headers: Record<string, string> = { 'content-type': 'application/json', 'webhook-id': id };
    for (const [name, source] of Object.entries(channel.headers ?? {})) {
      const opened = typeof source === 'string' ? source : openSecret(source.secret);
      const value = typeof source === 'string' || opened === undefined ? opened : (source.prefix ?? '') + opened;
      if (value === undefined || !HEADER_VALUE.test(value)) return missingSecret(typeof source === 'string' ? name : source.secret);
      headers[name.toLowerCase()] = value;
    }
    const text = JSON.stringify(fillTemplate(channel.template as Json, body));
    return http.send({ method: channel.method, url, headers, body: text, allowPrivate: channel.allowPrivate === true }, signal);
  };
}

/** A text that is one placeholder becomes the value itself; within a longer text values stand as text. What the event has not is null, or nothing. */
export function fillTemplate(template: Json, event: EventBody, depth = 0): Json {
  if (depth > MAX_DEPTH) return null;
  if (typeof template === 'string') {
    const whole = WHOLE.exec(template)?.[1];
    if (whole !== undefined) return valueAt(event, whole) ?? null;
    return template.replaceAll(PLACE, (_, path: string) => textOf(valueAt(event, path)));
  }
  if (Array.isArray(template)) return template.map((one) => fillTemplate(one, event, depth + 1));
  if (!isObject(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, value]) => [key, fillTemplate(value ?? null, event, depth + 1)]));
}

function valueAt(event: EventBody, path: string): Json | undefined {
  let value: unknown = event;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value as Json;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
