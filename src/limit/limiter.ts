// Takes a call's share of every limit that applies, or says which one has no room and when to come back. All parts of one step or none:
// places first, then rates, then quotas (the only part that waits for the store).

import type { Clock } from '../lib/clock.ts';
import { newId } from '../lib/id.ts';
import type { Json } from '../lib/json.ts';
import { amountText, readAmount } from './amount.ts';
import { Hold } from './hold.ts';
import { type PlaceItem, Places } from './places.ts';
import type { PlaceStore, QuotaItem, QuotaStore, RateItem, RateStore } from './port.ts';
import { fullText, paceText, placeText } from './refusal-text.ts';
import type { CompiledLimit, Subject } from './rule.ts';
import { bucketAt } from './window.ts';

export interface Refusal {
  code: 'limit_exceeded' | 'invalid_arguments';
  limit: string;
  message: string;
  /** undefined: waiting does not help. */
  retryAfterMs: number | undefined;
}

/** A place at once is likely free soon; nobody knows when. */
export const PLACE_RETRY_MS = 1_000;

export interface LimiterOptions {
  clock: Clock;
  rates: RateStore;
  quotas: QuotaStore;
  /** Counts calls at once for all gateways; undefined: this process alone is what counts. */
  places?: PlaceStore | undefined;
}

export class Limiter {
  readonly places = new Places();
  readonly #options: LimiterOptions;

  constructor(options: LimiterOptions) {
    this.#options = options;
  }

  get quotas(): QuotaStore {
    return this.#options.quotas;
  }

  /** Calls under way that count for this, in all gateways where they are counted together. */
  inUse(org: string, limit: CompiledLimit, subject: Subject): number | Promise<number> {
    const { place } = limit.keysOf(subject);
    return this.#options.places?.inUse(org, place) ?? this.places.inUse(place);
  }

  get rates(): RateStore {
    return this.#options.rates;
  }

  /** Only waits when it must. Rejects with GatewayError when the store fails: then the call must not go on. */
  take(
    org: string,
    limits: readonly CompiledLimit[],
    subject: Subject,
    args: Json | undefined,
    hold: Hold,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    const full = this.#takePlaces(org, limits, subject, hold);
    if (full instanceof Promise) return full.then((refusal) => refusal ?? this.#takeRates(org, limits, subject, args, hold));
    return full ?? this.#takeRates(org, limits, subject, args, hold);
  }

  #takeRates(
    org: string,
    limits: readonly CompiledLimit[],
    subject: Subject,
    args: Json | undefined,
    hold: Hold,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    const rates: RateItem[] = [];
    const paced: CompiledLimit[] = [];
    const ids: string[] = [];
    for (const limit of limits) {
      if (!limit.rate || !limit.counts('rate', subject)) continue;
      const { count, paid } = limit.keysOf(subject);
      if (hold.paid.has(paid)) continue;
      rates.push({ key: count, pace: limit.rate.pace });
      paced.push(limit);
      ids.push(paid);
    }
    const refused = rates.length === 0 ? undefined : this.#options.rates.take(org, rates);
    if (refused instanceof Promise)
      return refused.then((late) => (late ? tooFast(paced, late) : this.#paid(org, limits, subject, args, hold, ids)));
    return refused ? tooFast(paced, refused) : this.#paid(org, limits, subject, args, hold, ids);
  }

  #takePlaces(
    org: string,
    limits: readonly CompiledLimit[],
    subject: Subject,
    hold: Hold,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    const wanted: { limit: CompiledLimit; key: string; max: number }[] = [];
    for (const limit of limits) {
      if (limit.concurrency === undefined || !limit.counts('concurrency', subject)) continue;
      const { place } = limit.keysOf(subject);
      if (!hold.hasPlace(place)) wanted.push({ limit, key: place, max: limit.concurrency });
    }
    if (wanted.length === 0) return undefined;
    const taken = this.places.take(wanted);
    const refusal = (index: number): Refusal => {
      const { limit, max } = wanted[index] as (typeof wanted)[number];
      return { code: 'limit_exceeded', limit: limit.name, message: placeText(limit.name, max), retryAfterMs: PLACE_RETRY_MS };
    };
    if (typeof taken === 'number') return refusal(taken);
    const { places } = this.#options;
    if (places)
      return this.#takeShared(places, org, wanted, taken, hold).then((index) => (index === undefined ? undefined : refusal(index)));
    hold.keepPlaces(wanted, taken);
    return undefined;
  }

  /** The places of this process are taken already. INVARIANT: a place is given back on every path, and only once (test/fault/limit-race.test.ts). */
  async #takeShared(
    places: PlaceStore,
    org: string,
    wanted: readonly PlaceItem[],
    leaveOwn: () => undefined,
    hold: Hold,
  ): Promise<number | undefined> {
    const ticket = newId('place', this.#options.clock.nowMs());
    let full: number | undefined;
    try {
      full = await places.take(org, ticket, wanted);
    } catch (error) {
      leaveOwn();
      throw error;
    }
    if (full !== undefined) {
      leaveOwn();
      return full;
    }
    hold.keepPlaces(wanted, () => {
      leaveOwn();
      return places.leave(ticket);
    });
    return undefined;
  }

  #paid(
    org: string,
    limits: readonly CompiledLimit[],
    subject: Subject,
    args: Json | undefined,
    hold: Hold,
    ids: readonly string[],
  ): Refusal | undefined | Promise<Refusal | undefined> {
    for (const id of ids) hold.paid.add(id);
    return this.reserve(org, limits, subject, args, hold);
  }

