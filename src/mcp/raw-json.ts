// Edits on the text of a JSON object that keep every byte they are not about. Only for text that parseMessage accepted or that we wrote:
// it must be valid JSON without duplicate keys. Never parses and re-serialises what it does not change.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { type MemberRange, scanObject } from './json-text.ts';

export type { MemberRange } from './json-text.ts';

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
export function memberRanges(objectText: string): Map<string, MemberRange> {
  return scanObject(objectText).members;
}

/** Replaces the member's value, or appends the member. `valueText` is spliced in as it is. */
export function setMember(objectText: string, key: string, valueText: string): string {
  const members = memberRanges(objectText);
  const found = members.get(key);
  if (found !== undefined) return splice(objectText, found.start, found.end, valueText);
  const member = `${JSON.stringify(key)}:${valueText}`;
  if (members.size === 0) {
    const inside = objectText.indexOf('{') + 1;
    return splice(objectText, inside, inside, member);
  }
  const last = [...members.values()].at(-1);
  const end = last === undefined ? objectText.indexOf('{') + 1 : last.end;
  return splice(objectText, end, end, `,${member}`);
}

/** Removes the member, its comma and the white space up to its neighbour; the same text when there is no such member. */
export function removeMember(objectText: string, key: string): string {
  const members = memberRanges(objectText);
  const found = members.get(key);
  if (found === undefined) return objectText;
  const all = [...members.values()];
  const index = all.indexOf(found);
  const next = all[index + 1];
  if (next !== undefined) return splice(objectText, found.keyStart, next.keyStart, '');
  const previous = all[index - 1];
  return splice(objectText, previous === undefined ? found.keyStart : previous.end, found.end, '');
}

/** Sets (or with undefined removes) the value at `path`; set creates missing parents and replaces a parent that is no object. */
export function setIn(objectText: string, path: readonly string[], valueText: string | undefined): string {
  const [key, ...rest] = path;
  if (key === undefined) return valueText ?? objectText;
  if (rest.length === 0) return valueText === undefined ? removeMember(objectText, key) : setMember(objectText, key, valueText);
  const range = memberRanges(objectText).get(key);
  const child = range === undefined ? undefined : objectText.slice(range.start, range.end);
  if (range !== undefined && child?.startsWith('{')) return splice(objectText, range.start, range.end, setIn(child, rest, valueText));
  return valueText === undefined ? objectText : setMember(objectText, key, setIn('{}', rest, valueText));
}

/** setIn on value and text together. Undefined removes; removal of what is not there returns the same payload. */
export function edit(from: Payload, path: readonly string[], value: Json | undefined): Payload {
  const text = setIn(from.text, path, value === undefined ? undefined : JSON.stringify(value));
  return text === from.text && value === undefined ? from : { value: editValue(from.value, path, value), text };
}

/** The same edit on the value alone: a new object along the path, everything else the old objects. */
export function editValue(from: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return isObject(value) ? value : from;
  const child = Object.hasOwn(from, key) ? from[key] : undefined;
  if (rest.length > 0) {
    if (value === undefined && !isObject(child)) return from;
    return { ...from, [key]: editValue(isObject(child) ? child : {}, rest, value) };
  }
  if (value !== undefined) return { ...from, [key]: value };
  const { [key]: _removed, ...others } = from;
  return others;
}

/**
 * JSON text without line breaks. A break can only be white space between tokens, so this never changes the value.
 * INVARIANT: whatever the gateway writes is one line (message.test.ts, "a nested message cannot step out of its line").
 */
export function oneLine(jsonText: string): string {
  return jsonText.includes('\n') || jsonText.includes('\r') ? jsonText.replace(/[\r\n]+/g, ' ') : jsonText;
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
