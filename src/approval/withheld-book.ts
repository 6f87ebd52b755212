// Calls whose answer waits for people, or was let go or refused by them: known for a control revision, so that calls under rules that hold no answers
// (any more) need not ask the store each. INVARIANT: no such call is overlooked (test/scenario/withheld-answer.test.ts, "no longer held by any rule").
import { Lru } from '../lib/lru.ts';
import type { ApprovalStore } from './port.ts';

/** Live tickets that are looked through; where there are more, each call is looked up. */
const MAX_TICKETS = 10_000;
/** Organizations that are remembered. */
const MAX_ORGANIZATIONS = 1_000;

/** Stands in the text of a ticket that was made when the result was there, and never within one of its strings. Thousands of texts are not parsed for it. */
const OF_ANSWER = '"where":"result"';

interface Known {
  revision: number;
  bindings: ReadonlySet<string> | 'many';
}

/** An answer is withheld only under the revision in force, and only where a rule holds: what is read at a revision is all there will be at it elsewhere. */
export class WithheldBook {
  readonly #store: Pick<ApprovalStore, 'list'>;
  readonly #known = new Lru<string, Known>(MAX_ORGANIZATIONS);
  /** What is being read, by organization: all calls that come meanwhile wait for the same. */
  readonly #looks = new Map<string, { revision: number; known: Promise<Known> }>();
  readonly #maxTickets: number;

  constructor(store: Pick<ApprovalStore, 'list'>, maxTickets = MAX_TICKETS) {
    this.#store = store;
    this.#maxTickets = maxTickets;
  }

  /** Certainly none; false also where it was not looked yet. */
  isNone(org: string, revision: number): boolean {
    const known = this.#known.get(org);
    return known?.revision === revision && known.bindings !== 'many' && known.bindings.size === 0;
  }

  /** Rejects when the store does. */
  async mayHave(org: string, revision: number, binding: () => string): Promise<boolean> {
    const remembered = this.#known.get(org);
    const known = remembered?.revision === revision ? remembered : await this.#lookOnce(org, revision);
    return known.bindings === 'many' || (known.bindings.size > 0 && known.bindings.has(binding()));
  }

  #lookOnce(org: string, revision: number): Promise<Known> {
    const under = this.#looks.get(org);
    if (under?.revision === revision) return under.known;
    const known = this.#look(org, revision).finally(() => {
      if (this.#looks.get(org)?.known === known) this.#looks.delete(org);
    });
    this.#looks.set(org, { revision, known });
    return known;
  }

  async #look(org: string, revision: number): Promise<Known> {
    const rows = await this.#store.list(org, { live: true, limit: this.#maxTickets });
    const bindings =
      rows.length < this.#maxTickets ? new Set(rows.filter(({ text }) => text.includes(OF_ANSWER)).map(({ binding }) => binding)) : 'many';
    const known: Known = { revision, bindings };
    this.#known.set(org, known);
    return known;
  }
}
