// What is told across eras, checked against the published schemas of both revisions.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../lib/json.ts';
import { type Payload, payload } from '../raw-json.ts';
import { clientCapabilitiesAt } from '../rev-2025-11-25/capability.ts';
import { readInitialize } from '../rev-2025-11-25/initialize.ts';
import { readEnvelope } from '../rev-2026-07-28/envelope.ts';
import {
  acknowledgedParams,
  honouredFilter,
  isHeard,
  isSameId,
  listenResult,
  MAX_LISTEN_ENTRIES,
  parseListenFilter,
  withoutSubscriptionId,
  withSubscriptionId,
} from '../rev-2026-07-28/listen.ts';
import { stampResult } from '../rev-2026-07-28/result-stamp.ts';
import {
  toLegacyClientCapabilities,
  toLegacyServerCapabilities,
  toModernClientCapabilities,
  toModernServerCapabilities,
} from './capability.ts';
import { addEnvelope, stripEnvelope } from './envelope.ts';
import { discoverFromInitialize, initializeForClient, initializeFromDiscover } from './handshake.ts';
import {
  fromInputResponse,
  inputRequestsOf,
  inputRequiredResult,
  MAX_INPUT_REQUESTS,
  missingCapability,
  type Question,
  questionsOfUrlError,
  readRetry,
  retryParams,
  toInputResponse,
  toLegacyQuestion,
  toModernQuestion,
  urlErrorOfQuestions,
  withoutRetry,
} from './input-required.ts';
import { toLegacyResult, toModernResult } from './result.ts';
import { invalidHeaderTools } from './tool-list.ts';

/** The JSON schemas of both revisions, as the conformance suite carries them: [2025-11-25, 2026-07-28]. */
const SCHEMAS = publishedSchemas();

function publishedSchemas(): { legacy: Schema; modern: Schema } {
  const file = join(dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js');
  const source = readFileSync(file, 'utf8');
  const starts = [...source.matchAll(/\{\$schema:`https:\/\/json-schema\.org\/draft\/2020-12\/schema`,\$defs:\{Annotations/g)].map(
    (match) => match.index,
  );
  const [legacy, modern] = starts.map((start) => runInNewContext(`(${literalAt(source, start)})`) as Schema);
  if (legacy === undefined || modern === undefined) throw new Error('the conformance suite no longer carries the schemas');
  return { legacy, modern };
}

/** The object literal that starts at `start`: braces balanced outside of quoted text. */
function literalAt(source: string, start: number): string {
  let depth = 0;
  for (let at = start; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '`' || char === '"' || char === "'") {
      for (at++; source.charAt(at) !== char; at++) if (source.charAt(at) === '\\') at++;
    } else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return source.slice(start, at + 1);
  }
  throw new Error('unbalanced literal');
}

function expectValid(era: 'legacy' | 'modern', definition: string, value: Json): void {
  const defs = (SCHEMAS[era] as { $defs: Record<string, unknown> }).$defs;
  expect(Object.keys(defs)).toContain(definition);
  const schema = { ...SCHEMAS[era], $ref: `#/$defs/${definition}` };
  const { valid, errors } = new Validator(schema, '2020-12', false).validate(value);
  expect({ valid, errors }).toEqual({ valid: true, errors: [] });
}

/** Value and text say the same. */
function consistent(of: Payload): Payload {
  expect(JSON.parse(of.text)).toEqual(of.value);
  return of;
}

const written = (text: string): Payload => payload(JSON.parse(text) as JsonObject, text);
const elicit: Question = { method: 'elicitation/create', params: { message: 'm', requestedSchema: { type: 'object', properties: {} } } };
const url: Question = { method: 'elicitation/create', params: { mode: 'url', message: 'm', url: 'https://a.example/' } };
const sample: Question = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } };
const roots: Question = { method: 'roots/list', params: undefined };

