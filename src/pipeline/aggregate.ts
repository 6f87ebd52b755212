// The aggregated surface: one call answered from every server this principal may use. One slow or dead server never holds up the rest.
// Names become `<server>__<name>`; resource URIs stay as they are and are routed by who listed them.

import type { CallReply } from '../call.ts';
import { publicName } from '../catalog/names.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { INVALID_PARAMS, METHOD_NOT_FOUND } from '../mcp/error-code.ts';

import type { ServerSpec } from '../object/kinds.ts';
import type { UpstreamRequest } from '../upstream/exchange.ts';
import { alsoAsked } from './decide-input.ts';
import { decoyItems } from './decoy.ts';
import { listOf, MAX_PAGES_PER_SERVER } from './discovery.ts';
import type { Flight } from './flight.ts';
import { asPart, requestTo } from './forward-request.ts';
import { isForwardable } from './forwardable.ts';
import { LIST_SHAPES } from './list-shape.ts';
import { listenAll } from './listen-all.ts';
import { mergeHandshakes } from './merge-handshake.ts';
import { introduced, learn, listed, missing, shown } from './narrow.ts';

/** Items of one page of an aggregated list. */
export const AGGREGATE_PAGE_ITEMS = 1000;

export async function forwardAll(flight: Flight): Promise<CallReply> {
  const { call } = flight;
  const { method } = call;
  if (LIST_SHAPES[method]) return listAll(flight);
  if (method === 'initialize' || method === 'server/discover') return handshakeAll(flight);
  if (method === 'ping') return result({});
  if (method === 'subscriptions/listen') return listenAll(flight, reachableServers(flight));
  if (call.kind === 'notification') {
    await everyServer(flight, (request) => request);
    return { type: 'accepted' };
  }
  if (method === 'logging/setLevel') {
    await everyServer(flight, (request) => request);
    return result({});
  }
  return { type: 'error', era: call.client.era, error: { code: METHOD_NOT_FOUND, message: `Method not found: ${method}` } };
}

export interface UsableServer {
  name: string;
  spec: ServerSpec;
}

/** Servers this principal may use something of, by name. */
export function usableServers(flight: Flight): UsableServer[] {
  const { control, call, ports } = flight;
  const { principal } = call;
  if (!principal) return [];
  return control.view
    .servers()
    .filter(({ metadata, spec }) => !spec.disabled && control.policies.mayUse(principal, metadata.name))
    .filter(({ metadata }) => !control.freezes.frozen(principal, metadata.name, ports.clock.nowMs()))
    .map(({ metadata, spec }) => ({ name: metadata.name, spec }));
}

/**
 * Of these, the servers that this very call may go to. INVARIANT: rules and token scopes that name a server or a method bind a call to all servers
 * as they bind one on the server's own endpoint (test/scenario/attack-bypass.test.ts).
 */
function reachableServers(flight: Flight): UsableServer[] {
  const { call, control } = flight;
  const { principal, kind, method } = call;
  if (!principal) return [];
  return usableServers(flight).filter(
    ({ name, spec }) =>
      isForwardable(call, spec) &&
      control.policies.decide(alsoAsked(flight, { principal, kind, method, server: name, capability: undefined })).effect === 'allow',
  );
}

interface ServerAnswer {
  server: string;
  answer: Extract<CallReply, { type: 'result' }>;
}

/** Asks every usable server at once; who fails or is late is left out and noted. */
async function everyServer(flight: Flight, shape: (request: UpstreamRequest) => UpstreamRequest): Promise<ServerAnswer[]> {
  const asked = reachableServers(flight).map(async ({ name, spec }): Promise<ServerAnswer | undefined> => {
    try {
      const answer = await askInTime(flight, name, spec, shape);
      return answer.type === 'result' ? { server: name, answer } : undefined;
    } catch (error) {
      if (flight.signal.aborted) throw error;
      flight.ports.logger.warn(
        { call: flight.call.id, server: name, why: error instanceof Error ? error.message : String(error) },
        'a server is left out of an aggregated answer',
      );
      return undefined;
    }
  });
  return (await Promise.all(asked)).filter((found) => found !== undefined);
}

async function askInTime(
  flight: Flight,
  server: string,
  spec: ServerSpec,
  shape: (request: UpstreamRequest) => UpstreamRequest,
): Promise<CallReply> {
  const late = AbortSignal.timeout(flight.ports.settings.aggregateDeadlineMs);
  const request = requestTo(flight, server, spec);
  if (!request) throw new Error('its credential is missing');
  return asPart(flight, server, (ended) => {
    const signal = AbortSignal.any([ended, late]);
    const gone = new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
    return Promise.race([flight.ports.upstreams.exchange(shape({ ...request, signal })), gone]);
  });
}

