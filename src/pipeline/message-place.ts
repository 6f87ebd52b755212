// Where what stands in a protocol message (2025-03-26 to 2026-07-28), and which of it must stay as it is. Whatever is not named here is read whole.
// INVARIANT: what goes unread is the list of test/scenario/unread-place.test.ts, each place with its reason.
import type { Json } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { ID, ID_OR_STOP, idWhere, isList, isTask, STATES, stateWhere } from './message-id.ts';
import {
  ADDRESS,
  BYTES,
  formed,
  listOf,
  NAME,
  NUMBER,
  objectOf,
  type Place,
  pointerOf,
  type Reader,
  recordOf,
  TEXT,
  word,
} from './part-reader.ts';

/** Whose word a message is: params of an agent carry an envelope that answers and what servers say do not. Ids are ids where the method has them. */
export function placeOf(method: string | undefined): Place {
  if (method === undefined) return answer;
  const own = BY_METHOD.get(method);
  if (own !== undefined) return own;
  if (OF_SERVERS.test(method)) return said;
  return method.startsWith('tasks/') ? taskParams : method.endsWith('/list') ? listParams : params;
}

const OF_SERVERS = /^(?:sampling\/createMessage|elicitation\/create|roots\/list|notifications\/.*)$/;

/** A number is no media type. */
const MIME = formed(/^(?!(?:\D*\d){5})[a-z]{1,16}\/[a-z0-9.+-]{1,64}(?:; ?charset=[a-zA-Z0-9-]{1,16})?$/);
const TIME = formed(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/);
/** Names a resource: an agent asks for it with exactly this. Data in the place of a name is not one. */
const URI: Reader = {
  skips: (value) => typeof value === 'string' && /^(?!data:)[a-z][a-z0-9+.-]*:[^\s<>"]*$/i.test(value),
  read: ADDRESS.read,
};
const ROLE = word('user assistant');
const METHOD = formed(/^[a-z]{1,32}(?:\/[a-zA-Z]{1,32}){0,3}$/);
/** Trace context (W3C): ids only. */
const TRACE = formed(/^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/);

const icon: Place = new Map<string, Reader>([
  ['src', ADDRESS],
  ['mimeType', MIME],
  ['sizes', listOf(formed(/^(?:any|\d{1,5}x\d{1,5}(?: \d{1,5}x\d{1,5}){0,8})$/))],
  ['theme', word('light dark')],
]);
const ICONS = listOf(objectOf(() => icon));

const annotations: Place = new Map<string, Reader>([
  ['audience', listOf(ROLE)],
  ['priority', NUMBER],
  ['lastModified', TIME],
]);
const ANNOTATIONS = objectOf(() => annotations);

/** A program says its name and version in every message: nothing to read in a plain name without digits. */
const implementation: Place = new Map<string, Reader>([
  ['name', formed(/^[A-Za-z][A-Za-z_./ -]{0,47}$/)],
  ['title', formed(/^[A-Za-z][A-Za-z_./ -]{0,47}$/)],
  ['version', formed(/^(?!\d{3}\.\d\d\.\d{4}$)v?\d{1,4}\.\d{1,3}(?:\.\d{1,4})?(?:-(?:alpha|beta|rc)\.?\d{0,3})?$/)],
  ['icons', ICONS],
]);
const relatedTask: Place = new Map<string, Reader>([['taskId', ID]]);

/** `_meta` of answers and of everything else but a call's own params. */
const META = objectOf(() => meta);
const meta: Place = new Map<string, Reader>([
  ['io.modelcontextprotocol/serverInfo', objectOf(() => implementation)],
  ['io.modelcontextprotocol/subscriptionId', ID],
  ['io.modelcontextprotocol/related-task', objectOf(() => relatedTask)],
  ['traceparent', TRACE],
]);
const NOTHING: Reader = { skips: () => true, read: () => undefined };
/** The envelope of an agent: which program it is and what it can do, never words of a model. The session or the codec says it again to the server. */
const envelope: Place = new Map<string, Reader>([
  ...meta,
  ['progressToken', ID],
  ...['protocolVersion', 'clientInfo', 'clientCapabilities', 'logLevel'].map((name): [string, Reader] => [
    `io.modelcontextprotocol/${name}`,
    NOTHING,
  ]),
]);

const contents: Place = new Map<string, Reader>([
  ['uri', URI],
  ['mimeType', MIME],
  ['text', TEXT],
  ['blob', BYTES],
  ['annotations', ANNOTATIONS],
  ['_meta', META],
]);

/** Base64 beside a media type; a server may say anything else under that name. */
const DATA: Reader = {
  read: (value, path, parts, parent) => (typeof parent.mimeType === 'string' ? BYTES : TEXT).read(value, path, parts, parent),
};

const block: Place = new Map<string, Reader>([
  ['type', word('text image audio resource resource_link')],
  ['text', TEXT],
  ['data', DATA],
  ['mimeType', MIME],
  ['resource', objectOf(() => contents)],
  ['uri', URI],
  ['name', TEXT],
  ['title', TEXT],
  ['description', TEXT],
  ['size', NUMBER],
  ['icons', ICONS],
  ['annotations', ANNOTATIONS],
  ['_meta', META],
]);
const BLOCK = objectOf(() => block);
const BLOCKS = listOf(BLOCK);
/** In sampling (2025-11-25): a model names one of the tools that it was shown, and what came of it names that. */
const use: Place = new Map<string, Reader>([...block, ['type', word('tool_use')], ['id', ID], ['name', ID], ['input', TEXT]]);
const used: Place = new Map<string, Reader>([
  ...block,
  ['type', word('tool_result')],
  ['toolUseId', ID],
  ['content', BLOCKS],
  ['structuredContent', TEXT],
  ['isError', NUMBER],
]);
const USE = objectOf(() => use);
const USED = objectOf(() => used);
const TURN: Reader = {
  read: (value, path, parts, parent) => {
    const type = isObject(value) ? value.type : undefined;
    (type === 'tool_use' ? USE : type === 'tool_result' ? USED : BLOCK).read(value, path, parts, parent);
  },
};
const TURNS = listOf(TURN);

/** Blocks; what a model says, which has a role and its name beside it and nothing of a tool; or the answer of a person to a form, where field names are the server's. */
const CONTENT: Reader = {
  read: (value, path, parts, parent) => {
    const isForm = isObject(value) && typeof value.type !== 'string';
    const isModel =
      typeof parent.role === 'string' && typeof parent.model === 'string' && !('isError' in parent || 'structuredContent' in parent);
    (isForm ? TEXT : isModel ? TURNS : BLOCKS).read(value, path, parts, parent);
  },
};

const message: Place = new Map<string, Reader>([
  ['role', ROLE],
  ['content', BLOCKS],
  ['_meta', META],
]);
const turn: Place = new Map<string, Reader>([...message, ['content', TURNS]]);

const TYPE = listOf(word('object string number integer boolean array null'));
const choice: Place = new Map<string, Reader>([
  ['const', TEXT],
  ['title', TEXT],
  ['description', TEXT],
]);
/** Read under the name of its field: `pin` says what 4711 is. Where a form takes not every text, what may not stay is left out. */
const FILLED: Reader = {
  read: (value, path, parts, parent) => {
    const isFree = typeof value === 'string' && !BOUNDS.some((name) => Object.hasOwn(parent, name));
    const under: Json = { [String(path.at(-2))]: value };
    parts.push({ pointer: pointerOf(path), kind: 'json', text: '', path, value: under, as: isFree ? 'value' : 'left-out' });
  },
};
const BOUNDS = ['format', 'enum', 'oneOf', 'anyOf', 'const', 'pattern', 'minLength', 'maxLength'];
const field: Place = new Map<string, Reader>([
  ['type', TYPE],
  ['title', TEXT],
  ['description', TEXT],
  ['format', word('email uri date date-time')],
  ['default', FILLED],
  ['enum', listOf(TEXT)],
  ['enumNames', listOf(TEXT)],
  ['const', TEXT],
  ['oneOf', listOf(objectOf(() => choice))],
  ['anyOf', listOf(objectOf(() => choice))],
  ['items', objectOf(() => field)],
  ...named(NUMBER, 'minLength maxLength minimum maximum minItems maxItems'),
]);
const form: Place = new Map<string, Reader>([
  ['type', TYPE],
  [
    'properties',
    recordOf(
      objectOf(() => field),
      false,
    ),
  ],
  ['required', listOf(TEXT)],
  ['additionalProperties', NUMBER],
]);

/** A tool that a server shows a model of the agent: what it says, and what its schemas say, is for the model. */
const tool: Place = new Map<string, Reader>([
  ['name', ID],
  ['title', TEXT],
  ['description', TEXT],
  ['icons', ICONS],
  ['_meta', META],
]);

const STATUS: readonly [string, Reader][] = [
  ['taskId', idWhere(isTask)],
  ['status', word(STATES)],
  ['statusMessage', TEXT],
  ...named(TIME, 'createdAt lastUpdatedAt'),
  ...named(NUMBER, 'ttl ttlMs pollInterval pollIntervalMs'),
];
const task: Place = new Map<string, Reader>([...STATUS, ['_meta', META]]);

/** That a call may become a task; there is none yet. */
const wish: Place = new Map([...named(NUMBER, 'ttl ttlMs pollInterval pollIntervalMs')]);

const hint: Place = new Map([['name', TEXT]]);
const preferences: Place = new Map<string, Reader>([
  ['hints', listOf(objectOf(() => hint))],
  ...named(NUMBER, 'costPriority speedPriority intelligencePriority'),
]);
const toolChoice: Place = new Map([['mode', word('auto required none')]]);
/** What a server promises to tell of (2026-07-28 subscriptions). */
const told: Place = new Map<string, Reader>([
  ['resourceSubscriptions', listOf(URI)],
  ['taskIds', listOf(ID)],
  ...named(NUMBER, 'toolsListChanged promptsListChanged resourcesListChanged'),
]);

const ASKED: Reader = {
  read: (value, path, parts, parent) => {
    const asked = typeof parent.method === 'string' && OF_SERVERS.test(parent.method) ? placeOf(parent.method) : said;
    objectOf(() => asked).read(value, path, parts, parent);
  },
};
const question: Place = new Map<string, Reader>([
  ['method', METHOD],
  ['params', ASKED],
]);
const failure: Place = new Map<string, Reader>([
  ['code', NUMBER],
  ['message', TEXT],
  ['data', TEXT],
]);
const root: Place = new Map<string, Reader>([
  ['uri', URI],
  ['name', TEXT],
  ['_meta', META],
]);
const completion: Place = new Map<string, Reader>([
  ['values', listOf(TEXT)],
  ['total', NUMBER],
  ['hasMore', NUMBER],
]);

/** Results, and errors: their members do not meet. */
const answer: Place = new Map<string, Reader>([
  ['_meta', META],
  ['content', CONTENT],
  ['structuredContent', TEXT],
  ['isError', NUMBER],
  ['contents', listOf(objectOf(() => contents))],
  ['messages', listOf(objectOf(() => message))],
  ['description', TEXT],
  ['completion', objectOf(() => completion)],
  ['resultType', word('complete input_required task')],
  [
    'inputRequests',
    recordOf(
      objectOf(() => question),
      true,
    ),
  ],
  ['requestState', stateWhere(({ resultType }) => resultType === 'input_required')],
  ['nextCursor', idWhere(isList)],
  ['cacheScope', word('public private')],
  ['role', ROLE],
  ['model', TEXT],
  ['stopReason', word('endTurn stopSequence maxTokens toolUse')],
  ['action', word('accept decline cancel')],
  ['roots', listOf(objectOf(() => root))],
  ['task', objectOf(() => task)],
  ...STATUS,
  ['tasks', listOf(objectOf(() => task))],
  ['result', objectOf(() => answer)],
  ['error', objectOf(() => failure)],
  ...failure,
]);

/** What a server asks and says on the way. */
const said: Place = new Map<string, Reader>([
  ['_meta', META],
  ['task', objectOf(() => wish)],
  ['systemPrompt', TEXT],
  ['includeContext', word('none thisServer allServers')],
  ['modelPreferences', objectOf(() => preferences)],
  ['toolChoice', objectOf(() => toolChoice)],
  ...named(NUMBER, 'temperature maxTokens progress total'),
  ['stopSequences', listOf(TEXT)],
  ['mode', word('form url')],
  ['message', TEXT],
  ['requestedSchema', objectOf(() => form)],
  ['url', ADDRESS],
  ['level', word('debug info notice warning error critical alert emergency')],
  ['logger', TEXT],
  ['data', TEXT],
  ['reason', TEXT],
  ['result', objectOf(() => answer)],
  ['error', objectOf(() => failure)],
  [
    'inputRequests',
    recordOf(
      objectOf(() => question),
      true,
    ),
  ],
]);
const saidOfTask: Place = new Map<string, Reader>([...said, ...STATUS]);

const ref: Place = new Map<string, Reader>([
  ['type', word('ref/prompt ref/resource')],
  ['name', NAME],
  ['uri', NAME],
  ['title', TEXT],
]);
const argument: Place = new Map<string, Reader>([
  ['name', NAME],
  ['value', TEXT],
]);
const context: Place = new Map<string, Reader>([['arguments', TEXT]]);
/** What an agent wants to be told of (2026-07-28 subscriptions). */
const wanted: Place = new Map<string, Reader>([...told, ['resourceSubscriptions', listOf(NAME)]]);

/** What an agent asks and says. */
const params: Place = new Map<string, Reader>([
  ['_meta', objectOf(() => envelope)],
  ['arguments', TEXT],
  ['uri', NAME],
  ['ref', objectOf(() => ref)],
  ['argument', objectOf(() => argument)],
  ['context', objectOf(() => context)],
  ['task', objectOf(() => wish)],
  [
    'inputResponses',
    recordOf(
      objectOf(() => answer),
      true,
    ),
  ],
  ['level', word('debug info notice warning error critical alert emergency')],
]);
const listParams: Place = new Map<string, Reader>([...params, ['cursor', ID_OR_STOP]]);
const taskParams: Place = new Map<string, Reader>([...listParams, ['taskId', ID_OR_STOP]]);
/** What may ask something back, and is sent again with what the server sealed meanwhile. */
const roundParams: Place = new Map<string, Reader>([...params, ['requestState', ID_OR_STOP]]);

const BY_METHOD: ReadonlyMap<string, Place> = new Map<string, Place>([
  // A tool is one that is known, or the call is refused.
  ['tools/call', new Map<string, Reader>([['name', ID], ...roundParams])],
  ['prompts/get', new Map<string, Reader>([['name', NAME], ...roundParams])],
  ['resources/read', roundParams],
  // The session or the codec says to each server who the client is; nothing of this is sent on.
  ['initialize', new Map<string, Reader>([...params, ...named(NOTHING, 'protocolVersion capabilities clientInfo')])],
  ['subscriptions/listen', new Map<string, Reader>([...params, ['notifications', objectOf(() => wanted)]])],
  [
    'sampling/createMessage',
    new Map<string, Reader>([...said, ['messages', listOf(objectOf(() => turn))], ['tools', listOf(objectOf(() => tool))]]),
  ],
  ['elicitation/create', new Map<string, Reader>([...said, ['elicitationId', idWhere(({ mode }) => mode === 'url')]])],
  ['notifications/elicitation/complete', new Map<string, Reader>([...said, ['elicitationId', ID]])],
  ['notifications/progress', new Map<string, Reader>([...said, ['progressToken', ID]])],
  ['notifications/cancelled', new Map<string, Reader>([...said, ['requestId', ID]])],
  ['notifications/resources/updated', new Map<string, Reader>([...said, ['uri', URI]])],
  ['notifications/subscriptions/acknowledged', new Map<string, Reader>([...said, ['notifications', objectOf(() => told)]])],
  ['notifications/tasks', saidOfTask],
  ['notifications/tasks/status', saidOfTask],
]);

function named(reader: Reader, names: string): [string, Reader][] {
  return names.split(' ').map((name) => [name, reader]);
}
