// The longest a call may take in all: a server that keeps it alive with progress does not keep it for ever, and its end is in the log.
import { afterEach, expect, it } from 'vitest';
import { callOf, type Harness, harness, ok, TOOLS } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const objects = [
  agentObject('reader'),
  reader.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp'),
  policyObject('all', [{ name: 'all', match: { tool: ['*'] }, effect: 'allow' }]),
];

let h: Harness;
afterEach(() => h.close());

it('ends a call with an error, cancels it at the server, and records the outcome; a standing stream goes on', async () => {
  h = await harness({ objects, callTimeoutMs: 2_000 });
  const cancelled: string[] = [];
  h.answer((request) => {
    if (request.method === 'tools/list') return ok({ tools: TOOLS });
    return new Promise((_resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        cancelled.push(request.method);
        reject(request.signal.reason);
      });
    });
  });
  const controller = new AbortController();
  const listening = h.pipeline.run(callOf('subscriptions/listen', { bearer: reader.token, controller }));
  const outcome = await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } }));
  expect(outcome).toMatchObject({ type: 'error', error: { data: { code: 'upstream_timeout', server: 'notes' } } });
  expect(cancelled).toEqual(['tools/call']);
  expect((await h.entries()).at(-1)?.content).toMatchObject({ type: 'outcome', status: 'upstream_failed' });
  controller.abort(new Error('enough'));
  expect(await listening).toMatchObject({ type: 'denied', code: 'cancelled' });
});

it('leaves a call alone that ends in time', async () => {
  h = await harness({ objects, callTimeoutMs: 10_000 });
  expect(
    await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'read_note', arguments: { id: 1 } } })),
  ).toMatchObject({ type: 'result' });
});
