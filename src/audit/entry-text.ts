// Texts as they stand in log entries: clipped, well-formed, quoted as RFC 8785 wants them. docs/audit-format.md is the normative description.
// Never changes what is written for a text: every log ever written depends on it.
import { sha256Hex } from '../lib/digest.ts';

/** Longest text member of an entry, UTF-16 code units. Longer texts keep their start and are told apart by their hash. */
export const MAX_TEXT_UNITS = 2048;

/** Quoted names kept; when they are too many all are forgotten. */
export const MAX_QUOTED_NAMES = 4_096;
/** Longer texts are not kept, UTF-16 code units. */
const MAX_NAME_UNITS = 128;

/** A text as it stands in an entry: well-formed and at most MAX_TEXT_UNITS long. */
export function plain(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  if (whole.length <= MAX_TEXT_UNITS) return whole;
  const tail = `…sha256:${sha256Hex(whole)}`;
  return whole.slice(0, MAX_TEXT_UNITS - tail.length).toWellFormed() + tail;
}

export function member(key: string, text: string | undefined): string {
  return text === undefined ? '' : `"${key}":${quote(text)},`;
}

/** The same for a text that many entries share. */
export function named(key: string, text: string | undefined): string {
  return text === undefined ? '' : `"${key}":${quoteName(text)},`;
}

/** Names of objects, methods, tools: the same few in nearly every entry, so their quoted forms are kept. */
const quotedNames = new Map<string, string>();

export function quoteName(text: string): string {
  const known = quotedNames.get(text);
  if (known !== undefined) return known;
  const quoted = quote(text);
  if (text.length > MAX_NAME_UNITS) return quoted;
  if (quotedNames.size >= MAX_QUOTED_NAMES) quotedNames.clear();
  quotedNames.set(text, quoted);
  return quoted;
}

export function quote(text: string): string {
  return JSON.stringify(text.length <= MAX_TEXT_UNITS && text.isWellFormed() ? text : plain(text));
}

let cachedMs = Number.NaN;
let cachedText = '';
/** The second that `cachedText` begins with. */
let cachedSecond = Number.NaN;

/** RFC 3339 in UTC with milliseconds, always 24 characters. Throws RangeError on what is no instant. */
export function instant(timeMs: number): string {
  if (timeMs === cachedMs) return cachedText;
  const second = Math.floor(timeMs / 1000);
  const rest = timeMs - second * 1000;
  // Most entries are of the second of the one before.
  if (second === cachedSecond && cachedText.length === 24 && Number.isInteger(rest))
    cachedText = `${cachedText.slice(0, 20)}${rest < 100 ? (rest < 10 ? '00' : '0') : ''}${rest}Z`;
  else cachedText = new Date(timeMs).toISOString();
  cachedMs = timeMs;
  // A part of a millisecond is cut off, before 1970 towards the next second.
  cachedSecond = Number.isInteger(timeMs) ? second : Number.NaN;
  return cachedText;
}
