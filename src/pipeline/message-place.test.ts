// Ids go unread in the methods that have them, where they look like ids; under the same name anywhere else they are read like every other member.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { partsOf } from './message-part.ts';

const ID = 'ghp_a1B2c3D4e5';
const WORDS = 'my ssn is 123-45-6789';
const read = (method: string | undefined, message: JsonObject): string =>
  partsOf(message, method)
    .flatMap(({ text }) => text)
    .join('\n');
const ids = (...names: string[]): JsonObject => Object.fromEntries(names.map((name) => [name, ID]));

const REQUESTS = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete', 'logging/setLevel', 'initialize'];
const TEXTS = { content: [{ type: 'text', text: 'done' }] };
const USE = { content: [{ type: 'tool_use', id: ID, name: ID, input: {} }] };
const USED = { content: [{ type: 'tool_result', toolUseId: ID, content: [] }] };

describe('read, where the method has no such id', () => {
  it.each<[string, string | undefined, JsonObject]>([
    ...REQUESTS.flatMap((method) =>
      ['cursor', 'taskId', 'progressToken', 'elicitationId', 'requestId'].map((name): [string, string, JsonObject] => [
        `${name} in ${method}`,
        method,
        ids(name),
      ]),
    ),
    ['requestState of a list', 'tools/list', ids('requestState')],
    ['a list of tasks in a call', 'tools/call', { notifications: { taskIds: [ID] } }],
    ['a task that is wished for', 'tools/call', { task: { ttl: 9, taskId: ID, status: 'working' } }],
    ...['nextCursor', 'requestState', 'taskId'].map((name): [string, undefined, JsonObject] => [
      `${name} beside the content of an answer`,
      undefined,
      { ...ids(name), ...TEXTS, tasks: [], tools: [], status: 'working', resultType: 'complete' },
    ]),
    ['a task without a state', undefined, { ...ids('taskId'), status: 'anything' }],
    ['what a tool says a model used', undefined, { role: 'user', ...USE }],
    ['what a tool says a model used, under a name', undefined, { role: 'assistant', model: 'm', isError: false, ...USE }],
    ['what a tool says was used', undefined, { role: 'assistant', ...USED }],
    ['what a prompt says was used', undefined, { messages: [{ role: 'user', ...USE }] }],
    ...['elicitationId', 'progressToken', 'requestId', 'taskId', 'uri'].map((name): [string, string, JsonObject] => [
      `${name} of a message for the log`,
      'notifications/message',
      { ...ids(name), level: 'info', data: 'x', status: 'working' },
    ]),
    ['the tools of a message for the log', 'notifications/message', { tools: [{ name: ID }], data: 'x' }],
    ['an id of a question that is a form', 'elicitation/create', { mode: 'form', ...ids('elicitationId') }],
    ['a question among others', undefined, { inputRequests: { a: { method: 'roots/list', params: ids('elicitationId') } } }],
  ])('%s', (_what, method, message) => {
    expect(read(method, message)).toContain(ID);
  });
});

const NEEDED: [string, string | undefined, (id: string) => JsonObject][] = [
  ['the place in a list', 'tools/list', (cursor) => ({ cursor })],
  ['the place in a list of tasks', 'tasks/list', (cursor) => ({ cursor })],
  ['the task that is asked for', 'tasks/get', (taskId) => ({ taskId })],
  ['what a server sealed, given back', 'tools/call', (requestState) => ({ name: 'x', requestState })],
  ['the next place in a list', undefined, (nextCursor) => ({ tools: [], nextCursor })],
  ['a task', undefined, (taskId) => ({ taskId, status: 'working', ttlMs: 9 })],
  ['a task in an answer', undefined, (taskId) => ({ task: { taskId, status: 'working' } })],
  ['tasks', undefined, (taskId) => ({ tasks: [{ taskId, status: 'completed' }] })],
  ['a task that is told of', 'notifications/tasks/status', (taskId) => ({ taskId, status: 'working' })],
  ['tasks to be told of', 'subscriptions/listen', (taskId) => ({ notifications: { taskIds: [taskId] } })],
  ['tasks that are told of', 'notifications/subscriptions/acknowledged', (taskId) => ({ notifications: { taskIds: [taskId] } })],
  ['a question elsewhere', 'elicitation/create', (elicitationId) => ({ mode: 'url', elicitationId })],
  ['a question elsewhere, answered', 'notifications/elicitation/complete', (elicitationId) => ({ elicitationId })],
  ['progress', 'notifications/progress', (progressToken) => ({ progressToken, progress: 1 })],
  ['a request that ends', 'notifications/cancelled', (requestId) => ({ requestId })],
  [
    'a question among others',
    undefined,
    (elicitationId) => ({ inputRequests: { a: { method: 'elicitation/create', params: { mode: 'url', elicitationId } } } }),
  ],
  ['a use', undefined, (id) => ({ role: 'assistant', model: 'm', content: [{ type: 'tool_use', id, name: 'x', input: {} }] })],
  ['a use among others', undefined, (id) => ({ role: 'assistant', model: 'm', content: { type: 'tool_use', id, name: 'x', input: {} } })],
];

it.each(NEEDED)('%s goes unread, and is read where it is a sentence', (_what, method, message) => {
  const text = read(method, message(ID));
  expect(text).not.toContain(ID);
  expect(read(method, message(WORDS))).toContain(WORDS);
});

it('what a server sealed is never touched on its way out, and stops a call rather than be changed on its way back', () => {
  expect(read(undefined, { resultType: 'input_required', requestState: WORDS })).toBe('');
  for (const [method, name] of [
    ['tools/call', 'requestState'],
    ['tasks/get', 'taskId'],
    ['tools/list', 'cursor'],
  ] as const)
    expect(partsOf({ [name]: WORDS }, method)).toMatchObject([{ pointer: `/${name}`, isFixed: true }]);
});
