// input_required ↔ server→client requests: one round of questions told in the other era's words (2026-07-28 basic/patterns/mrtr;
// 2025-11-25 client/{sampling,elicitation,roots}). Builds values only; looping, parking and sealing live in upstream.
import type { Json, JsonObject } from '../../lib/json.ts';
import type { RpcError } from '../message.ts';
import type { Payload } from '../raw-json.ts';

/** Most questions in one round; more make the result unusable. */
export const MAX_INPUT_REQUESTS = 32;

/** One question of a server: an entry of `inputRequests`, or a legacy server→client request. */
export interface Question {
  method: 'sampling/createMessage' | 'elicitation/create' | 'roots/list';
  params: JsonObject | undefined;
}

export interface InputRequired {
  /** By key, in order. */
  inputRequests: ReadonlyMap<string, Question>;
  requestState: string | undefined;
}

/** Reads an input_required result. undefined: another resultType. `invalid`: neither questions nor state, too many, or a question of unknown kind. */
export function inputRequestsOf(_result: JsonObject): InputRequired | { invalid: string } | undefined {
  throw new Error('not written yet');
}

export type QuestionAnswer = { result: JsonObject; error?: undefined } | { error: RpcError; result?: undefined };

/** A modern question as the params of a legacy server→client request. `elicitationId` is needed for URL mode (2025-11-25 requires one). */
export function toLegacyQuestion(
  _question: Question,
  _elicitationId: string,
): { method: Question['method']; params: JsonObject | undefined } {
  throw new Error('not written yet');
}

/** A legacy server→client request as an entry of `inputRequests`; undefined when the method is none of the three. */
export function toModernQuestion(_method: string, _params: JsonObject | undefined): Question | undefined {
  throw new Error('not written yet');
}

/** An InputRequiredResult from questions and state (at least one of them). */
export function inputRequiredResult(_questions: ReadonlyMap<string, Question>, _requestState: string | undefined): JsonObject {
  throw new Error('not written yet');
}

/**
 * A legacy client's answer as an entry of `inputResponses`. An error becomes the decline the kind has: elicitation `{action: 'cancel'}`, roots
 * `{roots: []}`; sampling has none: undefined, and the whole call must fail with the error.
 */
export function toInputResponse(_question: Question, _answer: QuestionAnswer): JsonObject | undefined {
  throw new Error('not written yet');
}

/** A modern client's entry of `inputResponses` as the answer to a waiting legacy server request; malformed or missing entries are `undefined` (ask again). */
export function fromInputResponse(_question: Question, _response: Json | undefined): QuestionAnswer | undefined {
  throw new Error('not written yet');
}

/** Params of the retry: the original params with `inputResponses` and the byte-exact `requestState` (removed when undefined). */
export function retryParams(_params: Payload | undefined, _inputResponses: JsonObject, _requestState: string | undefined): Payload {
  throw new Error('not written yet');
}

/** Is this a retry? Only in modern context: legacy params of these names are ordinary params. */
export function readRetry(
  _params: JsonObject | undefined,
): { inputResponses: JsonObject | undefined; requestState: string | undefined } | undefined {
  throw new Error('not written yet');
}

/** Params without `inputResponses` and `requestState`: what a legacy server may see, and what a digest of the call is over. */
export function withoutRetry(_params: Payload | undefined): Payload | undefined {
  throw new Error('not written yet');
}

/** Questions of a -32042 error (URL-mode elicitations) for a modern client; undefined when the error is another or malformed. */
export function questionsOfUrlError(_error: RpcError): ReadonlyMap<string, Question> | undefined {
  throw new Error('not written yet');
}

/** A -32042 error for a legacy client when every question is a URL-mode elicitation; undefined otherwise. `elicitationIdFor` mints one id per key. */
export function urlErrorOfQuestions(
  _questions: ReadonlyMap<string, Question>,
  _elicitationIdFor: (key: string) => string,
): RpcError | undefined {
  throw new Error('not written yet');
}

/** The client capability a question needs, in the shape of `requiredCapabilities`; undefined when these capabilities declare it. */
export function missingCapability(_question: Question, _clientCapabilities: JsonObject): JsonObject | undefined {
  throw new Error('not written yet');
}
