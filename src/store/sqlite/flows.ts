// The flows of the embedded store: quotas, approvals and notifications, over one way to its two threads.
import { systemClock } from '../../lib/clock.ts';
import { SqliteApprovals } from './approvals.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';
import { SqliteOutbox } from './outbox.ts';

export function sqliteFlows(access: SqliteAccess): { limits: SqliteLimits; approvals: SqliteApprovals; outbox: SqliteOutbox } {
  return {
    limits: new SqliteLimits(access),
    approvals: new SqliteApprovals(access),
    outbox: new SqliteOutbox(access, systemClock),
  };
}
