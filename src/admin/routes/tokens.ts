// Tokens of agents: list and report, make, rotate, revoke. A new token is shown once, in the answer that makes it; only its hash is kept.

import { newToken } from '../../auth/token.ts';
import { reportToken, type TokenReportOptions } from '../../auth/token-report.ts';
import type { Json } from '../../lib/json.ts';
import type { StoredObject, TokenSpec } from '../../object/kinds.ts';
import { noSuch } from '../../object/no-such.ts';
import { parseObjectValue } from '../../object/parse.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { change } from '../change.ts';
import type { AdminContext } from '../context.ts';
import * as contract from '../contract.ts';
import { failure, json, type Route, route } from '../route.ts';
import { freeName, now, taken } from './access.ts';

export const tokenRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/v1/tokens',
    role: 'viewer',
    summary: 'Tokens of agents, without their value; all, those of one agent, or those that end soon or are not used',
    query: contract.tokenQuery,
    reply: contract.tokenList,
    async handle({ context, query: { agent, expiringWithinMs, unusedForMs } }) {
      const view = await context.view();
      if (agent !== undefined && !view.agent(agent)) return missing('agent', agent, view);
      const options = { ...reportOptions(context, view), expiringWithinMs, unusedForMs };
      const rows = view.tokens().map((token) => tokenRow(token, options));
      const isAsked = (row: (typeof rows)[number]): boolean => {
        if (agent !== undefined && row.agent !== agent) return false;
        if (expiringWithinMs === undefined && unusedForMs === undefined) return true;
        return (expiringWithinMs !== undefined && row.expiring) || (unusedForMs !== undefined && row.unused);
      };
      return json(200, { tokens: rows.filter(isAsked) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tokens',
    role: 'operator',
    summary: 'Make a token for an agent; its value is in this answer and nowhere else',
    body: contract.tokenRequest,
    reply: contract.newTokenReply,
    async handle({ context, operator, body: { name: wanted, expiresAt: asked, ...rest } }) {
      const { agent, user } = rest;
      const view = await context.view();
      if (!view.agent(agent)) return missing('agent', agent, view);
      if (user !== undefined && !view.user(user)) return missing('user', user, view);
      if (wanted !== undefined && view.token(wanted)) return taken(`token/${wanted}`);
      const ends = endOf(context, view, asked);
      if (ends instanceof Response) return ends;
      const name = wanted ?? freeName(agent, (candidate) => view.token(candidate) !== undefined);
      const { token, hash, hint } = newToken();
      const spec = { ...given(rest), hash, hint, createdAt: now(context), ...ends } as TokenSpec;
      const { objects, errors } = parseObjectValue(
        { kind: 'token', metadata: { name }, spec, revision: 0 } as unknown as Json,
        `token/${name}`,
      );
      if (errors.length > 0) return failure(400, 'invalid_request', errors[0]?.message ?? 'The token is not valid.');
      const put = objects.map(({ object }) => object);
      return change(context, operator, { put }, { reply: ({ revision }) => ({ name, agent, token, revision, ...ends }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tokens/{name}/revoke',
    role: 'operator',
    summary: 'Revoke a token; calls under way are stopped',
    reply: contract.revokeReply,
    async handle({ context, operator, param }) {
      const name = param('name');
      const view = await context.view();
      const token = view.token(name);
      if (!token) return missing('token', name, view);
      if (token.spec.revokedAt !== undefined) return json(200, { name, revision: view.revision });
      const object = { ...token, spec: { ...token.spec, revokedAt: now(context) } };
      return change(context, operator, { put: [object] }, { reply: ({ revision }) => ({ name, revision }) });
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/tokens/{name}/rotate',
    role: 'operator',
    summary: 'Make another token with the same rights; the old one ends at once, or when the overlap is over',
    body: contract.rotateRequest,
    reply: contract.newTokenReply,
    async handle({ context, operator, param, body: { overlapMs, expiresAt } }) {
      const view = await context.view();
      const old = view.token(param('name'));
      if (!old) return missing('token', param('name'), view);
      const refusal = notRotatable(old);
      if (refusal) return refusal;
      const ends = endOf(context, view, expiresAt ?? old.spec.expiresAt);
      if (ends instanceof Response) return ends;
      const name = freeName(old.metadata.name.replace(/-\d+$/, ''), (candidate) => view.token(candidate) !== undefined);
      const { token, hash, hint } = newToken();
      const { agent } = old.spec;
      const retired = { ...old, spec: { ...old.spec, ...retirement(context, old.spec, overlapMs ?? 0), replacedBy: name } };
      const { expiresAt: _end, ...kept } = old.spec;
      const next = {
        kind: 'token',
        metadata: { ...old.metadata, name },
        spec: { ...kept, hash, hint, createdAt: now(context), ...ends },
        revision: 0,
      } as StoredObject<'token'>;
      const until = retired.spec.revokedAt === undefined ? { previousUntil: retired.spec.expiresAt } : {};
      return change(
        context,
        operator,
        { put: [retired, next] },
        { reply: ({ revision }) => ({ name, agent, token, revision, ...ends, ...until }) },
      );
    },
  }),
];

/** What reports of tokens are made from. */
export function reportOptions(context: AdminContext, view: ControlView): TokenReportOptions {
  return { nowMs: context.clock.nowMs(), organization: view.organization()?.spec, lastUsedMs: context.lastUsedMs };
}

function tokenRow(token: StoredObject<'token'>, options: TokenReportOptions) {
  const { hash: _, ...shown } = token.spec;
  const { state, expiresMs, lastUsedMs, expiring, unused } = reportToken(token, options);
  return {
    name: token.metadata.name,
    ...shown,
    state,
    expiring,
    unused,
    ...(expiresMs === undefined ? {} : { expiresAt: instantText(expiresMs) }),
    ...(lastUsedMs === undefined ? {} : { lastUsedAt: instantText(lastUsedMs) }),
  };
}

function instantText(ms: number): string {
  return new Date(ms).toISOString();
}

/** What was given, without what was not. */
function given<T extends object>(body: T): Partial<T> {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** The end a token gets where the organization limits how long tokens live; a refusal when it was asked for a later one. */
function endOf(context: AdminContext, view: ControlView, asked: string | undefined): { expiresAt?: string } | Response {
  const maxLifetimeMs = view.organization()?.spec.tokens?.maxLifetimeMs;
  if (maxLifetimeMs === undefined) return asked === undefined ? {} : { expiresAt: asked };
  const latest = instantText(context.clock.nowMs() + maxLifetimeMs);
  if (asked === undefined) return { expiresAt: latest };
  if (Date.parse(asked) <= Date.parse(latest)) return { expiresAt: asked };
  return failure(
    422,
    'refused',
    `Tokens of this organization end within ${maxLifetimeMs} ms: at the latest at ${latest}, not at ${asked}.`,
  );
}

function notRotatable({ metadata, spec }: StoredObject<'token'>): Response | undefined {
  if (spec.revokedAt !== undefined) return failure(422, 'refused', `token/${metadata.name} is revoked already; make a new one.`);
  if (spec.replacedBy === undefined) return undefined;
  return failure(422, 'refused', `token/${metadata.name} was rotated already; rotate token/${spec.replacedBy}, which took its place.`);
}

/** Without an overlap it is revoked, which ends what runs under it; with one it expires, never later than it would have. */
function retirement(context: AdminContext, spec: TokenSpec, overlapMs: number): { revokedAt: string } | { expiresAt: string } {
  if (overlapMs === 0) return { revokedAt: now(context) };
  const end = context.clock.nowMs() + overlapMs;
  const before = spec.expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(spec.expiresAt) || 0;
  return { expiresAt: instantText(Math.min(end, before)) };
}

function missing(kind: 'token' | 'agent' | 'user', name: string, view: ControlView): Response {
  const names = view.list(kind).map((one) => one.metadata.name);
  return failure(404, 'not_found', noSuch(kind, name, names));
}
