// What a server lists, or says of itself in its handshake, on its way to an agent: inspectors look at it server by server, before the answers of several
// are put together. The definitions that are approved are those the server said, whatever is left of them here.
import type { JsonObject } from '../lib/json.ts';
import { isLarge } from '../mcp/large-write.ts';
import type { Flight } from './flight.ts';
import { listedOf, prepareParts } from './message-part.ts';
import { withSpoken } from './spoken-part.ts';

export { withoutOrders } from './spoken-part.ts';

/** Its handshake: without orders to the model, and then as inspectors leave it. */
export function introduced(
  flight: Flight,
  server: string,
  handshake: JsonObject,
): JsonObject | undefined | Promise<JsonObject | undefined> {
  return shownOf(flight, server, withSpoken(flight, server, handshake));
}

/** undefined: nothing of it may be shown. The same object where nothing was changed. */
export function shownOf(flight: Flight, server: string, said: JsonObject): JsonObject | undefined | Promise<JsonObject | undefined> {
  const { control, call } = flight;
  const place = listedOf(call.method);
  if (place === undefined || (control.dlp ?? call.decision?.obligations?.redact) === undefined) return said;
  return isLarge(said, undefined)
    ? prepareParts(said, place).then(() => inspected(flight, server, said, 0))
    : inspected(flight, server, said, 0);
}

function inspected(
  flight: Flight,
  server: string,
  said: JsonObject,
  from: number,
): JsonObject | undefined | Promise<JsonObject | undefined> {
  const { inspectors } = flight.ports;
  let left = said;
  for (let index = from; index < inspectors.length; index++) {
    const look = inspectors[index]?.inspectListed;
    if (look === undefined) continue;
    const seen = look(flight, server, left);
    if (seen instanceof Promise) return seen.then((next) => next && inspected(flight, server, next, index + 1));
    if (seen === undefined) return undefined;
    left = seen;
  }
  return left;
}
