// What the limiter takes, refuses and gives back, on a real store; and what operators and explanations see of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { limitObject } from '../../test/support/limits.ts';
import type { Principal } from '../call.ts';
import { ManualClock } from '../lib/clock.ts';
import type { JsonObject } from '../lib/json.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { ProcessRates } from './gcra.ts';
import { compileLimits, type LimitSet } from './limit-set.ts';
import { Limiter, PLACE_RETRY_MS, type Refusal } from './limiter.ts';
import type { PlaceStore, RateStore } from './port.ts';
import type { Subject } from './rule.ts';
import { stateOf, usageOf } from './usage.ts';

const MINUTE_MS = 60_000;
const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-limiter-'));
let store: Store;
let orgs = 0;
beforeAll(async () => {
  store = await openSqliteStore({ dataDir });
});
afterAll(async () => {
  await store.lifecycle.close();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Side {
  org: string;
  clock: ManualClock;
  limiter: Limiter;
  set: LimitSet;
  call(agent?: string, more?: Partial<Subject>): Subject;
  /** Takes with a new hold; the hold is left as it is. */
  take(args?: JsonObject, subject?: Subject, hold?: ReturnType<Limiter['newHold']>): Promise<Refusal | undefined>;
}

/** Each has an organization of its own in the store. */
async function side(objects: StoredObject[], more: { places?: PlaceStore; rates?: RateStore } = {}): Promise<Side> {
  const org = `org${orgs++}`;
  await store.objects.createOrganization(org);
  const clock = new ManualClock(Date.UTC(2026, 0, 2));
  const rates = more.rates ?? new ProcessRates(() => clock.monotonicMs());
  const limiter = new Limiter({ clock, rates, quotas: store.limits.quotas, places: more.places });
  const set = compileLimits(objects);
  const call = (agent = 'bot', over: Partial<Subject> = {}): Subject => {
    const principal: Principal = {
      ...{ org, agent, agentClass: undefined, environment: undefined, teams: [], roles: [], labels: {} },
      ...{ user: undefined, token: undefined, inScope: () => true },
    };
    return { principal, kind: 'call', method: 'tools/call', server: 'shop', tool: 'refund', ...over };
  };
  const take: Side['take'] = async (args, subject = call(), hold = limiter.newHold()) =>
    limiter.take(org, [...set.ofCaller(subject), ...set.ofTarget(subject)], subject, args, hold);
  return { org, clock, limiter, set, call, take };
}

const PER = { per: ['agent'] };
const places = limitObject('few', { ...PER, concurrency: 1 });
const rate = limitObject('slow', { ...PER, rate: { max: 2, windowMs: MINUTE_MS, burst: 2 } });
const quota = limitObject('day', { ...PER, quota: { max: 2, windowMs: MINUTE_MS, fixed: true } });
const money = limitObject('money', { ...PER, quota: { max: '10.00', windowMs: MINUTE_MS, fixed: true, sum: { path: 'amount' } } });

describe('a place', () => {
  it('is taken, refused to the next call, and free when the hold leaves it', async () => {
    const one = await side([places]);
    const hold = one.limiter.newHold();
    expect(await one.take({}, one.call(), hold)).toBeUndefined();
    expect(await one.take({}, one.call(), hold)).toBeUndefined();
    expect(await one.take()).toEqual({
      code: 'limit_exceeded',
      limit: 'few',
      message: 'Limit "few" allows 1 call at once. Let one end, then call again.',
      retryAfterMs: PLACE_RETRY_MS,
    });
    expect(await one.take({}, one.call('other'))).toBeUndefined();
    expect(hold.leavePlaces()).toBeUndefined();
    expect(await one.take()).toBeUndefined();
  });

  it('of several, none is taken where one is full, and no rate is paid then', async () => {
    const wide = limitObject('a-wide', { concurrency: 9 });
    const one = await side([wide, places, rate]);
    await one.take({}, one.call());
    expect((await one.take())?.limit).toBe('few');
    expect((await one.take())?.limit).toBe('few');
    expect(one.limiter.places.inUse(`${one.org}\na-wide|`)).toBe(1);
    expect((await stateOf(one.limiter, one.set, one.call(), {}, 0)).find(({ part }) => part === 'rate')).toMatchObject({ used: '1' });
  });

  it('is not asked for by calls that the limit does not count', async () => {
    const one = await side([places]);
    await one.take();
    expect(await one.take({}, one.call('bot', { kind: 'subscription', method: 'subscriptions/listen', tool: undefined }))).toBeUndefined();
  });

  it('that gateways share is taken here and there, given back here and there, and here where it is full or fails there', async () => {
    const asked: unknown[] = [];
    let answer: () => number | undefined = () => undefined;
    const shared: PlaceStore = {
      take: async (org, ticket, items) => {
        asked.push([org, typeof ticket, items.map(({ key, max }) => [key, max])]);
        return answer();
      },
      leave: async (ticket) => void asked.push(`leave ${typeof ticket}`),
      inUse: async (org, key) => (org === one.org && key === `${one.org}\nfew|agent=bot` ? 4 : 0),
    };
    const one = await side([places, rate], { places: shared });
    const key = `${one.org}\nfew|agent=bot`;
    const hold = one.limiter.newHold();
    expect(await one.take({}, one.call(), hold)).toBeUndefined();
    expect(asked).toEqual([[one.org, 'string', [[key, 1]]]]);
    expect((await one.take())?.limit).toBe('few');
    expect(asked).toHaveLength(1);
    const [few] = await stateOf(one.limiter, one.set, one.call(), undefined, 0);
    expect(few).toEqual({ limit: 'few', part: 'concurrency', used: '4', max: '1', hasRoom: false });
    await hold.leavePlaces();
    expect([asked.at(-1), one.limiter.places.size]).toEqual(['leave string', 0]);
    answer = () => 0;
    expect(await one.take()).toMatchObject({ limit: 'few', code: 'limit_exceeded' });
    expect(one.limiter.places.size).toBe(0);
    answer = () => {
      throw new Error('the store is gone');
    };
    await expect(one.take()).rejects.toThrow('the store is gone');
    expect(one.limiter.places.size).toBe(0);
    answer = () => undefined;
    expect(await one.take()).toBeUndefined();
    await one.take({}, one.call('x'));
    await one.take({}, one.call('x', { tool: 'y' }));
  });
});

describe('a rate', () => {
  it('is paid once by a call, however often it is judged, and again by the next', async () => {
    const one = await side([rate]);
    const hold = one.limiter.newHold();
    for (let i = 0; i < 3; i++) expect(await one.take({}, one.call(), hold)).toBeUndefined();
    expect(await one.take()).toBeUndefined();
    expect(await one.take()).toMatchObject({ code: 'limit_exceeded', limit: 'slow', retryAfterMs: MINUTE_MS });
    expect((await one.take())?.message).toBe('Limit "slow" allows 2 calls in 1 minute. Call again in 1 minute.');
    expect(await one.take({}, one.call('other'))).toBeUndefined();
    one.clock.advance(MINUTE_MS);
    expect(await one.take()).toBeUndefined();
  });

  it('of several, the one that is too fast is named, and nothing is counted elsewhere', async () => {
    const narrow = limitObject('z', { rate: { max: 1, windowMs: MINUTE_MS } });
    const one = await side([rate, narrow, quota]);
    await one.take();
    expect((await one.take())?.limit).toBe('z');
    const uses = await usageOf(one.limiter, one.set, one.org, one.clock.nowMs(), 'day');
    expect(uses[0]?.counts[0]?.used).toBe('1');
  });

  it('that is counted elsewhere is waited for', async () => {
    let late: { index: number; retryAfterMs: number } | undefined;
    const asked: unknown[] = [];
    const rates: RateStore = {
      take: async (org, items) => {
        asked.push([org, items.map(({ key }) => key)]);
        return late;
      },
      ahead: () => [],
    };
    const one = await side([rate, quota], { rates });
    const hold = one.limiter.newHold();
    expect(await one.take({}, one.call(), hold)).toBeUndefined();
    expect(hold.reservations.size).toBe(1);
    expect(asked).toEqual([[one.org, ['slow|agent=bot']]]);
    await one.take({}, one.call(), hold);
    expect(asked).toHaveLength(1);
    late = { index: 0, retryAfterMs: 7 };
    const refused = one.limiter.newHold();
    expect(await one.take({}, one.call(), refused)).toMatchObject({ limit: 'slow', retryAfterMs: 7 });
    expect([refused.paid.size, refused.reservations.size]).toEqual([0, 0]);
  });
});

describe('a quota', () => {
  it('is reserved, refused when it is used up with the time of more room, and free again when it is given back', async () => {
    const one = await side([quota]);
    const hold = one.limiter.newHold();
    await one.take({}, one.call(), hold);
    await one.take({}, one.call(), hold);
    await one.take();
    one.clock.advance(10_000);
    expect(await one.take()).toEqual({
      code: 'limit_exceeded',
      limit: 'day',
      message: 'Limit "day" allows 2 calls in 1 minute, and they are used up. There is more room in 50 seconds at the earliest.',
      retryAfterMs: 50_000,
    });
    expect(await one.take({}, one.call('other'))).toBeUndefined();
    const dropped = hold.drop(() => true);
    await one.limiter.release(one.org, dropped);
    await one.limiter.release(one.org, []);
    expect(await one.take()).toBeUndefined();
    expect((await one.take())?.limit).toBe('day');
    one.clock.advance(50_000);
    expect(await one.take()).toBeUndefined();
  });

  it('over an amount counts the amount; one that cannot be read or can never pass is refused with the reason', async () => {
    const one = await side([money]);
    expect(await one.take({ amount: 7.5 })).toBeUndefined();
    expect((await one.take({ amount: 2.51 }))?.message).toBe(
      'Limit "money" allows 10.00 of "amount" in 1 minute; 7.50 are used, so 2.51 more do not fit. There is more room in 1 minute at the earliest.',
    );
    expect(await one.take({ amount: 0 })).toBeUndefined();
    expect(await one.take({ amount: 2.5 })).toBeUndefined();
    expect(await one.take({ amount: 'ten' })).toEqual({
      code: 'invalid_arguments',
      limit: 'money',
      message:
        'The arguments cannot be counted by limit "money": "amount" must be a plain decimal number. Mend the argument and call again.',
      retryAfterMs: undefined,
    });
    const never = 'Limit "money" allows 10.00 in all, so this can never pass. Ask for less, or ask an operator.';
    expect(await one.take({ amount: 10.01 })).toEqual({ code: 'limit_exceeded', limit: 'money', message: never, retryAfterMs: undefined });
    expect((await one.take({ amount: 1e300 }))?.message).toBe(never);
  });

  it('is reserved anew when the amount of the call changed, and stands in its own way for nothing', async () => {
    const one = await side([money]);
    const hold = one.limiter.newHold();
    const used = async () => (await usageOf(one.limiter, one.set, one.org, one.clock.nowMs()))[0]?.counts[0]?.used;
    await one.take({ amount: 8 }, one.call(), hold);
    expect(await one.take({ amount: 9 }, one.call(), hold)).toBeUndefined();
    expect(await used()).toBe('9.00');
    await one.take({ amount: 9 }, one.call(), hold);
    expect(await used()).toBe('9.00');
    expect([...hold.reservations.values()].map(({ item }) => item.units)).toEqual([900]);
  });

  it('that does not count a call takes nothing from it', async () => {
    const usd = { path: 'amount', where: { currency: ['usd'] } };
    const one = await side([
      limitObject('usd', { quota: { max: '1.00', windowMs: MINUTE_MS, sum: usd } }),
      limitObject('tools', { match: { tool: ['other'] }, quota: { max: 1, windowMs: MINUTE_MS } }),
    ]);
    for (let i = 0; i < 3; i++) expect(await one.take({ amount: 1, currency: 'eur' }, one.call('bot', { kind: 'call' }))).toBeUndefined();
    expect((await one.take({ amount: 2, currency: 'usd' }))?.limit).toBe('usd');
    expect(await one.take({ amount: 1 }, one.call('bot', { kind: 'list', method: 'tools/list', tool: undefined }))).toBeUndefined();
  });

  it('of several, all are reserved or none', async () => {
    const one = await side([quota, limitObject('one', { quota: { max: 1, windowMs: MINUTE_MS } })]);
    await one.take();
    expect((await one.take())?.limit).toBe('one');
    const counts = (await usageOf(one.limiter, one.set, one.org, one.clock.nowMs())).map(({ limit, counts: [first] }) => [
      limit.name,
      first?.used,
    ]);
    expect(counts).toEqual([
      ['day', '1'],
      ['one', '1'],
    ]);
  });
});

describe('what is used', () => {
  it('is told limit by limit and count by count, of one limit when it is named', async () => {
    const one = await side([places, rate, quota, money]);
    await one.take({ amount: '1.5' });
    one.clock.advance(1_000);
    await one.take({ amount: 2 }, one.call('other'));
    const uses = await usageOf(one.limiter, one.set, one.org, one.clock.nowMs());
    const roomAtMs = Date.UTC(2026, 0, 2) + MINUTE_MS;
    const all = uses.map(({ limit, counts }) => [limit.name, [...counts].sort((a, b) => (a.key < b.key ? -1 : 1))]);
    const of = (part: string, used: string, max: string, room: number | undefined) =>
      ['bot', 'other'].map((agent) => ({ part, key: `agent=${agent}`, used, max, roomAtMs: room }));
    const [bot, other] = of('quota', '1.50', '10.00', roomAtMs);
    expect(all).toEqual([
      ['day', of('quota', '1', '2', roomAtMs)],
      ['few', of('concurrency', '1', '1', undefined)],
      ['money', [bot, { ...other, used: '2.00' }]],
      ['slow', []],
    ]);
    expect((await usageOf(one.limiter, one.set, one.org, one.clock.nowMs(), 'few')).map(({ limit }) => limit.name)).toEqual(['few']);
    one.clock.advance(MINUTE_MS);
    expect((await usageOf(one.limiter, one.set, one.org, one.clock.nowMs(), 'day'))[0]?.counts).toEqual([]);
    expect((await usageOf(one.limiter, one.set, 'elsewhere', one.clock.nowMs(), 'few'))[0]?.counts).toEqual([]);
  });

  it('of a window of any start is the sum of what still counts, and room comes with the oldest of it', async () => {
    const one = await side([limitObject('any', { quota: { max: 9, windowMs: MINUTE_MS } })]);
    const beganMs = one.clock.nowMs();
    for (let i = 0; i < 3; i++) {
      await one.take();
      one.clock.advance(10_000);
    }
    const [use] = await usageOf(one.limiter, one.set, one.org, one.clock.nowMs());
    expect(use?.counts).toEqual([{ part: 'quota', key: '', used: '3', max: '9', roomAtMs: beganMs + MINUTE_MS + 1_000 }]);
    one.clock.advance(MINUTE_MS - 22_000);
    expect((await usageOf(one.limiter, one.set, one.org, one.clock.nowMs()))[0]?.counts[0]).toMatchObject({ used: '2' });
  });

  it('by a call like this is told without taking anything', async () => {
    const asked = limitObject('asked', { quota: { max: 1, windowMs: MINUTE_MS }, onRequest: true });
    const one = await side([places, rate, quota, money, asked, limitObject('off', { match: { tool: ['other'] }, concurrency: 1 })]);
    const state = async (args: JsonObject, names?: string[], subject = one.call()) =>
      (await stateOf(one.limiter, one.set, subject, args, one.clock.nowMs(), names)).map(
        ({ limit, part, used, max, hasRoom }) => `${limit} ${part} ${used}/${max} ${hasRoom}`,
      );
    const nothing = ['few concurrency 0/1 true', 'slow rate 0/2 true', 'day quota 0/2 true', 'money quota 0.00/10.00 true'];
    expect(await state({ amount: 10 })).toEqual(nothing);
    expect(await state({ amount: 10 })).toEqual(nothing);
    await one.take({ amount: 9 });
    const after = ['few concurrency 1/1 false', 'slow rate 1/2 true', 'day quota 1/2 true', 'money quota 9.00/10.00 true'];
    expect(await state({ amount: 1 })).toEqual(after);
    expect((await state({ amount: 1.01 })).at(-1)).toBe('money quota 9.00/10.00 false');
    expect((await state({ amount: 'x' })).at(-1)).toBe('money quota 9.00/10.00 false');
    expect(await state({ amount: 10 }, undefined, one.call('other'))).toEqual(nothing);
    expect(await state({ amount: 1 }, ['asked', 'none', 'day'])).toEqual([...after, 'asked quota 0/1 true']);
    const other = one.call('bot', { tool: undefined, method: 'tools/list', kind: 'list' });
    expect(await state({}, undefined, other)).toEqual(after.slice(0, 2));
    one.clock.advance(MINUTE_MS);
    expect((await state({ amount: 10 })).slice(1)).toEqual(nothing.slice(1));
  });

  it('by a call like this is told with the time at which it would have room, if no other call comes', async () => {
    const any = limitObject('any', { quota: { max: '10.00', windowMs: MINUTE_MS, sum: { path: 'amount' } } });
    const one = await side([limitObject('pace', { rate: { max: 2, windowMs: MINUTE_MS, burst: 1 } }), any, quota]);
    const state = async (amount: number) =>
      (await stateOf(one.limiter, one.set, one.call(), { amount }, one.clock.nowMs())).map(({ limit, hasRoom, roomAtMs }) => [
        limit,
        hasRoom,
        roomAtMs === undefined ? undefined : roomAtMs - beganMs,
      ]);
    const beganMs = one.clock.nowMs();
    await one.take({ amount: 4 });
    one.clock.advance(40_000);
    await one.take({ amount: 5 });
    expect(await state(1)).toEqual([
      ['pace', false, 70_000],
      ['any', true, undefined],
      ['day', false, expect.any(Number)],
    ]);
    // Each with the bucket that makes enough room; never for more than there is in all.
    expect((await state(5))[1]).toEqual(['any', false, MINUTE_MS + 1_000]);
    expect((await state(6))[1]).toEqual(['any', false, 40_000 + MINUTE_MS + 1_000]);
    expect((await state(10))[1]).toEqual(['any', false, 40_000 + MINUTE_MS + 1_000]);
    expect((await state(10.01))[1]).toEqual(['any', false, undefined]);
    // It is so.
    one.clock.advance(MINUTE_MS + 1_000 - 40_000 - 1);
    expect((await state(5))[1]).toEqual(['any', false, MINUTE_MS + 1_000]);
    one.clock.advance(1);
    expect((await state(5))[1]).toEqual(['any', true, undefined]);
    one.clock.advance(70_000 - MINUTE_MS - 1_000 - 1);
    expect((await state(1))[0]).toEqual(['pace', false, 70_000]);
    one.clock.advance(1);
    expect((await state(1))[0]).toEqual(['pace', true, undefined]);
  });

  it('of a rate that is counted elsewhere is asked there; a sum that does not count the call is not told', async () => {
    let aheadUs = 0;
    const rates: RateStore = { take: () => undefined, ahead: async () => [aheadUs] };
    const usd = limitObject('usd', { quota: { max: '1.00', windowMs: MINUTE_MS, sum: { path: 'amount', where: { currency: ['usd'] } } } });
    const one = await side([rate, usd], { rates });
    expect(await stateOf(one.limiter, one.set, one.call(), { amount: 1, currency: 'eur' }, 0)).toEqual([
      { limit: 'slow', part: 'rate', used: '0', max: '2', hasRoom: true },
    ]);
    aheadUs = MINUTE_MS * 1_000 * 5;
    const [full] = await stateOf(one.limiter, one.set, one.call(), undefined, 1_000);
    expect(full).toMatchObject({ used: '2', hasRoom: false });
    expect(full?.roomAtMs).toBeGreaterThan(MINUTE_MS * 4);
  });
});
