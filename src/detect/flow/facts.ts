// What was read at other gateways or before a restart: known as facts alone, through the store. A fact is durable before what it is about is told on.
// Never holds a value; what cannot be written or read rejects, and the call with it.
import type { Clock } from '../../lib/clock.ts';
import { sha256Hex } from '../../lib/digest.ts';
import { Lru } from '../../lib/lru.ts';
import type { FlowFact, FlowFactStore } from './port.ts';
import type { Reading } from './scope.ts';

/** Facts this process knows to be stored. */
const REMEMBERED = 50_000;
/** A stored time may be older than the reading by this part of the window. */
const SLACK = 1 / 20;

/** Whose reads count together. */
export interface Subject {
  org: string;
  agent: string;
  /** Revision of the agent's object: what was noted for one that was deleted is not there for the next of that name. */
  agentRevision: number;
  key: string;
}

export interface FlowFactsOptions {
  store: FlowFactStore;
  clock: Clock;
  /** This process, not the one before a restart. */
  process: string;
}

interface Stamp {
  wallMs: number;
  monotonicMs: number;
}

/** A machine that sleeps stops the one clock, and whoever sets the other may set it back: the longer time counts. */
function passedMs(since: Stamp, now: Stamp): number {
  return Math.max(now.wallMs - since.wallMs, now.monotonicMs - since.monotonicMs);
}

export class FlowFacts {
  readonly #options: FlowFactsOptions;
  readonly #noted = new Lru<string, Stamp>(REMEMBERED);

  constructor(options: FlowFactsOptions) {
    this.#options = options;
  }

  /** Durable when it resolves; undefined when it is known already, or nothing anybody asks about. */
  note(of: Subject, reading: Reading, isUntrusted: boolean, windowMs: number): Promise<void> | undefined {
    if (reading.rank === 0 && !isUntrusted) return undefined;
    const { store, clock, process } = this.#options;
    const { org, agent, key } = of;
    const now: Stamp = { wallMs: clock.nowMs(), monotonicMs: clock.monotonicMs() };
    const known = JSON.stringify([of, reading.name, reading.labels, isUntrusted]);
    const last = this.#noted.get(known);
    if (last !== undefined && passedMs(last, now) < windowMs * SLACK) return undefined;
    const noted = {
      ...{ subject: sha256Hex(key), agent, process, source: reading.name, server: reading.server, labels: reading.labels },
      ...{ isPrivate: reading.rank >= 2, isUntrusted },
    };
    return store.note(org, noted, windowMs * (1 + SLACK)).then(() => {
      this.#noted.set(known, now);
    });
  }

  /** What was read within the window, and is not known to this process. */
  async elsewhere({ org, key }: Subject, windowMs: number): Promise<FlowFact[]> {
    const { store, process } = this.#options;
    const facts = await store.list(org, sha256Hex(key), windowMs * (1 + SLACK));
    return facts.filter((fact) => fact.isShared || fact.process !== process);
  }
}
