// Every action of DLP in every place of answers and requests: content, structured content, resources, prompts, completions, errors, tasks, forms, and what
// agents send. A value that is to be changed does not cross, one that is noted does; ids that the protocol needs stay.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallReply } from '../../src/call.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { UpstreamRequest } from '../../src/upstream/exchange.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { listener, oneAgent, reader } from '../support/one-agent.ts';
import { callOf, echoServer, type Harness, ok } from '../support/pipeline-harness.ts';

const MAIL = 'harriet.ashdown@northwind-traders.com';
const HEX = Buffer.from(MAIL).toString('base64');
const CHANGING: readonly [action: string, shown: RegExp][] = [
  ['mask', /\[redacted:pii\.email\]|redacted@redacted\.invalid/],
  ['partial', /@northwind-traders\.com|redacted/],
  ['hash', /\[redacted:pii\.email:[0-9a-f]{16}\]|@redacted\.invalid/],
  ['tokenize', /dlp_email_[\w-]{60,}/],
];

let h: Harness;
afterEach(() => h?.close());

interface Place {
  method: string;
  params: JsonObject;
  /** What the server answers, or says before it answers. */
  answer?: (request: UpstreamRequest) => CallReply | Promise<CallReply>;
}

const TOOL = {
  name: 'read_note',
  inputSchema: { type: 'object' },
  outputSchema: {
    type: 'object',
    properties: { email: { type: 'string', format: 'email' }, visits: { type: 'integer' } },
    required: ['email'],
    additionalProperties: false,
  },
};

async function open(action: string, direction: string, { method, answer }: Place, spec: JsonObject = {}): Promise<void> {
  h = await oneAgent(
    'notes',
    [dlpObject('dlp', { rules: [{ name: 'mail', types: ['pii.email'], direction, action }], ...spec })],
    [dlpFor(() => h.core.vault)],
  );
  h.answer((request) => {
    if (request.method === 'tools/list') return ok({ tools: [TOOL] });
    return request.method === method && answer ? answer(request) : echoServer(request);
  });
}

/** What the agent got, asked and told included, and what it was refused for. */
async function agentGets({ method, params }: Place): Promise<string> {
  const { heard, peer } = listener();
  const made = callOf(method, { bearer: reader.token, peer, params, surface: { type: 'server', server: 'notes' } });
  const outcome = await h.pipeline.run(made);
  heard.push(outcome.type === 'result' ? outcome.result : outcome.type === 'error' ? outcome.error : outcome);
  return JSON.stringify(heard, (key, value) => (key === 'blob' ? Buffer.from(String(value), 'base64').toString() : value));
}

async function expectUntold(): Promise<void> {
  const told = JSON.stringify(await h.entries()) + (await h.metrics.render());
  expect(told).toContain('pii.email');
  expect(told).not.toContain(MAIL);
}

const answers = (method: string, params: JsonObject, result: JsonObject): Place => ({ method, params, answer: () => ok(result) });
const call = (result: JsonObject): Place => answers('tools/call', { name: 'read_note', arguments: {} }, result);
const asks = (method: string, asked: JsonObject): Place => ({
  method: 'tools/call',
  params: { name: 'read_note', arguments: {} },
  answer: async (request) => {
    await request.peer.request?.(method, asked, request.signal);
    return ok({ content: [] });
  },
});
const FIELD = { type: 'string', title: 'Address' };
const form = (message: string, field: JsonObject = FIELD): JsonObject => ({
  message,
  requestedSchema: { type: 'object', properties: { address: field } },
});

