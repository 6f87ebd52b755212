// Rows of deliveries as both drivers give them, and what settling one writes. Pure.
import type { Delivery, DeliveryStatus, OutboxCounts, Settlement } from '../notify/port.ts';

type Row = Readonly<Record<string, unknown>>;

export function asDelivery(row: Row): Delivery {
  return {
    id: Number(row.id),
    subscription: String(row.subscription),
    event: String(row.event),
    type: String(row.type),
    subject: String(row.subject),
    seq: Number(row.seq),
    body: String(row.body),
    status: String(row.status) as DeliveryStatus,
    attempts: Number(row.attempts),
    error: row.error === null || row.error === undefined ? undefined : String(row.error),
    createdMs: Number(row.created_ms),
    nextMs: Number(row.next_ms),
    settledMs: row.settled_ms === null || row.settled_ms === undefined ? undefined : Number(row.settled_ms),
  };
}

export function asCounts(row: Row | undefined, nowMs: number): OutboxCounts {
  const oldest = row?.oldest;
  return {
    pending: Number(row?.pending ?? 0),
    dead: Number(row?.dead ?? 0),
    oldestMs: oldest === null || oldest === undefined ? undefined : Math.max(0, nowMs - Number(oldest)),
  };
}

export interface Settled {
  status: DeliveryStatus;
  error: string | null;
  nextMs: number;
  settledMs: number | null;
  /** Attempts to take back. */
  refund: number;
}

export function settled(settlement: Settlement, nowMs: number): Settled {
  switch (settlement.type) {
    case 'delivered':
      return { status: 'delivered', error: null, nextMs: nowMs, settledMs: nowMs, refund: 0 };
    case 'dead':
      return { status: 'dead', error: settlement.error, nextMs: nowMs, settledMs: nowMs, refund: 0 };
    default:
      return {
        status: 'pending',
        error: settlement.error ?? null,
        nextMs: nowMs + settlement.delayMs,
        settledMs: null,
        refund: settlement.refund ? 1 : 0,
      };
  }
}
