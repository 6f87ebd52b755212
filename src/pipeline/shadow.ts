// Policies that only watch: what they would have made of a call, compared with what was decided. Differences are counted in a bounded table, which
// somebody else writes to the log now and then. Never changes a decision; nothing is done where no policy watches.
import type { ShadowDifference } from '../audit/entry.ts';
import type { Decision } from '../call.ts';
import { decideInputOf } from './decide-input.ts';
import type { Flight } from './flight.ts';
import { toldName } from './told-name.ts';

/** Differences that are told apart in one organization between two entries; what is beyond is counted only. */
export const MAX_DIFFERENCES = 200;
/** Characters of the name of what is used; addresses of resources are as long as agents make them. */
export const MAX_SHOWN_NAME = 256;

export interface ShadowTold {
  fromMs: number;
  differences: ShadowDifference[];
  /** Calls that are in none of them. */
  beyond: number;
}

interface Open extends ShadowTold {
  byKey: Map<string, ShadowDifference>;
}

export class ShadowTally {
  readonly #open = new Map<string, Open>();

  note(org: string, difference: Omit<ShadowDifference, 'count'>, nowMs: number): void {
    const { capability } = difference;
    const isLong = capability !== undefined && capability.length > MAX_SHOWN_NAME;
    this.#add(org, { ...difference, ...(isLong ? { capability: `${capability.slice(0, MAX_SHOWN_NAME)}…` } : {}), count: 1 }, nowMs);
  }

  /** What could not be written is told with the next entry. */
  giveBack(org: string, { fromMs, differences, beyond }: ShadowTold): void {
    for (const difference of differences) this.#add(org, difference, fromMs);
    const open = this.#openOf(org, fromMs);
    open.beyond += beyond;
    open.fromMs = Math.min(open.fromMs, fromMs);
  }

  #openOf(org: string, nowMs: number): Open {
    const known = this.#open.get(org);
    if (known) return known;
    const open = { fromMs: nowMs, differences: [], beyond: 0, byKey: new Map() };
    this.#open.set(org, open);
    return open;
  }

  #add(org: string, difference: ShadowDifference, nowMs: number): void {
    const open = this.#openOf(org, nowMs);
    const { call: _, count, ...alike } = difference;
    const key = JSON.stringify(alike);
    const known = open.byKey.get(key);
    if (known) known.count += count;
    else if (open.differences.length >= MAX_DIFFERENCES) open.beyond += count;
    else {
      const made = { ...difference };
      open.byKey.set(key, made);
      open.differences.push(made);
    }
  }

  /** Not written to the log yet. */
  pending(org: string): Omit<ShadowTold, 'fromMs'> {
    return this.#open.get(org) ?? { differences: [], beyond: 0 };
  }

  /** Takes what is open out of the table. */
  take(): [org: string, told: ShadowTold][] {
    const taken = [...this.#open].map(([org, { fromMs, differences, beyond }]): [string, ShadowTold] => [
      org,
      { fromMs, differences, beyond },
    ]);
    this.#open.clear();
    return taken;
  }
}

/** After the decision is durable and stands. */
export function watchBeside(flight: Flight, decision: Decision | undefined): void {
  const { call, control, ports } = flight;
  const { principal, target } = call;
  const { shadow } = control.policies;
  // A name that leads nowhere is refused whatever rules say; what the gateway asks itself is not decided by them.
  if (!shadow || !decision || !principal || !target || flight.isQuarantined || call.origin !== 'agent') return;
  const other = shadow.decide(decideInputOf(flight, principal));
  const [liveEffect, shadowEffect] = [effectOf(decision), effectOf(other)];
  if (liveEffect === shadowEffect) return;
  const difference = { live: decision.rule, liveEffect, shadow: other.rule, shadowEffect, agent: principal.agent, call: call.id };
  ports.shadows.note(
    principal.org,
    { ...difference, server: target.server, capability: toldName(flight, decision.effect) },
    ports.clock.nowMs(),
  );
}

function effectOf({ effect, hidden }: Decision): string {
  return hidden ? 'hide' : effect;
}
