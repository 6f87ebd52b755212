// Every request that an agent, a server or the gateway makes and that is let go leaves its end in the log: whatever the method, the surface, and whatever
// became of its answer.
import { afterEach, expect, it } from 'vitest';
import type { CallReply, Surface } from '../../src/call.ts';
import { GatewayError } from '../../src/lib/error.ts';
import { isObject, type JsonObject } from '../../src/lib/json.ts';
import { knownMethods, methodInfo } from '../../src/mcp/method-kind.ts';
import { deny, type Inspector, PASS } from '../../src/pipeline/flight.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { oneAgent, reader } from '../support/one-agent.ts';
import { callOf, type Entry, type Harness, ok, TOOLS } from '../support/pipeline-harness.ts';

let h: Harness;
afterEach(() => h?.close());

const ONE: Surface = { type: 'server', server: 'notes' };
const ALL: Surface = { type: 'all' };
const REQUESTS = knownMethods().filter((method) => methodInfo(method)?.shape === 'request');
/** Whose results are definitions, which are pinned and narrowed instead of inspected: what is inspected is a failure. */
const DEFINING = /^(?:initialize|server\/discover|(?:tools|prompts|resources|resources\/templates)\/list)$/;
/** What only a server of the older protocol answers for all its servers: nobody is asked. */
const NOT_FOR_ALL = new Set(['resources/subscribe', 'resources/unsubscribe']);

interface Ending {
  status: string;
  inspect?: Inspector['inspectResult'];
}

const refuses: Inspector['inspectResult'] = ({ call }) => (call.origin === 'agent' ? deny('blocked_content', 'Not for you.') : PASS);
const breaks: Inspector['inspectResult'] = ({ call }) => {
  if (call.origin === 'agent') throw new Error('an inspector failed');
  return PASS;
};

const ENDINGS: [string, Ending][] = [
  ['given out', { status: 'ok' }],
  ['refused', { status: 'withheld', inspect: refuses }],
  ['lost to a failing inspector', { status: 'withheld', inspect: breaks }],
];

async function open({ inspect }: Ending): Promise<void> {
  h = await oneAgent('notes', [], inspect ? [{ name: 'judge', inspectResult: inspect }] : []);
}

const TASK = { taskId: 't-1', status: 'working', createdAt: '2026-01-01T00:00:00Z', lastUpdatedAt: '2026-01-01T00:00:00Z', ttl: 60_000 };

const FAILED: CallReply = { type: 'error', era: 'legacy', error: { code: -32000, message: 'not today' } };

function answered({ method, params }: UpstreamRequest): CallReply {
  if (method === 'tools/list') return ok({ tools: TOOLS.map((tool) => ({ ...tool, execution: { taskSupport: 'optional' } })) });
  if (method === 'prompts/list') return ok({ prompts: [{ name: 'greet' }] });
  if (method === 'resources/list') return ok({ resources: [{ name: 'one', uri: 'note://one' }] });
  if (method === 'resources/templates/list') return ok({ resourceTemplates: [{ name: 'any', uriTemplate: 'note://{id}' }] });
  if (method === 'tasks/list') return ok({ tasks: [] });
  if (method === 'tools/call' && isObject(params?.task))
    return ok('flat' in params.task ? { resultType: 'task', ...TASK } : { task: TASK });
  if (method.startsWith('tasks/')) return ok(TASK);
  if (method === 'initialize' || method === 'server/discover')
    return ok({ protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } });
  return ok({ content: [] });
}

const NAMED: Record<string, JsonObject> = {
  'tools/call': { name: 'read_note', arguments: { id: 1 } },
  'resources/read': { uri: 'note://one' },
  'prompts/get': { name: 'greet' },
  'completion/complete': { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'id', value: '1' } },
  'resources/subscribe': { uri: 'note://one' },
  'resources/unsubscribe': { uri: 'note://one' },
  'logging/setLevel': { level: 'info' },
};

async function ask(method: string, surface: Surface, era: 'legacy' | 'modern'): Promise<void> {
  const params = method.startsWith('tasks/') && method !== 'tasks/list' ? { taskId: await taskId(surface, era) } : NAMED[method];
  const name = surface.type === 'all' && typeof params?.name === 'string' ? { name: `notes__${params.name}` } : {};
  const made = callOf(method, { bearer: reader.token, params: { ...params, ...name }, surface, era });
  const call = { ...made, client: { ...made.client, capabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } } };
  const isAsked = methodInfo(method)?.from === 'server';
  await h.pipeline.run(isAsked ? { ...call, local: async () => ok({}) } : call);
}

