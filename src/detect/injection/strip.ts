// Takes injected passages out of a text. In JSON only strings change, so what was JSON stays JSON. Pure.
import type { Json, JsonObject } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';
import { findInjections, type InjectedPassage } from './passage.ts';
import { isJsonText } from './score.ts';

/** Stands where a passage was. */
export const REMOVED = '[removed by the gateway: text that reads like instructions to the model]';

export interface Looked {
  found: InjectedPassage[];
  /** Without the passages; the same text when there was none. */
  stripped: string;
}

/** Texts that are JSON are looked at string by string. */
export function lookAt(text: string, minScore: number): Looked {
  const value = isJsonText(text) ? parsed(text) : undefined;
  if (value === undefined) return lookAtText(text, minScore);
  const found: InjectedPassage[] = [];
  const next = walk(value, (string) => {
    const looked = lookAtText(string, minScore);
    found.push(...looked.found);
    return looked.stripped;
  });
  if (found.length > 0) return { found, stripped: JSON.stringify(next, null, /^[[{]\n( +|\t)/.exec(text)?.[1]) };
  // An instruction that is spread over several strings cannot be taken out; it takes the text with it.
  const spread = findInjections(text).filter(({ score }) => score >= minScore);
  return spread.length === 0 ? { found, stripped: text } : { found: spread, stripped: JSON.stringify({ removed: REMOVED }) };
}

function lookAtText(text: string, minScore: number): Looked {
  return withoutPassages(
    text,
    findInjections(text).filter(({ score }) => score >= minScore),
  );
}

/** Passages in the order of their place. */
export function withoutPassages(text: string, found: InjectedPassage[]): Looked {
  let stripped = '';
  let from = 0;
  for (const { start, end } of found) {
    const lead = /^\s*/.exec(text.slice(start, end))?.[0] ?? '';
    const tail = /\s*$/.exec(text.slice(start, end))?.[0] ?? '';
    stripped += `${text.slice(from, start)}${lead}${REMOVED}${tail}`;
    from = end;
  }
  return { found, stripped: found.length === 0 ? text : stripped + text.slice(from) };
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function walk(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => walk(item as Json, change));
  if (typeof value !== 'object' || value === null) return value;
  const next: JsonObject = {};
  for (const [key, member] of Object.entries(value))
    Object.defineProperty(next, key, { value: walk(member as Json, change), enumerable: true, configurable: true, writable: true });
  return next;
}
