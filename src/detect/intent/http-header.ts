// Headers of a request, in whatever form a tool takes them: an object, pairs, objects with name and value, lines, or JSON of one of these in a text. Bounded.
import { isObject, type Json } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';

export type Header = readonly [name: string, value: string];

/** Headers of one request that are looked at. */
export const MAX_HEADERS = 500;
const MAX_HEADER_CHARS = 65_536;

export const HEADER_KEY = /^(?:http|request|custom|extra|additional)?headers?$/;

export function headersOf(value: Json | undefined): Header[] {
  if (typeof value === 'string') return ofText(value.slice(0, MAX_HEADER_CHARS));
  if (Array.isArray(value)) return value.slice(0, MAX_HEADERS).flatMap(ofItem);
  if (!isObject(value)) return [];
  return Object.entries(value)
    .slice(0, MAX_HEADERS)
    .flatMap(([name, one]) => valuesOf(one as Json).map((text): Header => [name, text]));
}

function valuesOf(value: Json): string[] {
  return (Array.isArray(value) ? value.slice(0, MAX_HEADERS) : [value]).filter((one): one is string => typeof one === 'string');
}

function ofText(text: string): Header[] {
  if (/^\s*[[{]/.test(text)) {
    try {
      const parsed = parseJson(text);
      if (typeof parsed !== 'string') return headersOf(parsed);
    } catch {
      // Lines, then.
    }
  }
  return text
    .split(/[\r\n]+/)
    .slice(0, MAX_HEADERS)
    .flatMap(ofLine);
}

function ofLine(line: string): Header[] {
  const colon = line.indexOf(':');
  return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
}

function ofItem(item: Json): Header[] {
  if (typeof item === 'string') return ofLine(item);
  if (Array.isArray(item)) return typeof item[0] === 'string' && typeof item[1] === 'string' ? [[item[0], item[1]]] : [];
  if (!isObject(item)) return [];
  const name = item.name ?? item.key ?? item.header;
  const value = item.value ?? item.values;
  return typeof name === 'string' && value !== undefined ? valuesOf(value).map((text): Header => [name, text]) : headersOf(item);
}
