// Edits on the text of a JSON object that keep every byte they are not about. Only for text that parseMessage accepted or that we wrote:
// it must be valid JSON without duplicate keys. Never parses and re-serialises what it does not change.
import type { Json, JsonObject } from '../lib/json.ts';

/** Byte-exact place of one member in the text of its object. */
export interface MemberRange {
  /** Start of the key's opening quote. */
  keyStart: number;
  /** First and one-past-last offset of the value. */
  start: number;
  end: number;
}

/** A JSON object both ways: the parsed value and the exact text. They always say the same; neither is ever mutated. */
export interface Payload {
  readonly value: JsonObject;
  readonly text: string;
}

/** `text` is written from `value` when absent. */
export function payload(value: JsonObject, text?: string): Payload {
  return { value, text: text ?? JSON.stringify(value) };
}

/** Members of the outermost object, keys unescaped, in text order. */
export function memberRanges(_objectText: string): Map<string, MemberRange> {
  throw new Error('not written yet');
}

/** Replaces the member's value, or appends the member. `valueText` is spliced in as it is. */
export function setMember(_objectText: string, _key: string, _valueText: string): string {
  throw new Error('not written yet');
}

/** Removes the member and one comma; the same text when there is no such member. */
export function removeMember(_objectText: string, _key: string): string {
  throw new Error('not written yet');
}

/** Sets (or with undefined removes) the value at `path`; set creates missing parents and replaces a parent that is no object. */
export function setIn(_objectText: string, _path: readonly string[], _valueText: string | undefined): string {
  throw new Error('not written yet');
}

/** setIn on value and text together. Undefined removes; removal of what is not there returns the same payload. */
export function edit(_from: Payload, _path: readonly string[], _value: Json | undefined): Payload {
  throw new Error('not written yet');
}
