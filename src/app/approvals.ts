// Approvals of one process: the desk, what a freeze does to tickets, and the look at the store that ends what has expired.
// Never decides about a call: the table does, and asks again under the rules in force.
import { Deliveries } from '../approval/deliveries.ts';
import { ApprovalDesk, MAX_LIVE } from '../approval/desk.ts';
import type { TicketEvent } from '../approval/events.ts';
import { ReviewLinks } from '../approval/review-link.ts';
import type { Ticket } from '../approval/ticket.ts';
import { UsedBook } from '../approval/used-book.ts';
import type { StopSubject, StopTarget } from '../kill/stopper.ts';
import type { Logger } from '../observe/log.ts';
import type { Core } from './core.ts';
import type { Inside } from './gateway.ts';
import { judgeOf } from './kill-switch.ts';
import { TaskRunner } from './task-runner.ts';

/** Between two looks at the tickets of the store, milliseconds. */
const LOOK_MS = 5_000;

export function createApprovals({ store, vault, log, clock }: Core, instance: string): ApprovalDesk {
  return new ApprovalDesk({ store: store.approvals, passkeys: store.passkeys, log, clock, sealer: sealerOf(vault), instance });
}

export function createDeliveries({ store, vault, clock }: Core, logger: Pick<Logger, 'warn'>): Deliveries {
  const onFailure = (error: unknown): void => logger.warn({ why: String(error) }, 'that a held call still runs could not be written down');
  return new Deliveries({ store: store.deliveries, clock, sealer: sealerOf(vault), onFailure });
}

export function createUsedBook({ store, clock }: Core, { events }: ApprovalDesk): UsedBook {
  return new UsedBook(store.approvals, events, clock);
}

/** `isKnown`: is there such an organization? Only of those there are keys. */
export function createLinks({ vault, clock }: Core, isKnown: (org: string) => boolean): ReviewLinks {
  return new ReviewLinks({ clock, mac: (org, purpose, text) => (isKnown(org) ? vault.mac(org, purpose, text) : undefined) });
}

function sealerOf(vault: Core['vault']) {
  return {
    seal: (org: string, purpose: string, plain: Uint8Array) => vault.seal(org, purpose, plain),
    open: (org: string, purpose: string, sealed: Uint8Array) => vault.open(org, purpose, sealed),
  };
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
export function watchTickets(inside: Watched): () => Promise<void> {
  const { approvals, control, logger } = inside;
  const tasks = new TaskRunner(inside);
  const endListening = approvals.events.listen((org, event, ticket) => tellWaiting(logger, org, event, ticket));
  let running: Promise<void> | undefined;
  const look = (): void => {
    running ??= lookAtAll(inside, control.all(), tasks)
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
    endListening();
    await tasks.stop();
  };
}

type Watched = Pick<Inside, 'approvals' | 'usedGrants' | 'deliveries' | 'pipeline' | 'control' | 'clock' | 'logger'>;

/** What waits too long is told in the process log as well, for who watches nothing else. */
function tellWaiting(
  logger: Pick<Logger, 'warn'>,
  org: string,
  event: TicketEvent,
  { id, rule, requester, reminded, expiresMs }: Ticket,
): void {
  if (event !== 'reminded' && event !== 'escalated') return;
  const about = {
    org,
    ticket: id,
    rule,
    agent: requester.agent,
    reminders: reminded?.count ?? 0,
    until: new Date(expiresMs).toISOString(),
  };
  logger.warn(
    about,
    event === 'reminded' ? 'a held call still waits for a person' : 'a held call waited so long that more people may decide',
  );
}

async function lookAtAll({ approvals, usedGrants, clock }: Watched, controls: readonly Parameters<typeof judgeOf>[0][], tasks: TaskRunner) {
  for (const control of controls) {
    const live = await approvals.expire(control.org, await approvals.list(control.org, { live: true, limit: MAX_LIVE }));
    approvals.waiting.replace(control.org, live);
    const judge = judgeOf(control, clock.nowMs());
    const whys = live.map((ticket) => judge(subjectOf(ticket)));
    for (const [i, ticket] of live.entries()) if (whys[i]) await approvals.drain(control.org, ticket.id, whys[i].message);
    for (const [i, ticket] of live.entries()) if (!whys[i]) await approvals.nudge(control.org, ticket);
    await tasks.look(control.org, live);
    await usedGrants.refresh(control.org);
  }
}

function subjectOf({ requester, server, capability }: Ticket): StopSubject {
  const tool = capability?.kind === 'tool' ? capability.name : undefined;
  return { principal: { ...requester, inScope: () => true }, server, ...(tool === undefined ? {} : { tool }) };
}
