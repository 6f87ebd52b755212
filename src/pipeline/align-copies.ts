// Texts of an answer beside its structured content: once that has been redacted, a copy says what it now says, and no other text says what it no
// longer does. In steps; decides nothing.
import { CHANGING, type Replacer, type Ruled, redactText } from '../detect/dlp/redact.ts';
import { MIN_REPLACED_CHARS, replaceValues } from '../detect/dlp/replace-values.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { readJson } from '../mcp/large-message.ts';
import { writeInSteps } from '../mcp/large-write.ts';
import type { MessagePart } from './message-part.ts';

/** A text block that repeats the structured content says what the structured content now says; other texts lose the values it lost. */
export function* alignCopies(
  before: JsonObject,
  after: JsonObject,
  ruled: readonly { part: MessagePart; ruled: readonly Ruled[] }[],
  replacer: Replacer,
): Generator<void, JsonObject, void> {
  const { structuredContent, content } = after;
  if (structuredContent === before.structuredContent || !Array.isArray(content) || !Array.isArray(before.content)) return after;
  // Its part is its text, as it is written without spaces.
  const original = ruled.find(({ part }) => part.pointer === '/structuredContent')?.part.text ?? '';
  const lost: [string, string][] = [];
  for (const one of ruled)
    if (one.part.pointer === '/structuredContent') lost.push(...(yield* lostValues(one.part.text, one.ruled, replacer)));
  const blocks: Json[] = [];
  for (const [index, block] of content.entries()) {
    const source = (before.content as Json[])[index];
    if (!isObject(block) || !isObject(source) || typeof source.text !== 'string' || typeof block.text !== 'string') blocks.push(block);
    else if (yield* isSameJson(source.text, original)) {
      const indent = /^[[{]\n( +|\t)/.exec(source.text)?.[1];
      // A long one is written without its spaces: that can be done in steps, and says the same.
      const written =
        indent === undefined || block.text.length > MAX_INDENTED_CHARS
          ? yield* writeInSteps(structuredContent as Json)
          : JSON.stringify(structuredContent, null, indent);
      blocks.push({ ...block, text: written });
    } else {
      const text = yield* replaceValues(block.text, lost);
      blocks.push(text === block.text ? block : { ...block, text });
    }
    yield;
  }
  return { ...after, content: blocks };
}

const MAX_INDENTED_CHARS = 262_144;

function* lostValues(text: string, ruled: readonly Ruled[], replacer: Replacer): Generator<void, [string, string][], void> {
  const lost: [string, string][] = [];
  for (const one of ruled) {
    const value = text.slice(one.match.start, one.match.end);
    if (!CHANGING.has(one.action) || value.length < MIN_REPLACED_CHARS) continue;
    lost.push([value, redactText(value, [{ ...one, match: { ...one.match, start: 0, end: value.length } }], replacer)]);
    if (lost.length % LOST_A_STEP === 0) yield;
  }
  return lost;
}

/** Values that something is put in the place of in one step. */
const LOST_A_STEP = 64;

function* isSameJson(text: string, canonical: string): Generator<void, boolean, void> {
  if (text === canonical) return true;
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    return (yield* writeInSteps(yield* readJson(text))) === canonical;
  } catch {
    return false;
  }
}