it('the published schemas do refuse what is wrong', () => {
  expect(() => expectValid('modern', 'DiscoverResult', { resultType: 'complete' })).toThrow();
  expect(() => expectValid('legacy', 'ElicitRequestURLParams', url.params ?? {})).toThrow();
});

describe('results', () => {
  const tools = written(
    '{ "tools":[ {"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"},"x": 1.50} ,{"name":"b","inputSchema":{"type":"object","properties":{"p":{"type":"number","x-mcp-header":"P"}}}}], "vendor" : 1e2 }',
  );

  it('a legacy tool list becomes a valid stateless one and keeps every other byte', () => {
    const result = consistent(toModernResult('tools/list', tools, { serverInfo: { name: 's', version: '1' }, ttlMs: 5 }));
    expectValid('modern', 'ListToolsResult', result.value);
    expect(result.text).toContain('{"name":"a","inputSchema":{"type":"object"},"x": 1.50}');
    expect(result.text).toContain('"vendor" : 1e2');
    expect(result.value).toMatchObject({ resultType: 'complete', ttlMs: 5, cacheScope: 'private' });
    expect(invalidHeaderTools(tools.value['tools'] as JsonObject[])).toEqual(new Map([['b', expect.any(String)]]));
    expect((result.value['tools'] as Json[]).length).toBe(1);
  });

  it('a stateless result becomes a valid session-era one', () => {
    const result = consistent(
      toLegacyResult(
        'tools/list',
        written(
          '{"resultType":"complete","ttlMs":1,"cacheScope":"public","tools":[{"name":"a","inputSchema":{"type":"object"}}],"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}}',
        ),
      ),
    );
    expectValid('legacy', 'ListToolsResult', result.value);
    expect(result.text).toBe('{"tools":[{"name":"a","inputSchema":{"type":"object"}}]}');
  });

  it('structured content that is no object does not reach a session-era client', () => {
    const result = consistent(toLegacyResult('tools/call', written('{"resultType":"complete","content":[],"structuredContent":[1]}')));
    expectValid('legacy', 'CallToolResult', result.value);
    expect(result.value['content']).toEqual([{ type: 'text', text: '[1]' }]);
  });

  it('a legacy member named resultType cannot pose as another kind of result', () => {
    const result = consistent(toModernResult('tools/call', written('{"content":[],"resultType":"input_required","inputRequests":{}}'), {}));
    expect(result.value['resultType']).toBe('complete');
  });

  it('trap 11: a public result is made private when told so, and only a complete one is cacheable', () => {
    const listed = written('{"resultType":"complete","tools":[],"ttlMs":9,"cacheScope":"public"}');
    expect(stampResult('tools/list', listed, { forcePrivate: true }).text).toBe(
      '{"resultType":"complete","tools":[],"ttlMs":9,"cacheScope":"private"}',
    );
    expect(stampResult('tools/list', listed, {})).toBe(listed);
    expect(stampResult('resources/read', written('{"resultType":"input_required","requestState":"s"}'), {}).value).not.toHaveProperty(
      'ttlMs',
    );
    expect(stampResult('tools/call', written('{"resultType":"task","taskId":"t"}'), {}).text).toBe('{"resultType":"task","taskId":"t"}');
  });
});

