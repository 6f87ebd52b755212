// Intent on the path: what the entry of a call says of it, what the operator says before all else, and that rules come after it.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IntentAnalyser } from '../../src/detect/intent/intent-analyser.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { Flight } from '../../src/pipeline/flight.ts';
import { intentInspector } from '../../src/pipeline/inspect-intent.ts';
import { callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';

/** What a parser makes of a text must not depend on how busy the machine is. */
const STILL = (): number => 0;

const TOOLS: JsonObject[] = ['execute_sql', 'delete_note', 'search_notes'].map((name) => ({ name, inputSchema: { type: 'object' } }));
const bot = tokenObject('bot', 'bot');
const analyser = new IntentAnalyser();
beforeAll(() => analyser.load(STILL));

let h: Harness;
afterEach(() => h.close());

async function decisionOf(name: string, args: JsonObject, spec: Partial<StoredObject<'server'>['spec']> = {}): Promise<JsonObject> {
  const objects = [
    agentObject('bot'),
    bot.object,
    httpServer('notes', 'http://127.0.0.1:9/mcp', spec),
    policyObject('all', [{ name: 'all', match: { server: ['notes'] }, effect: 'allow' }]),
  ];
  h = await harness({ objects, inspectors: [intentInspector(analyser)] });
  h.answer((request) => (request.method === 'tools/list' ? ok({ tools: TOOLS }) : echoServer(request)));
  await h.pipeline.run(callOf('tools/call', { bearer: bot.token, params: { name, arguments: args } }));
  const entry = (await h.entries()).find(({ content }) => content.method === 'tools/call');
  return entry?.content ?? {};
}

describe('the decision entry', () => {
  it.each([
    ['execute_sql', { sql: 'SELECT 1' }, { intent: 'read', category: 'database' }],
    ['execute_sql', { sql: 'DROP TABLE notes' }, { intent: 'destructive', category: 'database' }],
    ['execute_sql', { sql: "COPY notes TO '/tmp/a'" }, { intent: 'exfiltrative', category: 'database' }],
    ['delete_note', { id: 1 }, { intent: 'destructive', category: 'content' }],
    ['search_notes', { query: 'delete all' }, { intent: 'read', category: 'content' }],
  ] as const)('%s %j', async (name, args, expected) => {
    expect(await decisionOf(name, args, {})).toMatchObject(expected);
  });

  it('says what the operator says', async () => {
    const tools = { '*_sql': { intent: 'read' as const, category: 'financial' as const }, 'execute_*': { intent: 'write' as const } };
    // The longer pattern counts.
    expect(await decisionOf('execute_sql', { sql: 'DROP TABLE notes' }, { tools })).toMatchObject({
      intent: 'write',
      category: 'database',
    });
  });

  it('a name without wildcard is the most exact', async () => {
    const tools = { 'delete_not?': { intent: 'write' as const }, delete_note: { category: 'people' as const } };
    expect(await decisionOf('delete_note', {}, { tools })).toMatchObject({ intent: 'destructive', category: 'people' });
  });
});

it('a call that comes while the parsers are loaded waits for them', async () => {
  const young = new IntentAnalyser();
  const loaded = young.load(STILL);
  expect(young.loading).toBeDefined();
  const definition = { value: { name: 'postgres_execute_sql' }, hash: 'a' };
  const call = callOf('tools/call', { params: { name: 'postgres_execute_sql', arguments: { sql: 'SELECT 1' } } });
  h = await harness({ objects: [httpServer('notes', 'http://127.0.0.1:9/mcp')] });
  const spec = h.control.current(h.org)?.view.server('notes')?.spec;
  if (!spec) throw new Error('no server');
  call.target = { server: 'notes', spec, capability: { kind: 'tool', name: 'postgres_execute_sql' }, definition, snapshot: undefined };
  await intentInspector(young).inspectArguments?.({ call } as unknown as Flight);
  expect(call.intent?.intent).toBe('read');
  await loaded;
  expect(young.loading).toBeUndefined();
});
