// The flows of the PostgreSQL store: quotas, rates, calls at once and approvals, each on connections of its own.
import { PostgresApprovals } from './approvals.ts';
import { PostgresLimits } from './limits.ts';
import { PostgresPlaces } from './places.ts';

export class PostgresFlows {
  readonly limits: PostgresLimits;
  readonly places: PostgresPlaces;
  readonly approvals: PostgresApprovals;

  constructor(url: string) {
    this.limits = new PostgresLimits(url);
    this.places = new PostgresPlaces(url);
    this.approvals = new PostgresApprovals(url);
  }

  async close(timeoutS: number): Promise<void> {
    await Promise.all([this.limits.close(timeoutS), this.places.close(timeoutS), this.approvals.close(timeoutS)]);
  }
}
