// A server that shows different tools to different clients (by their capabilities): what one client sees never costs another its call.
import { afterEach, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { callOf, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const reader = tokenObject('reader', 'reader');
const objects = [
  agentObject('reader'),
  reader.object,
  httpServer('notes', 'http://127.0.0.1:9/mcp'),
  policyObject('all', [{ name: 'all', match: { tool: ['*'] }, effect: 'allow' }]),
];
const PLAIN = { name: 'read_note', inputSchema: { type: 'object' } };
const ASKING = { name: 'ask_user', inputSchema: { type: 'object' } };

let h: Harness;
afterEach(() => h.close());

it('a tool that only clients with a capability see is callable by them, right after a client without it made the gateway read the list', async () => {
  h = await harness({ objects });
  h.answer((request) => {
    const asks = request.client.capabilities.elicitation !== undefined;
    if (request.method === 'tools/list') return ok({ tools: asks ? [PLAIN, ASKING] : [PLAIN] });
    return ok({ content: [{ type: 'text', text: 'done' }] });
  });
  const call = (name: string, capabilities: JsonObject) => {
    const made = callOf('tools/call', { bearer: reader.token, params: { name, arguments: {} } });
    return h.pipeline.run({ ...made, client: { ...made.client, capabilities } });
  };
  expect(await call('read_note', {})).toMatchObject({ type: 'result' });
  expect(await call('ask_user', { elicitation: {} })).toMatchObject({ type: 'result' });
  const both = await Promise.all([call('nowhere', {}), call('ask_user', { elicitation: {} }), call('ask_user', { elicitation: {} })]);
  expect(both.map(({ type }) => type)).toEqual(['denied', 'result', 'result']);
});

it('a name that does not exist is looked for once, not with every call', async () => {
  h = await harness({ objects });
  for (let n = 0; n < 5; n++)
    await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params: { name: 'nowhere', arguments: {} } }));
  expect(h.sent.map(({ method }) => method)).toEqual(['tools/list']);
});
