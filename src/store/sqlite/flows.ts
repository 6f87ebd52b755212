// The flows of the embedded store: quotas, approvals, deliveries and erasure, over one way to its two threads.
import { SqliteApprovals } from './approvals.ts';
import { SqliteDeliveries } from './deliveries.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';
import { SqliteRetention } from './retention.ts';

export interface Flows {
  limits: SqliteLimits;
  approvals: SqliteApprovals;
  deliveries: SqliteDeliveries;
  retention: SqliteRetention;
}

export function sqliteFlows(access: SqliteAccess): Flows {
  return {
    limits: new SqliteLimits(access),
    approvals: new SqliteApprovals(access),
    deliveries: new SqliteDeliveries(access),
    retention: new SqliteRetention(access),
  };
}
