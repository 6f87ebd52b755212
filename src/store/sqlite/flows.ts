// The flows of the embedded store: quotas, approvals and cursors of forwards, over one way to its two threads.
import { SqliteApprovals } from './approvals.ts';
import { SqliteForwards } from './forwards.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';

export function sqliteFlows(access: SqliteAccess): { limits: SqliteLimits; approvals: SqliteApprovals; forwards: SqliteForwards } {
  return { limits: new SqliteLimits(access), approvals: new SqliteApprovals(access), forwards: new SqliteForwards(access) };
}