const RESULTS: Readonly<Record<string, Place>> = {
  'a text block': call({ content: [{ type: 'text', text: `write to ${MAIL} today` }] }),
  'a failed result': call({ content: [{ type: 'text', text: `no such customer ${MAIL}` }], isError: true }),
  'structured content and its copy': call({
    content: [{ type: 'text', text: JSON.stringify({ email: MAIL, visits: 3 }) }],
    structuredContent: { email: MAIL, visits: 3 },
  }),
  'an embedded text resource': call({
    content: [{ type: 'resource', resource: { uri: 'note://1', mimeType: 'text/plain', text: `write to ${MAIL}` } }],
  }),
  'an embedded resource in bytes': call({
    content: [{ type: 'resource', resource: { uri: 'note://1', blob: Buffer.from(`write to ${MAIL}`).toString('base64') } }],
  }),
  'the description of a resource link': call({
    content: [{ type: 'resource_link', uri: 'note://1', name: 'one', description: `letter of ${MAIL}` }],
  }),
  'an encoded value': call({ content: [{ type: 'text', text: `customer ${HEX}` }] }),
  _meta: call({ content: [], _meta: { 'example.com/owner': MAIL } }),
  'a resource': answers(
    'resources/read',
    { uri: 'note://1' },
    { contents: [{ uri: 'note://1', mimeType: 'text/plain', text: `write to ${MAIL}` }] },
  ),
  'a resource in bytes': answers(
    'resources/read',
    { uri: 'note://1' },
    { contents: [{ uri: 'note://1', blob: Buffer.from(`write to ${MAIL}`).toString('base64') }] },
  ),
  'a prompt': answers('prompts/get', { name: 'greet' }, { messages: [{ role: 'user', content: { type: 'text', text: `greet ${MAIL}` } }] }),
  'the description of a prompt': answers('prompts/get', { name: 'greet' }, { description: `greets ${MAIL}`, messages: [] }),
  'a completion': answers(
    'completion/complete',
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 'h' } },
    { completion: { values: [MAIL], hasMore: false } },
  ),
  'an error': {
    method: 'tools/call',
    params: { name: 'read_note', arguments: {} },
    answer: () => ({ type: 'error', era: 'legacy', error: { code: -32000, message: `no ${MAIL}`, data: { customer: MAIL } } }),
  },
  'the description of a field': asks('elicitation/create', form('Which address?', { ...FIELD, description: `not ${MAIL}` })),
  'the default of a field': asks('elicitation/create', form('Which address?', { ...FIELD, default: MAIL })),
  'the system prompt of a sampling': asks('sampling/createMessage', {
    maxTokens: 9,
    systemPrompt: `You write for ${MAIL}.`,
    messages: [{ role: 'user', content: { type: 'text', text: 'Write.' } }],
  }),
};

describe.each(Object.entries(RESULTS))('on its way to an agent, in %s', (_name, place) => {
  it.each(CHANGING)('%s changes it', async (action, shown) => {
    await open(action, 'result', place);
    const got = await agentGets(place);
    expect(got).not.toContain(MAIL);
    expect(got).not.toContain(HEX);
    expect(got).not.toContain('"denied"');
    expect(got).toMatch(shown);
    await expectUntold();
  });

  it.each(['block', 'hold'])('%s keeps it back', async (action) => {
    await open(action, 'result', place);
    const got = await agentGets(place);
    expect(got).not.toContain(MAIL);
    expect(got).not.toContain(HEX);
    await expectUntold();
  });

  it('log lets it pass and notes it; a rule of the other direction says nothing', async () => {
    await open('log', 'result', place);
    const got = await agentGets(place);
    expect(got.includes(MAIL) || got.includes(HEX)).toBe(true);
    await expectUntold();
    await h.close();
    await open('block', 'arguments', place);
    expect(await agentGets(place)).toBe(got);
  });
});

const SENT: Readonly<Record<string, Place>> = {
  'arguments of a tool': { method: 'tools/call', params: { name: 'read_note', arguments: { to: [{ address: MAIL }] } } },
  'an encoded argument': { method: 'tools/call', params: { name: 'read_note', arguments: { to: HEX } } },
  'arguments of a prompt': { method: 'prompts/get', params: { name: 'greet', arguments: { who: MAIL } } },
  'what is completed': {
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: MAIL } },
  },
  'what completes it': {
    method: 'completion/complete',
    params: { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'who', value: 'h' }, context: { arguments: { mail: MAIL } } },
  },
  _meta: { method: 'tools/call', params: { name: 'read_note', arguments: {}, _meta: { 'example.com/owner': MAIL } } },
};

describe.each(Object.entries(SENT))('on its way to a server, in %s', (_name, place) => {
  const got = (): string => JSON.stringify(h.sent.filter(({ method }) => method === place.method).map(({ params }) => params));

  it.each(CHANGING)('%s changes it', async (action, shown) => {
    await open(action, 'arguments', place);
    await agentGets(place);
    expect(got()).toMatch(shown);
    expect(got()).not.toContain(MAIL);
    expect(got()).not.toContain(HEX);
    await expectUntold();
  });

  it.each(['block', 'hold'])('%s keeps the server from hearing of it', async (action) => {
    await open(action, 'arguments', place);
    expect(await agentGets(place)).toContain('denied');
    expect(got()).toBe('[]');
    await expectUntold();
  });

  it('log lets it pass and notes it; a rule of the other direction says nothing', async () => {
    await open('log', 'arguments', place);
    await agentGets(place);
    const passed = got();
    expect(passed.includes(MAIL) || passed.includes(HEX)).toBe(true);
    await expectUntold();
    await h.close();
    await open('block', 'result', place);
    await agentGets(place);
    expect(got()).toBe(passed);
  });
});
