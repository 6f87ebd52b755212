// A row of the cursors of forwards, from either driver.
import type { ForwardCursor } from '../export/port.ts';

export function toCursor(row: Readonly<Record<string, unknown>>): ForwardCursor {
  const optional = (value: unknown) => (value === null || value === undefined ? undefined : Number(value));
  return {
    name: String(row.name),
    start: String(row.start),
    next: Number(row.next),
    epoch: Number(row.epoch),
    owner: String(row.owner),
    sent: Number(row.sent),
    lost: Number(row.lost),
    failures: Number(row.failures),
    lastError: row.last_error === null || row.last_error === undefined ? undefined : String(row.last_error),
    lastErrorMs: optional(row.last_error_ms),
    lastSentMs: optional(row.last_sent_ms),
  };
}
