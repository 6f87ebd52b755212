// Stands before every start of a server process: one that keeps ending is not started again at once. A short wait is waited out, a longer
// one is refused with the time of the next attempt. Kept per command and environment, so one user's bad credential blocks nobody else.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { Random } from '../lib/id.ts';
import { Lru } from '../lib/lru.ts';
import { Backoff } from './restart.ts';
import { CLOSED_BY_GATEWAY, type StdioChannel } from './stdio.ts';

/** Servers remembered. */
export const MAX_GATES = 4_096;
/** A wait up to this is waited out by the caller, milliseconds. */
export const PATIENCE_MS = 1_000;

interface Gate {
  backoff: Backoff;
  /** For the operator: reason and last lines of the last end. */
  lastEnd: string;
}

export class RestartGate {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #gates = new Lru<string, Gate>(MAX_GATES);

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Rejects with GatewayError `upstream_unavailable` when it is too early, or with what `start` rejects with. */
  async start(key: string, start: () => Promise<StdioChannel>): Promise<StdioChannel> {
    const gate = this.#gateOf(key);
    const waitMs = gate.backoff.nextDelayMs();
    const refusal = waitMs > PATIENCE_MS ? gate.backoff.refusal(gate.lastEnd) : undefined;
    if (refusal) throw refusal;
    if (waitMs > 0) await sleep(waitMs);
    try {
      const channel = await start();
      gate.backoff.succeeded();
      void channel.closed.then(({ reason }) => {
        if (reason === CLOSED_BY_GATEWAY) return;
        gate.backoff.failed();
        gate.lastEnd = reason;
      });
      return channel;
    } catch (error) {
      gate.backoff.failed();
      gate.lastEnd = error instanceof GatewayError ? (error.detail ?? error.message) : String(error);
      throw error;
    }
  }

  #gateOf(key: string): Gate {
    let gate = this.#gates.get(key);
    if (gate === undefined) {
      gate = { backoff: new Backoff({ clock: this.#clock, random: this.#random }), lastEnd: '' };
      this.#gates.set(key, gate);
    }
    return gate;
  }
}
