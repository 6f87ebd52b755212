// Calls under way, counted for all gateways of a database. A place belongs to the session of the process that took it: when that ends, by a crash
// too, the place is free. What cannot be given back at once is given back later; until then it counts as taken, never as free.
import { GatewayError } from '../../lib/error.ts';
import type { PlaceItem } from '../../limit/places.ts';
import type { PlaceStore } from '../../limit/port.ts';
import { connect, type Sql } from './database.ts';

const PLACE_CONNECTIONS = 4;
/** A place that takes longer to get is given up: the call is refused. */
const PLACE_TIMEOUT_MS = 5_000;
/** Pause before places that could not be given back are tried again, milliseconds. */
const RETRY_MS = 1_000;
/** Answers of sallyport_place. */
const TAKEN = -1;
const OWNER_GONE = -2;

interface Owner {
  pid: number;
  since: string;
}

export class PostgresPlaces implements PlaceStore {
  readonly #url: string;
  /** Made when the first limit needs them: the session that owns what is taken, and the connections that take. */
  #open: { session: Sql; sql: Sql } | undefined;
  #owner: Promise<Owner> | undefined;
  readonly #owed = new Set<string>();
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(url: string) {
    this.#url = url;
  }

  async take(org: string, ticket: string, items: readonly PlaceItem[]): Promise<number | undefined> {
    try {
      for (let attempt = 1; attempt <= 2; attempt++) {
        const answer = await this.#take(org, ticket, items);
        if (answer !== OWNER_GONE) return answer === TAKEN ? undefined : answer;
        this.#owner = undefined;
      }
    } catch (error) {
      // It may have been taken all the same.
      void this.leave(ticket);
      throw unavailable(error);
    }
    throw new GatewayError('store_unavailable', 'The connection to the database that counts calls at once was lost. Try again.');
  }

  leave(ticket: string): Promise<void> {
    this.#owed.add(ticket);
    return this.#pay([ticket]);
  }

  async inUse(org: string, key: string): Promise<number> {
    try {
      const [row] = await this.#connections().sql`SELECT count(*)::integer AS taken FROM place p WHERE p.org = ${org} AND p.key = ${key}
        AND EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = p.owner AND a.backend_start::text = p.owner_since)`;
      return Number(row?.taken);
    } catch (error) {
      throw unavailable(error);
    }
  }

  async close(timeoutS: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    const open = this.#open;
    this.#open = undefined;
    // What is still owed is free with the end of the session.
    await Promise.all([open?.sql.end({ timeout: timeoutS }), open?.session.end({ timeout: timeoutS })]);
  }

  async #take(org: string, ticket: string, items: readonly PlaceItem[]): Promise<number> {
    const { sql } = this.#connections();
    const { pid, since } = await this.#session();
    const text = JSON.stringify(items.map(({ key, max }) => ({ key, max })));
    const [row] = await sql`SELECT sallyport_place(${org}, ${text}, ${ticket}, ${pid}, ${since}) AS answer`;
    return Number(row?.answer);
  }

  /** Who owns what is taken. Asked once, and again after that session was lost. */
  #session(): Promise<Owner> {
    this.#owner ??= this.#connections()
      .session`SELECT pid, backend_start::text AS since FROM pg_stat_activity WHERE pid = pg_backend_pid()`.then(([row]) => ({
      pid: Number(row?.pid),
      since: String(row?.since),
    }));
    this.#owner.catch(() => {
      this.#owner = undefined;
    });
    return this.#owner;
  }

  #connections(): { session: Sql; sql: Sql } {
    if (this.#closed) throw new Error('the store is closed');
    this.#open ??= { session: connect(this.#url, 1, 0, true), sql: connect(this.#url, PLACE_CONNECTIONS, PLACE_TIMEOUT_MS) };
    return this.#open;
  }

  async #pay(tickets: readonly string[]): Promise<void> {
    try {
      const { sql } = this.#connections();
      await sql`DELETE FROM place p USING json_array_elements_text(${JSON.stringify(tickets)}::text::json) AS t (ticket) WHERE p.ticket = t.ticket`;
      for (const ticket of tickets) this.#owed.delete(ticket);
    } catch {
      this.#payLater();
    }
  }

  #payLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      if (this.#owed.size > 0) void this.#pay([...this.#owed]);
    }, RETRY_MS).unref();
  }
}

function unavailable(error: unknown): GatewayError {
  const detail = error instanceof Error ? error.message : String(error);
  return new GatewayError('store_unavailable', 'The database that counts calls at once cannot be reached or refused the request.', {
    detail,
  });
}
