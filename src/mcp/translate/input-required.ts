// input_required ↔ server→client requests: one round of questions told in the other era's words (2026-07-28 basic/patterns/mrtr;
// 2025-11-25 client/{sampling,elicitation,roots}). Builds values only; looping, parking and sealing live in upstream.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { URL_ELICITATION_REQUIRED } from '../error-code.ts';
import type { RpcError } from '../message.ts';
import { edit, type Payload, payload } from '../raw-json.ts';
import { without } from '../rev-2025-11-25/capability.ts';

/** Most questions in one round; more make the result unusable. */
export const MAX_INPUT_REQUESTS = 32;

const QUESTION_METHODS = ['sampling/createMessage', 'elicitation/create', 'roots/list'] as const;

/** One question of a server: an entry of `inputRequests`, or a legacy server→client request. */
export interface Question {
  method: (typeof QUESTION_METHODS)[number];
  params: JsonObject | undefined;
}

export interface InputRequired {
  /** By key, in order. */
  inputRequests: ReadonlyMap<string, Question>;
  requestState: string | undefined;
}

/** Reads an input_required result. undefined: another resultType. `invalid`: neither questions nor state, too many, or a question of unknown kind. */
export function inputRequestsOf(result: JsonObject): InputRequired | { invalid: string } | undefined {
  if (result['resultType'] !== 'input_required') return undefined;
  const { inputRequests: given = {}, requestState } = result;
  if (!isObject(given)) return { invalid: 'inputRequests is no object' };
  if (requestState !== undefined && typeof requestState !== 'string') return { invalid: 'requestState is no string' };
  const entries = Object.entries(given);
  if (entries.length > MAX_INPUT_REQUESTS) return { invalid: `more than ${MAX_INPUT_REQUESTS} inputRequests` };
  if (entries.length === 0 && requestState === undefined) return { invalid: 'neither inputRequests nor requestState' };
  const inputRequests = new Map<string, Question>();
  for (const [key, entry] of entries) {
    const question = readQuestion(entry);
    if (question === undefined) return { invalid: 'an entry of inputRequests is no sampling, elicitation or roots request' };
    inputRequests.set(key, question);
  }
  return { inputRequests, requestState };
}

export type QuestionAnswer = { result: JsonObject; error?: undefined } | { error: RpcError; result?: undefined };

/** A modern question as the params of a legacy server→client request. `elicitationId` is needed for URL mode (2025-11-25 requires one). */
export function toLegacyQuestion(
  question: Question,
  elicitationId: string,
): { method: Question['method']; params: JsonObject | undefined } {
  const { method, params } = question;
  if (params === undefined || !isUrlElicitation(question) || typeof params['elicitationId'] === 'string') return { method, params };
  return { method, params: { ...params, elicitationId } };
}

/** A legacy server→client request as an entry of `inputRequests`; undefined when it is none of the three kinds. Tasks and progress do not cross. */
export function toModernQuestion(method: string, params: JsonObject | undefined): Question | undefined {
  const question = readQuestion(params === undefined ? { method } : { method, params });
  if (question?.params === undefined) return question;
  const reduced = without(question.params, ['task', 'elicitationId']);
  const meta = reduced['_meta'];
  if (!isObject(meta)) return { method: question.method, params: reduced };
  const kept = without(meta, ['progressToken', 'io.modelcontextprotocol/related-task']);
  return { method: question.method, params: Object.keys(kept).length > 0 ? { ...reduced, _meta: kept } : without(reduced, ['_meta']) };
}

