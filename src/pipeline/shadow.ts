// Policies that only watch: what they would have made of a call, compared with what was decided. Differences are counted in a bounded table, which
// somebody else writes to the log now and then. Never changes a decision; nothing is done where no policy watches.
import type { ShadowDifference } from '../audit/entry.ts';
import type { Decision } from '../call.ts';
import { decideInputOf } from './decide-input.ts';
import type { Flight } from './flight.ts';

/** Differences that are told apart in one organization between two entries; what is beyond is counted only. */
export const MAX_DIFFERENCES = 200;

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
    let open = this.#open.get(org);
    if (!open) {
      open = { fromMs: nowMs, differences: [], beyond: 0, byKey: new Map() };
      this.#open.set(org, open);
    }
    const { call: _, ...alike } = difference;
    const key = JSON.stringify(alike);
    const known = open.byKey.get(key);
    if (known) known.count++;
    else if (open.differences.length >= MAX_DIFFERENCES) open.beyond++;
    else {
      const made = { ...difference, count: 1 };
      open.byKey.set(key, made);
      open.differences.push(made);
    }
  }

  /** Not written to the log yet. */
  pending(org: string): readonly ShadowDifference[] {
    return this.#open.get(org)?.differences ?? [];
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
  const { server, capability } = target;
  const difference = { live: decision.rule, liveEffect, shadow: other.rule, shadowEffect, agent: principal.agent, call: call.id };
  ports.shadows.note(principal.org, { ...difference, server, capability: capability?.name }, ports.clock.nowMs());
}

function effectOf({ effect, hidden }: Decision): string {
  return hidden ? 'hide' : effect;
}
