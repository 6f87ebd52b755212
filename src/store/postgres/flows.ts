// The flows of the PostgreSQL store: quotas, rates, approvals and notifications, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresLimits } from './limits.ts';
import { PostgresOutbox } from './outbox.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly approvals: PostgresApprovals;
  readonly outbox: PostgresOutbox;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.approvals = new PostgresApprovals(url);
    this.outbox = new PostgresOutbox(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.approvals.close(timeoutS), this.outbox.close(timeoutS)]);
  }
}
