// Entries of a list and members of a handshake that may not be shown, taken out. What is left is still an answer that clients take.
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { LIST_SHAPES } from './list-shape.ts';
import type { Path } from './part-reader.ts';

/** `paths`: places of what may not be shown. `server`: as it is registered here. undefined: nothing of it can be shown without them. */
export function withoutUnits(method: string, server: string, said: JsonObject, paths: readonly Path[]): JsonObject | undefined {
  const member = LIST_SHAPES[method]?.member;
  const items = new Set<number>();
  const members = new Set<string>();
  const offers = new Set<string>();
  for (const [first, second] of paths) {
    if (first === member && typeof second === 'number') items.add(second);
    else if (first === 'capabilities' && typeof second === 'string') offers.add(second);
    else if (NEEDED.has(first) || first === member) return undefined;
    else members.add(String(first));
  }
  const left = without(said, members);
  if (members.has('serverInfo')) left.serverInfo = { name: server, version: '0' };
  if (offers.size > 0 && isObject(left.capabilities)) left.capabilities = without(left.capabilities, offers);
  if (member !== undefined && items.size > 0) left[member] = (said[member] as Json[]).filter((_item, index) => !items.has(index));
  return left;
}

const NEEDED: ReadonlySet<string | number | undefined> = new Set([
  'protocolVersion',
  'supportedVersions',
  'resultType',
  'capabilities',
  undefined,
]);

function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)));
}
