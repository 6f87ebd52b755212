// Tells one agent that a list changed, when what the agent itself sees of it changed, and only then: the server's word and changed rules are reasons to
// look, the look decides. A look is a list call of origin `gateway` through the table, with the agent's own rights.
// INVARIANT: a change of what is hidden is never heard of, a change of what is visible always is (test/scenario/list-changed.test.ts).
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { pause } from '../upstream/wait.ts';
import type { Flight } from './flight.ts';
import { listenerOf, mayHear } from './hearing.ts';
import { readList } from './read-list.ts';
import { EMPTY_VIEW, LISTS_OF, type ListedWhat, type SeenItem, sumOf, whatOf } from './view.ts';
import type { ViewBook } from './view-book.ts';
import { ViewShelf } from './view-shelf.ts';

/** Longest an acknowledgement of a stream waits for the views it promises to watch, milliseconds. */
export const BASELINE_WAIT_MS = 400;
/** Looks at one list: the first at once, the next no sooner than this after it, less often while changes do not stop, milliseconds. */
export const MIN_LOOK_PAUSE_MS = 250;
export const MAX_LOOK_PAUSE_MS = 8_000;
/** A list that cannot be read is tried again after 1, 2, 4 … 60 seconds. */
const MIN_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
/** Notices of one kind within this time are one, milliseconds. */
export const NOTICE_PAUSE_MS = 250;
/** What a server may say before the stream is acknowledged without being held up. */
const MAX_WAITING = 100;

/** `late`: a server that came after the stream was opened. `call`: only lists that were given to this session are looked at. */
export type WatchPurpose = 'stream' | 'late' | 'call';

export class ViewWatch {
  readonly flight: Flight;
  readonly #book: ViewBook;
  readonly #wanted: ReadonlySet<ListedWhat>;
  readonly #purpose: WatchPurpose;
  /** What the agent holds of the server, by method, when another watch knew. */
  readonly #handed: ReadonlyMap<string, bigint> | undefined;
  readonly #end = new AbortController();
  readonly #shelves = new Map<string, ViewShelf>();
  readonly #settled = new Map<string, Promise<unknown>>();
  readonly #quiet = new Map<ListedWhat, { again: boolean }>();
  #waiting: (() => void)[] | undefined;
  /** Called when other rules are in force. */
  onControl: (() => void) | undefined;

  constructor(
    flight: Flight,
    book: ViewBook,
    wanted: ReadonlySet<ListedWhat>,
    purpose: WatchPurpose,
    handed?: ReadonlyMap<string, bigint>,
  ) {
    this.flight = flight;
    this.#book = book;
    this.#wanted = wanted;
    this.#purpose = purpose;
    this.#handed = handed;
    if (flight.call.client.era === 'modern' && purpose === 'stream') this.#waiting = [];
  }

