// The flows of the PostgreSQL store: quotas, rates and approvals, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresLimits } from './limits.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly approvals: PostgresApprovals;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.approvals = new PostgresApprovals(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.approvals.close(timeoutS)]);
  }
}
