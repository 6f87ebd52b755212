// Row: lists and handshakes show only what this principal may use, by the same decision as the call itself; cache hints become private, those of
// reads too: what one principal may read is no public matter.
// What was not touched keeps its exact text. The gateway's own readings are not narrowed.
import type { CallReply } from '../call.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { edit, payload, setMember } from '../mcp/raw-json.ts';
import { TASKS_EXTENSION } from '../mcp/rev-2026-07-28/envelope.ts';
import { readableValues } from './complete-resource.ts';
import { decoyItems } from './decoy.ts';
import { missWhatIsGone } from './discovery.ts';
import type { Flight, Row, Verdict } from './flight.ts';
import { deny, PASS } from './flight.ts';
import { LIST_SHAPES, type ListShape } from './list-shape.ts';
import { pinnedParts } from './pinned-part.ts';
import { isItemApproved } from './quarantine.ts';
import { introduced, shownOf, withoutOrders } from './show-listed.ts';
import { seenItems, sumOf } from './view.ts';

/** Longest time an agent may keep a list or handshake, milliseconds: what it shows depends on rules that may change. */
export const MAX_TTL_MS = 60_000;

export const narrow: Row = {
  name: 'narrow',
  run(flight) {
    const { call, reply } = flight;
    if (reply?.type !== 'result' || call.origin === 'gateway') return PASS;
    const shape = LIST_SHAPES[call.method];
    const narrowed = shape && call.target ? narrowList(flight, reply, shape, call.target.server) : withValues(flight, reply);
    const server = call.target?.server;
    const see = HANDSHAKES.has(call.method) ? introduced : shownOf;
    // Of all servers, each part was looked at before they were put together.
    const left = server === undefined ? narrowed.result : see(flight, server, narrowed.result);
    return left instanceof Promise ? left.then((result) => show(flight, narrowed, result)) : show(flight, narrowed, left);
  },
};

function show(flight: Flight, said: ResultReply, result: JsonObject | undefined): Verdict {
  if (result === undefined) return deny('blocked_content', 'What the server lists here may not be shown.', 'builtin/listed');
  const reply = result === said.result ? said : { ...said, result, resultText: undefined };
  flight.reply = privateHints(HANDSHAKES.has(flight.call.method) ? withOwnTasks(flight, withListChanged(reply)) : reply);
  return PASS;
}

const HANDSHAKES: ReadonlySet<string> = new Set(['initialize', 'server/discover']);

export { introduced };

/** The entries of one server's list that are left to be shown. */
export async function listed(flight: Flight, server: string, shape: ListShape, items: readonly JsonObject[]): Promise<JsonObject[]> {
  const said = await shownOf(flight, server, { [shape.member]: [...items] });
  return (said?.[shape.member] ?? []) as JsonObject[];
}

function withValues(flight: Flight, reply: ResultReply): ResultReply {
  const result = readableValues(flight, reply.result);
  return result === reply.result ? reply : { ...reply, result, resultText: undefined };
}

type ResultReply = Extract<CallReply, { type: 'result' }>;

function narrowList(flight: Flight, reply: ResultReply, shape: ListShape, server: string): ResultReply {
  const items = reply.result[shape.member];
  if (items === undefined) return reply;
  // What is no list cannot be narrowed, so nothing of it is shown.
  if (!Array.isArray(items)) return { ...reply, result: { ...reply.result, [shape.member]: [] }, resultText: undefined };
  learn(flight, items, shape, server);
  if (flight.call.params?.cursor === undefined && (reply.result.nextCursor ?? undefined) === undefined)
    missing(flight, items, shape, server);
  const kept = shown(flight, server, shape, items, reply.result.nextCursor);
  const decoys = flight.call.params?.cursor === undefined ? decoyItems(flight, server, items) : [];
  if (kept.length === items.length && decoys.length === 0) return reply;
  return { ...reply, result: { ...reply.result, [shape.member]: [...kept, ...decoys] }, resultText: undefined };
}

/** What of the list of one server this agent gets; it is noted as given. */
export function shown<T extends Json>(
  flight: Flight,
  server: string,
  shape: ListShape,
  items: readonly T[],
  nextCursor: Json | undefined,
): T[] {
  const visible = items.filter((item) => isVisible(flight, item, shape, server));
  // Counted with what is left out for what it says: it changes no view.
  noteGiven(flight, server, visible, nextCursor);
  return withoutOrders(flight, server, shape, visible);
}

