// Reads one whole list of one server with the rights of the agent whose stream it is for, to compare it with what that agent holds.
// Never shows the list to anybody. Few readings of one server run at once, so that a change that concerns many agents is no rush on it.
import type { Json } from '../lib/json.ts';
import { METHOD_NOT_FOUND } from '../mcp/error-code.ts';
import { listCall, MAX_DISCOVERY_PAGES, MAX_PAGES_PER_SERVER } from './discovery.ts';
import type { Flight } from './flight.ts';
import { LIST_SHAPES } from './list-shape.ts';
import { learn } from './narrow.ts';
import { type SeenItem, seenItems } from './view.ts';

/** Lists of one server that are read at once for this purpose. */
export const MAX_READINGS_PER_SERVER = 8;

/** undefined: it could not be read now. Empty when there is no such list, or nobody may have it. */
export async function readList(flight: Flight, server: string, method: string): Promise<SeenItem[] | undefined> {
  const shape = LIST_SHAPES[method];
  if (!shape) return [];
  const { ports, control } = flight;
  return ports.readings.inTurn(JSON.stringify([control.org, server]), MAX_READINGS_PER_SERVER, async () => {
    if (flight.signal.aborted) return undefined;
    const found: SeenItem[] = [];
    const maxPages = flight.call.surface.type === 'all' ? MAX_PAGES_PER_SERVER : MAX_DISCOVERY_PAGES;
    let cursor: Json | undefined;
    for (let page = 0; page < maxPages; page++) {
      const outcome = await flight.run(listCall(flight, server, method, cursor));
      if (outcome.type === 'denied') return LASTING.has(outcome.code) ? [] : undefined;
      if (outcome.type === 'error') return outcome.error.code === METHOD_NOT_FOUND ? [] : undefined;
      if (outcome.type !== 'result') return undefined;
      const items = outcome.result[shape.member];
      if (Array.isArray(items)) {
        for (const item of seenItems(method, items, true)) found.push(item);
        learn(flight, items, shape, server);
      }
      cursor = outcome.result.nextCursor;
      if (cursor === undefined || cursor === null) break;
    }
    return found;
  });
}

/** Refusals that hold until rules change, and then it is looked again. */
const LASTING: ReadonlySet<string> = new Set(['frozen', 'out_of_scope', 'denied_by_rule', 'no_rule_allows', 'unknown_capability']);
