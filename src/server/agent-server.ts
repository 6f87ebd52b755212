// The listener agents connect to: plain HTTP in front of the pipeline, its limits, its start and its orderly end.
// Never decides anything about a call; never opens a second way to one.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Principal, Surface } from '../call.ts';
import type { Clock } from '../lib/clock.ts';
import { type Random, systemRandom } from '../lib/id.ts';
import type { Network } from '../lib/network.ts';
import type { AgentContext, AgentLogger } from './agent-context.ts';
import { hostGuard } from './host-guard.ts';
import { type AgentServerLimits, DEFAULT_LIMITS } from './limits.ts';
import { type PipelinePort, type RouteOptions, serveRequest } from './mcp-route.ts';
import { BodyBudget } from './read-body.ts';
import { CallEnded, RunningCalls } from './running-calls.ts';
import type { Session } from './session.ts';
import { SessionTable } from './session-table.ts';
import { Ticker } from './ticker.ts';
import { UnreadAnswers } from './unread-answers.ts';

export interface AgentServerOptions {
  pipeline: PipelinePort;
  clock: Clock;
  config?: {
    limits?: Partial<AgentServerLimits> | undefined;
    /** `name` or `name:port`. Default: loopback names with the listener's port when bound to loopback, otherwise any name. */
    allowedHosts?: readonly string[] | undefined;
    /** Whole origins beside those of the allowed hosts. */
    allowedOrigins?: readonly string[] | undefined;
    /** Proxies in front of the listener whose X-Forwarded-For counts. Default: none, the header is never looked at. */
    trustedProxies?: readonly Network[] | undefined;
  };
  logger: AgentLogger;
  /** Cheap check of the bearer token, by its hash (undefined: none was sent), before a body is read; false answers 401. */
  authenticate?: ((bearerHash: string | undefined, remoteAddress: string) => boolean) | undefined;
  /** A legacy session ended (DELETE, idle, closed by the gateway): close what belongs to it. Must not throw. */
  onSessionEnd?: ((session: SessionInfo) => void) | undefined;
  random?: Random;
}

export interface SessionInfo {
  id: string;
  surface: Surface;
  /** Who opened it. */
  principal: Principal | undefined;
  protocolVersion: string;
  /** Wall clock, milliseconds. */
  createdMs: number;
}

export interface AgentServer {
  /** Rejects when the address cannot be bound. `url` is the origin, without a path. */
  listen(host: string, port: number): Promise<{ url: string; port: number }>;
  /** Stops accepting, ends standing streams, waits up to `graceMs` for running calls, then ends them and every connection. */
  close(graceMs: number): Promise<void>;
  activeSessions(): number;
  /** Calls running now, standing streams included. */
  activeCalls(): number;
  closeSessions(filter: (session: SessionInfo) => boolean): void;
  /** What takes each session away whose owner the filter names; for the kill switch (kill/stopper.ts). */
  doomedSessions(filter: (session: SessionInfo) => boolean): (() => void)[];
}

export function createAgentServer(options: AgentServerOptions): AgentServer {
  const context = contextOf(options);
  let route: RouteOptions | undefined;
  let closing = false;
  const owed = new UnreadAnswers(context.limits.maxUnreadBytesTotal);
  context.ticker.add(owed);
  const server = httpServer(
    context,
    owed,
    () => route,
    () => closing,
  );
  return {
    async listen(host, port) {
      await bind(server, host, port);
      const address = server.address() as AddressInfo;
      route = {
        guard: hostGuard({
          boundHost: host,
          port: address.port,
          allowedHosts: options.config?.allowedHosts,
          allowedOrigins: options.config?.allowedOrigins,
        }),
        authenticate: options.authenticate,
        trustedProxies: options.config?.trustedProxies ?? [],
      };
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      return { url: `http://${name}:${address.port}`, port: address.port };
    },
    async close(graceMs) {
      closing = true;
      await closeServer(context, server, owed, graceMs);
    },
    activeSessions: () => context.sessions.size,
    activeCalls: () => context.calls.size,
    closeSessions: (filter) => context.sessions.endWhere((session) => filter(infoOf(session))),
    doomedSessions: (filter) =>
      [...context.sessions.values()].filter((session) => filter(infoOf(session))).map((session) => () => context.sessions.expel(session)),
  };
}

