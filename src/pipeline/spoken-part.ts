// What a server says to every model that connects, beside its definitions: the `instructions` of its handshake, and the entries of its list of resources.
// Neither is approved one by one, so what reads like an order to the model is left out. Metrics and the process log name the finding, never the text.
import { dataOf } from '../detect/data-uri.ts';
import { checkDefinition, MAX_FINDINGS } from '../detect/injection/definition.ts';
import { COUNTS } from '../detect/injection/finding.ts';
import type { InjectionRule } from '../detect/injection/rule.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import type { Flight } from './flight.ts';
import type { ListShape } from './list-shape.ts';

/** Longer instructions are not looked at, and left out, UTF-16 code units. */
export const MAX_SPOKEN_CHARS = 65_536;
const UNCHECKED = 'poison.unchecked';
/** Texts whose score is known. */
const REMEMBERED = 20_000;
const scores = new Lru<string, { score: number; type: string }>(REMEMBERED);

/** The handshake as an agent may see it: with the instructions of a server that somebody approved or trusts, unless they read like an order. */
export function withSpoken(flight: Flight, server: string, result: JsonObject): JsonObject {
  const introduced = withName(flight, server, result);
  const { instructions } = introduced;
  if (instructions === undefined || (isOpenText(flight, server, instructions) && maySay(flight, server, { instructions })))
    return introduced;
  const { instructions: _left, ...rest } = introduced;
  return rest;
}

/** What a server calls itself is shown to people and models: of one that gives orders there, the name alone is left, as it is registered here. */
function withName(flight: Flight, server: string, result: JsonObject): JsonObject {
  const { serverInfo } = result;
  if (!isObject(serverInfo)) return result;
  const { version, icons } = serverInfo;
  if (maySay(flight, server, Array.isArray(icons) ? { ...serverInfo, icons: icons.map(withoutPicture) } : serverInfo)) return result;
  return { ...result, serverInfo: { name: server, version: typeof version === 'string' && VERSION.test(version) ? version : '0' } };
}

const VERSION = /^[\w.+-]{1,32}$/;

function isOpenText(flight: Flight, server: string, instructions: unknown): boolean {
  return typeof instructions === 'string' && flight.control.snapshots.isOpen(server);
}

function maySay(flight: Flight, server: string, said: JsonObject): boolean {
  if (flight.control.snapshots.isTrusted(server) && !isGuarded(flight, server)) return true;
  const { score, type } = scoreOf(said);
  if (score < COUNTS) return true;
  note(flight, server, type, 'a handshake');
  return false;
}

/** Entries of a list of resources without those that read like orders, where rules of kind injection do more than note. */
export function withoutOrders<T extends Json>(flight: Flight, server: string, shape: ListShape, items: readonly T[]): T[] {
  const rule = shape.names === 'uri' ? ruleOf(flight, server) : undefined;
  if (rule === undefined || rule.action === 'log' || rule.action === 'annotate') return [...items];
  return items.filter((item) => isObject(item) && isHarmless(flight, server, item, rule));
}

function isHarmless(flight: Flight, server: string, item: JsonObject, rule: InjectionRule): boolean {
  const { uri: _uri, ...said } = item;
  const { score, type } = scoreOf(Array.isArray(said.icons) ? { ...said, icons: said.icons.map(withoutPicture) } : said);
  if (score < rule.minScore) return true;
  note(flight, server, type, 'an entry of the resources');
  return false;
}

/** A picture says nothing, and may be as long as it likes. */
function withoutPicture(icon: Json): Json {
  return isObject(icon) && typeof icon.src === 'string' && dataOf(icon.src) === 'picture' ? { ...icon, src: '' } : icon;
}

function ruleOf({ control, call }: Flight, server: string) {
  return call.principal && control.injection?.ruleFor(server, undefined, call.principal.agent);
}

function isGuarded(flight: Flight, server: string): boolean {
  const rule = ruleOf(flight, server);
  return rule !== undefined && rule.action !== 'log' && rule.action !== 'annotate';
}

function scoreOf(said: JsonObject): { score: number; type: string } {
  const text = JSON.stringify(said);
  if (text.length > MAX_SPOKEN_CHARS) return { score: 1, type: UNCHECKED };
  const key = sha256Hex(text);
  const known = scores.get(key);
  if (known) return known;
  const all = checkDefinition(said);
  // What was not looked at may be anything, whatever counts.
  const isCut = all.some(({ type }) => type === UNCHECKED) || all.length >= MAX_FINDINGS;
  const [worst] = all;
  const found = isCut ? { score: 1, type: UNCHECKED } : { score: worst?.score ?? 0, type: worst?.type ?? 'poison.instruction' };
  scores.set(key, found);
  return found;
}

function note({ ports, control }: Flight, server: string, type: string, what: string): void {
  ports.metrics.finding(type, 'strip', 1, control.org);
  ports.logger.warn({ server, finding: type }, `${what} of a server holds what reads like an order to the model; it is left out`);
}
