// One route of the admin API as data: method, path, role, schemas, handler. router.ts turns it into a handler and its OpenAPI text.
// A handler never sees a request that was not authorised and validated.
import type { Context } from 'hono';
import type { z } from 'zod';
import type { OperatorRole } from '../object/kinds.ts';
import type { AdminContext } from './context.ts';
import type { Operator } from './operator.ts';

export type Media = 'application/json' | 'application/yaml' | 'application/x-ndjson' | 'text/event-stream' | 'text/plain';

export interface RouteCall<Q, B> {
  context: AdminContext;
  operator: Operator;
  /** Path parameters, decoded. */
  param(name: string): string;
  query: Q;
  body: B;
  raw: Context;
}

export interface Route<Q = unknown, B = unknown> {
  method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for parameters. */
  path: string;
  /** `anonymous`: no token, no details. `metrics`: by setting. */
  role: OperatorRole | 'anonymous' | 'metrics';
  summary: string;
  query?: z.ZodType<Q>;
  body?: z.ZodType<B>;
  /** undefined for what is not JSON. */
  reply?: z.ZodType;
  media?: Media;
  handle(call: RouteCall<Q, B>): Promise<Response> | Response;
}

/** Keeps the types of query and body together with the handler. */
export function route<Q, B>(definition: Route<Q, B>): Route {
  return definition as unknown as Route;
}

export function json(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

export function failure(
  status: number,
  code: string,
  message: string,
  details?: readonly string[],
  problems?: readonly object[],
): Response {
  const lists = { ...(details && details.length > 0 ? { details } : {}), ...(problems && problems.length > 0 ? { problems } : {}) };
  return json(status, { error: { code, message, ...lists } });
}
