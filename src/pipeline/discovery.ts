// Reading a server's definitions for the gateway's own use: a list call of origin `gateway` through the same table, so it is in the log.
// One reading at a time per server and kind; stale definitions are read again in the background.
import { type Call, type CallOutcome, type CapabilityKind, type ClientContext, newCall } from '../call.ts';
import { type DefinitionKind, pinAhead } from '../catalog/catalog.ts';
import { sha256Hex } from '../lib/digest.ts';
import { GatewayError } from '../lib/error.ts';
import { newId } from '../lib/id.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import type { RpcError } from '../mcp/message.ts';
import type { Flight } from './flight.ts';
import { pinnedParts } from './pinned-part.ts';

/** Pages of one list the gateway reads at most. */
export const MAX_DISCOVERY_PAGES = 100;

/** Pages read from one server for one aggregated list. */
export const MAX_PAGES_PER_SERVER = 20;

/** Longest the gateway waits for one page of definitions, milliseconds. */
export const DISCOVERY_TIMEOUT_MS = 30_000;

const LISTS: Record<CapabilityKind, { method: string; member: string }> = {
  tool: { method: 'tools/list', member: 'tools' },
  prompt: { method: 'prompts/list', member: 'prompts' },
  resource: { method: 'resources/list', member: 'resources' },
};

export function listOf(kind: CapabilityKind): { method: string; member: string } {
  return LISTS[kind];
}

/**
 * Makes sure that definitions of this kind were read. undefined: nothing to wait for. Resolves with what to tell whoever asked for a name when the
 * server could not be reached: then nobody knows whether it exists. Rejects with GatewayError `log_unavailable` when the reading could not be recorded.
 */
export function ensureDefinitions(
  flight: Flight,
  server: string,
  kind: CapabilityKind,
  known: boolean,
): Promise<RpcError | undefined> | undefined {
  const { ports, control } = flight;
  const readMs = ports.catalog.readMs(control.org, server, kind);
  const ageMs = readMs === undefined ? Number.POSITIVE_INFINITY : ports.clock.nowMs() - readMs;
  if (known && ageMs <= ports.settings.definitionAgeMs) return undefined;
  const shelf = JSON.stringify([control.org, server, kind]);
  const viewer = viewerOf(flight);
  if (!known && ageMs < MISS_PAUSE_MS && ports.readings.lastViewer(shelf) === viewer) return undefined;
  const reading = ports.readings.once(shelf, viewer, () => readAll(flight, server, kind));
  return known ? undefined : reading;
}

/** Servers may show different tools to different clients: what one of them did not see says nothing about another (test/scenario/two-views.test.ts). */
function viewerOf({ call }: Flight): string {
  const { principal, client } = call;
  return sha256Hex(JSON.stringify([principal?.agent, principal?.user, client.era, client.protocolVersion, client.capabilities]));
}

/** A name that is unknown is looked for again at most this often for one viewer, milliseconds. */
const MISS_PAUSE_MS = 1_000;

/** After a server said that headers and schema disagree: reads its tools again. True when the definition changed. */
export async function refreshDefinition(flight: Flight): Promise<boolean> {
  const { call, control, ports } = flight;
  const { target } = call;
  if (target?.capability?.kind !== 'tool') return false;
  const before = target.definition?.hash;
  await readAll(flight, target.server, 'tool');
  const definition = ports.catalog.find(control.org, target.server, 'tool', target.capability.name);
  target.definition = definition;
  return definition !== undefined && definition.hash !== before;
}

async function readAll(flight: Flight, server: string, kind: CapabilityKind): Promise<RpcError | undefined> {
  const { ports, control } = flight;
  const found = await readPages(LISTS[kind], (method, cursor) => flight.run(listCall(flight, server, method, cursor)));
  if (!Array.isArray(found)) {
    ports.logger.warn({ server, call: flight.call.id, why: found.why }, 'the definitions of a server could not be read');
    return reasonToTell(found.outcome);
  }
  const change = ports.catalog.put(control.org, server, kind, found, ports.clock.nowMs());
  if (change.added.length + change.changed.length + change.removed.length > 0) ports.drift.noticed(control.org, server);
  return undefined;
}

/**
 * A whole list, as an agent got it from its server: what it had for the same viewer before and has no more may be gone. The gateway reads for itself then;
 * nothing is forgotten on what one client sees (test/scenario/snapshot.test.ts).
 */
export function missWhatIsGone(flight: Flight, server: string, kind: DefinitionKind, names: readonly string[]): void {
  const { ports, control, call } = flight;
  if (call.origin === 'gateway' || control.snapshots.isTrusted(server)) return;
  const key = JSON.stringify([control.org, server, kind, viewerOf(flight)]);
  if (!ports.readings.differs(key, sha256Hex(JSON.stringify([...names].sort())))) return;
  const stated = new Set(names);
  if (ports.catalog.names(control.org, server, kind).some((name) => !stated.has(name))) ports.drift.changed(control.org, server);
}

