// Ids go unread in the messages that have them, where they look like ids; under the same name in any other they are read like every other member. Params by their
// method, answers by the method that they answer and the revision of their agent.
import { describe, expect, it } from 'vitest';
import type { ClientContext } from '../call.ts';
import type { JsonObject } from '../lib/json.ts';
import { answerTo, type MessageOf, paramsOf, partsOf } from './message-part.ts';

const ID = 'ghp_a1B2c3D4e5';
const WORDS = 'my ssn is 123-45-6789';

/** `tools/call`: its params. `2025-11-25 tools/call`: an answer to it. */
function placeOf(of: string, message: JsonObject): MessageOf {
  const [revision = '', method] = of.split(' ');
  if (method === undefined) return paramsOf(of);
  const client = { era: revision === '2026-07-28' ? 'modern' : 'legacy', protocolVersion: revision } as ClientContext;
  return answerTo({ method, client }, { type: 'result', era: client.era, result: message, resultText: undefined });
}

const read = (of: string, message: JsonObject): string =>
  partsOf(message, placeOf(of, message))
    .flatMap(({ text }) => text)
    .join('\n');
const ids = (...names: string[]): JsonObject => Object.fromEntries(names.map((name) => [name, ID]));

const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'];
const REQUESTS = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete', 'logging/setLevel', 'initialize'];
const TEXTS = { content: [{ type: 'text', text: 'done' }] };
const USE = { content: [{ type: 'tool_use', id: ID, name: ID, input: {} }] };
const USED = { content: [{ type: 'tool_result', toolUseId: ID, content: [] }] };
/** What answers to other methods have: an answer to a call, dressed up as one of them. */
const DRESSED: [string, JsonObject][] = [
  ['a task', { taskId: ID, status: 'working', ttl: 9 }],
  ['tasks', { tasks: [{ taskId: ID, status: 'completed' }] }],
  ['a page of tools', { tools: [], nextCursor: ID }],
  ['a page of tasks', { tasks: [], nextCursor: ID }],
  ['a use of a tool', { role: 'assistant', model: 'm', ...USE }],
  ['what came of a use', { role: 'assistant', model: 'm', ...USED }],
  ['a folder', { roots: [{ uri: `file:///${ID}` }] }],
  ['what belongs to a task', { _meta: { 'io.modelcontextprotocol/related-task': { taskId: ID } } }],
  ['a standing stream', { _meta: { 'io.modelcontextprotocol/subscriptionId': ID } }],
  ['questions', { inputRequests: { [ID]: { method: 'elicitation/create', params: { mode: 'url', elicitationId: ID } } } }],
  ['a state', { requestState: ID }],
];

describe('read, where the method has no such id', () => {
  it.each<[string, string, JsonObject]>([
    ...REQUESTS.flatMap((method) =>
      ['cursor', 'taskId', 'progressToken', 'elicitationId', 'requestId'].map((name): [string, string, JsonObject] => [
        `${name} in ${method}`,
        method,
        ids(name),
      ]),
    ),
    ...REVISIONS.flatMap((revision) =>
      ['tools/call', 'prompts/get', 'resources/read', 'completion/complete', 'logging/setLevel', 'subscriptions/listen'].flatMap((method) =>
        DRESSED.map(([what, answer]): [string, string, JsonObject] => [
          `${what} in an answer to ${method}, ${revision}`,
          `${revision} ${method}`,
          answer,
        ]),
      ),
    ),
    ...REVISIONS.map((revision): [string, string, JsonObject] => [
      `a state beside a result, ${revision}`,
      `${revision} tools/call`,
      { resultType: 'complete', requestState: ID, ...TEXTS },
    ]),
    ...REVISIONS.slice(0, 3).map((revision): [string, string, JsonObject] => [
      `questions in ${revision}, which has none in answers`,
      `${revision} tools/call`,
      { resultType: 'input_required', requestState: ID, inputRequests: { a: { params: ids('elicitationId') } } },
    ]),
    ...['2025-03-26', '2025-06-18', '2026-07-28'].map((revision): [string, string, JsonObject] => [
      `a task in an answer of ${revision}, which has none there`,
      `${revision} tools/call`,
      { task: { taskId: ID, status: 'working' } },
    ]),
    ['a task by itself in 2025-11-25', '2025-11-25 tools/call', { resultType: 'task', taskId: ID, status: 'working' }],
    ['a task for a prompt', '2026-07-28 prompts/get', { resultType: 'task', taskId: ID, status: 'working' }],
    ['questions beside a completion', '2026-07-28 completion/complete', { resultType: 'input_required', requestState: ID }],
    ['a use of a tool in 2025-06-18', '2025-06-18 sampling/createMessage', { role: 'assistant', model: 'm', ...USE }],
    ['a place in a list among the answers of a model', '2025-11-25 sampling/createMessage', ids('nextCursor')],
    ['requestState of a list', 'tools/list', ids('requestState')],
    ['a list of tasks in a call', 'tools/call', { notifications: { taskIds: [ID] } }],
    ['a task that is wished for', 'tools/call', { task: { ttl: 9, taskId: ID, status: 'working' } }],
    ['a task among the answers of an agent', 'tools/call', { inputResponses: { a: { taskId: ID, status: 'working', action: 'accept' } } }],
    ['what a prompt says was used', '2025-11-25 prompts/get', { messages: [{ role: 'user', ...USE }] }],
    ...['elicitationId', 'progressToken', 'requestId', 'taskId', 'uri'].map((name): [string, string, JsonObject] => [
      `${name} of a message for the log`,
      'notifications/message',
      { ...ids(name), level: 'info', data: 'x', status: 'working' },
    ]),
    ['a result in a message for the log', 'notifications/message', { result: { taskId: ID }, inputRequests: { [ID]: {} } }],
    ['the tools of a message for the log', 'notifications/message', { tools: [{ name: ID }], data: 'x' }],
    ['an id of a question that is a form', 'elicitation/create', { mode: 'form', ...ids('elicitationId') }],
    [
      'a question among others',
      '2026-07-28 tools/call',
      { resultType: 'input_required', inputRequests: { a: { method: 'roots/list', params: ids('elicitationId') } } },
    ],
  ])('%s', (_what, of, message) => {
    expect(read(of, message)).toContain(ID);
  });

  it('a number where the protocol has a small one', () => {
    expect(read('notifications/progress', { progress: 4111111111111111 })).toContain('4111111111111111');
    expect(read('2025-11-25 tools/call', { task: { ttl: 4111111111111111 } })).toContain('4111111111111111');
    expect(
      read('2025-11-25 tools/call', { content: [{ type: 'resource_link', uri: 'a:b', name: '', size: 0.4111111111111111 }] }),
    ).toContain('0.411');
    expect(read('notifications/progress', { progress: 0.25, total: 98_304_000_000 })).toBe('');
  });
});

