// The flows of the embedded store: quotas, approvals, passkeys, deliveries, notifications, erasure and cursors of forwards, over one way to its two threads.
import { systemClock } from '../../lib/clock.ts';
import { SqliteApprovals } from './approvals.ts';
import { SqliteDeliveries } from './deliveries.ts';
import { SqliteFlowFacts } from './flow-facts.ts';
import { SqliteForwards } from './forwards.ts';
import { type SqliteAccess, SqliteLimits } from './limits.ts';
import { SqliteOutbox } from './outbox.ts';
import { SqlitePasskeys } from './passkeys.ts';
import { SqliteRetention } from './retention.ts';

export interface SqliteFlows {
  limits: SqliteLimits;
  approvals: SqliteApprovals;
  passkeys: SqlitePasskeys;
  deliveries: SqliteDeliveries;
  outbox: SqliteOutbox;
  retention: SqliteRetention;
  forwards: SqliteForwards;
  flowFacts: SqliteFlowFacts;
}

export function sqliteFlows(access: SqliteAccess): SqliteFlows {
  return {
    limits: new SqliteLimits(access),
    approvals: new SqliteApprovals(access),
    passkeys: new SqlitePasskeys(access),
    deliveries: new SqliteDeliveries(access),
    outbox: new SqliteOutbox(access, systemClock),
    retention: new SqliteRetention(access),
    forwards: new SqliteForwards(access),
    flowFacts: new SqliteFlowFacts(access, systemClock),
  };
}