function contextOf(options: AgentServerOptions): AgentContext {
  const limits = { ...DEFAULT_LIMITS, ...options.config?.limits };
  const random = options.random ?? systemRandom;
  const { clock, logger } = options;
  const ticker = new Ticker(
    () => clock.monotonicMs(),
    limits.tickMs,
    (error) => logger.error({ err: error }, 'a stream failed'),
  );
  const sessions = new SessionTable({
    limits,
    random,
    nowMs: () => ticker.nowMs,
    onEnd: (session) => options.onSessionEnd?.(infoOf(session)),
  });
  ticker.add(sessions);
  return {
    clock,
    random,
    limits,
    logger,
    ticker,
    sessions,
    calls: new RunningCalls(options.pipeline, logger),
    bodies: new BodyBudget(limits.maxBodyBytesTotal),
  };
}

function httpServer(context: AgentContext, owed: UnreadAnswers, route: () => RouteOptions | undefined, closing: () => boolean): Server {
  const { limits } = context;
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersTimeoutMs, limits.requestTimeoutMs),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    },
    (request, response) => {
      const current = route();
      owed.add(response);
      response.on('timeout', dropStalled);
      if (closing()) response.setHeader('connection', 'close');
      try {
        if (current === undefined) response.writeHead(503).end();
        else serveRequest(context, current, request, response);
      } catch (error) {
        context.logger.error({ err: error }, 'serving a request failed');
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end();
      }
    },
  );
  server.timeout = limits.stallTimeoutMs;
  server.maxConnections = limits.maxConnections;
  server.on('clientError', answerGarbage);
  return server;
}

/** A socket that is quiet because nothing is to be sent stays; one that owes data and takes none goes. */
function dropStalled(socket: Socket): void {
  if (socket.writableLength > 0) socket.destroy();
}

/** What is no HTTP, too long, or too slow: a status line when one can still be written, and the end. */
function answerGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  const status = GARBAGE_STATUS[error.code ?? ''] ?? '400 Bad Request';
  // After an answer, or in the middle of one, a status line would be taken for part of it.
  const mayAnswer = socket.writable && 'bytesWritten' in socket && socket.bytesWritten === 0;
  if (!mayAnswer || error.code === 'ECONNRESET') socket.destroy();
  else socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () => socket.destroy());
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function closeServer(context: AgentContext, server: Server, owed: UnreadAnswers, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  context.calls.abortStanding(new CallEnded('shutdown'));
  await context.calls.whenIdle(graceMs);
  context.calls.abortAll(new CallEnded('shutdown'));
  await context.calls.whenIdle(ABORT_GRACE_MS);
  context.sessions.endWhere(() => true, 'shutdown');
  context.ticker.stop();
  await closeConnections(server, owed, closed);
}

/** Connections that still owe an answer get a moment to deliver it. */
async function closeConnections(server: Server, owed: UnreadAnswers, closed: Promise<void>): Promise<void> {
  // A connection that never sent a request does not count as idle.
  const sweep = setInterval(() => (owed.size === 0 ? server.closeAllConnections() : server.closeIdleConnections()), FLUSH_CHECK_MS);
  const limit = setTimeout(() => server.closeAllConnections(), ABORT_GRACE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(limit);
}

function infoOf(session: Session): SessionInfo {
  const { id, surface, createdMs } = session.facts;
  return { id, surface, createdMs, principal: session.principal, protocolVersion: session.protocolVersion };
}

/** How often slow heads and bodies are looked for, milliseconds. */
const CHECK_MS = 1_000;
const TCP_KEEP_ALIVE_MS = 30_000;
/** How long aborted calls, and then their answers, may take to end, milliseconds. */
const ABORT_GRACE_MS = 1_000;
/** How often connections whose answer has left are looked for during the end, milliseconds. */
const FLUSH_CHECK_MS = 10;

const GARBAGE_STATUS: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Content Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
