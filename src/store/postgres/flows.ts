// The flows of the PostgreSQL store: quotas, rates, calls at once, approvals, passkeys, deliveries, notifications, erasure and cursors of forwards, each on connections
// of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresDeliveries } from './deliveries.ts';
import { PostgresFlowFacts } from './flow-facts.ts';
import { PostgresForwards } from './forwards.ts';
import { PostgresLimits } from './limits.ts';
import { PostgresOutbox } from './outbox.ts';
import { PostgresPasskeys } from './passkeys.ts';
import { PostgresPlaces } from './places.ts';
import { PostgresRetention } from './retention.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly places: PostgresPlaces;
  readonly approvals: PostgresApprovals;
  readonly passkeys: PostgresPasskeys;
  readonly outbox: PostgresOutbox;
  readonly forwards: PostgresForwards;
  readonly deliveries: PostgresDeliveries;
  readonly retention: PostgresRetention;
  readonly flowFacts: PostgresFlowFacts;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.places = new PostgresPlaces(url);
    this.approvals = new PostgresApprovals(url);
    this.passkeys = new PostgresPasskeys(url);
    this.outbox = new PostgresOutbox(url);
    this.forwards = new PostgresForwards(url);
    this.deliveries = new PostgresDeliveries(url);
    this.retention = new PostgresRetention(url);
    this.flowFacts = new PostgresFlowFacts(url);
  }

  async close(timeoutS: number): Promise<void> {
    const flows = [
      this.flowFacts,
      this.limits,
      this.places,
      this.approvals,
      this.passkeys,
      this.deliveries,
      this.outbox,
      this.retention,
      this.forwards,
    ];
    await Promise.all(flows.map((flow) => flow.close(timeoutS)));
  }
}
