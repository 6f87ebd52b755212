// Where what stands in an answer, by the method that it answers, the revision of the agent, and what kind of answer it says it is. What another answer would
// have (the id of a task, of a tool that a model used, a place in a list) is read here like anything else.
// INVARIANT: what goes unread is the list of test/scenario/unread-place.test.ts, each place with its reason.
import type { Call, CallReply } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { BLOCKS, contents, every, META, META_OF_TASK, message, ROLE, TIME, TURNS, URI } from './message-content.ts';
import { ID, STATES } from './message-id.ts';
import { QUESTIONS_OF_ANSWER } from './message-question.ts';
import { listOf, NUMBER, named, objectOf, type Place, type Reader, TEXT, word } from './part-reader.ts';

/** Of the answer to this call, as it stands now. Lists and handshakes have places of their own (message-list.ts). */
export function answerTo({ method, client }: Pick<Call, 'method' | 'client'>, reply: Exclude<CallReply, { type: 'accepted' }>): Place {
  if (reply.type === 'error') return failure;
  if (client.era === 'modern') return (MODERN_KINDS.get(reply.result.resultType) ?? MODERN).get(method) ?? nothing;
  return (WITHOUT_TASKS.has(client.protocolVersion) ? EARLIER : LEGACY).get(method) ?? nothing;
}

const WITHOUT_TASKS: ReadonlySet<string> = new Set(['2024-11-05', '2025-03-26', '2025-06-18']);

const nothing: Place = new Map(every);
const failure: Place = new Map<string, Reader>([
  ['code', NUMBER],
  ['message', TEXT],
  ['data', TEXT],
]);

const ofTool: readonly [string, Reader][] = [...every, ['content', BLOCKS], ['structuredContent', TEXT], ['isError', NUMBER]];
/** What a tool says, in any revision; also where no call is at hand. */
export const toolAnswer: Place = new Map(ofTool);

const STATUS: readonly [string, Reader][] = [
  ['taskId', ID],
  ['status', word(STATES)],
  ['statusMessage', TEXT],
  ...named(TIME, 'createdAt lastUpdatedAt'),
  ...named(NUMBER, 'ttl ttlMs pollInterval pollIntervalMs'),
];
const task: Place = new Map<string, Reader>([...STATUS, ['_meta', META]]);
const ofTask: Place = new Map<string, Reader>([...every, ...STATUS]);
/** How a task stands, and with it what came of it or what it asks (2026-07-28). */
const ended: readonly [string, Reader][] = [
  ...STATUS,
  ['result', objectOf(() => toolAnswer)],
  ['error', objectOf(() => failure)],
  ['inputRequests', QUESTIONS_OF_ANSWER],
];
/** What a server says of a task unasked, of either era. */
export const saidOfTask: readonly [string, Reader][] = ended;

const completion: Place = new Map<string, Reader>([
  ['values', listOf(TEXT)],
  ['total', NUMBER],
  ['hasMore', NUMBER],
]);
const root: Place = new Map<string, Reader>([
  ['uri', URI],
  ['name', TEXT],
  ['_meta', META],
]);
const list: readonly [string, Reader][] = [...every, ['nextCursor', ID], ['ttlMs', NUMBER]];

const EARLIER: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['tools/call', toolAnswer],
  ['prompts/get', new Map<string, Reader>([...every, ['description', TEXT], ['messages', listOf(objectOf(() => message))]])],
  ['resources/read', new Map<string, Reader>([...every, ['contents', listOf(objectOf(() => contents))], ['ttlMs', NUMBER]])],
  ['completion/complete', new Map<string, Reader>([...every, ['completion', objectOf(() => completion)]])],
  ['roots/list', new Map<string, Reader>([...every, ['roots', listOf(objectOf(() => root))]])],
  ['elicitation/create', answersForm()],
  ['sampling/createMessage', said(BLOCKS)],
]);

/** What stands in the place of the answer until there is one (2025-11-25). */
const LATER: [string, Reader] = ['task', objectOf(() => task)];
const LEGACY: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...EARLIER,
  ['tools/call', new Map([...ofTool, LATER])],
  ['tasks/result', new Map<string, Reader>([...ofTool, ['_meta', META_OF_TASK]])],
  ['tasks/get', ofTask],
  ['tasks/cancel', ofTask],
  ['tasks/list', new Map<string, Reader>([...list, ['tasks', listOf(objectOf(() => task))]])],
  ['roots/list', new Map<string, Reader>([...every, ['roots', listOf(objectOf(() => root))], ['_meta', META_OF_TASK]])],
  ['elicitation/create', new Map<string, Reader>([...answersForm(), LATER, ['_meta', META_OF_TASK]])],
  ['sampling/createMessage', new Map<string, Reader>([...said(TURNS), LATER, ['_meta', META_OF_TASK]])],
]);

const MODERN: ReadonlyMap<string, Place> = new Map<string, Place>([...EARLIER, ['tasks/get', new Map([...every, ...ended])]]);

const STATE: Reader = { skips: (value) => typeof value === 'string', read: TEXT.read };
/** Its state is sealed by the server, which takes it back byte by byte: however it is written. */
const asking: Place = new Map<string, Reader>([...every, ['inputRequests', QUESTIONS_OF_ANSWER], ['requestState', STATE]]);
/** Answers of the stateless era that say that they are none yet. */
const MODERN_KINDS: ReadonlyMap<unknown, ReadonlyMap<string, Place>> = new Map([
  ['input_required', new Map(['tools/call', 'prompts/get', 'resources/read'].map((method) => [method, asking]))],
  ['task', new Map([['tools/call', ofTask]])],
]);

/** Among the params of a further round (2026-07-28): which question it answers its name says alone, so its members do. */
export const RESPONSE: Reader = {
  read: (value, path, parts, parent) => {
    objectOf(() => responseOf(value as JsonObject)).read(value, path, parts, parent);
  },
};

function responseOf(value: JsonObject): Place {
  const method = Object.hasOwn(value, 'action')
    ? 'elicitation/create'
    : Object.hasOwn(value, 'roots')
      ? 'roots/list'
      : 'sampling/createMessage';
  return LEGACY.get(method) ?? nothing;
}

/** The answer of a person: names of its fields are the server's. */
function answersForm(): Place {
  return new Map<string, Reader>([...every, ['action', word('accept decline cancel')], ['content', TEXT]]);
}

/** What a model says. */
function said(content: Reader): Place {
  return new Map<string, Reader>([
    ...every,
    ['role', ROLE],
    ['model', TEXT],
    ['stopReason', word('endTurn stopSequence maxTokens toolUse')],
    ['content', content],
  ]);
}