/** Of a task that the agent has running. */
async function taskId(surface: Surface, era: 'legacy' | 'modern'): Promise<string> {
  const name = surface.type === 'all' ? 'notes__read_note' : 'read_note';
  const params = { name, arguments: { id: 1 }, task: era === 'modern' ? { flat: true } : { ttl: 60_000 } };
  const made = await h.pipeline.run(callOf('tools/call', { bearer: reader.token, params, surface, era }));
  if (made.type !== 'result') throw new Error(`no task: ${JSON.stringify(made)}`);
  const { task = made.result } = made.result;
  return String((task as JsonObject).taskId);
}

/** What became of each allowed request in the log; undefined: nothing says so. */
function ends(entries: Entry[]): { method: string; origin: string; status: string | undefined }[] {
  const outcomes = new Map(entries.filter(({ content }) => content.type === 'outcome').map(({ content }) => [content.decision, content]));
  return entries
    .filter(({ content, header }) => content.type === 'decision' && content.effect === 'allow' && content.judged === header.revision)
    .map(({ seq, content }) => ({
      method: String(content.method),
      origin: String(content.origin),
      status: outcomes.get(seq)?.status as string | undefined,
    }));
}

const CASES = REQUESTS.flatMap((method) => ENDINGS.map(([what, ending]) => ({ method, what, ending })));

it.each(CASES)('$method, its answer $what: the log has how it ended', async ({ method, ending }) => {
  for (const surface of [ONE, ALL]) {
    const info = methodInfo(method);
    if (surface === ALL && (NOT_FOR_ALL.has(method) || info?.from === 'server')) continue;
    // Tasks that are not handed out cannot be asked about.
    const late: Ending = { ...ending };
    const judged = late.inspect;
    if (judged) late.inspect = (flight, ...rest) => (flight.call.method === method ? judged(flight, ...rest) : PASS);
    await open(late);
    h.answer((request) => (judged && DEFINING.test(method) && request.method === method ? FAILED : answered(request)));
    await ask(method, surface, info?.legacy ? 'legacy' : 'modern');
    const found = ends(await h.entries());
    expect(found.filter(({ status }) => status === undefined)).toEqual([]);
    // Of several servers, those whose answers are not given out are left out.
    if (surface === ONE) expect(found.findLast((end) => end.method === method)).toMatchObject({ origin: 'agent', status: ending.status });
    await h.close();
  }
});

it.each(REQUESTS)('%s to a server that cannot be reached: the log has how it ended', async (method) => {
  await open({ status: 'upstream_failed' });
  h.answer((request) => {
    if (request.method === method && request.params?.task === undefined) throw new GatewayError('upstream_unavailable', 'It is gone.');
    return answered(request);
  });
  await ask(method, ONE, methodInfo(method)?.legacy ? 'legacy' : 'modern');
  const found = ends(await h.entries());
  expect(found.filter(({ status }) => status === undefined)).toEqual([]);
});

it('a request that was withdrawn while its server had it: the log has how it ended', async () => {
  await open({ status: 'cancelled' });
  for (const method of ['tools/list', 'logging/setLevel', 'tasks/list', 'completion/complete']) {
    const controller = new AbortController();
    h.answer((request) => {
      if (request.method !== method) return answered(request);
      controller.abort();
      throw controller.signal.reason;
    });
    await h.pipeline.run(callOf(method, { bearer: reader.token, params: NAMED[method] ?? {}, surface: ONE, controller }));
    expect(ends(await h.entries()).findLast((end) => end.method === method)).toMatchObject({ status: 'cancelled' });
  }
});

it('a list leaves no copy of itself beside the log; who was given one stands there', async () => {
  await open({ status: 'ok' });
  h.answer(answered);
  await ask('tools/list', ONE, 'legacy');
  const outcome = (await h.entries()).find(({ content }) => content.type === 'outcome')?.content;
  expect(outcome).toMatchObject({ status: 'ok' });
  expect(outcome?.result).toBeUndefined();
});
