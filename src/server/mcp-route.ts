// The way of one HTTP request on the agent side: route, Host and Origin, credentials, media types, body, era, and then the codec of that era.
// Never takes a credential from anywhere but the Authorization header, and never lets the path or a header decide what the body says.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { clientAddress } from '../auth/client-address.ts';
import { tokenHash } from '../auth/token.ts';
import type { Surface } from '../call.ts';
import type { Network } from '../lib/network.ts';
import { DENIED, INVALID_REQUEST, PARSE_ERROR, UNAVAILABLE } from '../mcp/error-code.ts';
import { parseBodySoon } from '../mcp/large-message.ts';
import { namesModernEra } from '../mcp/rev-2026-07-28/version.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { serveBody } from './dispatch.ts';
import type { HostGuard } from './host-guard.ts';
import { acceptedMedia, bearerOf, isJsonContentType, mcpHeadersOf, replyEmpty, replyError, replyRefused } from './http-reply.ts';
import { serveDelete, serveGet } from './legacy-get.ts';
import { drainBody, readBody } from './read-body.ts';

export type { PipelinePort } from './agent-context.ts';

export interface RouteOptions {
  guard: HostGuard;
  /** Cheap check before a body is read; false answers 401 at once. The pipeline identifies in any case. */
  authenticate: ((bearerHash: string | undefined, remoteAddress: string) => boolean) | undefined;
  /** Proxies in front of the listener whose X-Forwarded-For counts. */
  trustedProxies: readonly Network[];
}

export function serveRequest(context: AgentContext, options: RouteOptions, request: IncomingMessage, response: ServerResponse): void {
  const exchange = admit(context, options, request, response);
  if (exchange === undefined) drainBody(request, context.limits);
  else if (request.method === 'POST') servePost(context, exchange);
  else {
    drainBody(request, context.limits);
    if (namesModernEra(exchange.mcpHeaders['mcp-protocol-version'] ?? '')) {
      replyRefused(response, 405, 'Only POST is used in this protocol revision.', { allow: 'POST' });
    } else if (request.method === 'GET') serveGet(context, exchange).catch((error: unknown) => failed(context, exchange, error));
    else serveDelete(context, exchange);
  }
}

/** Everything that can be said without the body. undefined: it was answered. */
function admit(_context: AgentContext, options: RouteOptions, request: IncomingMessage, response: ServerResponse): Exchange | undefined {
  const { headers, method = '' } = request;
  const refusal = options.guard.refusal(headers.host, headers.origin);
  if (refusal !== undefined) return refuse(response, 403, refusal);
  if (headers.origin !== undefined) allowOrigin(response, headers.origin);
  const surface = surfaceOf(request.url ?? '');
  if (surface === undefined) return refuse(response, 404, 'Not found. Endpoints are /mcp and /mcp/<server>.');
  if (method === 'OPTIONS') return answerOptions(request, response);
  if (!METHODS.has(method)) return refuse(response, 405, 'Method not allowed.', { allow: ALLOW });
  const bearer = bearerOf(headers.authorization);
  const bearerHash = bearer === undefined ? undefined : tokenHash(bearer);
  const remoteAddress = clientAddress(request.socket.remoteAddress ?? '', forwardedFor(request), options.trustedProxies);
  if (options.authenticate !== undefined && !options.authenticate(bearerHash, remoteAddress)) return refuseUnauthenticated(response);
  const accepts = acceptedMedia(headers.accept);
  if (method === 'POST') {
    if (!isJsonContentType(headers['content-type'])) return refuse(response, 415, 'The body must be application/json in UTF-8.');
    if (!accepts.json && !accepts.sse) return refuse(response, 406, 'The Accept header must name application/json or text/event-stream.');
  }
  return { request, response, surface, bearerHash, accepts, mcpHeaders: mcpHeadersOf(request), remoteAddress };
}

/** Several headers of this name come joined by commas. */
function forwardedFor(request: IncomingMessage): string | undefined {
  const value = request.headers['x-forwarded-for'];
  return Array.isArray(value) ? value.join(',') : value;
}

/** `/mcp` or `/mcp/<server>`; a query is ignored. Whether the server exists, and for whom, is for the pipeline to say. */
export function surfaceOf(url: string): Surface | undefined {
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  if (path === '/mcp') return { type: 'all' };
  const server = path.startsWith('/mcp/') ? path.slice('/mcp/'.length) : '';
  return SERVER_NAME.test(server) ? { type: 'server', server } : undefined;
}

function servePost(context: AgentContext, exchange: Exchange): void {
  const { request, response } = exchange;
  readBody(request, context.limits, context.bodies, (text, failure, release) => {
    if (text !== undefined) serveText(context, exchange, text, release);
    else if (failure === 'too_large') {
      const message = `The message is larger than ${context.limits.maxBodyBytes} bytes, the most this gateway takes.`;
      replyError(response, 413, null, { code: INVALID_REQUEST, message, data: { maxBytes: context.limits.maxBodyBytes } });
    } else if (failure === 'overloaded') {
      replyError(
        response,
        503,
        null,
        { code: UNAVAILABLE, message: 'The gateway is receiving too much at once. Try again in a moment.' },
        { 'retry-after': '1' },
      );
    } else if (failure === 'not_utf8') replyError(response, 400, null, { code: PARSE_ERROR, message: 'The body is not UTF-8.' });
  });
}

function serveText(context: AgentContext, exchange: Exchange, text: string, release: () => void): void {
  try {
    const body = parseBodySoon(text);
    const work = body instanceof Promise ? body.then((read) => serveBody(context, exchange, read)) : serveBody(context, exchange, body);
    if (work === undefined) release();
    else
      work.then(release, (error: unknown) => {
        release();
        failed(context, exchange, error);
      });
  } catch (error) {
    release();
    failed(context, exchange, error);
  }
}

/** A bug: it is logged, answered when that is still possible, and goes no further. */
function failed(context: AgentContext, exchange: Exchange, error: unknown): void {
  context.logger.error({ err: error, path: exchange.surface }, 'serving a request failed');
  if (exchange.response.headersSent) exchange.response.destroy();
  else replyRefused(exchange.response, 500, 'The gateway failed while it handled this request.');
}

function refuse(response: ServerResponse, status: number, message: string, headers?: Record<string, string>): undefined {
  replyRefused(response, status, message, headers);
}

function refuseUnauthenticated(response: ServerResponse): undefined {
  const message = 'A valid token is needed: send it as "Authorization: Bearer <token>".';
  replyError(response, 401, null, { code: DENIED, message, data: { code: 'unauthenticated' } }, { 'www-authenticate': 'Bearer' });
}

/** Cross-origin requests of the origins that passed the guard (Fetch, CORS protocol). */
function allowOrigin(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'origin');
  response.setHeader('access-control-expose-headers', 'mcp-session-id, www-authenticate');
}

function answerOptions(request: IncomingMessage, response: ServerResponse): undefined {
  const asked = request.headers['access-control-request-headers'];
  const preflight = request.headers.origin !== undefined && request.headers['access-control-request-method'] !== undefined;
  replyEmpty(
    response,
    204,
    preflight ? { ...PREFLIGHT, 'access-control-allow-headers': asked ?? 'authorization, content-type' } : { allow: ALLOW },
  );
}

const METHODS = new Set(['GET', 'POST', 'DELETE']);
const ALLOW = 'GET, POST, DELETE, OPTIONS';
const PREFLIGHT = { 'access-control-allow-methods': ALLOW, 'access-control-max-age': '600' };
/** Names of server objects (object/kinds.ts). */
const SERVER_NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;