function reasonToTell(outcome: CallOutcome): RpcError | undefined {
  if (outcome.type === 'denied' && outcome.code === 'log_unavailable') throw new GatewayError('log_unavailable', outcome.message);
  if (outcome.type !== 'error' || !isObject(outcome.error.data)) return undefined;
  return String(outcome.error.data.code).startsWith('upstream_') ? outcome.error : undefined;
}

/** All pages of one list, in the order of the server; or why it could not be read. */
export async function readPages(
  list: { method: string; member: string },
  ask: (method: string, cursor: Json | undefined) => Promise<CallOutcome>,
): Promise<JsonObject[] | { why: string; isMissing: boolean; outcome: CallOutcome }> {
  const found: JsonObject[] = [];
  let cursor: Json | undefined;
  for (let page = 0; page < MAX_DISCOVERY_PAGES; page++) {
    const outcome = await ask(list.method, cursor);
    if (outcome.type !== 'result') {
      const why = outcome.type === 'error' ? outcome.error.message : outcome.type === 'denied' ? outcome.message : outcome.type;
      return { why, isMissing: outcome.type === 'error' && outcome.error.code === METHOD_NOT_FOUND, outcome };
    }
    const items = outcome.result[list.member];
    if (Array.isArray(items)) for (const part of pinnedParts(items)) found.push(part);
    cursor = outcome.result.nextCursor;
    if (cursor === undefined || cursor === null) break;
  }
  await pinAhead(found);
  return found;
}

export function listCall(flight: Flight, server: string, method: string, cursor: Json | undefined): Call {
  const { call, ports } = flight;
  const params = listParams(call.client, call.params, cursor);
  return newCall({
    id: newId('call', ports.clock.nowMs()),
    startedMs: ports.clock.monotonicMs(),
    kind: 'list',
    surface: { type: 'server', server },
    method,
    params,
    paramsText: params && JSON.stringify(params),
    // Its own signal: others may be waiting for the same reading when the agent that caused it is gone.
    signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    abort: () => undefined,
    peer: { notify: () => undefined, request: undefined },
    client: call.client,
    bearerHash: call.bearerHash,
    remoteAddress: call.remoteAddress,
    origin: 'gateway',
    actsFor: call.actsFor,
  });
}

/** A modern list needs the envelope of the call it serves; progress and log wishes stay with that call. */
function listParams(client: ClientContext, params: JsonObject | undefined, cursor: Json | undefined): JsonObject | undefined {
  const page: JsonObject = cursor === undefined ? {} : { cursor };
  if (client.era === 'legacy') return cursor === undefined ? undefined : page;
  const meta = isObject(params?._meta) ? params._meta : {};
  const envelope: JsonObject = {};
  for (const key of Object.keys(meta))
    if (key.startsWith('io.modelcontextprotocol/') && !key.endsWith('/logLevel')) envelope[key] = meta[key];
  return { ...page, _meta: envelope };
}

/** Shares one running reading of a list among all to whom the server shows the same; others take turns. */
export class Readings {
  readonly #running = new Map<string, Promise<RpcError | undefined>>();
  readonly #turns = new Map<string, { running: number; waiting: (() => void)[] }>();
  /** By shelf (organization, server, kind of definition): for whom it was read last. */
  readonly #viewers = new Lru<string, string>(MAX_REMEMBERED_VIEWERS);
  /** By shelf and viewer: what was listed last. */
  readonly #sums = new Lru<string, string>(MAX_REMEMBERED_VIEWERS);

  once(shelf: string, viewer: string, work: () => Promise<RpcError | undefined>): Promise<RpcError | undefined> {
    const key = `${viewer} ${shelf}`;
    const running = this.#running.get(key);
    if (running) return running;
    const started = work().finally(() => {
      this.#running.delete(key);
      this.#viewers.set(shelf, viewer);
    });
    this.#running.set(key, started);
    started.catch(() => undefined); // every waiter sees the failure; nobody waiting is no bug
    return started;
  }

  /** Runs it when less than `max` others of this key run. */
  async inTurn<T>(key: string, max: number, work: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(key) ?? { running: 0, waiting: [] };
    this.#turns.set(key, turns);
    if (turns.running >= max) await new Promise<void>((resolve) => turns.waiting.push(resolve));
    else turns.running++;
    try {
      return await work();
    } finally {
      const next = turns.waiting.shift();
      if (next) next();
      else if (--turns.running === 0) this.#turns.delete(key);
    }
  }

  /** Is a list of this viewer another one than the last time? */
  differs(key: string, sum: string): boolean {
    const before = this.#sums.get(key);
    this.#sums.set(key, sum);
    return before !== undefined && before !== sum;
  }

  lastViewer(shelf: string): string | undefined {
    return this.#viewers.get(shelf);
  }
}

/** Shelves of which it is known who read them last; forgetting one costs a reading. */
const MAX_REMEMBERED_VIEWERS = 10_000;
