// The calls that are running now, so that a freeze or a revocation can stop them. One of the two places where the operator side reaches a
// running pipeline. Never holds a call after its release, and never more than the limit.
import { GatewayError } from '../lib/error.ts';
import { Roster } from '../lib/roster.ts';
import type { Judge, StopSubject, StopTarget } from './stopper.ts';

/** Calls in flight at once, per process. */
export const MAX_IN_FLIGHT = 65_536;

/** Share of them that one agent may have: whoever opens all it can does not keep the others out. */
export const AGENT_SHARE = 0.5;

/** Agents without a running call that are remembered. */
export const MAX_IDLE_AGENTS = 10_000;

interface Share {
  running: number;
}

export interface InFlightCall extends StopSubject {
  /** Of a call towards several servers: what ends the part that runs at each, by server. Kept up to date by who runs them. */
  parts?: Map<string, (reason: Error) => void> | undefined;
  /** Ends what its agent hears, before it is aborted. Must not throw; if it does, the others are still silenced. */
  silence?: ((reason: Error) => void) | undefined;
  /** Ends the call; the reason is the signal's reason. Must not throw; if it does, the others are still ended. */
  abort(reason: Error): void;
}

export class InFlight implements StopTarget {
  readonly what = 'calls';
  readonly #calls = new Roster<Seated>();
  /** By organization, then agent. Who has none left goes only when there are many of them. */
  readonly #perAgent = new Map<string, Map<string, Share>>();
  #idleAgents = 0;
  readonly #max: number;
  readonly #maxPerAgent: number;

  constructor(max = MAX_IN_FLIGHT) {
    this.#max = max;
    this.#maxPerAgent = Math.ceil(max * AGENT_SHARE);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Agents whose share is remembered. */
  get knownAgents(): number {
    let known = 0;
    for (const agents of this.#perAgent.values()) known += agents.size;
    return known;
  }

  /** Returns the release function (may be called twice). Throws GatewayError `limit_exceeded` at the limit: the call must not run unseen. */
  register(call: InFlightCall): () => void {
    if (this.#calls.size >= this.#max)
      throw new GatewayError('limit_exceeded', `The gateway already runs ${this.#max} calls. Try again later.`);
    const share = this.#shareOf(call.principal.org, call.principal.agent);
    if (share.running >= this.#maxPerAgent)
      throw new GatewayError('limit_exceeded', `This agent already runs ${share.running} calls. Let some end first, then try again.`);
    if (share.running++ === 0) this.#idleAgents--;
    const seated: Seated = { call, seat: 0 };
    seated.seat = this.#calls.enter(seated);
    let held = true;
    return () => {
      this.#calls.leave(seated.seat, seated);
      if (held) this.#leave(share);
      held = false;
    };
  }

  audible(org: string, judge: Judge): (() => void)[] {
    const ends: (() => void)[] = [];
    for (const { call } of this.#calls) {
      const { silence } = call;
      const reason = silence && call.principal.org === org ? judge(call) : undefined;
      if (silence && reason) ends.push(() => silence(reason));
    }
    return ends;
  }

  doomed(org: string, judge: Judge): (() => void)[] {
    const ends: (() => void)[] = [];
    for (const seated of this.#calls) {
      const { call } = seated;
      if (call.principal.org !== org) continue;
      const reason = judge(call);
      if (reason) ends.push(() => this.#end(seated, reason));
      else if (call.parts) for (const end of doomedParts(call, call.parts, judge)) ends.push(end);
    }
    return ends;
  }

  #shareOf(org: string, agent: string): Share {
    const known = this.#perAgent.get(org)?.get(agent);
    if (known) return known;
    if (this.#idleAgents >= MAX_IDLE_AGENTS) this.#forgetIdle();
    const share: Share = { running: 0 };
    const agents = this.#perAgent.get(org);
    if (agents) agents.set(agent, share);
    else this.#perAgent.set(org, new Map([[agent, share]]));
    this.#idleAgents++;
    return share;
  }

  #leave(share: Share): void {
    if (--share.running === 0) this.#idleAgents++;
  }

  #forgetIdle(): void {
    for (const [org, agents] of this.#perAgent) {
      for (const [agent, { running }] of agents) if (running === 0) agents.delete(agent);
      if (agents.size === 0) this.#perAgent.delete(org);
    }
    this.#idleAgents = 0;
  }

  #end(seated: Seated, reason: Error): void {
    if (this.#calls.leave(seated.seat, seated)) seated.call.abort(reason);
  }
}

interface Seated {
  call: InFlightCall;
  seat: number;
}

function doomedParts({ principal }: InFlightCall, parts: NonNullable<InFlightCall['parts']>, judge: Judge): (() => void)[] {
  const ends: (() => void)[] = [];
  for (const [server, abort] of parts) {
    const reason = judge({ principal, server });
    if (reason) ends.push(() => void (parts.delete(server) && abort(reason)));
  }
  return ends;
}
