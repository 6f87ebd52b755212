// The flows of the embedded store: quotas and approvals, over one way to its two threads.
import { SqliteApprovals } from './approvals.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';

export function sqliteFlows(access: SqliteAccess): { limits: SqliteLimits; approvals: SqliteApprovals } {
  return { limits: new SqliteLimits(access), approvals: new SqliteApprovals(access) };
}
