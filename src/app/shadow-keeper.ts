// Writes to the log, now and then, what policies of mode shadow would have changed. What a crash takes with it is a minute of counts;
// what the log does not take is written later.
import type { AuditLog } from '../audit/log.ts';
import type { Clock } from '../lib/clock.ts';
import type { Logger } from '../observe/log.ts';
import type { ShadowTally } from '../pipeline/shadow.ts';

/** Between two entries of one organization, milliseconds. */
export const SHADOW_ENTRY_MS = 60_000;

export interface ShadowKeeperOptions {
  tally: ShadowTally;
  log: AuditLog;
  clock: Clock;
  logger: Logger;
  instance: string;
}

export class ShadowKeeper {
  readonly #options: ShadowKeeperOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ShadowKeeperOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => void this.write(), SHADOW_ENTRY_MS).unref();
  }

  async write(): Promise<void> {
    const { tally, log, clock, logger, instance } = this.#options;
    for (const [org, told] of tally.take()) {
      const { fromMs, differences, beyond } = told;
      const fields = { event: 'shadow' as const, timeMs: clock.nowMs(), fromMs, differences, beyond, instance };
      await log.record(org, { type: 'system', fields }).catch((error: unknown) => {
        tally.giveBack(org, told);
        logger.warn(
          { org, why: error instanceof Error ? error.message : String(error) },
          'differences of watching policies were not recorded',
        );
      });
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }
}
