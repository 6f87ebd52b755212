// What belongs to a task says so by the id that its reader knows: the agent by ours, the server by its own. No end sees the other's.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, type Harness, ok } from '../support/pipeline-harness.ts';

const RELATED = 'io.modelcontextprotocol/related-task';
const THEIRS = 'task-of-the-server';
const related = (taskId: string): JsonObject => ({ [RELATED]: { taskId } });
const surface = { type: 'server', server: 'notes' } as const;

let h: Harness;
afterEach(() => h?.close());

function ask(method: string, params: JsonObject, heard: unknown[] = [], answer: JsonObject = {}) {
  const peer = {
    notify: (_method: string, said: unknown): undefined => void heard.push(said),
    request: async (_method: string, asked: unknown) => {
      heard.push(asked);
      return { result: answer };
    },
  };
  return h.pipeline.run(callOf(method, { bearer: reader.token, params, surface, peer }));
}

it('answers, questions and notices of a task tell the agent its own id, and the server hears its own', async () => {
  h = await oneAgent('notes', [], []);
  const answered: unknown[] = [];
  h.answer(async ({ method, peer }) => {
    if (method === 'tools/call') return ok({ task: { taskId: THEIRS, status: 'working' } });
    if (method !== 'tasks/result') return ok({ tools: [{ name: 'read_note', inputSchema: { type: 'object' } }] });
    await peer.notify('notifications/message', { level: 'info', data: 'half way', _meta: related(THEIRS) });
    await peer.notify('notifications/message', { level: 'info', data: 'of nobody', _meta: related('another') });
    const question = { mode: 'form', message: 'Which?', requestedSchema: { type: 'object', properties: {} }, _meta: related(THEIRS) };
    answered.push(await peer.request?.('elicitation/create', question, new AbortController().signal));
    return ok({ content: [{ type: 'text', text: 'done' }], _meta: { ...related(THEIRS), kept: 1 } });
  });
  const made = await ask('tools/call', { name: 'read_note', arguments: {}, task: { ttl: 1 } });
  const own = made.type === 'result' ? String((made.result.task as JsonObject | undefined)?.taskId) : made.type;
  expect(own).toMatch(/^task_/);
  const heard: unknown[] = [];
  const outcome = await ask('tasks/result', { taskId: own }, heard, { action: 'decline', _meta: { ...related(own), kept: 2 } });
  expect(outcome).toMatchObject({ type: 'result', result: { _meta: { ...related(own), kept: 1 } } });
  expect(heard).toMatchObject([
    { data: 'half way', _meta: related(own) },
    { data: 'of nobody', _meta: related('another') },
    { message: 'Which?', _meta: related(own) },
  ]);
  expect(answered).toMatchObject([{ result: { action: 'decline', _meta: { ...related(THEIRS), kept: 2 } } }]);
});