  /** The quotas alone: for those that a policy rule asks for. */
  reserve(
    org: string,
    limits: readonly CompiledLimit[],
    subject: Subject,
    args: Json | undefined,
    hold: Hold,
  ): Refusal | undefined | Promise<Refusal | undefined> {
    const wanted: { limit: CompiledLimit; item: QuotaItem; id: string; roomMs: (oldestMs: number) => number }[] = [];
    const nowMs = this.#options.clock.nowMs();
    for (const limit of limits) {
      if (!limit.quota || !limit.counts('quota', subject)) continue;
      const units = unitsFor(limit, args);
      if (units === 'none') continue;
      if (typeof units === 'object') return units;
      const { item, roomMs } = quotaItem(limit, subject, units, nowMs);
      const id = `${limit.version}|${item.key}`;
      const held = hold.reservations.get(id);
      if (held?.item.units === units) continue;
      if (units > item.maxUnits) return tooMuch(limit, units);
      if (units > 0) wanted.push({ limit, item, id, roomMs });
    }
    if (wanted.length === 0) return undefined;
    return this.#reserve(org, wanted, hold, nowMs);
  }

  async #reserve(
    org: string,
    wanted: readonly { limit: CompiledLimit; item: QuotaItem; id: string; roomMs: (oldestMs: number) => number }[],
    hold: Hold,
    nowMs: number,
  ): Promise<Refusal | undefined> {
    // A call that holds another amount of the same quota gives that back first, or it would stand in its own way.
    const ids = new Set(wanted.map(({ id }) => id));
    await this.release(
      org,
      hold.drop(({ limit, item }) => ids.has(`${limit.version}|${item.key}`)),
    );
    const full = await this.#options.quotas.reserve(
      org,
      wanted.map(({ item }) => item),
    );
    if (full) {
      const { limit, item, roomMs } = wanted[full.index] as (typeof wanted)[number];
      const decimals = limit.quota?.sum?.decimals ?? 0;
      const retryAfterMs = full.oldestMs === undefined ? undefined : Math.max(1, roomMs(full.oldestMs) - nowMs);
      const amounts = {
        used: amountText(full.used, decimals),
        max: amountText(item.maxUnits, decimals),
        asked: amountText(item.units, decimals),
      };
      const message = fullText(limit, amounts, retryAfterMs);
      return { code: 'limit_exceeded', limit: limit.name, message, retryAfterMs };
    }
    for (const { limit, item, id } of wanted) hold.reservations.set(id, { limit, item });
    return undefined;
  }

  async release(org: string, items: readonly QuotaItem[]): Promise<void> {
    if (items.length > 0) await this.#options.quotas.release(org, items);
  }

  newHold(): Hold {
    return new Hold();
  }
}

/** The item of one quota at this moment. */
export function quotaItem(
  limit: CompiledLimit,
  subject: Subject,
  units: number,
  nowMs: number,
): { item: QuotaItem; roomMs: (oldestMs: number) => number } {
  const { quota } = limit;
  if (!quota) throw new Error(`limit ${limit.name} has no quota`);
  const { bucketMs, afterMs, untilMs, roomMs } = bucketAt(quota.window, nowMs);
  // Sums of another precision are other sums.
  const key = `${quota.sum ? `${quota.sum.path}.${quota.sum.decimals}` : 'calls'}|${limit.keyOf(subject)}`;
  return { item: { name: limit.name, key, units, maxUnits: quota.maxUnits, bucketMs, afterMs, untilMs }, roomMs };
}

/** How much this call takes of a quota; a refusal when that cannot be told. */
export function unitsFor({ name, quota }: CompiledLimit, args: Json | undefined): number | 'none' | Refusal {
  if (!quota?.sum) return 1;
  const read = readAmount(quota.sum, args, quota.maxUnits);
  if (read.type === 'none') return 'none';
  if (read.type === 'amount') return read.units;
  const message = `The arguments cannot be counted by limit "${name}": ${read.why}. Mend the argument and call again.`;
  return { code: 'invalid_arguments', limit: name, message, retryAfterMs: undefined };
}

function tooFast(paced: readonly CompiledLimit[], { index, retryAfterMs }: { index: number; retryAfterMs: number }): Refusal {
  const limit = paced[index] as CompiledLimit;
  return { code: 'limit_exceeded', limit: limit.name, message: paceText(limit, retryAfterMs), retryAfterMs };
}

function tooMuch(limit: CompiledLimit, units: number): Refusal {
  const decimals = limit.quota?.sum?.decimals ?? 0;
  const asked = units >= Number.MAX_SAFE_INTEGER ? 'this' : amountText(units, decimals);
  const max = amountText(limit.quota?.maxUnits ?? 0, decimals);
  const message = `Limit "${limit.name}" allows ${max} in all, so ${asked} can never pass. Ask for less, or ask an operator.`;
  return { code: 'limit_exceeded', limit: limit.name, message, retryAfterMs: undefined };
}
