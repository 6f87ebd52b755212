// Points in time as people give them: after a time (`90m`, `24h`, `30d`) or an instant. Pure.
import { usageError } from './failure.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
/** Furthest point in time, milliseconds from now: a hundred years. */
const MAX_AHEAD_MS = 36_525 * 86_400_000;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** RFC 3339 text of a point in the future. Throws GatewayError `usage` that names the flag. */
export function readWhen(text: string, flag: string, nowMs: number): string {
  const timeMs = timeOf(text, nowMs);
  const example = `for example ${flag} 24h or ${flag} 2030-01-31T00:00:00Z`;
  if (timeMs === undefined)
    throw usageError(
      `${flag} ${JSON.stringify(text.slice(0, 64))} is no time. It is a duration in s, m, h, d or w, or an instant with its zone, ${example}.`,
    );
  if (timeMs <= nowMs) throw usageError(`${flag} ${text} is over already. Give a point in the future, ${example}.`);
  if (timeMs > nowMs + MAX_AHEAD_MS)
    throw usageError(
      `${flag} ${text} is more than a hundred years ahead. Leave it out for "never", or give ${example.replace('for example ', '')}.`,
    );
  return new Date(timeMs).toISOString();
}

/** Milliseconds of `90m`, `24h`, `30d`. Throws GatewayError `usage` that names the flag. */
export function readSpan(text: string, flag: string): number {
  const spanMs = spanOf(text);
  if (spanMs !== undefined && spanMs > 0 && spanMs <= MAX_AHEAD_MS) return spanMs;
  throw usageError(
    `${flag} ${JSON.stringify(text.slice(0, 64))} is no length of time. It is a number with s, m, h, d or w, for example ${flag} 24h.`,
  );
}

/** `60/1m`. Throws GatewayError `usage` that names the flag. */
export function readRate(text: string, flag: string): { max: number; windowMs: number } {
  const [, max = '', span = ''] = /^(\d{1,9})\/(\w+)$/.exec(text) ?? [];
  const windowMs = spanOf(span);
  if (Number(max) > 0 && windowMs !== undefined && windowMs > 0) return { max: Number(max), windowMs };
  throw usageError(
    `${flag} ${JSON.stringify(text.slice(0, 64))} is no rate. It is a number and a length of time, for example ${flag} 60/1m.`,
  );
}

/** RFC 3339 text of a point in the past: a duration back from now, an instant, or the beginning of a day (UTC). Throws GatewayError `usage` that names the flag. */
export function readSince(text: string, flag: string, nowMs: number): string {
  const timeMs = timeOf(DAY.test(text) ? `${text}T00:00:00Z` : text, nowMs);
  const back = timeMs === undefined || spanOf(text) === undefined ? timeMs : 2 * nowMs - timeMs;
  if (back === undefined)
    throw usageError(
      `${flag} ${JSON.stringify(text.slice(0, 64))} is no time. It is a duration in s, m, h, d or w, a day (UTC) or an instant with its zone, for example ${flag} 30d, ${flag} 2026-01-31 or ${flag} 2026-01-31T09:00:00Z.`,
    );
  if (back > nowMs) throw usageError(`${flag} ${text} lies ahead. Give a point in the past, for example ${flag} 30d.`);
  return new Date(Math.max(0, back)).toISOString();
}

function spanOf(text: string): number | undefined {
  const duration = /^(\d{1,9})([smhdw])$/.exec(text);
  return duration ? Number(duration[1]) * (UNIT_MS[duration[2] ?? ''] ?? Number.NaN) : undefined;
}

function timeOf(text: string, nowMs: number): number | undefined {
  const spanMs = spanOf(text);
  if (spanMs !== undefined) return nowMs + spanMs;
  const timeMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** A whole number from an option. Throws GatewayError `usage`. */
export function readNumber(text: string | undefined, flag: string, min: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= min) return value;
  throw usageError(`${flag} takes a whole number from ${min}, not ${JSON.stringify(text.slice(0, 64))}.`);
}