/** INVARIANT: a frozen tool is in no list: what is listed can be called (test/scenario/kill-tool.test.ts). */
function isVisible(flight: Flight, item: Json, shape: ListShape, server: string): boolean {
  const { call, control, ports } = flight;
  const { principal } = call;
  if (!principal || !isObject(item)) return false;
  const name = item[shape.names];
  if (typeof name !== 'string' || !control.policies.visible(principal, server, { kind: shape.kind, name })) return false;
  if (shape.kind === 'tool' && control.freezes.frozen(principal, server, ports.clock.nowMs(), name)) return false;
  return isItemApproved(flight, server, shape.names === 'uriTemplate' ? 'template' : shape.kind, name, item);
}

/** What this agent was given, when somebody will have to know whether that changed. Counts when the answer is on its way. */
function noteGiven(flight: Flight, server: string, visible: readonly Json[], nextCursor: Json | undefined): void {
  const { call, ports } = flight;
  if (call.origin === 'gateway' || !ports.views.cares(flight)) return;
  const { method } = call;
  const cursor = call.surface.type === 'all' ? undefined : call.params?.cursor;
  const list = { server, method, sum: sumOf(seenItems(method, visible)), cursor, nextCursor };
  flight.whenAnswered ??= [];
  flight.whenAnswered.push(() => ports.views.given(flight, list));
}

/** Definitions seen in passing are pins too; what differs from the approved ones is looked into. */
export function learn(flight: Flight, items: readonly Json[], shape: ListShape, server: string): void {
  const { control, ports } = flight;
  const kind = shape.names === 'uriTemplate' ? 'template' : shape.kind;
  const change = ports.catalog.merge(control.org, server, kind, pinnedParts(items));
  if (change.added.length > 0 || change.changed.length > 0) ports.drift.noticed(control.org, server);
}

/** Of a whole list; resources are data, and no definitions. */
export function missing(flight: Flight, items: readonly Json[], shape: ListShape, server: string): void {
  if (shape.names === 'uri') return;
  const names = items.flatMap((item) => (isObject(item) ? [String(item[shape.names])] : []));
  missWhatIsGone(flight, server, shape.names === 'uriTemplate' ? 'template' : shape.kind, names);
}

/** What an agent sees changes with the rules, so the gateway says so of every list there is, also where the server itself never would. */
function withListChanged(reply: ResultReply): ResultReply {
  let at = payload(reply.result, reply.resultText);
  for (const what of ['tools', 'prompts', 'resources']) {
    const capabilities = at.value.capabilities;
    const offered = isObject(capabilities) ? capabilities[what] : undefined;
    if (isObject(offered) && offered.listChanged !== true) at = edit(at, ['capabilities', what, 'listChanged'], true);
  }
  if (at.value === reply.result) return reply;
  return { ...reply, result: at.value, resultText: reply.resultText === undefined ? undefined : at.text };
}

/** Where calls may be held, the gateway makes tasks of its own, for clients that know them (2026-07-28 extension tasks). */
function withOwnTasks({ call, control }: Flight, reply: ResultReply): ResultReply {
  if (call.method !== 'server/discover' || !mayHold(control)) return reply;
  const next = edit(payload(reply.result, reply.resultText), ['capabilities', 'extensions', TASKS_EXTENSION], {});
  return { ...reply, result: next.value, resultText: reply.resultText === undefined ? undefined : next.text };
}

function mayHold({ policies, risk, dlp, flow, injection }: Flight['control']): boolean {
  return [risk, dlp, flow, injection].some((one) => one !== undefined) || policies.rules.some(({ effect }) => effect === 'hold');
}

/** `cacheScope` public → private, `ttlMs` capped (2026-07-28 server/utilities/caching). */
function privateHints(reply: ResultReply): ResultReply {
  const { cacheScope, ttlMs } = reply.result;
  let next = reply;
  if (cacheScope !== undefined && cacheScope !== 'private') next = withMember(next, 'cacheScope', 'private');
  if (typeof ttlMs === 'number' && ttlMs > MAX_TTL_MS) next = withMember(next, 'ttlMs', MAX_TTL_MS);
  return next;
}

function withMember(reply: ResultReply, key: string, value: string | number): ResultReply {
  const result: JsonObject = { ...reply.result, [key]: value };
  return {
    ...reply,
    result,
    resultText: reply.resultText === undefined ? undefined : setMember(reply.resultText, key, JSON.stringify(value)),
  };
}
