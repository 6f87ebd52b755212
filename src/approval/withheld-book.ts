// Calls whose answer waits for people, or was let go or refused by them: known for a control revision, so that calls under rules that hold no answers
// (any more) need not ask the store each. INVARIANT: no such call is overlooked (test/scenario/withheld-answer.test.ts, "no longer held by any rule").
import { Lru } from '../lib/lru.ts';
import type { ApprovalStore } from './port.ts';
import { readTicket, type Ticket } from './ticket.ts';

/** Live tickets that are looked through; where there are more, each call is looked up. */
const MAX_TICKETS = 10_000;
/** Organizations that are remembered. */
const MAX_ORGANIZATIONS = 1_000;

interface Known {
  revision: number;
  bindings: ReadonlySet<string> | 'many';
}

/** An answer is withheld only under the revision in force, and only where a rule holds: what is read at a revision is all there will be at it elsewhere. */
export class WithheldBook {
  readonly #store: Pick<ApprovalStore, 'list'>;
  readonly #known = new Lru<string, Known>(MAX_ORGANIZATIONS);
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
    const known = remembered?.revision === revision ? remembered : await this.#look(org, revision);
    return known.bindings === 'many' || (known.bindings.size > 0 && known.bindings.has(binding()));
  }

  async #look(org: string, revision: number): Promise<Known> {
    const rows = await this.#store.list(org, { live: true, limit: this.#maxTickets });
    const tickets = rows.length < this.#maxTickets && rows.map(({ text }) => readTicket(text)).filter(isOfAnswer);
    const known = { revision, bindings: tickets ? new Set(tickets.map(({ binding }) => binding)) : ('many' as const) };
    this.#known.set(org, known);
    return known;
  }
}

/** What is asked before a call knows nothing of its result. */
function isOfAnswer({ findings }: Ticket): boolean {
  return findings.some(({ where }) => where === 'result');
}
