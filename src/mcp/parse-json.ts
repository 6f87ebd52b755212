// JSON.parse for texts whose keys an outsider wrote: what a text says does not depend on the texts that were read before it. The engine alone does
// not keep that promise for escaped keys (see `readValue`), and a key read under another name passes a check that looks for its own.
import type { Json } from '../lib/json.ts';
import { endOfString, isSpace, isWithin, readValue } from './json-text.ts';

/** Levels of nesting to which a text with escaped keys is read. */
const MAX_ESCAPED_DEPTH = 512;

/** @throws SyntaxError when `text` is no JSON, or has escaped keys and more than 512 levels. Of a repeated key the last value counts. */
export function parseJson(text: string): Json {
  const value = JSON.parse(text) as Json;
  if (!hasEscapedKey(text)) return value;
  if (!isWithin(text, MAX_ESCAPED_DEPTH, Number.POSITIVE_INFINITY))
    throw new SyntaxError(`A text with escaped keys is nested deeper than ${MAX_ESCAPED_DEPTH} levels.`);
  return readValue(text) ?? value;
}

function hasEscapedKey(text: string): boolean {
  let backslash = text.indexOf('\\');
  for (let at = text.indexOf('"'); backslash >= 0 && at >= 0; at = text.indexOf('"', at)) {
    const end = endOfString(text, at);
    if (backslash < end) {
      let next = end;
      while (isSpace(text.charCodeAt(next))) next++;
      if (text[next] === ':') return true;
      backslash = text.indexOf('\\', end);
    }
    at = end;
  }
  return false;
}
