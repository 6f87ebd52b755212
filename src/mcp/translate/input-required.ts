// input_required ↔ server→client requests: one round of questions told in the other era's words (2026-07-28 basic/patterns/mrtr;
// 2025-11-25 client/{sampling,elicitation,roots}). Builds values only; looping, parking and sealing live in upstream.
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { URL_ELICITATION_REQUIRED } from '../error-code.ts';
import type { RpcError } from '../message.ts';
import { edit, type Payload, payload } from '../raw-json.ts';

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
export function inputRequestsOf(result: JsonObject): InputRequired | { invalid: string } | undefined {
  if (result['resultType'] !== 'input_required') return undefined;
  const { inputRequests = {}, requestState } = result;
  if (!isObject(inputRequests)) return { invalid: '"inputRequests" is no object' };
  if (requestState !== undefined && typeof requestState !== 'string') return { invalid: '"requestState" is no string' };
  const entries = Object.entries(inputRequests);
  if (entries.length === 0 && requestState === undefined) return { invalid: 'neither questions nor a state' };
  if (entries.length > MAX_INPUT_REQUESTS) return { invalid: `more than ${MAX_INPUT_REQUESTS} questions` };
  const questions = new Map<string, Question>();
  for (const [key, entry] of entries) {
    const question = isObject(entry) ? toModernQuestion(String(entry['method']), isObject(entry['params']) ? entry['params'] : undefined) : undefined;
    if (!question) return { invalid: `question ${JSON.stringify(key.slice(0, 64))} is of an unknown kind` };
    questions.set(key, question);
  }
  return { inputRequests: questions, requestState };
}

export type QuestionAnswer = { result: JsonObject; error?: undefined } | { error: RpcError; result?: undefined };

/** A modern question as the params of a legacy server→client request. `elicitationId` is needed for URL mode (2025-11-25 requires one). */
export function toLegacyQuestion(
  question: Question,
  elicitationId: string,
): { method: Question['method']; params: JsonObject | undefined } {
  const { method, params } = question;
  if (method !== 'elicitation/create' || params?.['mode'] !== 'url') return { method, params };
  return { method, params: { ...params, elicitationId } };
}

/** A legacy server→client request as an entry of `inputRequests`; undefined when the method is none of the three. */
export function toModernQuestion(method: string, params: JsonObject | undefined): Question | undefined {
  if (method !== 'sampling/createMessage' && method !== 'elicitation/create' && method !== 'roots/list') return undefined;
  if (!params) return { method, params: undefined };
  const { elicitationId: _elicitationId, task: _task, _meta: meta, ...rest } = params;
  const { progressToken: _progressToken, ...otherMeta } = isObject(meta) ? meta : {};
  const kept: JsonObject = method === 'sampling/createMessage' && params['elicitationId'] !== undefined ? { ...rest, elicitationId: params['elicitationId'] } : rest;
  return { method, params: Object.keys(otherMeta).length === 0 ? kept : { ...kept, _meta: otherMeta } };
}

/** An InputRequiredResult from questions and state (at least one of them). */
export function inputRequiredResult(questions: ReadonlyMap<string, Question>, requestState: string | undefined): JsonObject {
  const inputRequests: JsonObject = {};
  for (const [key, { method, params }] of questions) inputRequests[key] = params === undefined ? { method } : { method, params };
  return {
    resultType: 'input_required',
    ...(questions.size === 0 ? {} : { inputRequests }),
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
  if (question.method === 'elicitation/create') return typeof response['action'] === 'string' ? { result: response } : undefined;
  if (question.method === 'roots/list') return Array.isArray(response['roots']) ? { result: response } : undefined;
  return response['content'] !== undefined && typeof response['role'] === 'string' ? { result: response } : undefined;
}

/** Params of the retry: the original params with `inputResponses` and the byte-exact `requestState` (removed when undefined). */
export function retryParams(params: Payload | undefined, inputResponses: JsonObject, requestState: string | undefined): Payload {
  const answered = edit(params ?? payload({}), ['inputResponses'], inputResponses);
  return edit(answered, ['requestState'], requestState);
}

/** Is this a retry? Only in modern context: legacy params of these names are ordinary params. */
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
  return params && edit(edit(params, ['inputResponses'], undefined), ['requestState'], undefined);
}

/** Questions of a -32042 error (URL-mode elicitations) for a modern client; undefined when the error is another or malformed. */
export function questionsOfUrlError(error: RpcError): ReadonlyMap<string, Question> | undefined {
  const elicitations = error.code === URL_ELICITATION_REQUIRED && isObject(error.data) ? error.data['elicitations'] : undefined;
  if (!Array.isArray(elicitations) || elicitations.length === 0 || elicitations.length > MAX_INPUT_REQUESTS) return undefined;
  const questions = new Map<string, Question>();
  for (const [at, entry] of elicitations.entries()) {
    if (!isObject(entry) || typeof entry['url'] !== 'string') return undefined;
    const { elicitationId, ...params } = entry;
    const key = typeof elicitationId === 'string' && elicitationId !== '' && !questions.has(elicitationId) ? elicitationId : `url-${at + 1}`;
    questions.set(key, { method: 'elicitation/create', params: { ...params, mode: 'url' } });
  }
  return questions;
}

/** A -32042 error for a legacy client when every question is a URL-mode elicitation; undefined otherwise. `elicitationIdFor` mints one id per key. */
export function urlErrorOfQuestions(
  questions: ReadonlyMap<string, Question>,
  elicitationIdFor: (key: string) => string,
): RpcError | undefined {
  const elicitations: JsonObject[] = [];
  for (const [key, { method, params }] of questions) {
    if (method !== 'elicitation/create' || params?.['mode'] !== 'url') return undefined;
    elicitations.push({ ...params, elicitationId: elicitationIdFor(key) });
  }
  if (elicitations.length === 0) return undefined;
  return { code: URL_ELICITATION_REQUIRED, message: 'This request needs something done at a URL first.', data: { elicitations } };
}

/** The client capability a question needs, in the shape of `requiredCapabilities`; undefined when these capabilities declare it. */
export function missingCapability(question: Question, clientCapabilities: JsonObject): JsonObject | undefined {
  const { method, params } = question;
  if (method === 'roots/list') return isObject(clientCapabilities['roots']) ? undefined : { roots: {} };
  if (method === 'sampling/createMessage') {
    const { sampling } = clientCapabilities;
    if (!isObject(sampling)) return { sampling: {} };
    const needsTools = params?.['tools'] !== undefined || params?.['toolChoice'] !== undefined;
    return needsTools && sampling['tools'] === undefined ? { sampling: { tools: {} } } : undefined;
  }
  const { elicitation } = clientCapabilities;
  const url = params?.['mode'] === 'url';
  if (!isObject(elicitation)) return { elicitation: url ? { url: {} } : { form: {} } };
  if (url) return elicitation['url'] === undefined ? { elicitation: { url: {} } } : undefined;
  // A bare `elicitation: {}` means form mode.
  return elicitation['form'] !== undefined || elicitation['url'] === undefined ? undefined : { elicitation: { form: {} } };
}
