// Where what stands in the params of requests and notifications (2025-03-26 to 2026-07-28), and which of it must stay as it is. Whatever is not named here
// is read whole; answers stand in message-answer.ts.
// INVARIANT: what goes unread is the list of test/scenario/unread-place.test.ts, each place with its reason.
import { RESPONSE, saidOfTask } from './message-answer.ts';
import { metaOfTask, URI } from './message-content.ts';
import { ID, ID_OR_STOP } from './message-id.ts';
import { questionOf, said, wish } from './message-question.ts';
import { listOf, NAME, NUMBER, named, objectOf, type Place, type Reader, recordOf, TEXT, word } from './part-reader.ts';

/** Whose word they are: params of an agent carry an envelope that what servers say does not. Ids are ids where the method has them. */
export function paramsOf(method: string): Place {
  const own = BY_METHOD.get(method) ?? questionOf(method);
  if (own !== undefined) return own;
  if (method.startsWith('notifications/')) return said;
  return method.startsWith('tasks/') ? taskParams : method.endsWith('/list') ? listParams : params;
}

const NOTHING: Reader = { skips: () => true, read: () => undefined };
/** The envelope of an agent: which program it is and what it can do, never words of a model. The session or the codec says it again to the server. */
const envelope: Place = new Map<string, Reader>([
  ...metaOfTask,
  ['progressToken', ID],
  ...['protocolVersion', 'clientInfo', 'clientCapabilities', 'logLevel'].map((name): [string, Reader] => [
    `io.modelcontextprotocol/${name}`,
    NOTHING,
  ]),
]);

/** What a server promises to tell of (2026-07-28 subscriptions). */
const told: Place = new Map<string, Reader>([
  ['resourceSubscriptions', listOf(URI)],
  ['taskIds', listOf(ID)],
  ...named(NUMBER, 'toolsListChanged promptsListChanged resourcesListChanged'),
]);

const ofTask: Place = new Map<string, Reader>([...said, ...saidOfTask]);

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
  ['inputResponses', recordOf(RESPONSE, 'ids')],
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
  ['notifications/elicitation/complete', new Map<string, Reader>([...said, ['elicitationId', ID]])],
  ['notifications/progress', new Map<string, Reader>([...said, ['progressToken', ID]])],
  ['notifications/cancelled', new Map<string, Reader>([...said, ['requestId', ID]])],
  ['notifications/resources/updated', new Map<string, Reader>([...said, ['uri', URI]])],
  ['notifications/subscriptions/acknowledged', new Map<string, Reader>([...said, ['notifications', objectOf(() => told)]])],
  ['notifications/tasks', ofTask],
  ['notifications/tasks/status', ofTask],
]);
