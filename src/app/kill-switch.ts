// The kill switch of one process: whenever freezes, tokens or agents change, what they forbid is ended, whoever changed them and on whichever
// replica; drills are measured and reported to the log. Decides nothing about new calls: those are judged by the rules in force.

import type { AuditLog } from '../audit/log.ts';
import type { Principal } from '../call.ts';
import { compileFreezes } from '../kill/freeze-index.ts';
import { type Judge, Stopper } from '../kill/stopper.ts';
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Control } from '../pipeline/control.ts';

export interface KillSwitchParts {
  clock: Clock;
  log: Pick<AuditLog, 'record'>;
  logger: Logger;
  metrics: Pick<Metrics, 'stopped' | 'freezeDone'>;
  /** Name of this gateway process in the log. */
  instance: string;
}

export class KillSwitch {
  /** Whatever holds something that a freeze must end is added to it. */
  readonly stopper: Stopper;
  readonly #parts: KillSwitchParts;

  constructor(parts: KillSwitchParts) {
    this.#parts = parts;
    this.stopper = new Stopper({
      clock: parts.clock,
      report: (error) => parts.logger.error({ why: String(error) }, 'something could not be ended'),
    });
  }

  /** After every change of what is in force. Ends what it forbids; resolves when that is done, and never rejects. */
  async follow(next: Control, previous: Control | undefined): Promise<void> {
    if (previous && previous.freezes === next.freezes && previous.principals === next.principals) return;
    const { clock } = this.#parts;
    const fresh = freshIn(next, previous, clock.nowMs());
    const stopping = this.#watch(
      this.stopper.stop(next.org, judgeOf(next, clock.nowMs())).then((counts) => {
        for (const [what, count] of Object.entries(counts)) this.#parts.metrics.stopped(what, count);
        for (const { spec } of fresh.freezes) this.#parts.metrics.freezeDone(sinceMs(spec.setAt, clock.nowMs()));
      }),
    );
    for (const drill of fresh.drills) void this.#watch(this.#measure(next, drill));
    await stopping;
  }

  /** INVARIANT: a drill ends nothing (test/scenario/kill-drill.test.ts). */
  async #measure(control: Control, drill: StoredObject<'freeze'>): Promise<void> {
    const { clock, log, instance } = this.#parts;
    const { drill: _, ...spec } = drill.spec;
    const freezes = compileFreezes([{ ...drill, spec }], control.revision);
    const counts = await this.stopper.measure(control.org, judgeOf({ ...control, freezes }, clock.nowMs()));
    const timeMs = clock.nowMs();
    const elapsedMs = sinceMs(drill.spec.setAt, timeMs);
    const fields = { event: 'drill' as const, timeMs, instance, freeze: drill.metadata.name, counts, elapsedMs };
    await log.record(control.org, { type: 'system', fields });
  }

  #watch(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => this.#parts.logger.error({ why: String(error) }, 'the kill switch failed on a change'));
  }
}

/** By the rules in force now, for whoever the caller is now: classes and users of a token may have changed since its call began. */
export function judgeOf(control: Control, nowMs: number): Judge {
  const { freezes, principals } = control;
  const renewed = new Map<string, Principal | undefined>();
  // Wherever its calls come from: the networks of a token were looked at when they came.
  const renew = (token: string): Principal | undefined => {
    if (!renewed.has(token)) renewed.set(token, principals.principalOf(token, nowMs));
    return renewed.get(token);
  };
  return ({ principal, server, tool }) => {
    const current = principal.token === undefined ? principal : renew(principal.token);
    // A token that somebody else got, or that acts for another user by now, is not that of this call.
    if (!current || current.agent !== principal.agent || current.user !== principal.user)
      return new GatewayError('frozen', 'The token of this call is not valid any more.');
    const frozen = freezes.frozen(current, server, nowMs, tool);
    if (!frozen) return undefined;
    return new GatewayError('frozen', `Stopped by the freeze "${frozen.name}": ${frozen.reason}`, { detail: `freeze/${frozen.name}` });
  };
}

function freshIn(next: Control, previous: Control | undefined, nowMs: number) {
  const before = new Set(previous?.view.freezes());
  // At a start everything is new, and nothing runs yet.
  const fresh = previous ? next.view.freezes().filter((freeze) => !before.has(freeze)) : [];
  const drills = next.freezes.drills(nowMs).filter((drill) => fresh.includes(drill));
  return { freezes: fresh.filter(({ spec }) => !spec.drill && spec.setAt !== undefined && !spec.liftRequest), drills };
}

/** From the flag until now, by the clocks of the machines that set and saw it. */
function sinceMs(setAt: string | undefined, nowMs: number): number {
  return Math.max(0, nowMs - (Date.parse(setAt ?? '') || nowMs));
}
