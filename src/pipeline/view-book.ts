// Every agent that is to be told when its view of a list changes: who watches, what sessions were given last, pages of lists under way.
// Everything here is bounded; what is forgotten costs an agent one needless look at a list, never a leak of what is hidden from it.
import type { Call } from '../call.ts';
import { Lru } from '../lib/lru.ts';
import { parseListenFilter } from '../mcp/rev-2026-07-28/listen.ts';
import type { Control } from './control.ts';
import type { Flight } from './flight.ts';
import { addUp, type ListedWhat } from './view.ts';
import { ViewWatch } from './view-watch.ts';

/** Views of sessions that are remembered between their lists and their streams: sessions × servers × lists. */
export const MAX_REMEMBERED_VIEWS = 50_000;
/** Lists of which some pages were given and the rest is still to be asked for. */
export const MAX_OPEN_LISTS = 10_000;
/** Items of lists kept to be judged again without reading them again, over all streams. */
export const MAX_KEPT_ITEMS = 200_000;
/** Watches judged again in one go; the event loop comes round between two goes. */
const JUDGED_AT_ONCE = 20;
/** Kinds of objects that decide nothing about what an agent sees. */
const UNSEEN: ReadonlySet<string> = new Set(['secret', 'operator']);
const EVERYTHING: ReadonlySet<ListedWhat> = new Set(['tools', 'prompts', 'resources']);

/** One page, or the whole, of a list an agent is given. */
export interface GivenList {
  server: string;
  method: string;
  /** Of the items that are visible to it. */
  sum: bigint;
  cursor: unknown;
  nextCursor: unknown;
}

export class ViewBook {
  readonly #watches = new Map<string, Set<ViewWatch>>();
  readonly #remembered = new Lru<string, bigint>(MAX_REMEMBERED_VIEWS);
  readonly #pages = new Lru<string, { sum: bigint; askedMs: number }>(MAX_OPEN_LISTS);
  readonly #late = new WeakMap<Call, ReadonlyMap<string, bigint>>();
  readonly #report: (error: unknown) => void;
  #keptItems = 0;

  /** `report`: hears of what went wrong where nobody waits for it. */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  /** For a standing stream; undefined when its agent did not ask to hear of lists. The caller closes it. */
  open(flight: Flight): ViewWatch | undefined {
    const wanted = wantedBy(flight.call);
    if (wanted.size === 0) return undefined;
    const watch = new ViewWatch(flight, this, wanted, this.#late.has(flight.call) ? 'late' : 'stream', this.#late.get(flight.call));
    const viewer = viewerOf(flight.call);
    const others = this.#watches.get(viewer);
    if (others) others.add(watch);
    else this.#watches.set(viewer, new Set([watch]));
    return watch;
  }

  /** This call will open a stream that joins another one of its agent, which holds these views of its server, by method. */
  joinsLater(call: Call, held: ReadonlyMap<string, bigint>): void {
    this.#late.set(call, held);
  }

  close(watch: ViewWatch): void {
    const viewer = viewerOf(watch.flight.call);
    const watches = this.#watches.get(viewer);
    watches?.delete(watch);
    if (watches?.size === 0) this.#watches.delete(viewer);
  }

  /** What a server says on the stream of a call, of an agent that may have no standing stream. True: its standing stream will tell it. */
  heardElsewhere(flight: Flight, server: string, what: ListedWhat): boolean {
    const watches = this.#watches.get(viewerOf(flight.call));
    for (const watch of watches ?? []) watch.changed(server, what);
    return watches !== undefined;
  }

  /** For the length of a call: only lists its session was given are watched. */
  duringCall(flight: Flight): ViewWatch {
    return new ViewWatch(flight, this, EVERYTHING, 'call');
  }

  /** False: nobody needs to know what this agent is given, so it need not be computed. */
  cares({ call }: Flight): boolean {
    return call.client.sessionId !== undefined || this.#watches.has(viewerOf(call));
  }

  given({ call }: Flight, list: GivenList): void {
    const { server, method, cursor, nextCursor } = list;
    const viewer = viewerOf(call);
    const pageKey = (at: unknown): string => JSON.stringify([viewer, server, method, at]);
    const before = cursor === undefined ? { sum: 0n, askedMs: call.startedMs } : this.#pages.get(pageKey(cursor));
    if (!before) return;
    const sum = addUp(before.sum, list.sum);
    if (nextCursor !== undefined && nextCursor !== null) {
      this.#pages.set(pageKey(nextCursor), { sum, askedMs: before.askedMs });
      return;
    }
    this.remember(call, server, method, sum);
    for (const watch of this.#watches.get(viewer) ?? []) watch.given(server, method, sum, before.askedMs);
  }

  remember(call: Call, server: string, method: string, sum: bigint): void {
    if (call.client.sessionId !== undefined) this.#remembered.set(JSON.stringify([viewerOf(call), server, method]), sum);
  }

  remembered(call: Call, server: string, method: string): bigint | undefined {
    return call.client.sessionId === undefined ? undefined : this.#remembered.get(JSON.stringify([viewerOf(call), server, method]));
  }

  /** False: no room; the list has to be read again when rules change. */
  keep(items: number): boolean {
    if (this.#keptItems + items > MAX_KEPT_ITEMS) return false;
    this.#keptItems += items;
    return true;
  }

  release(items: number): void {
    this.#keptItems -= items;
  }

  /** Other rules are in force: what they hide or show is told to whom it concerns. INVARIANT: one that fails takes it from no other (view-book.test.ts). */
  controlChanged(next: Control): void {
    if ([...next.view.changedKinds].every((kind) => UNSEEN.has(kind))) return;
    const concerned = [...this.#watches.values()]
      .flatMap((watches) => [...watches])
      .filter(({ flight }) => flight.control.org === next.org);
    const go = (from: number): void => {
      for (const watch of concerned.slice(from, from + JUDGED_AT_ONCE)) this.#judge(watch);
      if (from + JUDGED_AT_ONCE < concerned.length) setImmediate(go, from + JUDGED_AT_ONCE);
    };
    go(0);
  }

  #judge(watch: ViewWatch): void {
    try {
      watch.judgeAgain();
    } catch (error) {
      this.#report(error);
    }
  }
}

function wantedBy({ client, params }: Call): ReadonlySet<ListedWhat> {
  if (client.era === 'legacy') return EVERYTHING;
  const filter = parseListenFilter(params);
  if ('error' in filter) return new Set();
  const wanted = new Set<ListedWhat>();
  if (filter.toolsListChanged) wanted.add('tools');
  if (filter.promptsListChanged) wanted.add('prompts');
  if (filter.resourcesListChanged) wanted.add('resources');
  return wanted;
}

/** A session sees its own view; agents of the stateless era are told apart by who they are. */
function viewerOf({ client, principal, surface }: Call): string {
  if (client.sessionId !== undefined) return `session ${client.sessionId}`;
  return JSON.stringify([principal?.org, principal?.agent, principal?.user, surface]);
}