describe('introductions and capabilities', () => {
  const initialize: JsonObject = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: { listChanged: true }, tasks: { list: {} }, vendor: 1 },
    serverInfo: { name: 's', version: '1' },
    instructions: 'i',
  };

  it('initialize becomes a valid discover result, and back', () => {
    const discover = discoverFromInitialize(initialize);
    expectValid('modern', 'DiscoverResult', discover);
    expect(discover['capabilities']).toEqual({ tools: { listChanged: true }, vendor: 1 });
    const back = initializeFromDiscover(discover, '2025-11-25', { name: 'f', version: '0' });
    expectValid('legacy', 'InitializeResult', back);
    expect(back).toMatchObject({ protocolVersion: '2025-11-25', serverInfo: { name: 's', version: '1' }, instructions: 'i' });
    expectValid('legacy', 'InitializeResult', initializeFromDiscover({}, '2025-03-26', { name: 'f', version: '0' }));
    expect(initializeForClient(initialize, '2025-06-18')).toMatchObject({ protocolVersion: '2025-06-18', capabilities: { tools: {} } });
  });

  it('tasks and extensions stay on their side', () => {
    const extensions = { 'io.modelcontextprotocol/tasks': {}, 'io.modelcontextprotocol/ui': {} };
    expect(toModernServerCapabilities({ tasks: {}, extensions })).toEqual({ extensions: { 'io.modelcontextprotocol/ui': {} } });
    expect(toLegacyServerCapabilities({ tools: {}, extensions }, '2025-11-25')).toEqual({ tools: {}, logging: {} });
    expect(toModernClientCapabilities({ tasks: {}, roots: { listChanged: true }, extensions })).toEqual({
      roots: {},
      extensions: { 'io.modelcontextprotocol/ui': {} },
    });
    expect(toLegacyClientCapabilities({ roots: {}, extensions, sampling: { tools: {} } }, '2025-06-18')).toEqual({
      roots: {},
      sampling: {},
    });
  });

  it('a version sees what it knows', () => {
    expect(clientCapabilitiesAt({ elicitation: { url: {} }, tasks: {} }, '2025-06-18')).toEqual({});
    expect(clientCapabilitiesAt({ elicitation: { url: {}, form: {} } }, '2025-06-18')).toEqual({ elicitation: {} });
    expect(clientCapabilitiesAt({ elicitation: {} }, '2025-03-26')).toEqual({});
    expect(clientCapabilitiesAt({ elicitation: { url: {} } }, '2025-11-25')).toEqual({ elicitation: { url: {} } });
  });

  it('reads initialize and negotiates', () => {
    expect(readInitialize({ protocolVersion: '2025-06-18', capabilities: { roots: {} }, clientInfo: { name: 'c' } })).toMatchObject({
      protocolVersion: '2025-06-18',
    });
    expect(readInitialize({ protocolVersion: '2099-01-01' })).toMatchObject({ requested: '2099-01-01', protocolVersion: '2025-11-25' });
    expect(readInitialize(undefined)).toMatchObject({ error: { code: -32602 } });
    expect(readInitialize({ protocolVersion: '2025-06-18', capabilities: [] })).toMatchObject({ error: { code: -32602 } });
  });
});

describe('envelope', () => {
  it('is added without touching other bytes, and taken off again', () => {
    const params = written('{"name":"a" , "arguments":{"n":1.0},"_meta":{ "progressToken":1,"traceparent":"t"}}');
    const added = consistent(addEnvelope(params, { protocolVersion: '2026-07-28', clientCapabilities: { roots: {} }, logLevel: 'info' }));
    expect(added.text.startsWith('{"name":"a" , "arguments":{"n":1.0},"_meta":{ "progressToken":1,"traceparent":"t","io.')).toBe(true);
    expectValid('modern', 'CallToolRequestParams', added.value);
    expect(readEnvelope(added.value)).toEqual({
      protocolVersion: '2026-07-28',
      clientCapabilities: { roots: {} },
      clientInfo: undefined,
      logLevel: 'info',
    });
    expect(stripEnvelope(added)).toEqual(params);
  });

  it('replaces the envelope of another hop entirely', () => {
    const theirs = addEnvelope(undefined, {
      protocolVersion: '2026-07-28',
      clientCapabilities: { sampling: {} },
      clientInfo: { name: 'c', version: '1' },
      logLevel: 'debug',
    });
    const ours = addEnvelope(theirs, { protocolVersion: '2026-07-28', clientCapabilities: {} });
    expect(ours.value).toEqual({
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
    });
    expect(stripEnvelope(theirs)).toBeUndefined();
    expect(stripEnvelope(undefined)).toBeUndefined();
    expect(stripEnvelope(payload({ a: 1 }))).toEqual(payload({ a: 1 }));
  });
});

