// The flows of the embedded store: quotas, approvals and erasure, over one way to its two threads.
import { SqliteApprovals } from './approvals.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';
import { SqliteRetention } from './retention.ts';

export function sqliteFlows(access: SqliteAccess): { limits: SqliteLimits; approvals: SqliteApprovals; retention: SqliteRetention } {
  return { limits: new SqliteLimits(access), approvals: new SqliteApprovals(access), retention: new SqliteRetention(access) };
}
