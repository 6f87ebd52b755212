// Calls that were made on an approval a while ago: known for a control revision, by agent, so that calls that no rule holds (any more) need not ask the
// store each. INVARIANT: none that was made under an earlier revision is overlooked (test/scenario/used-answer.test.ts).
import type { Clock } from '../lib/clock.ts';
import { Lru } from '../lib/lru.ts';
import type { TicketEvents } from './events.ts';
import type { ApprovalStore } from './port.ts';

/** Used grants that are remembered by organization; where there are more, each call is looked up. */
const MAX_USED = 10_000;
/** Organizations, and agents with grants used in this process, that are remembered. */
const MAX_ORGANIZATIONS = 1_000;
const MAX_AGENTS = 10_000;

interface OfAgent {
  newestMs: number;
  bindings: Set<string> | 'many';
}

interface Known {
  revision: number;
  /** How far back it was looked, milliseconds. */
  spanMs: number;
  agents: ReadonlyMap<string, OfAgent> | 'many';
}

/** When calls count as made lately. */
export interface Lately {
  revision: number;
  /** From then on, milliseconds since the epoch. */
  sinceMs: number;
}

/**
 * A grant is used only under the revision in force, so what is read at a revision has all that was used under earlier ones. What this process used since
 * stands beside it; what others used since comes with the next look.
 */
export class UsedBook {
  readonly #store: Pick<ApprovalStore, 'used'>;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #maxUsed: number;
  readonly #known = new Lru<string, Known>(MAX_ORGANIZATIONS);
  /** Of this process, by organization and agent. */
  readonly #own = new Lru<string, OfAgent>(MAX_AGENTS);
  /** What is being read, by organization: all calls that come meanwhile wait for the same. */
  readonly #looks = new Map<string, { revision: number; known: Promise<Known> }>();

  constructor(store: Pick<ApprovalStore, 'used'>, events: Pick<TicketEvents, 'listen'>, clock: Pick<Clock, 'nowMs'>, maxUsed = MAX_USED) {
    this.#store = store;
    this.#clock = clock;
    this.#maxUsed = maxUsed;
    events.listen((org, event, { requester, binding }) => {
      if (event === 'consumed') this.#note(`${org}/${requester.agent}`, binding);
    });
  }

  /** Certainly none of this agent's; false also where it was not looked yet. */
  isNone(org: string, agent: string, { revision, sinceMs }: Lately): boolean {
    const known = this.#known.get(org);
    if (known?.revision !== revision || known.agents === 'many') return false;
    return (known.agents.get(agent)?.newestMs ?? 0) < sinceMs && (this.#own.get(`${org}/${agent}`)?.newestMs ?? 0) < sinceMs;
  }

  /** Rejects when the store does. */
  async mayHave(org: string, agent: string, lately: Lately, binding: string): Promise<boolean> {
    const remembered = this.#known.get(org);
    const known = remembered?.revision === lately.revision ? remembered : await this.#lookOnce(org, lately);
    if (known.agents === 'many') return true;
    return isAmong(known.agents.get(agent), binding) || isAmong(this.#own.get(`${org}/${agent}`), binding);
  }

  /** Looks again at what other gateways used under the revision that is known here. */
  async refresh(org: string): Promise<void> {
    const known = this.#known.get(org);
    if (!known) return;
    const { revision, spanMs } = known;
    const seen = await this.#read(org, { revision, sinceMs: this.#clock.nowMs() - spanMs });
    if (this.#known.get(org)?.revision === revision) this.#known.set(org, seen);
  }

  #note(key: string, binding: string): void {
    const nowMs = this.#clock.nowMs();
    const before = this.#own.get(key);
    const isOld = before !== undefined && before.newestMs < nowMs - MAX_SPAN_MS;
    const bindings = before && !isOld ? before.bindings : new Set<string>();
    if (bindings !== 'many') bindings.add(binding);
    this.#own.set(key, { newestMs: nowMs, bindings: bindings !== 'many' && bindings.size > this.#maxUsed ? 'many' : bindings });
  }

  #lookOnce(org: string, lately: Lately): Promise<Known> {
    const under = this.#looks.get(org);
    if (under?.revision === lately.revision) return under.known;
    const known = this.#read(org, lately)
      .then((read) => {
        this.#known.set(org, read);
        return read;
      })
      .finally(() => {
        if (this.#looks.get(org)?.known === known) this.#looks.delete(org);
      });
    this.#looks.set(org, { revision: lately.revision, known });
    return known;
  }

  async #read(org: string, { revision, sinceMs }: Lately): Promise<Known> {
    const spanMs = this.#clock.nowMs() - sinceMs;
    const rows = await this.#store.used(org, sinceMs, this.#maxUsed);
    if (rows.length >= this.#maxUsed) return { revision, spanMs, agents: 'many' };
    const agents = new Map<string, { newestMs: number; bindings: Set<string> }>();
    for (const { agent, binding, usedMs } of rows) {
      const one = agents.get(agent) ?? { newestMs: 0, bindings: new Set<string>() };
      one.bindings.add(binding);
      one.newestMs = Math.max(one.newestMs, usedMs);
      agents.set(agent, one);
    }
    return { revision, spanMs, agents };
  }
}

/** Nothing that was used longer ago is of interest, milliseconds. */
const MAX_SPAN_MS = 3 * 24 * 3_600_000;

function isAmong(agent: OfAgent | undefined, binding: string): boolean {
  return agent !== undefined && (agent.bindings === 'many' || agent.bindings.has(binding));
}
