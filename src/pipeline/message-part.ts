// The parts of a protocol message that people wrote or that tools returned: what inspection looks at and may replace. What stands where says
// message-place.ts; what the protocol itself needs unchanged (ids, names, cursors, URIs, tokens of progress, pictures) is never a part.
import type { JsonObject } from '../lib/json.ts';
import { stepByStep } from '../lib/turn.ts';
import { writeInSteps } from '../mcp/large-write.ts';
import { type MessagePart, type Place, readObject } from './part-reader.ts';

export { answerTo, toolAnswer } from './message-answer.ts';
export { listedOf } from './message-list.ts';
export { paramsOf } from './message-place.ts';
export type { MessagePart } from './part-reader.ts';
export { toldPath } from './told-path.ts';

/** What the message is: the same member means different things in params of each method and in answers to them (`paramsOf`, `answerTo`). */
export type MessageOf = Place;

export function partsOf(message: JsonObject, of: MessageOf): readonly MessagePart[] {
  if (latest?.message === message && latest.of === of) return latest.parts;
  const parts = prepared.get(message);
  if (parts !== undefined && parts.of === of) return parts.parts;
  const drafts = draftsOf(message, of);
  for (const draft of drafts) if (draft.value !== undefined) draft.text = JSON.stringify(draft.value);
  if (isShared) latest = { message, of, parts: drafts };
  return drafts;
}

/** What looks at the same message one after the other gets the same parts. Nothing of the message is kept afterwards. */
export function sharingParts<T>(look: () => T): T {
  isShared = true;
  try {
    return look();
  } finally {
    isShared = false;
    latest = undefined;
  }
}

interface Parts {
  of: MessageOf;
  parts: readonly MessagePart[];
}

let isShared = false;
let latest: (Parts & { message: JsonObject }) | undefined;

/** Of a long message, before `partsOf` is asked: its JSON values are written in steps. */
export async function prepareParts(message: JsonObject, of: MessageOf): Promise<void> {
  const parts = draftsOf(message, of);
  for (const part of parts) if (part.value !== undefined) part.text = await stepByStep(writeInSteps(part.value));
  prepared.set(message, { of, parts });
}

export function isPrepared(message: JsonObject, of: MessageOf): boolean {
  const parts = prepared.get(message);
  return parts !== undefined && parts.of === of;
}

/** Messages are never changed, so that their parts stay what they are. */
const prepared = new WeakMap<JsonObject, Parts>();

/** The text of those that have a value is still to be written. */
function draftsOf(message: JsonObject, of: MessageOf): MessagePart[] {
  const drafts: MessagePart[] = [];
  readObject(message, of, [], drafts);
  return drafts;
}

const TEXTS = new Set<string | number | undefined>(['text', 'content']);
const BYTES = new Set<string | number | undefined>(['blob', 'data']);

/**
 * Indexes of the parts that are read one after the other, as one text: blocks of an answer, messages of a prompt, contents of a resource. What names or
 * describes such a part, its address and its icons stand beside it, not between two of them; nor does a picture. None where there is but one.
 */
export function readingOrder(parts: readonly MessagePart[]): readonly number[] {
  if (parts.length < 2) return NONE;
  const chain: number[] = [];
  for (const [index, { kind, path }] of parts.entries())
    if (kind !== 'json' && (kind === 'text' ? TEXTS : BYTES).has(path[path.length - 1]) && !path.includes('_meta')) chain.push(index);
  return chain.length < 2 ? NONE : chain;
}

const NONE: readonly number[] = [];
