// Approvals of one process: the desk, what a freeze does to tickets, and the look at the store that ends what has expired.
// Never decides about a call: the table does, and asks again under the rules in force.
import { ApprovalDesk, MAX_LIVE } from '../approval/desk.ts';
import type { Ticket } from '../approval/ticket.ts';
import type { StopSubject, StopTarget } from '../kill/stopper.ts';
import type { Logger } from '../observe/log.ts';
import type { Core } from './core.ts';
import type { Inside } from './gateway.ts';
import { judgeOf } from './kill-switch.ts';

/** Between two looks at the tickets of the store, milliseconds. */
const LOOK_MS = 5_000;

export function createApprovals({ store, vault, log, clock }: Core, instance: string): ApprovalDesk {
  const sealer = {
    seal: (org: string, purpose: string, plain: Uint8Array) => vault.seal(org, purpose, plain),
    open: (org: string, purpose: string, sealed: Uint8Array) => vault.open(org, purpose, sealed),
  };
  return new ApprovalDesk({ store: store.approvals, log, clock, sealer, instance });
}

/** INVARIANT: a freeze ends the tickets of whom it stops, grants too: lifting it brings none back (test/scenario/approval.test.ts). */
export function ticketTarget(desk: ApprovalDesk, logger: Pick<Logger, 'error'>): StopTarget {
  return {
    what: 'tickets',
    doomed: (org, judge) =>
      desk.waiting.live(org).flatMap((ticket) => {
        const why = judge(subjectOf(ticket));
        if (!why) return [];
        const end = (): void => {
          desk
            .drain(org, ticket.id, why.message)
            .catch((error: unknown) => logger.error({ why: String(error) }, 'a ticket could not be ended'));
        };
        return [end];
      }),
  };
}

/** Ends what expired, and what a freeze stopped that this process did not know of; returns the function that ends the looking. */
export function watchTickets(inside: Pick<Inside, 'approvals' | 'control' | 'clock' | 'logger'>): () => Promise<void> {
  const { control, logger } = inside;
  let running: Promise<void> | undefined;
  const look = (): void => {
    running ??= lookAtAll(inside, control.all())
      .catch((error: unknown) => logger.warn({ why: String(error) }, 'the tickets of held calls could not be looked at'))
      .finally(() => {
        running = undefined;
      });
  };
  look();
  const timer = setInterval(look, LOOK_MS).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function lookAtAll({ approvals, clock }: Pick<Inside, 'approvals' | 'clock'>, controls: readonly Parameters<typeof judgeOf>[0][]) {
  for (const control of controls) {
    const live = await approvals.expire(control.org, await approvals.list(control.org, { live: true, limit: MAX_LIVE }));
    approvals.waiting.replace(control.org, live);
    const judge = judgeOf(control, clock.nowMs());
    for (const ticket of live) await approvals.nudge(control.org, ticket);
    for (const ticket of live) {
      const why = judge(subjectOf(ticket));
      if (why) await approvals.drain(control.org, ticket.id, why.message);
    }
  }
}

function subjectOf({ requester, server, capability }: Ticket): StopSubject {
  const tool = capability?.kind === 'tool' ? capability.name : undefined;
  return { principal: { ...requester, inScope: () => true }, server, ...(tool === undefined ? {} : { tool }) };
}
