// Takes out of a message what may not go out: the stretches that are known, else the whole text they stand in. Never changes the message given.
import type { Carried } from '../detect/flow/carry.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';

/** The message without them; undefined when a place cannot be found. */
export function withheld(message: JsonObject, carried: readonly Carried[]): JsonObject | undefined {
  const byPlace = new Map<string, Carried[]>();
  for (const one of carried) byPlace.set(one.pointer, [...(byPlace.get(one.pointer) ?? []), one]);
  let next: Json | undefined = message;
  for (const [pointer, all] of byPlace) {
    if (next === undefined) return undefined;
    const steps = pointer
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    next = replaced(next, steps, 0, all);
  }
  return isObject(next) ? next : undefined;
}

function replaced(value: Json, steps: readonly string[], index: number, carried: readonly Carried[]): Json | undefined {
  // JSON within a text is addressed as if it were no text.
  if (typeof value === 'string' || typeof value === 'number')
    return index === steps.length ? without(String(value), carried) : mark(carried[0]);
  const step = steps[index];
  if (step === undefined || value === null || typeof value !== 'object') return undefined;
  if (Array.isArray(value)) {
    const at = Number(step);
    const inner = value[at];
    const made = inner === undefined ? undefined : replaced(inner, steps, index + 1, carried);
    return made === undefined ? undefined : value.with(at, made);
  }
  const inner = Object.hasOwn(value, step) ? value[step] : undefined;
  const made = inner === undefined ? undefined : replaced(inner, steps, index + 1, carried);
  return made === undefined ? undefined : { ...value, [step]: made };
}

function without(text: string, carried: readonly Carried[]): string {
  if (carried.some(({ spans, chars }) => !spans || spans.length === 0 || chars !== text.length)) return mark(carried[0]);
  const spans = carried.flatMap((one) => (one.spans ?? []).map((span) => ({ ...span, by: mark(one) }))).sort((a, b) => a.start - b.start);
  let out = '';
  let done = 0;
  for (const { start, end, by } of spans) {
    if (start >= done) out += text.slice(done, start) + by;
    done = Math.max(done, end);
  }
  return out + text.slice(done);
}

function mark(carried: Carried | undefined): string {
  return `[withheld:flow.${carried?.source.labels[0] ?? 'private'}]`;
}
