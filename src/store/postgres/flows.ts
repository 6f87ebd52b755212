// The flows of the PostgreSQL store: quotas, rates, approvals and cursors of forwards, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresForwards } from './forwards.ts';
import { PostgresLimits } from './limits.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly approvals: PostgresApprovals;
  readonly forwards: PostgresForwards;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.approvals = new PostgresApprovals(url);
    this.forwards = new PostgresForwards(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.approvals.close(timeoutS), this.forwards.close(timeoutS)]);
  }
}
