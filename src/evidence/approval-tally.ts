// What people decided in a period: how often, how fast, and whether they had looked. From the entries about tickets alone.
import type { JsonObject } from '../lib/json.ts';
import { Recent } from '../lib/recent.ts';
import { Count, CountBy } from './count.ts';

/** A decision faster than this after the request is told as quick, milliseconds. */
export const QUICK_MS = 5_000;
/** So many of the newest tickets are followed, at most twice as many; of older ones it is not known any more when they were asked for. */
export const MAX_FOLLOWED = 50_000;
/** Times kept for the median. */
const MAX_TIMES = 100_000;

interface Followed {
  askedMs: number;
  readers: string[];
}

export class ApprovalTally {
  /** By what happened: `requested`, `granted`, `refused`, `expired`, … */
  readonly whats = new CountBy();
  /** Votes by reviewer. */
  readonly reviewers = new CountBy();
  /** Votes cast sooner than QUICK_MS after the call was held. */
  readonly quick = new Count();
  /** Votes of reviewers who had not opened the arguments. */
  readonly unread = new Count();
  /** Votes of operators that no user object says who they are. */
  readonly unlinked = new Count();
  /** Requests whose approval takes a passkey. */
  readonly demanded = new Count();
  /** Approving votes that were confirmed with one. */
  readonly confirmed = new Count();
  readonly #followed = new Recent<string, Followed>(MAX_FOLLOWED);
  readonly #timesMs: number[] = [];

  take(seq: number, content: JsonObject): void {
    const what = String(content.what);
    const ticket = String(content.ticket);
    this.whats.add(what, seq);
    if (what === 'requested' && content.passkeyRequired === true) this.demanded.add(seq);
    if (what === 'requested') this.#follow(ticket, Date.parse(String(content.time)));
    else if (what === 'read') this.#followed.get(ticket)?.readers.push(String(content.by));
    else if (VOTES.has(what)) this.#vote(seq, content, this.#followed.get(ticket));
  }

  votes(): number {
    return this.reviewers.total();
  }

  /** Milliseconds from request to vote, half of them; undefined without one. */
  medianMs(): number | undefined {
    const sorted = this.#timesMs.toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  }

  #follow(ticket: string, askedMs: number): void {
    this.#followed.set(ticket, { askedMs, readers: [] });
  }

  #vote(seq: number, content: JsonObject, followed: Followed | undefined): void {
    const by = String(content.by);
    this.reviewers.add(by, seq);
    if (content.user === undefined) this.unlinked.add(seq);
    if (content.passkey !== undefined) this.confirmed.add(seq);
    if (!followed) return;
    const tookMs = Date.parse(String(content.time)) - followed.askedMs;
    if (this.#timesMs.length < MAX_TIMES) this.#timesMs.push(tookMs);
    if (tookMs < QUICK_MS) this.quick.add(seq);
    if (!followed.readers.includes(by)) this.unread.add(seq);
  }
}

const VOTES: ReadonlySet<string> = new Set(['approved', 'granted', 'refused']);
