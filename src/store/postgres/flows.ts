// The flows of the PostgreSQL store: quotas, rates, calls at once, approvals and erasure, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresLimits } from './limits.ts';
import { PostgresPlaces } from './places.ts';
import { PostgresRetention } from './retention.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly places: PostgresPlaces;
  readonly approvals: PostgresApprovals;
  readonly retention: PostgresRetention;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.places = new PostgresPlaces(url);
    this.approvals = new PostgresApprovals(url);
    this.retention = new PostgresRetention(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([
      this.limits.close(timeoutS),
      this.places.close(timeoutS),
      this.approvals.close(timeoutS),
      this.retention.close(timeoutS),
    ]);
  }
}
