// Lists in which one text says what the next one is: options of a command and their values, names of headers and theirs (`rawHeaders`). And what a cookie
// holds. Never takes a list of names for one of names and values.
import type { Reader } from './json-reader.ts';
import { classifyKey, KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

const MAX_CHARS = 66;
const SECRET = KEY.PASSWORD | KEY.TOKEN | KEY.CONNECTION;
/** A header has a hyphen, but for these. */
const SINGLE: ReadonlySet<number> = new Set(['cookie'.length, 'authorization'.length]);
const NAME = /^(?:(?:proxy-)?authorization|cookie|[a-z]{1,20}(?:-[a-z\d]{1,20}){1,5})$/i;
/** A text that is more than a name. */
const VALUE = /\s*,\s*"(?![A-Za-z-]*")/y;
export interface Flag {
  bits: number;
  key: string;
}

/** What the text that was just read, from `from` on, says of the one behind it. */
export function flagOf({ text, at }: Reader, from: number): Flag | undefined {
  const chars = at - from - 2;
  if (text.charCodeAt(from) !== 0x22 || chars < 2 || chars > MAX_CHARS) return undefined;
  const isOption = text.charCodeAt(from + 1) === 0x2d;
  const name = text.slice(from + 1, at - 1);
  if (!isOption) {
    if ((!SINGLE.has(chars) && !name.includes('-')) || !NAME.test(name)) return undefined;
    VALUE.lastIndex = at;
    if (!VALUE.test(text)) return undefined;
    if (isCookie(name)) return { bits: 0, key: name };
  }
  const bits = classifyKey(name) & SECRET;
  return bits === 0 ? undefined : { bits, key: isOption ? '' : name };
}

/** ["--password", "--verbose"]: an option is no value. */
export function isOption({ text, at }: Reader): boolean {
  return text.charCodeAt(at + 1) === 0x2d;
}

export function isCookie(key: string): boolean {
  return (key.length === 6 || key.length === 10) && /^(?:set-)?cookie$/i.test(key);
}

const CRUMB = /(?:^|[;,]\s?)([\w.-]{1,60})=([^;,\s"']{16,2000})/g;
const OF_SESSION = /sess|sid|token|auth|jwt/i;

/** What signs somebody in; what else a cookie remembers is no secret. */
export function addCookieFields(fields: Field[], text: string, base: number, group: Group): void {
  for (const crumb of text.matchAll(CRUMB)) {
    const [whole, name, value] = crumb as unknown as [string, string, string];
    if (!OF_SESSION.test(name)) continue;
    const end = base + crumb.index + whole.length;
    fields.push({ start: end - value.length, end, bits: KEY.TOKEN, key: name, group });
  }
}
