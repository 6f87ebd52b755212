// Brings the last use of tokens to the store every minute and at the end, and says in metrics which tokens end soon or are not used.
// Never on the path of a call; a store that cannot be written is tried again a minute later.
import { reportToken } from '../auth/token-report.ts';
import type { Inside } from './gateway.ts';

/** Between two writes, milliseconds: what a crash may lose of it. */
export const TOKEN_USE_SAVE_MS = 60_000;

/** Returns what ends it, after a last write. */
export async function keepTokenUse(inside: Inside): Promise<() => Promise<void>> {
  const { lastUsed, store, control, clock, logger } = inside;
  const exchange = async (): Promise<void> => {
    try {
      const orgs = control.all().map(({ org }) => org);
      await lastUsed.exchange(store.tokenUse, orgs, clock.nowMs());
    } catch (error) {
      logger.warn({ why: error instanceof Error ? error.message : String(error) }, 'the last use of tokens could not be saved');
    }
  };
  await exchange();
  const timer = setInterval(() => void exchange(), TOKEN_USE_SAVE_MS).unref();
  return async () => {
    clearInterval(timer);
    await exchange();
  };
}

export function tokenMetrics({ metrics, control, lastUsed, clock }: Inside): void {
  const count = (of: 'expiring' | 'unused') =>
    control.all().map(({ org, view }) => {
      const organization = view.organization()?.spec;
      const options = { nowMs: clock.nowMs(), organization, lastUsedMs: (token: string) => lastUsed.get(org, token) };
      return [org, view.tokens().filter((token) => reportToken(token, options)[of]).length] as const;
    });
  metrics.gaugeByOrg('sallyport_tokens_expiring', 'Valid tokens that end soon, as the organization says how soon.', () =>
    count('expiring'),
  );
  metrics.gaugeByOrg('sallyport_tokens_unused', 'Valid tokens that were not used for long, as the organization says how long.', () =>
    count('unused'),
  );
}