async function handshakeAll(flight: Flight): Promise<CallReply> {
  const answers = await everyServer(flight, (request) => request);
  const shown = answers.map(async ({ server, answer }) => ({
    server,
    result: await introduced(flight, server, answer.result),
  }));
  const parts = (await Promise.all(shown)).flatMap(({ server, result: said }) => (said === undefined ? [] : [{ server, result: said }]));
  return result(mergeHandshakes(flight.call.method, flight.call.client.protocolVersion, parts));
}

async function listAll(flight: Flight): Promise<CallReply> {
  const { call, control, ports } = flight;
  const start = openCursor(flight, call.params?.cursor);
  if (start === undefined)
    return {
      type: 'error',
      era: call.client.era,
      error: { code: INVALID_PARAMS, message: 'Invalid cursor: it is unknown or out of date; list again from the start.' },
    };
  const items: JsonObject[] = [];
  const servers = reachableServers(flight);
  const lists = await Promise.all(servers.map(({ name, spec }) => itemsOf(flight, name, spec)));
  for (const [at, list] of lists.entries()) for (const item of list) items.push(exposed(flight, servers[at]?.name ?? '', item));
  const page = items.slice(start, start + AGGREGATE_PAGE_ITEMS);
  const member = LIST_SHAPES[call.method]?.member ?? listOf('tool').member;
  const body: JsonObject = { [member]: page };
  const next = start + page.length;
  if (next < items.length)
    body.nextCursor = ports.sealer.sealText(
      control.org,
      'cursor',
      JSON.stringify([call.method, next, control.revision, call.principal?.agent]),
    );
  return result(body);
}

/** One server's items that this principal may use, under their public names, in the server's order. */
async function itemsOf(flight: Flight, server: string, spec: ServerSpec): Promise<JsonObject[]> {
  const { call, ports } = flight;
  const shape = LIST_SHAPES[call.method];
  if (!shape) return [];
  const found: JsonObject[] = [];
  let cursor: Json | undefined;
  let isWhole = false;
  for (let page = 0; page < MAX_PAGES_PER_SERVER && !isWhole; page++) {
    const at = cursor;
    const answer = await askInTime(flight, server, spec, (request) => withCursor(request, at)).catch((error: unknown) => {
      if (flight.signal.aborted) throw error;
      ports.logger.warn(
        { call: call.id, server, why: error instanceof Error ? error.message : String(error) },
        'a server is left out of an aggregated list',
      );
      return undefined;
    });
    if (answer?.type !== 'result') break;
    const items = answer.result[shape.member];
    if (Array.isArray(items)) for (const item of items) if (isObject(item)) found.push(item);
    cursor = answer.result.nextCursor;
    isWhole = cursor === undefined || cursor === null;
  }
  learn(flight, found, shape, server);
  if (isWhole) missing(flight, found, shape, server);
  const visible = await listed(flight, server, shape, shown(flight, server, shape, found, undefined));
  if (shape.kind !== 'resource')
    return [...visible, ...decoyItems(flight, server, found)].map((item) => ({ ...item, name: publicName(server, String(item.name)) }));
  const source = shape.names === 'uri' ? 'uri' : 'template';
  ports.routes.forget(routeOwner(flight), server, source);
  for (const item of visible) ports.routes.learn(routeOwner(flight), server, source, String(item[shape.names]));
  return visible;
}

/** A URI that several servers list is shown under the gateway's own scheme, or nobody could say whose it is. */
function exposed(flight: Flight, server: string, item: JsonObject): JsonObject {
  if (flight.call.method !== 'resources/list' || typeof item.uri !== 'string') return item;
  const uri = flight.ports.routes.exposed(routeOwner(flight), server, item.uri);
  return uri === item.uri ? item : { ...item, uri };
}

/** Whose routing table: what one principal saw must not route another's calls. */
export function routeOwner(flight: Flight): string {
  const { principal } = flight.call;
  return JSON.stringify([principal?.org, principal?.agent, principal?.user]);
}

function withCursor(request: UpstreamRequest, cursor: Json | undefined): UpstreamRequest {
  const { cursor: _own, ...rest } = request.params ?? {};
  const params: JsonObject = cursor === undefined ? rest : { ...rest, cursor };
  const empty = Object.keys(params).length === 0;
  return { ...request, params: empty ? undefined : params, paramsText: empty ? undefined : JSON.stringify(params) };
}

function openCursor(flight: Flight, cursor: Json | undefined): number | undefined {
  if (cursor === undefined) return 0;
  if (typeof cursor !== 'string') return undefined;
  const text = flight.ports.sealer.openText(flight.control.org, 'cursor', cursor);
  if (text === undefined) return undefined;
  const [method, offset, revision, agent] = JSON.parse(text) as unknown[];
  const fits = method === flight.call.method && revision === flight.control.revision && agent === flight.call.principal?.agent;
  return fits && typeof offset === 'number' ? offset : undefined;
}

/** Written without era marks; the agent's codec adds what its era needs. */
function result(value: JsonObject): CallReply {
  return { type: 'result', era: 'legacy', result: value, resultText: undefined };
}
