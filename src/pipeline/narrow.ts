// Row: lists and handshakes show only what this principal may use, by the same decision as the call itself; cache hints become private, those of
// reads too: what one principal may read is no public matter.
// What was not touched keeps its exact text. The gateway's own readings are not narrowed.
import type { CallReply, CapabilityKind } from '../call.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { setMember } from '../mcp/raw-json.ts';
import type { Flight, Row } from './flight.ts';
import { PASS } from './flight.ts';
import { pinnedParts } from './pinned-part.ts';
import { isItemApproved } from './quarantine.ts';

/** Longest time an agent may keep a list or handshake, milliseconds: what it shows depends on rules that may change. */
export const MAX_TTL_MS = 60_000;

interface ListShape {
  member: string;
  kind: CapabilityKind;
  /** Member of an item that names the capability. */
  names: string;
}

export const LIST_SHAPES: Readonly<Record<string, ListShape>> = {
  'tools/list': { member: 'tools', kind: 'tool', names: 'name' },
  'prompts/list': { member: 'prompts', kind: 'prompt', names: 'name' },
  'resources/list': { member: 'resources', kind: 'resource', names: 'uri' },
  'resources/templates/list': { member: 'resourceTemplates', kind: 'resource', names: 'uriTemplate' },
};

export const narrow: Row = {
  name: 'narrow',
  run(flight) {
    const { call, reply } = flight;
    if (reply?.type !== 'result' || call.origin === 'gateway') return PASS;
    const shape = LIST_SHAPES[call.method];
    const narrowed = shape && call.target ? narrowList(flight, reply, shape, call.target.server) : reply;
    flight.reply = privateHints(narrowed);
    return PASS;
  },
};

type ResultReply = Extract<CallReply, { type: 'result' }>;

function narrowList(flight: Flight, reply: ResultReply, shape: ListShape, server: string): ResultReply {
  const items = reply.result[shape.member];
  if (items === undefined) return reply;
  // What is no list cannot be narrowed, so nothing of it is shown.
  if (!Array.isArray(items)) return { ...reply, result: { ...reply.result, [shape.member]: [] }, resultText: undefined };
  learn(flight, items, shape, server);
  const kept = items.filter((item) => isVisible(flight, item, shape, server));
  if (kept.length === items.length) return reply;
  return { ...reply, result: { ...reply.result, [shape.member]: kept }, resultText: undefined };
}

/** INVARIANT: a frozen tool is in no list: what is listed can be called (test/scenario/kill-tool.test.ts). */
export function isVisible(flight: Flight, item: Json, shape: ListShape, server: string): boolean {
  const { call, control, ports } = flight;
  const { principal } = call;
  if (!principal || !isObject(item)) return false;
  const name = item[shape.names];
  if (typeof name !== 'string' || !control.policies.visible(principal, server, { kind: shape.kind, name })) return false;
  if (shape.kind === 'tool' && control.freezes.frozen(principal, server, ports.clock.nowMs(), name)) return false;
  return isItemApproved(flight, server, shape.names === 'uriTemplate' ? 'template' : shape.kind, name, item);
}

/** Definitions seen in passing are pins too; what differs from the approved ones is looked into. */
export function learn(flight: Flight, items: readonly Json[], shape: ListShape, server: string): void {
  const { control, ports } = flight;
  const kind = shape.names === 'uriTemplate' ? 'template' : shape.kind;
  const change = ports.catalog.merge(control.org, server, kind, pinnedParts(items));
  if (change.added.length > 0 || change.changed.length > 0) ports.drift.noticed(control.org, server);
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
