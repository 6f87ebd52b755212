// The limits of a running gateway: where rates and quotas are counted, and what is done about them from time to time.
import type { AuditLog } from '../audit/log.ts';
import type { Config } from '../config.ts';
import type { Clock } from '../lib/clock.ts';
import { FallbackRates } from '../limit/fallback-rates.ts';
import { type Flood, FloodGate } from '../limit/flood.ts';
import { ProcessRates } from '../limit/gcra.ts';
import { Limiter } from '../limit/limiter.ts';
import type { PlaceStore, QuotaStore, RateStore } from '../limit/port.ts';
import type { Logger } from '../observe/log.ts';
import { RedisRates } from '../store/redis/rates.ts';

/** How often floods that are over are written to the log. */
const COLLECT_MS = 5_000;
/** How often counts of windows that are over are dropped. */
const FORGET_MS = 600_000;

export interface Limits {
  limiter: Limiter;
  floods: FloodGate;
  /** Writes what is left to write. */
  stop(): Promise<void>;
}

export interface LimitParts {
  config: Config;
  clock: Clock;
  log: AuditLog;
  logger: Logger;
  instance: string;
  store: { limits: { quotas: QuotaStore; rates: RateStore | undefined; places: PlaceStore | undefined } };
}

export function createLimits(parts: LimitParts): Limits {
  const { clock, logger, store } = parts;
  const { rates, close } = ratesOf(parts);
  const limiter = new Limiter({
    clock,
    rates,
    quotas: store.limits.quotas,
    places: parts.config.limits.concurrency === 'process' ? undefined : store.limits.places,
  });
  const floods = new FloodGate();
  const failed = (what: string) => (error: unknown) => logger.error({ why: String(error) }, what);
  const collect = (everything = false) =>
    Promise.all(floods.collect(clock.nowMs(), everything).map((flood) => recordFlood(parts, flood))).catch(
      failed('refused calls could not be recorded'),
    );
  const collecting = setInterval(() => void collect(), COLLECT_MS).unref();
  const forgetting = setInterval(
    () => void store.limits.quotas.forget(clock.nowMs()).catch(failed('old counts of quotas could not be dropped')),
    FORGET_MS,
  ).unref();
  return {
    limiter,
    floods,
    stop: async () => {
      clearInterval(collecting);
      clearInterval(forgetting);
      await collect(true);
      await close();
    },
  };
}

function ratesOf({ config, clock, logger, store }: LimitParts): { rates: RateStore; close(): Promise<void> } {
  const own = new ProcessRates(() => clock.monotonicMs());
  const { rates } = config.limits;
  if (rates === 'database' && store.limits.rates) return { rates: store.limits.rates, close: async () => undefined };
  if (rates !== 'auto' || config.redisUrl === undefined) return { rates: own, close: async () => undefined };
  const redis = new RedisRates(config.redisUrl);
  const report = (why: string) => logger.warn({ why }, 'Redis does not answer; rates are counted in this process until it does');
  return { rates: new FallbackRates(redis, own, clock, report), close: () => redis.close() };
}

async function recordFlood({ log, clock, instance }: LimitParts, flood: Flood): Promise<void> {
  const { org, agent, token, limit, fromMs, toMs, count } = flood;
  await log.record(org, {
    type: 'system',
    fields: { event: 'limited', timeMs: clock.nowMs(), fromMs, toMs, agent, token, limit, refused: count, instance },
  });
}
