// Ids in a message: what is compared, or given back as it is. Unread only where the protocol has one, and only what looks like one; a sentence in its place
// is read. What an agent gives back is never changed: it passes as it is, or the message does not.
import type { Json, JsonObject } from '../lib/json.ts';
import { NAME, NUMBER, type Reader, TEXT } from './part-reader.ts';

/** In one piece, of the signs that ids are made of. Sealed ones are long. */
const LOOKS = /^[\x21-\x7e]{0,8192}$/;

function isId(value: Json): boolean {
  return typeof value === 'string' ? LOOKS.test(value) : NUMBER.skips?.(value) === true;
}

export const ID: Reader = { skips: isId, read: TEXT.read };
/** Of an agent, which gives it back. */
export const ID_OR_STOP: Reader = { skips: isId, read: NAME.read };

/** An id where the object that it stands in is one that has it; a text anywhere else. */
export function idWhere(has: (parent: JsonObject) => boolean): Reader {
  return {
    read: (value, path, parts, parent) => (has(parent) && isId(value) ? undefined : TEXT.read(value, path, parts, parent)),
  };
}

export const STATES = 'working input_required completed failed cancelled submitted unknown';
