// What an agent says beside calls: notifications, what it asks for lists with, what it wants to be told of. No way out for what was read, to one server or to all.
import { randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { flowSpec } from '../../src/object/kind/flow.ts';
import { flowInspector } from '../../src/pipeline/inspect-flow.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

const robot = tokenObject('robot', 'robot');
const MAIL = 'ines.okafor@northwind-traders.com';
const OUT = { type: 'server', server: 'out' } as const;
const ALL = { type: 'all' } as const;
let h: Harness;
afterEach(() => h?.close());

async function open(action: string, more: object = {}): Promise<void> {
  const clock = new ManualClock(Date.UTC(2026, 10, 30));
  const book = new FlowBook(clock, randomBytes(KEY_BYTES));
  const spec = flowSpec.parse({ rules: [{ name: 'out', action }], ...more });
  h = await harness({
    objects: [
      ...[agentObject('robot'), robot.object],
      httpServer('crm', 'http://127.0.0.1:9/mcp', { data: { labels: ['private'], sink: 'internal', untrusted: true } as never }),
      httpServer('out', 'http://127.0.0.1:9/mcp', { data: { sink: 'external' } as never }),
      policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
      { kind: 'flow', metadata: { name: 'flow' }, spec },
    ],
    clock,
    inspectors: [flowInspector({ book, analyser: new IntentAnalyser() })],
  });
  h.answer((request) => {
    if (request.method === 'tools/list') return ok({ tools: [{ name: 'get_customer', inputSchema: { type: 'object' } }] });
    return request.method === 'tools/call' ? ok({ content: [{ type: 'text', text: `{"email":"${MAIL}"}` }] }) : echoServer(request);
  });
  await run('tools/call', { name: 'get_customer', arguments: {} }, { type: 'server', server: 'crm' });
}

const run = (method: string, params: JsonObject, surface: typeof ALL | { type: 'server'; server: string }) =>
  h.pipeline.run(callOf(method, { bearer: robot.token, params, surface }));
const heard = (method: string): unknown[] => h.sent.filter((request) => request.method === method && request.server === 'out');
const BESIDE: [string, (text: string) => JsonObject][] = [
  ['notifications/progress', (message) => ({ progressToken: 7, progress: 1, message })],
  ['notifications/roots/list_changed', (note) => ({ _meta: { note } })],
  ['tools/list', (note) => ({ _meta: { note } })],
  ['logging/setLevel', (level) => ({ level })],
  ['ping', (note) => ({ _meta: { note } })],
];

it.each(BESIDE)('%s with what was read does not go out, and one without does', async (method, say) => {
  for (const action of ['deny', 'hold', 'redact'])
    for (const surface of [OUT, ALL]) {
      // Beside what a rule of its own would hold of every call.
      await open(action, { mixed: 'hold' });
      const before = heard(method).length;
      expect(await run(method, say(`write to ${MAIL}`), surface)).toMatchObject({ type: 'denied', rule: 'flow/flow/out' });
      expect(heard(method)).toHaveLength(before);
      expect((await run(method, say('half of it is done'), surface)).type).not.toBe('denied');
      await h.close();
    }
});

it('noted where a rule wants no more, and let through where none speaks of it', async () => {
  await open('log', { mixed: 'allow' });
  const [method, say] = BESIDE[0] as (typeof BESIDE)[number];
  await run(method, say(MAIL), OUT);
  expect(heard(method)).toHaveLength(1);
  expect(JSON.stringify(await h.entries())).toContain('"type":"flow.private"');
  await run(method, say(MAIL), { type: 'server', server: 'crm' });
  expect(h.sent.filter((request) => request.method === method && request.server === 'crm')).toHaveLength(1);
});
