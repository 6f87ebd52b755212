// Keeping an agent waiting for people, no longer than its patience: signs of life while it waits, and a look at the store with each.
// Never waits for a client that gave no sign that it can: others would not know why nothing comes.
import { DEFAULT_EXPIRY_MS } from '../approval/desk.ts';
import { isObject } from '../lib/json.ts';
import type { Flight } from './flight.ts';

/** Between two signs of life while a call waits, milliseconds; as often it is looked whether another gateway decided. */
const PROGRESS_MS = 2_000;

/** It asked for progress, or it was told that it waits for people and came back (or stayed) for that. */
export function mayWait(flight: Flight): boolean {
  const { round, waitUntilMs, ports } = flight;
  if (ports.settings.approvalWaitMs === 0) return false;
  return waitUntilMs !== undefined || (round !== undefined && !round.declined) || progressToken(flight) !== undefined;
}

/** Time until what nobody decides is refused, milliseconds. */
export function decideByMs({ control }: Flight): number {
  return control.view.organization()?.spec.approvals?.expireAfterMs ?? DEFAULT_EXPIRY_MS;
}

/** From now on it waits, whether it asked for progress or not. */
export function startWaiting(flight: Flight): void {
  flight.waitUntilMs ??= flight.ports.clock.monotonicMs() + flight.ports.settings.approvalWaitMs;
}

/** True when `isOver` said so; false when the patience is over. Throws the signal's reason when the call is ended. */
export async function waitUntil(flight: Flight, ticket: string, message: string, isOver: () => Promise<boolean>): Promise<boolean> {
  const { call, ports, signal, control } = flight;
  startWaiting(flight);
  const token = progressToken(flight);
  for (let progress = 1; ; progress++) {
    const leftMs = (flight.waitUntilMs ?? 0) - ports.clock.monotonicMs();
    if (leftMs <= 0) return false;
    if (token !== undefined) await call.peer.notify('notifications/progress', { progressToken: token, progress, message });
    await ports.approvals.waiting.next(control.org, ticket, Math.min(leftMs, PROGRESS_MS), signal);
    if (signal.aborted) throw signal.reason;
    if (await isOver()) return true;
  }
}

function progressToken({ received }: Flight): string | number | undefined {
  const { _meta: meta } = received.params ?? {};
  const token = isObject(meta) ? meta.progressToken : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
