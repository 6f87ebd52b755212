// Reservations between two rounds of one call (2026-07-28 basic/patterns/mrtr): the server asks, the agent calls again with the answers and
// the state the server gave. What the first round reserved stays counted and passes to the second; who never comes back has used it.
import type { Principal } from '../call.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import type { Hold } from './hold.ts';
import type { LimitSet } from './limit-set.ts';
import type { QuotaItem } from './port.ts';

/** How long a ticket is kept; an agent that takes longer is counted again. */
export const TICKET_MS = 86_400_000;

/**
 * Under which the reservations of this round are found again, once and only by the same caller. undefined: the server gave no state.
 * A state that is used for another call than it was given for brings what was counted for a call that then does not happen.
 */
export function ticketOf({ agent, user, token }: Principal, holder: JsonObject | undefined): string | undefined {
  const state = holder?.requestState;
  return typeof state === 'string' ? sha256Hex(JSON.stringify([agent, user, token, state])) : undefined;
}

export function ticketText(hold: Hold): string {
  return JSON.stringify([...hold.reservations.values()].map(({ limit, item }) => ({ version: limit.version, item })));
}

/** Puts what the last round reserved into this call's hold. What belongs to limits that changed meanwhile is returned: to be given back. */
export function openTicket(text: string, limits: LimitSet, hold: Hold): QuotaItem[] {
  const stale: QuotaItem[] = [];
  const parsed: unknown = JSON.parse(text);
  for (const entry of Array.isArray(parsed) ? parsed : []) {
    if (!isObject(entry) || !isObject(entry.item)) continue;
    const item = entry.item as unknown as QuotaItem;
    const limit = limits.get(item.name);
    const id = `${limit?.version}|${item.key}`;
    if (limit && limit.version === entry.version && !hold.reservations.has(id)) hold.reservations.set(id, { limit, item });
    else stale.push(item);
  }
  return stale;
}