describe('questions', () => {
  it('a round of legacy questions is a valid input_required result and reads back', () => {
    const questions = new Map(
      [elicit, url, sample, roots].map((question, index) => [`q${index}`, toModernQuestion(question.method, question.params) ?? roots]),
    );
    const result = inputRequiredResult(questions, 'state');
    expectValid('modern', 'InputRequiredResult', result);
    expect(inputRequestsOf(result)).toEqual({ inputRequests: questions, requestState: 'state' });
  });

  it('members of one hop do not cross', () => {
    const params = { ...url.params, elicitationId: 'e', task: {}, _meta: { progressToken: 1 } };
    expect(toModernQuestion('elicitation/create', params)).toEqual(url);
    const legacy = toLegacyQuestion(url, 'e1').params ?? {};
    expectValid('legacy', 'ElicitRequestURLParams', legacy);
    expect(toModernQuestion('tools/call', {})).toBeUndefined();
    expect(toModernQuestion('elicitation/create', undefined)).toBeUndefined();
  });

  it('refuses results that cannot be asked', () => {
    const entry = { method: 'roots/list' };
    const many = (size: number) => ({
      resultType: 'input_required',
      inputRequests: Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}`, entry])),
    });
    expect(inputRequestsOf({ content: [] })).toBeUndefined();
    expect(inputRequestsOf({ resultType: 'input_required' })).toHaveProperty('invalid');
    expect(inputRequestsOf({ resultType: 'input_required', inputRequests: { a: { method: 'tools/call', params: {} } } })).toHaveProperty(
      'invalid',
    );
    expect(inputRequestsOf({ resultType: 'input_required', requestState: 5 })).toHaveProperty('invalid');
    expect(inputRequestsOf(many(MAX_INPUT_REQUESTS))).toHaveProperty('inputRequests');
    expect(inputRequestsOf(many(MAX_INPUT_REQUESTS + 1))).toHaveProperty('invalid');
    expect(inputRequestsOf({ resultType: 'input_required', requestState: '' })).toMatchObject({ requestState: '' });
  });

  it('answers, refusals and errors are valid input responses', () => {
    const error = { code: -1, message: 'm' };
    for (const question of [elicit, url, roots]) expectValid('modern', 'InputResponse', toInputResponse(question, { error }) ?? null);
    expect(toInputResponse(sample, { error })).toBeUndefined();
    expect(toInputResponse(elicit, { result: { action: 'accept', content: {} } })).toEqual({ action: 'accept', content: {} });
    expect(fromInputResponse(elicit, { action: 'decline' })).toEqual({ result: { action: 'decline' } });
    for (const bad of [undefined, null, {}, { action: 'maybe' }, [], 'x'])
      for (const question of [elicit, sample, roots]) expect(fromInputResponse(question, bad)).toBeUndefined();
  });

  it('a retry carries the state byte for byte and the original params unchanged', () => {
    const params = written('{"name":"a","arguments":{"n":1.0}}');
    const state = '☃"\\\u0000';
    const retry = consistent(retryParams(params, { q: { action: 'cancel' } }, state));
    expect(readRetry(retry.value)).toEqual({ inputResponses: { q: { action: 'cancel' } }, requestState: state });
    expect(retry.text.startsWith('{"name":"a","arguments":{"n":1.0},')).toBe(true);
    expect(withoutRetry(retry)).toEqual(params);
    expect(readRetry(params.value)).toBeUndefined();
    expect(retryParams(retry, {}, undefined).value).not.toHaveProperty('requestState');
  });

  it('-32042 becomes questions and questions become -32042', () => {
    const error = urlErrorOfQuestions(new Map([['q', url]]), (key) => `id-${key}`);
    expectValid('legacy', 'URLElicitationRequiredError', { jsonrpc: '2.0', id: 1, error: error as unknown as Json });
    expect([...(questionsOfUrlError(error ?? { code: 0, message: '' }) ?? []).values()]).toEqual([url]);
    expect(
      urlErrorOfQuestions(
        new Map([
          ['q', url],
          ['r', elicit],
        ]),
        String,
      ),
    ).toBeUndefined();
    expect(questionsOfUrlError({ code: -32042, message: 'm', data: { elicitations: [{ mode: 'form' }] } })).toBeUndefined();
    expect(questionsOfUrlError({ code: -32042, message: 'm' })).toBeUndefined();
  });

  it('knows which capability a question needs', () => {
    expect(missingCapability(elicit, { elicitation: {} })).toBeUndefined();
    expect(missingCapability(url, { elicitation: {} })).toEqual({ elicitation: { url: {} } });
    expect(missingCapability(elicit, { elicitation: { url: {} } })).toEqual({ elicitation: { form: {} } });
    expect(missingCapability(sample, {})).toEqual({ sampling: {} });
    expect(missingCapability({ ...sample, params: { tools: [] } }, { sampling: {} })).toEqual({ sampling: { tools: {} } });
    expect(missingCapability(roots, { roots: {} })).toBeUndefined();
  });
});

describe('subscriptions/listen', () => {
  const filter = parseListenFilter({
    notifications: { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a://b', 'a://b'], taskIds: ['t'] },
  });
  if ('error' in filter) throw new Error(filter.error.message);

  it('honours what the server can do and says so in a valid acknowledgement', () => {
    const honoured = honouredFilter(filter, { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } });
    const params = acknowledgedParams(honoured, 7);
    expectValid('modern', 'SubscriptionsAcknowledgedNotification', {
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params,
    });
    expect(params).toEqual({
      _meta: { 'io.modelcontextprotocol/subscriptionId': 7 },
      notifications: { toolsListChanged: true, resourceSubscriptions: ['a://b'] },
    });
    expectValid('modern', 'SubscriptionsListenResult', listenResult('x'));
  });

  it('refuses malformed filters and bounds them', () => {
    for (const bad of [undefined, {}, { notifications: { toolsListChanged: 'yes' } }, { notifications: { resourceSubscriptions: [1] } }]) {
      expect(parseListenFilter(bad as JsonObject | undefined)).toMatchObject({ error: { code: -32602 } });
    }
    const of = (size: number) =>
      parseListenFilter({ notifications: { resourceSubscriptions: Array.from({ length: size }, (_, index) => `a://${index}`) } });
    expect(of(MAX_LISTEN_ENTRIES)).not.toHaveProperty('error');
    expect(of(MAX_LISTEN_ENTRIES + 1)).toHaveProperty('error');
  });

  it('hears only what was asked for', () => {
    expect(isHeard(filter, 'notifications/tools/list_changed', undefined)).toBe(true);
    expect(isHeard(filter, 'notifications/resources/list_changed', undefined)).toBe(false);
    expect(isHeard(filter, 'notifications/resources/updated', { uri: 'a://b' })).toBe(true);
    expect(isHeard(filter, 'notifications/resources/updated', { uri: 'a://c' })).toBe(false);
    expect(isHeard(filter, 'notifications/tasks', { taskId: 't' })).toBe(true);
    for (const never of ['notifications/progress', 'notifications/message']) expect(isHeard(filter, never, {})).toBe(false);
  });

  it('trap 7: the subscription id is the listener’s own, type preserved, in every message', () => {
    const stamped = consistent(
      withSubscriptionId(written('{"uri":"a://b","_meta":{"io.modelcontextprotocol/subscriptionId":"99","k":1}}'), 7),
    );
    expect(stamped.text).toBe('{"uri":"a://b","_meta":{"io.modelcontextprotocol/subscriptionId":7,"k":1}}');
    expect(withSubscriptionId(undefined, 'a').text).toBe('{"_meta":{"io.modelcontextprotocol/subscriptionId":"a"}}');
    expect(withoutSubscriptionId(withSubscriptionId(payload({ uri: 'u' }), 1))?.text).toBe('{"uri":"u"}');
    expect(isSameId('7', 7)).toBe(true);
    expect(isSameId(undefined, 7)).toBe(false);
  });
});
