// Finding out a server's era: what decides, what does not, and that a verdict is not for ever.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  event,
  json,
  legacyHandshake,
  openEvents,
  type RawHandler,
  type RawServer,
  startRawServer,
} from '../../test/support/raw-server.ts';
import { Agent, specOf, startUpstreams, type TestGateway, until } from '../../test/support/upstream-agent.ts';
import { ManualClock } from '../lib/clock.ts';
import { EraBook, MAX_VERDICTS, VERDICT_MAX_AGE_MS } from './era-book.ts';
import { createHttpClient } from './http.ts';

let gateway: TestGateway;
let server: RawServer;

beforeEach(() => {
  gateway = startUpstreams();
});

afterEach(async () => {
  await gateway.close();
  await server.close();
});

async function agentAt(handler: RawHandler): Promise<Agent> {
  server = await startRawServer(handler);
  return new Agent({ era: 'modern', spec: specOf({ url: server.url }), upstreams: gateway.upstreams });
}

const OK = { resultType: 'complete', content: [] };
const era = () => gateway.upstreams.status()[0]?.era;
const discover = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {}, ttlMs: 0, cacheScope: 'private' };

/** Answers the probe as given, and is a legacy server otherwise. */
function probed(probe: RawHandler): RawHandler {
  return (request, response) => {
    if (request.message?.method === 'server/discover') return probe(request, response);
    if (!legacyHandshake(request, response)) json(response, { jsonrpc: '2.0', id: request.message?.id, result: OK });
  };
}

describe('the modern era is', () => {
  it.each<[string, RawHandler]>([
    ['a list of versions with ours', (request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, result: discover })],
    [
      'the same on an event stream that stays open',
      (request, response) => event(openEvents(response), { jsonrpc: '2.0', id: request.message?.id, result: discover }),
    ],
    [
      'an error only modern servers make',
      (request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, error: { code: -32021, message: 'm' } }, {}, 400),
    ],
    [
      'an unsupported-version error that lists ours',
      (request, response) =>
        json(
          response,
          { jsonrpc: '2.0', id: request.message?.id, error: { code: -32022, message: 'm', data: { supported: ['2026-07-28'] } } },
          {},
          400,
        ),
    ],
  ])('%s', async (_name, probe) => {
    const agent = await agentAt(probed(probe));
    await agent.call('x');
    expect(era()).toBe('modern');
    expect(server.received.some(({ message }) => message?.method === 'initialize')).toBe(false);
  });
});

describe('the legacy era is', () => {
  it.each<[string, RawHandler]>([
    [
      'an unknown method',
      (request, response) => json(response, { jsonrpc: '2.0', id: request.message?.id, error: { code: -32601, message: 'm' } }),
    ],
    [
      'a missing session',
      (_request, response) => json(response, { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'No valid session' } }, {}, 400),
    ],
    ['not found', (_request, response) => void response.writeHead(404).end()],
    ['words', (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    [
      'other versions only',
      (request, response) =>
        json(response, { jsonrpc: '2.0', id: request.message?.id, result: { ...discover, supportedVersions: ['2099-01-01'] } }),
    ],
  ])('%s', async (_name, probe) => {
    const agent = await agentAt(probed(probe));
    await agent.call('x');
    expect(era()).toBe('legacy');
  });
});

describe('nothing is decided by', () => {
  it.each([
    [401, 'upstream_auth'],
    [403, 'upstream_auth'],
    [429, 'upstream_unreachable'],
    [500, 'upstream_unreachable'],
    [503, 'upstream_unreachable'],
  ])('HTTP %i', async (status, code) => {
    let healthy = false;
    const agent = await agentAt((request, response) => {
      if (!healthy) response.writeHead(status).end();
      else
        json(response, { jsonrpc: '2.0', id: request.message?.id, result: request.message?.method === 'server/discover' ? discover : OK });
    });
    await expect(agent.call('x')).rejects.toMatchObject({ code });
    expect(era()).toBe('unknown');
    expect(server.received.map(({ message }) => message?.method)).toEqual(['server/discover']);
    healthy = true;
    await agent.call('x');
    expect(era()).toBe('modern');
  });
});

describe('a verdict', () => {
  it('is doubted when a modern server turns out to be a legacy one', async () => {
    let modern = true;
    const agent = await agentAt((request, response) => {
      const { id, method } = request.message ?? {};
      if (modern) return json(response, { jsonrpc: '2.0', id, result: method === 'server/discover' ? discover : OK });
      if (method === 'server/discover') return json(response, { jsonrpc: '2.0', id, error: { code: -32601, message: 'm' } });
      if (request.headers['mcp-method']) return void response.writeHead(400).end();
      if (!legacyHandshake(request, response)) json(response, { jsonrpc: '2.0', id, result: OK });
    });
    await agent.call('x');
    modern = false;
    await expect(agent.call('x')).rejects.toMatchObject({ code: 'upstream_protocol' });
    await agent.call('x');
    expect(era()).toBe('legacy');
  });

  it('is doubted when a legacy server turns out to be a modern one', async () => {
    let modern = false;
    const agent = await agentAt((request, response) => {
      const { id, method } = request.message ?? {};
      if (!modern) return probed((_request, answer) => void answer.writeHead(404).end())(request, response);
      if (method === 'initialize') return json(response, { jsonrpc: '2.0', id, error: { code: -32601, message: 'm' } }, {}, 404);
      json(response, { jsonrpc: '2.0', id, result: method === 'server/discover' ? discover : OK });
    });
    await agent.call('x');
    modern = true;
    const other = new Agent({ era: 'modern', spec: specOf({ url: server.url }), upstreams: gateway.upstreams, principalKey: 'agent-2' });
    await other.call('x');
    expect(era()).toBe('modern');
  });

  it('is sought anew when it is old, and used meanwhile; one per credential', async () => {
    let answers = 0;
    server = await startRawServer((request, response) => {
      answers++;
      if (request.headers.authorization) json(response, { jsonrpc: '2.0', id: request.message?.id, result: discover });
      else response.writeHead(404).end();
    });
    const clock = new ManualClock();
    const http = createHttpClient();
    const book = new EraBook({
      connectors: { http: () => http, stdio: () => Promise.reject(), sse: () => Promise.reject() },
      gateway: { name: 'g', version: '1' },
      nowMs: () => clock.nowMs(),
    });
    const destination = { org: 'org', server: 's', spec: specOf({ url: server.url }), headers: {}, env: {} };
    const [anonymous, known] = await Promise.all([
      book.find(destination, ''),
      book.find({ ...destination, headers: { authorization: 'k' } }, 'f'),
      book.find(destination, ''),
    ]);
    expect([anonymous.era, known.era, answers]).toEqual(['legacy', 'modern', 2]);
    clock.advance(VERDICT_MAX_AGE_MS + 1);
    expect(book.known(destination.spec, '', () => destination)).toBe(anonymous);
    await until(() => book.known(destination.spec, '', () => destination)?.atMs === clock.nowMs(), 'a new verdict');
    expect(MAX_VERDICTS).toBeGreaterThan(1);
    await http.close();
  });
});
