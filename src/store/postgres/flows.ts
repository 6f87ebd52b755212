// The flows of the PostgreSQL store: quotas, rates, approvals and erasure, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresLimits } from './limits.ts';
import { PostgresRetention } from './retention.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly approvals: PostgresApprovals;
  readonly retention: PostgresRetention;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.approvals = new PostgresApprovals(url);
    this.retention = new PostgresRetention(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.approvals.close(timeoutS), this.retention.close(timeoutS)]);
  }
}
