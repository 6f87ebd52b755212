// The flows of the PostgreSQL store: quotas, rates, approvals and deliveries, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresDeliveries } from './deliveries.ts';
import { PostgresLimits } from './limits.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly approvals: PostgresApprovals;
  readonly deliveries: PostgresDeliveries;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.approvals = new PostgresApprovals(url);
    this.deliveries = new PostgresDeliveries(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.approvals.close(timeoutS), this.deliveries.close(timeoutS)]);
  }
}