  /** The server's stream stands (again): from here on it says what changes, so what it shows is looked at now. */
  opened(server: string, capabilities: JsonObject): void {
    const looks: Promise<void>[] = [];
    for (const what of this.#wanted)
      if (isObject(capabilities[what])) for (const shelf of this.#shelvesOf(server, what)) looks.push(this.#touch(shelf));
    this.#settled.set(server, Promise.all(looks));
  }

  /** The server says so. */
  changed(server: string, what: ListedWhat): void {
    if (this.#wanted.has(what)) for (const shelf of this.#shelvesOf(server, what)) void this.#touch(shelf);
  }

  /** Other rules are in force. */
  judgeAgain(): void {
    if (this.#end.signal.aborted) return;
    for (const shelf of this.#shelves.values()) {
      const shown = this.#shown(shelf);
      if (!shown) continue;
      if (shown === 'nothing') this.#settle(shelf, EMPTY_VIEW);
      else if (shelf.seen && !shelf.looking) {
        shelf.touch(this.#nowMs());
        shelf.isDirty = false;
        this.#settle(shelf, sumOf(shelf.seen.filter(shown)));
      } else void this.#touch(shelf);
    }
    this.onControl?.();
  }

  given(server: string, method: string, view: bigint, askedMs: number): void {
    if (!this.#wanted.has(whatOf(method))) return;
    const shelf = this.#shelf(server, method);
    if (shelf.given(view, askedMs)) void this.#touch(shelf);
  }

  /** Sends the acknowledgement of a stateless agent's stream when the views of these servers are known, or after BASELINE_WAIT_MS. */
  async acknowledge(servers: readonly string[], params: JsonObject | undefined, send: () => void): Promise<void> {
    const flags = isObject(params?.notifications) ? params.notifications : {};
    const promised = [...this.#wanted].filter((what) => flags[`${what}ListChanged`] === true);
    if (promised.length > 0) await this.#views(servers);
    for (const server of servers)
      for (const shelf of promised.flatMap((what) => this.#shelvesOf(server, what))) if (shelf.held === undefined) this.#owe(shelf);
    this.#acknowledged(send);
  }

  /** Runs it when the stream is acknowledged: nothing is said before. */
  say(send: () => Promise<void> | undefined): Promise<void> | undefined {
    const waiting = this.#waiting;
    if (!waiting) return send();
    if (waiting.length < MAX_WAITING) return void waiting.push(() => void send());
    return new Promise((resolve) => waiting.push(() => resolve(send())));
  }

  /** Another watch takes this server over, and what the agent holds of it. */
  handOver(server: string): ReadonlyMap<string, bigint> {
    const held = new Map<string, bigint>();
    for (const [key, shelf] of this.#shelves) {
      if (shelf.server !== server) continue;
      if (shelf.held !== undefined) held.set(shelf.method, shelf.held);
      if (shelf.seen) this.#book.release(shelf.seen.length);
      shelf.seen = undefined;
      this.#shelves.delete(key);
    }
    return held;
  }

  /** Resolves when nothing is left to look at, at the latest after this time. */
  async idle(timeoutMs: number): Promise<void> {
    const looks = [...this.#shelves.values()].map(({ looking }) => looking);
    await Promise.race([Promise.all(looks), pause(timeoutMs, this.#end.signal)]);
  }

  close(): void {
    this.#end.abort(CLOSED);
    this.#acknowledged(undefined);
    for (const shelf of this.#shelves.values()) if (shelf.seen) this.#book.release(shelf.seen.length);
    this.#shelves.clear();
    this.#book.close(this);
  }

  async #views(servers: readonly string[]): Promise<void> {
    const deadlineMs = this.#nowMs() + BASELINE_WAIT_MS;
    for (const server of servers) {
      let settled = this.#settled.get(server);
      while (!settled && this.#nowMs() < deadlineMs && (await pause(OPEN_CHECK_MS, this.#end.signal))) settled = this.#settled.get(server);
      const leftMs = deadlineMs - this.#nowMs();
      if (leftMs <= 0) return;
      await Promise.race([settled, pause(leftMs, this.#end.signal)]);
    }
  }

  /** Promised without being known: whatever it turns out to be is news. */
  #owe(shelf: ViewShelf): void {
    shelf.isOwed = true;
    void this.#touch(shelf);
  }

  #acknowledged(send: (() => void) | undefined): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    send?.();
    for (const one of waiting) one();
  }

  #shelvesOf(server: string, what: ListedWhat): ViewShelf[] {
    return LISTS_OF[what].map((method) => this.#shelf(server, method));
  }

  #shelf(server: string, method: string): ViewShelf {
    const key = `${server}\n${method}`;
    const known = this.#shelves.get(key);
    if (known) return known;
    const { call } = this.flight;
    // A server that came later was not there for the agent before: it held nothing of it.
    const held =
      this.#handed?.get(method) ?? this.#book.remembered(call, server, method) ?? (this.#purpose === 'late' ? EMPTY_VIEW : undefined);
    const shelf = new ViewShelf(server, method, held);
    this.#shelves.set(key, shelf);
    return shelf;
  }

  #touch(shelf: ViewShelf): Promise<void> {
    if (this.#end.signal.aborted || (this.#purpose === 'call' && shelf.held === undefined)) return Promise.resolve();
    shelf.touch(this.#nowMs());
    if (shelf.looking) return shelf.looking;
    const looking = this.#look(shelf)
      .catch((error: unknown) => this.flight.ports.logger.error({ call: this.flight.call.id, err: String(error) }, 'a view was not read'))
      .finally(() => {
        shelf.looking = undefined;
      });
    shelf.looking = looking;
    return looking;
  }

  async #look(shelf: ViewShelf): Promise<void> {
    const { signal } = this.#end;
    let retryMs = MIN_RETRY_MS;
    while (shelf.isDirty && (await this.#pace(shelf))) {
      shelf.isDirty = false;
      const shown = this.#shown(shelf);
      if (!shown) return;
      const seen = shown === 'nothing' ? [] : await readList(this.flight, shelf.server, shelf.method);
      // The watch ended, or another one took the server over.
      if (signal.aborted || this.#shelves.get(`${shelf.server}\n${shelf.method}`) !== shelf) return;
      if (!seen) {
        shelf.isDirty = true;
        await pause(retryMs, signal);
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
        continue;
      }
      retryMs = MIN_RETRY_MS;
      this.#keep(shelf, seen);
      this.#compare(shelf, seen);
    }
  }

  /** A storm of changes costs one look per pause, and the pause grows while it lasts. False: the watch ended. */
  async #pace(shelf: ViewShelf): Promise<boolean> {
    const waitMs = shelf.lookedMs + shelf.pauseMs - this.#nowMs();
    shelf.pauseMs = waitMs > 0 ? Math.min(shelf.pauseMs * 2, MAX_LOOK_PAUSE_MS) : MIN_LOOK_PAUSE_MS;
    if (waitMs > 0) await pause(waitMs, this.#end.signal);
    shelf.lookedMs = this.#nowMs();
    return !this.#end.signal.aborted;
  }

  #keep(shelf: ViewShelf, seen: readonly SeenItem[]): void {
    if (shelf.seen) this.#book.release(shelf.seen.length);
    shelf.seen = this.#book.keep(seen.length) ? seen : undefined;
  }

  /** By the rules in force now, which may be others than those the list was read under. */
  #compare(shelf: ViewShelf, seen: readonly SeenItem[]): void {
    const shown = this.#shown(shelf);
    if (shown) this.#settle(shelf, shown === 'nothing' ? EMPTY_VIEW : sumOf(seen.filter(shown)));
  }

  #settle(shelf: ViewShelf, view: bigint): void {
    const tell = shelf.settle(view);
    this.#book.remember(this.flight.call, shelf.server, shelf.method, view);
    if (tell && (view === EMPTY_VIEW || this.#mayHear(shelf.server))) this.#tell(whatOf(shelf.method));
  }

  /** The stream itself may be forbidden meanwhile. That there is nothing left to see is said all the same. */
  #mayHear(server: string): boolean {
    const { flight } = this;
    if (flight.call.kind !== 'subscription') return true;
    return mayHear(flight, server, 'notifications/tools/list_changed', undefined);
  }

  /** What the rules in force show of it; undefined when nobody may hear anything on this stream any more. */
  #shown({ server, method }: ViewShelf): ((item: SeenItem) => boolean) | 'nothing' | undefined {
    const { flight } = this;
    const control = flight.ports.control.current(flight.control.org);
    const principal = control && listenerOf(flight, control);
    if (!control || !principal) return undefined;
    // A freeze that ends the agent's own stream: nothing is said on it any more.
    const { surface } = flight.call;
    const alone = surface.type === 'server' && this.#purpose !== 'late' ? surface.server : undefined;
    if (control.freezes.frozen(principal, alone, flight.ports.clock.nowMs())) return undefined;
    const spec = control.view.server(server)?.spec;
    const isOpen =
      spec !== undefined &&
      !spec.disabled &&
      !control.freezes.frozen(principal, server, flight.ports.clock.nowMs()) &&
      control.policies.decide({ principal, kind: 'list', method, server, capability: undefined }).effect === 'allow';
    if (!isOpen) return 'nothing';
    const kind = method === 'tools/list' ? 'tool' : method === 'prompts/list' ? 'prompt' : 'resource';
    const { policies, snapshots } = control;
    const isApproved = ({ name, pin }: SeenItem): boolean => {
      if (snapshots.isTrusted(server)) return true;
      if (method === 'resources/list') return snapshots.isOpen(server);
      return pin !== undefined && snapshots.admits(server, kind === 'resource' ? 'template' : kind, name, pin);
    };
    return (item) => policies.visible(principal, server, { kind, name: item.name }) && isApproved(item);
  }

  #tell(what: ListedWhat): void {
    const quiet = this.#quiet.get(what);
    if (quiet) {
      quiet.again = true;
      return;
    }
    void this.say(() => this.flight.call.peer.notify(`notifications/${what}/list_changed`, undefined));
    const pausing = { again: false };
    this.#quiet.set(what, pausing);
    void pause(NOTICE_PAUSE_MS, this.#end.signal).then((whole) => {
      this.#quiet.delete(what);
      if (whole && pausing.again) this.#tell(what);
    });
  }

  #nowMs(): number {
    return this.flight.ports.clock.monotonicMs();
  }
}

/** Made once: an error of its own for each costs more than the rest of closing. */
const CLOSED = new Error('the stream it belonged to is over');
/** How often it is looked whether a server's stream stands, milliseconds. */
const OPEN_CHECK_MS = 10;
