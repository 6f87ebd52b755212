// The calls that are running now, so that a freeze or a revocation can stop them. One of the two places where the operator side reaches a
// running pipeline. Never holds a call after its release, and never more than the limit.
import type { Principal } from '../call.ts';
import { GatewayError } from '../lib/error.ts';
import { Roster } from '../lib/roster.ts';
import { type FreezeIndex, type FreezeScope, scopeCovers } from './freeze-index.ts';

/** Calls in flight at once, per process. */
export const MAX_IN_FLIGHT = 65_536;

/** Share of them that one agent may have: whoever opens all it can does not keep the others out. */
export const AGENT_SHARE = 0.5;

export interface InFlightCall {
  principal: Principal;
  /** undefined for a call that is not towards one server. */
  server: string | undefined;
  /** A stream without an end of its own: it must not outlive its token. */
  isStanding?: boolean;
  /** Ends the call; the reason is the signal's reason. Must not throw; if it does, the others are still ended. */
  abort(reason: Error): void;
}

export class InFlight {
  readonly #calls = new Roster<Seated>();
  readonly #perAgent = new Map<string, number>();
  readonly #max: number;
  readonly #maxPerAgent: number;

  constructor(max = MAX_IN_FLIGHT) {
    this.#max = max;
    this.#maxPerAgent = Math.ceil(max * AGENT_SHARE);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Returns the release function (may be called twice). Throws GatewayError `limit_exceeded` at the limit: the call must not run unseen. */
  register(call: InFlightCall): () => void {
    if (this.#calls.size >= this.#max)
      throw new GatewayError('limit_exceeded', `The gateway already runs ${this.#max} calls. Try again later.`);
    const agent = `${call.principal.org}\n${call.principal.agent}`;
    const own = this.#perAgent.get(agent) ?? 0;
    if (own >= this.#maxPerAgent)
      throw new GatewayError('limit_exceeded', `This agent already runs ${own} calls. Let some end first, then try again.`);
    this.#perAgent.set(agent, own + 1);
    const seated: Seated = { call, seat: 0 };
    seated.seat = this.#calls.enter(seated);
    let held = true;
    return () => {
      this.#calls.leave(seated.seat, seated);
      if (held) this.#leave(agent);
      held = false;
    };
  }

  /** Ends the calls of one organization that this scope covers. Returns how many. */
  cancelMatching(org: string, scope: FreezeScope, reason: string): number {
    return this.cancelWhere(
      (call) => call.principal.org === org && scopeCovers(scope, call.principal, call.server),
      new GatewayError('frozen', `Stopped by a freeze: ${reason}`),
    );
  }

  /** Ends the calls of one organization that are frozen under this index; for freezes set through another process. Returns how many. */
  cancelFrozen(org: string, index: FreezeIndex, nowMs: number): number {
    let count = 0;
    for (const seated of [...this.#calls]) {
      const { call } = seated;
      if (call.principal.org !== org) continue;
      const frozen = index.frozen(call.principal, call.server, nowMs);
      if (frozen) count += this.#end(seated, new GatewayError('frozen', `Stopped by the freeze "${frozen.name}": ${frozen.reason}`));
    }
    return count;
  }

  /** Ends every call for which the test holds, e.g. the calls of a revoked token. Returns how many. */
  cancelWhere(test: (call: Readonly<InFlightCall>) => boolean, reason: Error): number {
    let count = 0;
    for (const seated of [...this.#calls]) if (test(seated.call)) count += this.#end(seated, reason);
    return count;
  }

  #leave(agent: string): void {
    const left = (this.#perAgent.get(agent) ?? 1) - 1;
    if (left > 0) this.#perAgent.set(agent, left);
    else this.#perAgent.delete(agent);
  }

  #end(seated: Seated, reason: Error): number {
    if (!this.#calls.leave(seated.seat, seated)) return 0;
    try {
      seated.call.abort(reason);
    } catch {
      // One call that cannot be ended must not keep the others running; its own pipeline reports the failure.
    }
    return 1;
  }
}

interface Seated {
  call: InFlightCall;
  seat: number;
}