/** An InputRequiredResult from questions and state (at least one of them). */
export function inputRequiredResult(questions: ReadonlyMap<string, Question>, requestState: string | undefined): JsonObject {
  const entries = [...questions].map(([key, { method, params }]): [string, Json] => [
    key,
    params === undefined ? { method } : { method, params },
  ]);
  return {
    resultType: 'input_required',
    ...(entries.length > 0 ? { inputRequests: Object.fromEntries(entries) } : {}),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

/**
 * A legacy client's answer as an entry of `inputResponses`. An error becomes the decline the kind has: elicitation `{action: 'cancel'}`, roots
 * `{roots: []}`; sampling has none: undefined, and the whole call must fail with the error.
 */
export function toInputResponse(question: Question, answer: QuestionAnswer): JsonObject | undefined {
  if (answer.result !== undefined) return answer.result;
  if (question.method === 'elicitation/create') return { action: 'cancel' };
  return question.method === 'roots/list' ? { roots: [] } : undefined;
}

/** A modern client's entry of `inputResponses` as the answer to a waiting legacy server request; malformed or missing entries are `undefined` (ask again). */
export function fromInputResponse(question: Question, response: Json | undefined): QuestionAnswer | undefined {
  if (!isObject(response)) return undefined;
  if (question.method === 'elicitation/create') return ACTIONS.has(response['action']) ? { result: response } : undefined;
  if (question.method === 'roots/list') return Array.isArray(response['roots']) ? { result: response } : undefined;
  const { content, model, role } = response;
  const isSampled = typeof content === 'object' && content !== null && typeof model === 'string' && typeof role === 'string';
  return isSampled ? { result: response } : undefined;
}

/** Params of the retry: the original params with `inputResponses` and the byte-exact `requestState` (removed when undefined). */
export function retryParams(params: Payload | undefined, inputResponses: JsonObject, requestState: string | undefined): Payload {
  return edit(edit(params ?? payload({}), ['inputResponses'], inputResponses), ['requestState'], requestState);
}

/** Is this a retry? Only in modern context: legacy params of these names are ordinary params. A member of the wrong type reads as absent. */
export function readRetry(
  params: JsonObject | undefined,
): { inputResponses: JsonObject | undefined; requestState: string | undefined } | undefined {
  const { inputResponses, requestState } = params ?? {};
  if (inputResponses === undefined && requestState === undefined) return undefined;
  return {
    inputResponses: isObject(inputResponses) ? inputResponses : undefined,
    requestState: typeof requestState === 'string' ? requestState : undefined,
  };
}

/** Params without `inputResponses` and `requestState`: what a legacy server may see, and what a digest of the call is over. */
export function withoutRetry(params: Payload | undefined): Payload | undefined {
  return params === undefined ? undefined : edit(edit(params, ['inputResponses'], undefined), ['requestState'], undefined);
}

/** Questions of a -32042 error (URL-mode elicitations) for a modern client; undefined when the error is another or malformed. */
export function questionsOfUrlError(error: RpcError): ReadonlyMap<string, Question> | undefined {
  if (error.code !== URL_ELICITATION_REQUIRED || !isObject(error.data)) return undefined;
  const { elicitations } = error.data;
  if (!Array.isArray(elicitations) || elicitations.length === 0 || elicitations.length > MAX_INPUT_REQUESTS) return undefined;
  const questions = new Map<string, Question>();
  for (const [index, params] of elicitations.entries()) {
    const question = isObject(params) ? toModernQuestion('elicitation/create', params) : undefined;
    if (question === undefined || !isUrlElicitation(question)) return undefined;
    questions.set(`url_${index + 1}`, question);
  }
  return questions;
}

/** A -32042 error for a legacy client when every question is a URL-mode elicitation; undefined otherwise. `elicitationIdFor` mints one id per key. */
export function urlErrorOfQuestions(
  questions: ReadonlyMap<string, Question>,
  elicitationIdFor: (key: string) => string,
): RpcError | undefined {
  const elicitations: Json[] = [];
  for (const [key, question] of questions) {
    if (!isUrlElicitation(question)) return undefined;
    elicitations.push(toLegacyQuestion(question, elicitationIdFor(key)).params ?? {});
  }
  if (elicitations.length === 0) return undefined;
  return { code: URL_ELICITATION_REQUIRED, message: 'This request needs the user to open a URL first.', data: { elicitations } };
}

/** The client capability a question needs, in the shape of `requiredCapabilities`; undefined when these capabilities declare it. */
export function missingCapability(question: Question, clientCapabilities: JsonObject): JsonObject | undefined {
  const { roots, sampling, elicitation } = clientCapabilities;
  if (question.method === 'roots/list') return isObject(roots) ? undefined : { roots: {} };
  if (question.method === 'sampling/createMessage') {
    const needsTools = question.params?.['tools'] !== undefined || question.params?.['toolChoice'] !== undefined;
    if (!isObject(sampling)) return { sampling: needsTools ? { tools: {} } : {} };
    return needsTools && !isObject(sampling['tools']) ? { sampling: { tools: {} } } : undefined;
  }
  const mode = question.params?.['mode'] === 'url' ? 'url' : 'form';
  if (!isObject(elicitation)) return { elicitation: { [mode]: {} } };
  // An empty object declares form mode only (2025-11-25 client/elicitation).
  const declares = isObject(elicitation[mode]) || (mode === 'form' && elicitation['url'] === undefined);
  return declares ? undefined : { elicitation: { [mode]: {} } };
}

const ACTIONS: ReadonlySet<Json | undefined> = new Set(['accept', 'decline', 'cancel']);

function readQuestion(entry: Json | undefined): Question | undefined {
  if (!isObject(entry)) return undefined;
  const method = QUESTION_METHODS.find((known) => known === entry['method']);
  const { params } = entry;
  if (method === undefined || (params !== undefined && !isObject(params))) return undefined;
  // Only roots/list may come without params.
  if (params === undefined && method !== 'roots/list') return undefined;
  return { method, params };
}

function isUrlElicitation(question: Question): boolean {
  return question.method === 'elicitation/create' && question.params?.['mode'] === 'url' && typeof question.params['url'] === 'string';
}
