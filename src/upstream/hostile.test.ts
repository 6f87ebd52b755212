// Whatever a server answers, every exchange settles: with a reply or with a GatewayError, in bounded time, with nothing left behind.

import type { ServerResponse } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { legacyHandshake, type RawServer, startRawServer } from '../../test/support/raw-server.ts';
import { Agent, agreeable, specOf, startUpstreams, type TestGateway, until } from '../../test/support/upstream-agent.ts';
import type { Era } from '../call.ts';
import { GatewayError } from '../lib/error.ts';

/** `ID` stands for the id of the request. */
const message = fc.oneof(
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[]}}',
    '{"jsonrpc":"2.0","id":ID,"result":{}}',
    '{"jsonrpc":"2.0","id":ID,"result":null}',
    '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required"}}',
    '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","inputRequests":{"a":{"method":"roots/list"}},"requestState":"s"}}',
    '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"input_required","inputRequests":{"a":7}}}',
    '{"jsonrpc":"2.0","id":ID,"result":{"resultType":["x"],"_meta":7,"content":{"a":[null]}}}',
    '{"jsonrpc":"2.0","id":ID,"error":{"code":-32021,"message":"m","data":{"requiredCapabilities":[1]}}}',
    '{"jsonrpc":"2.0","id":ID,"error":{"code":-32042,"message":"m","data":{"elicitations":"x"}}}',
    '{"jsonrpc":"2.0","id":ID,"error":{"code":"x","message":7}}',
    '{"jsonrpc":"2.0","id":ID,"error":{}}',
    '{"jsonrpc":"2.0","id":ID}',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"m"}}',
    '{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage","params":[]}',
    '{"jsonrpc":"2.0","id":"r","method":"roots/list"}',
    '{"jsonrpc":"2.0","id":"p","method":"ping"}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{"a":1},"progress":"x"}}',
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":7}}',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}',
    '{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":[]}}',
    '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":{"_meta":1}}',
    '[{"jsonrpc":"2.0","id":ID,"result":{}},7]',
    '[]',
    'null',
  ),
  fc.string({ maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
);

interface Act {
  kind: 'json' | 'sse' | 'destroy' | 'empty' | 'text';
  status: number;
  messages: string[];
  ids: boolean;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('json', 'sse', 'sse', 'destroy', 'empty', 'text'),
  status: fc.constantFrom(200, 200, 200, 200, 202, 204, 302, 400, 401, 404, 405, 429, 500),
  messages: fc.array(message, { maxLength: 5 }),
  ids: fc.boolean(),
});

function perform(response: ServerResponse, { kind, status, messages, ids }: Act, id: unknown): void {
  const own = messages.map((text) => text.replaceAll('ID', JSON.stringify(id ?? null)));
  if (kind === 'destroy') return void response.destroy();
  if (kind === 'empty') return void response.writeHead(status).end();
  if (kind === 'text') return void response.writeHead(status, { 'content-type': 'text/plain' }).end(own.join(''));
  if (kind === 'json') return void response.writeHead(status, { 'content-type': 'application/json' }).end(own[0] ?? '');
  response.writeHead(status, { 'content-type': 'text/event-stream' });
  for (const [at, text] of own.entries()) response.write(`${ids ? `id: e${at}\nretry: 1\n` : ''}data: ${text.replaceAll('\n', ' ')}\n\n`);
  response.end();
}

const METHODS = [
  'tools/call',
  'tools/list',
  'resources/read',
  'server/discover',
  'completion/complete',
  'initialize',
  'subscriptions/listen',
  'vendor/x',
];
let gateway: TestGateway;
let server: RawServer;
let script: Act[] = [];
const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);

describe.each([
  ['legacy', 'legacy'],
  ['modern', 'modern'],
  ['legacy', 'modern'],
  ['modern', 'legacy'],
] as [Era, Era][])('%s agent at a hostile %s server', (agentEra, serverEra) => {
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    gateway = startUpstreams();
    server = await startRawServer((request, response) => {
      if (request.message?.id === undefined || request.message.method === undefined) {
        if (request.method === 'POST') return void response.writeHead(202).end();
        const next = script.shift();
        return next ? perform(response, next, undefined) : void response.writeHead(405).end();
      }
      const next = script.shift();
      if (next) return perform(response, next, request.message.id);
      if (serverEra === 'legacy' && legacyHandshake(request, response, { sessionId: 's' })) return;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          `{"jsonrpc":"2.0","id":${JSON.stringify(request.message.id)},"result":{"resultType":"complete","content":[],"capabilities":{"tools":{"listChanged":true}},"supportedVersions":["2026-07-28"]}}`,
        );
    });
  });

  afterAll(async () => {
    await gateway.close();
    await server.close();
    process.off('unhandledRejection', note);
  });

  beforeEach(() => {
    unhandled.length = 0;
  });

  it('settles every exchange and leaves nothing in flight', async () => {
    const spec = specOf({ url: server.url, era: serverEra, timeoutMs: 2_000 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 4 }), fc.constantFrom(...METHODS), fc.nat(3), async (acts, method, breakAt) => {
        const sessionId = `h${++run}`;
        const agent = new Agent({
          era: agentEra,
          spec,
          upstreams: gateway.upstreams,
          capabilities: { roots: {}, sampling: {}, elicitation: {} },
          answer: agreeable,
          sessionId,
        });
        script = acts.slice(0, breakAt);
        if (agentEra === 'legacy') await agent.initialize().catch(() => undefined);
        script = acts;
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(new Error('enough')), method === 'subscriptions/listen' ? 40 : 4_000);
        const params = { name: 'x', uri: 'x:y', notifications: { toolsListChanged: true }, _meta: { progressToken: 1 } };
        const outcome = await agent.send(method, params, { signal: abort.signal, requestId: 1 }).catch((error: unknown) => error);
        clearTimeout(timer);
        const isReply = typeof outcome === 'object' && outcome !== null && 'type' in outcome;
        const isFailure = outcome instanceof GatewayError && /^upstream_/.test(outcome.code);
        expect(isReply || isFailure || outcome === abort.signal.reason).toBe(true);
        await gateway.upstreams.endSession('org', sessionId);
      }),
      { numRuns: 150 },
    );
    await until(() => gateway.upstreams.status().every(({ inFlight }) => inFlight === 0), 'nothing in flight');
    expect(gateway.reports.filter(([event]) => event === 'unexpected')).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});
