// Headers of a request, in whatever form a tool takes them: an object, pairs, objects with name and value, lines, or JSON of one of these in a text. Bounded.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';

export type Header = readonly [name: string, value: string];

/** Headers of one request that are looked at. */
export const MAX_HEADERS = 500;
const MAX_HEADER_CHARS = 65_536;

export const HEADER_KEY = /^(?:http|request|custom|extra|additional)?headers?$/;

export interface Headers {
  list: Header[];
  /** False: there is more than was looked at, or it is in no form that is known. */
  whole: boolean;
}

export function headersOf(value: Json | undefined): Headers {
  const read: Headers = { list: [], whole: true };
  if (typeof value === 'string') readText(value, read);
  else if (Array.isArray(value)) for (const item of bounded(value, read)) readItem(item, read);
  else if (isObject(value)) readMembers(value, read);
  return read;
}

function bounded<T>(all: readonly T[], read: Headers): readonly T[] {
  if (all.length <= MAX_HEADERS) return all;
  read.whole = false;
  return all.slice(0, MAX_HEADERS);
}

function add(name: string, value: Json | undefined, read: Headers): void {
  for (const one of Array.isArray(value) ? bounded(value, read) : [value]) {
    if (typeof one !== 'string') continue;
    if (read.list.length < MAX_HEADERS) read.list.push([name, one]);
    else read.whole = false;
  }
}

function readText(given: string, read: Headers): void {
  const text = given.slice(0, MAX_HEADER_CHARS).trim();
  if (given.length > MAX_HEADER_CHARS) read.whole = false;
  if (/^[[{]/.test(text)) {
    const parsed = parsedOrNone(text);
    if (parsed === undefined) read.whole = false;
    else if (Array.isArray(parsed)) for (const item of bounded(parsed, read)) readItem(item, read);
    else if (isObject(parsed)) readMembers(parsed, read);
    return;
  }
  for (const line of bounded(text.split(/[\r\n]+/), read)) readLine(line, read);
}

function parsedOrNone(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function readLine(line: string, read: Headers): void {
  const colon = line.indexOf(':');
  if (colon >= 1) add(line.slice(0, colon), line.slice(colon + 1), read);
}

function readMembers(value: JsonObject, read: Headers): void {
  for (const name of bounded(Object.keys(value), read)) add(name, value[name], read);
}

function readItem(item: Json, read: Headers): void {
  if (typeof item === 'string') readLine(item, read);
  else if (Array.isArray(item)) {
    if (typeof item[0] === 'string') add(item[0], item[1], read);
  } else if (isObject(item)) {
    const keys = bounded(Object.keys(item), read);
    const names = keys.filter((key) => /^(?:name|key|header)$/i.test(key) && typeof item[key] === 'string');
    const values = keys.filter((key) => /^values?$/i.test(key));
    // Which of two names a server takes is not known.
    if (names.length > 1 || values.length > 1) read.whole = false;
    const [name, value] = [names[0], values[0]];
    if (name !== undefined && value !== undefined) add(String(item[name]), item[value], read);
    else readMembers(item, read);
  }
}
