// Reads messages of any length without holding up anybody: short ones at once, long ones in steps. What a long text is read as, and why it is refused, is
// the same as for a short one (test/property/large-message.test.ts); only the order in which two things wrong with it are found may differ.
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { stepByStep } from '../lib/turn.ts';
import { INVALID_REQUEST, PARSE_ERROR } from './error-code.ts';
import { isBlank, isSpace } from './json-text.ts';
import { LARGE_CHARS, PIECE_CHARS, type ScanBounds, scanLong, type Unscannable } from './large-text.ts';
import { type Built, buildValue, Unreadable } from './large-value.ts';
import {
  BODY_NOT_JSON,
  EMPTY_BATCH,
  failure,
  MAX_BATCH,
  MAX_DEPTH,
  MAX_PARSED_DEPTH,
  MAX_VALUES,
  NO_OBJECT,
  NOT_JSON,
  OUT_OF_RANGE,
  type ParsedBody,
  type ParseFailure,
  type ParseLimits,
  parseBody,
  parseMessage,
  REPEATED_KEY,
  type RpcMessage,
  readId,
  readSound,
  tooDeep,
  tooMuch,
} from './message.ts';

const DEFAULT_LIMITS: ParseLimits = { maxDepth: MAX_DEPTH };

/** `parseMessage`, for a text of any length. */
export function parseMessageSoon(text: string, limits = DEFAULT_LIMITS): RpcMessage | ParseFailure | Promise<RpcMessage | ParseFailure> {
  return text.length < LARGE_CHARS ? parseMessage(text, limits) : stepByStep(readMessage(text, limits));
}

/** `parseBody`, for a text of any length. */
export function parseBodySoon(text: string, limits = DEFAULT_LIMITS): ParsedBody | Promise<ParsedBody> {
  return text.length < LARGE_CHARS ? parseBody(text, limits) : stepByStep(readBody(text, limits));
}

type Read = RpcMessage | ParseFailure;

/** In steps; `text` may as well be short. */
export function* readMessage(text: string, limits: ParseLimits, pieceChars = PIECE_CHARS): Generator<void, Read, void> {
  const scan = yield* scanLong(text, boundsOf(limits, pieceChars));
  if (typeof scan === 'string') return unscannable(scan, limits, NOT_JSON);
  let built: Built;
  try {
    built = yield* buildValue(text, scan);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return failure(null, PARSE_ERROR, NOT_JSON);
  }
  const { value, isOutOfRange, repeatsKey } = built;
  if (!isObject(value)) return failure(null, INVALID_REQUEST, NO_OBJECT);
  const id = readId(text, scan);
  if (scan.depth > limits.maxDepth) return tooDeep(id, limits);
  if (isOutOfRange) return failure(id, INVALID_REQUEST, OUT_OF_RANGE);
  return repeatsKey ? failure(id, INVALID_REQUEST, REPEATED_KEY) : readSound(text, value as JsonObject, scan, id);
}

/** In steps; `text` may as well be short. */
export function* readBody(text: string, limits: ParseLimits, pieceChars = PIECE_CHARS): Generator<void, ParsedBody, void> {
  const first = firstAt(text);
  if (text[first] !== '[') {
    const message = yield* readMessage(text, limits, pieceChars);
    const isNoJson = message.shape === 'invalid' && message.code === PARSE_ERROR;
    return { batch: false, messages: [isNoJson ? { ...message, message: BODY_NOT_JSON } : message] };
  }
  const scan = yield* scanLong(text, boundsOf(limits, pieceChars));
  if (typeof scan === 'string') return { batch: false, messages: [unscannable(scan, limits, BODY_NOT_JSON)] };
  const { elements } = scan;
  if (text[scan.end - 1] !== ']' || !isBlank(text, scan.end, text.length))
    return { batch: false, messages: [failure(null, PARSE_ERROR, BODY_NOT_JSON)] };
  const [only] = elements;
  if (elements.length === 1 && only !== undefined && only.start >= only.end)
    return { batch: true, messages: [failure(null, INVALID_REQUEST, EMPTY_BATCH)] };
  if (elements.length > MAX_BATCH)
    return { batch: true, messages: [failure(null, INVALID_REQUEST, `A batch has at most ${MAX_BATCH} messages; this one has more.`)] };
  const messages: Read[] = [];
  for (const { start, end } of elements) {
    const element = text.slice(start, end);
    const message = element.length > pieceChars ? yield* readMessage(element, limits, pieceChars) : parseMessage(element, limits);
    if (message.shape === 'invalid' && message.code === PARSE_ERROR)
      return { batch: false, messages: [failure(null, PARSE_ERROR, BODY_NOT_JSON)] };
    messages.push(message);
    yield;
  }
  return { batch: true, messages };
}

function boundsOf({ maxDepth, maxValues = MAX_VALUES }: ParseLimits, pieceChars: number): ScanBounds {
  return { maxDepth: Math.max(maxDepth, MAX_PARSED_DEPTH), maxValues, maxElements: MAX_BATCH, pieceChars };
}

function unscannable(why: Unscannable, limits: ParseLimits, notJson: string): ParseFailure {
  if (why === 'too_much') return tooMuch(limits);
  return why === 'broken'
    ? failure(null, PARSE_ERROR, notJson)
    : failure(null, INVALID_REQUEST, `The message holds a key of more than ${PIECE_CHARS} characters.`);
}

function firstAt(text: string): number {
  let at = 0;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The value of a JSON text that the gateway itself wrote, in steps; no bare string. */
export function* readJson(text: string): Generator<void, Json, void> {
  if (text.length <= PIECE_CHARS) return JSON.parse(text) as Json;
  const unbound = { maxDepth: Number.POSITIVE_INFINITY, maxValues: Number.POSITIVE_INFINITY, maxElements: 0, pieceChars: PIECE_CHARS };
  const scan = yield* scanLong(text, unbound);
  if (typeof scan === 'string') throw new Error('a text of the gateway is no JSON');
  return (yield* buildValue(text, scan)).value;
}