const URL_QUESTION = (elicitationId: string): JsonObject => ({ method: 'elicitation/create', params: { mode: 'url', elicitationId } });
const NEEDED: [string, string, (id: string) => JsonObject][] = [
  ['the place in a list', 'tools/list', (cursor) => ({ cursor })],
  ['the place in a list of tasks', 'tasks/list', (cursor) => ({ cursor })],
  ['the task that is asked for', 'tasks/get', (taskId) => ({ taskId })],
  ['what a server sealed, given back', 'tools/call', (requestState) => ({ name: 'x', requestState })],
  ['the next place in a list of tasks', '2025-11-25 tasks/list', (nextCursor) => ({ tasks: [], nextCursor })],
  ['a task', '2026-07-28 tools/call', (taskId) => ({ resultType: 'task', taskId, status: 'working', ttlMs: 9 })],
  ['how a task stands', '2026-07-28 tasks/get', (taskId) => ({ resultType: 'complete', taskId, status: 'working', ttlMs: 9 })],
  ['how a task of 2025 stands', '2025-11-25 tasks/get', (taskId) => ({ taskId, status: 'working', ttl: 9 })],
  ['a task that ends', '2025-11-25 tasks/cancel', (taskId) => ({ taskId, status: 'cancelled', ttl: 9 })],
  ['a task in an answer', '2025-11-25 tools/call', (taskId) => ({ task: { taskId, status: 'working' } })],
  ['tasks', '2025-11-25 tasks/list', (taskId) => ({ tasks: [{ taskId, status: 'completed' }] })],
  [
    'the task that a result belongs to',
    '2025-11-25 tasks/result',
    (taskId) => ({ ...TEXTS, _meta: { 'io.modelcontextprotocol/related-task': { taskId } } }),
  ],
  ['a task that is told of', 'notifications/tasks/status', (taskId) => ({ taskId, status: 'working' })],
  ['tasks to be told of', 'subscriptions/listen', (taskId) => ({ notifications: { taskIds: [taskId] } })],
  ['tasks that are told of', 'notifications/subscriptions/acknowledged', (taskId) => ({ notifications: { taskIds: [taskId] } })],
  ['a question elsewhere', 'elicitation/create', (elicitationId) => ({ mode: 'url', elicitationId })],
  ['a question elsewhere, answered', 'notifications/elicitation/complete', (elicitationId) => ({ elicitationId })],
  ['progress', 'notifications/progress', (progressToken) => ({ progressToken, progress: 1 })],
  ['a request that ends', 'notifications/cancelled', (requestId) => ({ requestId })],
  ['a question among others', '2026-07-28 tools/call', (id) => ({ resultType: 'input_required', inputRequests: { a: URL_QUESTION(id) } })],
  ['a question of a task', '2026-07-28 tasks/get', (id) => ({ status: 'input_required', inputRequests: { a: URL_QUESTION(id) } })],
  [
    'a use',
    '2025-11-25 sampling/createMessage',
    (id) => ({ role: 'assistant', model: 'm', content: [{ type: 'tool_use', id, name: 'x' }] }),
  ],
  [
    'one use',
    '2025-11-25 sampling/createMessage',
    (id) => ({ role: 'assistant', model: 'm', content: { type: 'tool_use', id, name: 'x' } }),
  ],
  [
    'a use in the answer of a further round',
    'tools/call',
    (id) => ({ inputResponses: { a: { role: 'assistant', model: 'm', content: { type: 'tool_use', id, name: 'x' } } } }),
  ],
];

it.each(NEEDED)('%s goes unread, and is read where it is a sentence', (_what, of, message) => {
  const text = read(of, message(ID));
  expect(text).not.toContain(ID);
  expect(read(of, message(WORDS))).toContain(WORDS);
});

it('what a server sealed is never touched on its way out, and stops a call rather than be changed on its way back', () => {
  expect(read('2026-07-28 tools/call', { resultType: 'input_required', requestState: WORDS })).toBe('');
  for (const [method, name] of [
    ['tools/call', 'requestState'],
    ['tasks/get', 'taskId'],
    ['tools/list', 'cursor'],
  ] as const)
    expect(partsOf({ [name]: WORDS }, paramsOf(method))).toMatchObject([{ pointer: `/${name}`, fixed: 'asked' }]);
});
