// Plain HTTP answers of the agent side and the reading of the request headers that choose between them.
// Never puts anything into an answer that came with the request's credentials.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { stepByStep } from '../lib/turn.ts';
import { utf8InSteps } from '../lib/utf8.ts';
import { HTTP_NOT_ACCEPTED, type WireFailure } from '../mcp/error-code.ts';
import { type RequestId, type RpcError, writeError } from '../mcp/message.ts';

export interface AcceptedMedia {
  json: boolean;
  sse: boolean;
}

export function replyJson(response: ServerResponse, status: number, text: string, headers?: Record<string, string>): void {
  if (response.headersSent || response.destroyed) return;
  // With its length known, head and body leave in one write and need no chunks.
  if (text.length >= LONG_CHARS) {
    replyLong(response, status, text, headers).catch(() => response.destroy());
    return;
  }
  const own = { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, headers === undefined ? own : { ...own, ...headers });
  response.end(text);
}

/** Longer answers are handed to the socket in pieces, so that nobody else waits for the copying, UTF-16 code units. */
export const LONG_CHARS = 1_048_576;
const PIECE_BYTES = 524_288;

async function replyLong(response: ServerResponse, status: number, text: string, headers?: Record<string, string>): Promise<void> {
  const body = await stepByStep(utf8InSteps(text));
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': body.length, ...headers });
  await stepByStep(writePieces(response, body));
  response.end();
}

export function* writePieces(response: ServerResponse, body: Buffer): Generator<void, void, void> {
  for (let at = 0; at < body.length && !response.destroyed; at += PIECE_BYTES) {
    response.write(body.subarray(at, at + PIECE_BYTES));
    yield;
  }
}

export function replyEmpty(response: ServerResponse, status: number, headers?: Record<string, string>): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, headers);
  response.end();
}

export function replyError(
  response: ServerResponse,
  status: number,
  id: RequestId | null,
  error: RpcError,
  headers?: Record<string, string>,
): void {
  replyJson(response, status, writeError(id, error), headers);
}

export function replyFailure(response: ServerResponse, failure: WireFailure, id: RequestId | null): void {
  replyError(response, failure.status, id, failure.error);
}

/** A refusal that is about HTTP alone. */
export function replyRefused(response: ServerResponse, status: number, message: string, headers?: Record<string, string>): void {
  replyError(response, status, null, { code: HTTP_NOT_ACCEPTED, message }, headers);
}

/** `Authorization: Bearer …` only; never a query parameter (2025-11-25 basic/authorization, access token usage). */
export function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return /^bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
}

/** RFC 9110 §12.5.1, as far as the two media types matter. Absent means anything. */
export function acceptedMedia(accept: string | undefined): AcceptedMedia {
  if (accept === undefined || accept === '*/*' || accept === BOTH || accept === BOTH_REVERSED) return ANYTHING;
  const quality = new Map<string, boolean>();
  for (const part of accept.toLowerCase().split(',')) {
    const [range = '', ...params] = part.split(';').map((piece) => piece.trim());
    quality.set(range, !params.some((param) => /^q=0(\.0*)?$/.test(param)));
  }
  const of = (type: string, group: string): boolean => quality.get(type) ?? quality.get(group) ?? quality.get('*/*') ?? false;
  return { json: of('application/json', 'application/*'), sse: of('text/event-stream', 'text/*') };
}

export function isJsonContentType(contentType: string | undefined): boolean {
  if (contentType === undefined) return false;
  if (contentType === 'application/json') return true;
  const [type = '', ...params] = contentType
    .toLowerCase()
    .split(';')
    .map((piece) => piece.trim());
  return type === 'application/json' && params.every((param) => !param.startsWith('charset=') || /^charset="?utf-?8"?$/.test(param));
}

export function mcpHeadersOf(request: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {};
  const headers = request.headers;
  for (const name in headers) {
    if (!name.startsWith('mcp-')) continue;
    const value = headers[name];
    if (typeof value === 'string') found[name] = value;
  }
  return found;
}

const BOTH = 'application/json, text/event-stream';
const BOTH_REVERSED = 'text/event-stream, application/json';
const ANYTHING: AcceptedMedia = { json: true, sse: true };
const JSON_TYPE = 'application/json';
