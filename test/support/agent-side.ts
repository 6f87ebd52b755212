// The agent side on a free loopback port, over a scripted pipeline, with the few things tests of it keep saying: a session, a legacy and a modern request.
import { afterEach } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type AgentServer, type AgentServerOptions, createAgentServer, type SessionInfo } from '../../src/server/agent-server.ts';
import type { AgentServerLimits } from '../../src/server/limits.ts';
import { type OpenStream, openStream, type Received, send } from './http-agent.ts';
import { type Script, ScriptedPipeline } from './scripted-pipeline.ts';

export interface AgentSide {
  server: AgentServer;
  pipeline: ScriptedPipeline;
  /** Origin and the endpoint of server `fs`. */
  origin: string;
  url: string;
  /** Warnings and errors that were logged. */
  logged: { fields: object; message: string }[];
  endedSessions: SessionInfo[];
}

export interface AgentSideOptions {
  limits?: Partial<AgentServerLimits>;
  authenticate?: AgentServerOptions['authenticate'];
  allowedHosts?: readonly string[];
  allowedOrigins?: readonly string[];
  host?: string;
}

const running: AgentServer[] = [];

/** Ticks often, so that tests of timings do not wait. Stopped after the test. */
export async function startAgentSide(script: Script, options: AgentSideOptions = {}): Promise<AgentSide> {
  const pipeline = new ScriptedPipeline(script);
  const logged: AgentSide['logged'] = [];
  const endedSessions: SessionInfo[] = [];
  const log = (fields: object, message: string): void => {
    logged.push({ fields, message });
  };
  const server = createAgentServer({
    pipeline,
    clock: systemClock,
    config: { limits: { tickMs: 5, ...options.limits }, allowedHosts: options.allowedHosts, allowedOrigins: options.allowedOrigins },
    logger: { debug: () => undefined, warn: log, error: log },
    authenticate: options.authenticate,
    onSessionEnd: (session) => endedSessions.push(session),
  });
  running.push(server);
  const { port } = await server.listen(options.host ?? '127.0.0.1', 0);
  const origin = `http://127.0.0.1:${port}`;
  return { server, pipeline, origin, url: `${origin}/mcp/fs`, logged, endedSessions };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close(0)));
});

export const JSON_AND_SSE = 'application/json, text/event-stream';

export function headersOf(token: string | undefined, more: Record<string, string> = {}): Record<string, string> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { 'content-type': 'application/json', accept: JSON_AND_SSE, ...authorization, ...more };
}

export function rpc(method: string, params?: object, id: string | number = 1): object {
  return { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) };
}

export function notification(method: string, params?: object): object {
  return { jsonrpc: '2.0', method, ...(params === undefined ? {} : { params }) };
}

export interface LegacyAgent {
  sessionId: string;
  headers: Record<string, string>;
  post(message: object, more?: Record<string, string>): Promise<Received>;
  stream(message: object, more?: Record<string, string>): Promise<OpenStream>;
  get(more?: Record<string, string>): Promise<OpenStream>;
}

export async function legacyAgent(
  url: string,
  token = 'sp_alice',
  version = '2025-11-25',
  capabilities: object = {},
): Promise<LegacyAgent> {
  const params = { protocolVersion: version, capabilities, clientInfo: { name: 'raw', version: '1' } };
  const opened = await send(url, { headers: headersOf(token), body: JSON.stringify(rpc('initialize', params, 'init')) });
  const sessionId = opened.headers['mcp-session-id'];
  if (opened.status !== 200 || typeof sessionId !== 'string') throw new Error(`no session: ${opened.status} ${opened.text}`);
  const headers = headersOf(token, { 'mcp-session-id': sessionId, 'mcp-protocol-version': version });
  return {
    sessionId,
    headers,
    post: (message, more = {}) => send(url, { headers: { ...headers, ...more }, body: JSON.stringify(message) }),
    stream: (message, more = {}) => openStream(url, { headers: { ...headers, ...more }, body: JSON.stringify(message) }),
    get: (more = {}) => openStream(url, { method: 'GET', headers: { ...headers, ...more } }),
  };
}

/** A well-formed 2026-07-28 request: body and headers. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  id: string | number = 1,
): { headers: Record<string, string>; body: string } {
  const name = typeof params.name === 'string' ? params.name : typeof params.uri === 'string' ? params.uri : undefined;
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  };
  return {
    headers: headersOf('sp_alice', {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
    }),
    body: JSON.stringify(rpc(method, { ...params, _meta: { ...meta, ...(params._meta as object | undefined) } }, id)),
  };
}

/** Waits until `condition` holds; the test fails by its own timeout when it never does. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
