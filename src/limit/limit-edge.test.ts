// The edges of limits, one by one: exact words and numbers of amounts, windows, rates, floods, the order of limits, what a call holds, the fallback.
import { describe, expect, it } from 'vitest';
import type { Principal } from '../call.ts';
import { ManualClock } from '../lib/clock.ts';
import { kinds, type StoredObject } from '../object/kinds.ts';
import { type CompiledSum, MAX_SUM_ELEMENTS, readAmount, unitsOf } from './amount.ts';
import { FallbackRates, RETRY_SHARED_MS } from './fallback-rates.ts';
import { FLOOD_WINDOW_MS, FloodGate, MAX_FLOODS, SINGLE_ENTRIES } from './flood.ts';
import { ProcessRates, paceOf, roomOf } from './gcra.ts';
import { Hold } from './hold.ts';
import { compileLimits } from './limit-set.ts';
import type { QuotaItem } from './port.ts';
import { fullText, paceText, placeText } from './refusal-text.ts';
import { compileLimit, type Subject } from './rule.ts';
import { openTicket, ticketOf, ticketText } from './ticket.ts';
import { bucketAt, SLIDING_BUCKETS } from './window.ts';

const MINUTE_MS = 60_000;
const parsed = (spec: object) => kinds.limit.parse(spec);
const limitOf = (name: string, spec: object, revision = 1): StoredObject<'limit'> => ({
  kind: 'limit',
  metadata: { name },
  spec: parsed(spec),
  revision,
});
const compiled = (spec: object, name = 'l') => compileLimit(name, parsed(spec), '1');
function sumOf(path: string, where: Record<string, unknown> = {}, decimals = 2): CompiledSum {
  return compiled({ quota: { max: decimals === 0 ? 90 : '90.00', windowMs: MINUTE_MS, sum: { path, where, decimals } } }).quota
    ?.sum as CompiledSum;
}

const caller: Principal = {
  ...{ org: 'acme', agent: 'bot', agentClass: 'coder', environment: undefined, teams: ['crew'], roles: [], labels: {} },
  ...{ user: 'ann', token: 't1', inScope: () => true },
};
const call = (over: Partial<Subject> = {}): Subject => ({
  principal: caller,
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  tool: 'refund',
  ...over,
});

describe('an amount', () => {
  it.each([
    [{}, '"a" is missing'],
    [{ a: null }, '"a" must be a number or a decimal text'],
    [{ a: -1 }, '"a" must not be negative'],
    [{ a: '1.234' }, '"a" must have at most 2 digits after the point'],
    [{ a: 'x' }, '"a" must be a plain decimal number'],
  ])('of %j is refused with the reason', (args, why) => expect(readAmount(sumOf('a'), args, 1000)).toEqual({ type: 'bad', why }));

  it('of elements says which member is missing, and how many are too many', () => {
    expect(readAmount(sumOf('l.*.p'), { l: [{ p: 1 }, {}] }, 1000)).toEqual({ type: 'bad', why: '"l.*.p" is missing' });
    expect(readAmount(sumOf('l.*.p'), { l: [{ p: 1 }, 5] }, 1000)).toEqual({ type: 'bad', why: '"l.*.p" is missing' });
    expect(readAmount(sumOf('l.*'), { l: [] }, 1000)).toEqual({ type: 'bad', why: '"l.*" is missing' });
    const l = Array.from({ length: MAX_SUM_ELEMENTS + 1 }, () => 1);
    expect(readAmount(sumOf('l.*'), { l }, 1e9)).toEqual({ type: 'bad', why: `"l.*" names more than ${MAX_SUM_ELEMENTS} values` });
  });

  it('up to the maximum is what it is, and one more is more than anything', () => {
    const beyond = { type: 'amount', units: Number.MAX_SAFE_INTEGER };
    expect(readAmount(sumOf('a'), { a: 10 }, 1000)).toEqual({ type: 'amount', units: 1000 });
    expect(readAmount(sumOf('a'), { a: 10.01 }, 1000)).toEqual(beyond);
    expect(readAmount(sumOf('l.*'), { l: [9, 1] }, 1000)).toEqual({ type: 'amount', units: 1000 });
    expect(readAmount(sumOf('l.*'), { l: [9, 1.01] }, 1000)).toEqual(beyond);
    expect(readAmount(sumOf('l.*'), { l: [10.01, 0] }, 1000)).toEqual(beyond);
  });

  it('reads zeros at the end as nothing, whole amounts as whole, and no power of ten', () => {
    expect([unitsOf('1.000', 0), unitsOf('1.2300', 2), unitsOf(5, 0), unitsOf('5', 0)]).toEqual([1, 123, 5, 5]);
    expect(unitsOf('1.5', 0)).toBe('must be whole');
    expect(unitsOf('1.234', 2)).toBe('must have at most 2 digits after the point');
    expect([unitsOf(1e20, 0), unitsOf(1e21, 0), unitsOf(1e22, 0)]).toEqual(Array(3).fill(Number.MAX_SAFE_INTEGER));
    expect(unitsOf('9007199254740991', 0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(unitsOf('9007199254740990', 0)).toBe(Number.MAX_SAFE_INTEGER - 1);
    expect(unitsOf(1e-7, 6)).toBe('must be a plain decimal number');
  });

  it('counts where any element is of the kind, and where that cannot be told', () => {
    const read = (args: object) => readAmount(sumOf('a', { 'l.*.c': ['usd'] }), { a: 1, ...args } as never, 1000).type;
    expect(read({ l: [{ c: 'eur' }, { c: 'usd' }] })).toBe('amount');
    expect(read({ l: [{ c: 'eur' }, { c: null }] })).toBe('amount');
    expect(read({ l: [{ c: 'eur' }, {}] })).toBe('amount');
    expect(read({ l: [{ c: 'eur' }, { c: { x: 1 } }] })).toBe('amount');
    expect(read({ l: [] })).toBe('amount');
    expect(read({ l: Array.from({ length: MAX_SUM_ELEMENTS + 1 }, () => ({ c: 'eur' })) })).toBe('amount');
    expect(read({ l: [{ c: 'eur' }, { c: 'gbp' }] })).toBe('none');
    expect(readAmount(sumOf('a', { c: ['usd'] }), { a: 1, c: 'eur' }, 1000)).toEqual({ type: 'none' });
  });

  it('is never read from what objects have by themselves', () => {
    expect(readAmount(sumOf('constructor.length', {}, 0), {}, 1000).type).toBe('bad');
    expect(readAmount(sumOf('l.length', {}, 0), { l: [1, 2] }, 1000).type).toBe('bad');
  });
});

describe('a window', () => {
  it('of a fixed length begins at its multiples; what comes later counts too', () => {
    const bucket = bucketAt({ type: 'fixed', windowMs: MINUTE_MS }, 3 * MINUTE_MS + 5);
    expect(bucket).toMatchObject({ bucketMs: 3 * MINUTE_MS, afterMs: 3 * MINUTE_MS - 1, untilMs: 4 * MINUTE_MS });
    expect(bucket.roomMs(3 * MINUTE_MS)).toBe(4 * MINUTE_MS);
  });

  it('of any start is cut into buckets that count until all of them is older', () => {
    const stepMs = MINUTE_MS / SLIDING_BUCKETS;
    const bucket = bucketAt({ type: 'sliding', windowMs: MINUTE_MS }, 10 * MINUTE_MS + stepMs + 1);
    expect(bucket).toMatchObject({ bucketMs: 10 * MINUTE_MS + stepMs, afterMs: 9 * MINUTE_MS + 1, untilMs: 11 * MINUTE_MS + 2 * stepMs });
    expect(bucket.roomMs(1_000)).toBe(1_000 + stepMs + MINUTE_MS);
    expect(bucketAt({ type: 'sliding', windowMs: 61 }, 100)).toMatchObject({ bucketMs: 100, afterMs: 37 });
  });

  it('of the calendar ends for all at once, and is the same again from memory', () => {
    const day = { type: 'calendar', unit: 'day', timeZone: 'Pacific/Auckland' } as const;
    const at = Date.parse('2026-06-01T12:00:00Z');
    const bucket = bucketAt(day, at);
    expect(bucket).toMatchObject({ bucketMs: at, untilMs: at + 86_400_000 });
    expect(bucket.roomMs(at)).toBe(at + 86_400_000);
    expect(bucketAt(day, at)).toMatchObject({ bucketMs: at });
    expect(bucketAt(day, at - 1)).toMatchObject({ bucketMs: at - 86_400_000, untilMs: at });
    expect(bucketAt(day, at + 86_400_000)).toMatchObject({ bucketMs: at + 86_400_000 });
  });

  it.each([
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25T00:00:00Z', '2026-10-25T02:00:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T14:45:00Z', '2026-04-04T14:00:00Z', '2026-04-04T15:30:00Z'],
  ])('where the clock is put back the hour that comes twice is one: %s', (timeZone, now, from, until) => {
    const bucket = bucketAt({ type: 'calendar', unit: 'hour', timeZone }, Date.parse(now));
    expect([new Date(bucket.bucketMs).toISOString(), new Date(bucket.untilMs).toISOString()]).toEqual(
      [from, until].map((text) => new Date(text).toISOString()),
    );
  });
});

describe('a rate', () => {
  it('spreads what is beyond the burst evenly', () => {
    expect(paceOf({ max: 10, windowMs: 7_000, burst: 4 })).toEqual({ emissionUs: 1_000_000, toleranceUs: 3_000_000 });
    expect(paceOf({ max: 5, windowMs: 3_000 })).toEqual({ emissionUs: 1_000_000, toleranceUs: 2_000_000 });
  });

  it('of one organization, and of one key, is none of another; what is full says when to come back', () => {
    let nowMs = 0;
    const rates = new ProcessRates(() => nowMs, 2);
    const item = (key: string) => ({ key, pace: paceOf({ max: 1, windowMs: 1_000 }) });
    expect(rates.take('acme', [item('a')])).toBeUndefined();
    expect(rates.take('other', [item('a')])).toBeUndefined();
    expect(rates.take('acme', [item('b')])).toEqual({ index: 0, retryAfterMs: 1_000 });
    const room = () => rates.ahead('acme', [item('b'), item('a')]).map((aheadUs) => roomOf(item('a').pace, aheadUs));
    expect(room()).toEqual([1, 0]);
    nowMs = 999;
    expect(rates.take('acme', [item('a')])).toEqual({ index: 0, retryAfterMs: 1 });
    expect(room()).toEqual([1, 0]);
    nowMs = 1_000;
    expect(room()).toEqual([1, 1]);
    expect(rates.take('acme', [item('b')])).toBeUndefined();
    expect(rates.take('acme', [item('c')])).toBeUndefined();
    expect(rates.take('acme', [item('d')])).toEqual({ index: 0, retryAfterMs: 1_000 });
  });
});

describe('a flood', () => {
  const who = (agent: string, org = 'acme') => ({ org, agent, token: undefined, limit: 'slow' });

  it('is told from its first refusal to its last; a clock that goes back ends the window', () => {
    const gate = new FloodGate();
    for (let i = 0; i < SINGLE_ENTRIES + 2; i++) gate.admit(who('a'), 1_000 + i);
    expect(gate.collect(1_000 + FLOOD_WINDOW_MS - 1)).toEqual([]);
    expect(gate.collect(999)).toEqual([{ ...who('a'), fromMs: 1_000, toMs: 1_000 + SINGLE_ENTRIES + 1, count: 2 }]);
  });

  it('whose window is over and told nothing begins anew; one that has something to tell goes on', () => {
    const gate = new FloodGate();
    gate.admit(who('a'), 0);
    for (let i = 0; i < SINGLE_ENTRIES; i++) expect(gate.admit(who('a'), FLOOD_WINDOW_MS + i)).toBe(true);
    expect(gate.admit(who('a'), FLOOD_WINDOW_MS + 9)).toBe(false);
    expect(gate.admit(who('a'), 3 * FLOOD_WINDOW_MS)).toBe(false);
    expect(gate.collect(3 * FLOOD_WINDOW_MS)).toEqual([{ ...who('a'), fromMs: FLOOD_WINDOW_MS, toMs: 3 * FLOOD_WINDOW_MS, count: 2 }]);
  });

  it('beyond those that are watched is counted together, for each organization', () => {
    const gate = new FloodGate();
    for (let i = 0; i < MAX_FLOODS; i++) gate.admit(who(`a${i}`), 0);
    for (const org of ['acme', 'other', 'acme']) expect(gate.admit(who('late', org), 0)).toBe(false);
    const rest = { agent: '*', token: undefined, limit: '*', fromMs: 0, toMs: 0 };
    expect(gate.collect(0, true)).toEqual([
      { ...rest, org: 'acme', count: 2 },
      { ...rest, org: 'other', count: 1 },
    ]);
  });
});

describe('the limits of an organization', () => {
  it('stand in order of their names, are found by name, and split by what they need', () => {
    const set = compileLimits([
      limitOf('z', { rate: { max: 2, windowMs: 1_000 } }),
      limitOf('a', { match: { tool: ['refund'] }, concurrency: 1 }),
      limitOf('m', { rate: { max: 2, windowMs: 1_000 }, concurrency: 2, quota: { max: 5, windowMs: MINUTE_MS } }),
      limitOf('q', { quota: { max: 5, windowMs: MINUTE_MS }, onRequest: true }),
      { kind: 'agent', metadata: { name: 'bot' }, spec: {} },
    ]);
    expect(set.all.map(({ name }) => name)).toEqual(['a', 'm', 'q', 'z']);
    expect(set.get('q')).toMatchObject({ name: 'q', version: 'q@1' });
    expect(set.get('none')).toBeUndefined();
    expect(set.ofCaller(call()).map(({ name, quota }) => [name, quota])).toEqual([
      ['m', undefined],
      ['z', undefined],
    ]);
    const late = set.ofTarget(call()).map(({ name, rate, concurrency, quota }) => [name, rate, concurrency, quota?.maxUnits]);
    expect(late.sort()).toEqual([
      ['a', undefined, 1, undefined],
      ['m', undefined, undefined, 5],
    ]);
    expect([set.isEmpty, set.needsNoTarget]).toEqual([false, false]);
  });

  it('are empty when there are none, and need no target when none does', () => {
    const none = compileLimits([]);
    expect([none.isEmpty, none.needsNoTarget, none.ofCaller(call()), none.ofTarget(call())]).toEqual([true, true, [], []]);
    const early = compileLimits([limitOf('z', { match: { class: ['coder'] }, concurrency: 3 })]);
    expect([early.isEmpty, early.needsNoTarget]).toEqual([false, true]);
    expect(early.ofCaller(call())).toHaveLength(1);
    expect(early.ofCaller(call({ principal: { ...caller, agentClass: undefined } }))).toEqual([]);
  });

  it('change their version with the object; without a revision it is the first', () => {
    expect(compileLimits([limitOf('z', { concurrency: 3 }, 7)]).get('z')?.version).toBe('z@7');
    const { revision: _revision, ...fresh } = limitOf('z', { concurrency: 3 });
    expect(compileLimits([fresh]).get('z')?.version).toBe('z@0');
  });

  it('of a token count errors, and only its calls', () => {
    const spec = {
      agent: 'bot',
      hash: '0'.repeat(64),
      hint: 'sp_',
      createdAt: '2026-01-01T00:00:00Z',
      limits: { quota: { max: 5, windowMs: MINUTE_MS } },
    };
    const [own] = compileLimits([{ kind: 'token', metadata: { name: 't1' }, spec }]).ofTarget(call());
    expect(own).toMatchObject({ name: 'token/t1', quota: { freeErrors: false, maxUnits: 5 } });
  });

  it.each([
    ['rate', 'tools/call', 'call', true],
    ['rate', 'tools/list', 'list', true],
    ['rate', 'subscriptions/listen', 'subscription', true],
    ['concurrency', 'subscriptions/listen', 'subscription', false],
    ['concurrency', 'tools/list', 'list', true],
    ['quota', 'tools/list', 'list', false],
    ['quota', 'resources/read', 'read', true],
    ['quota', 'completion/complete', 'read', false],
    ['rate', 'sampling/createMessage', 'reverse', false],
    ['rate', 'notifications/cancelled', 'notification', false],
    ['rate', 'ping', 'meta', false],
  ] as const)('%s counts %s: %s %s', (part, method, kind, counted) => {
    const limit = compiled({ concurrency: 1, rate: { max: 1, windowMs: 1_000 }, quota: { max: 1, windowMs: MINUTE_MS } });
    expect(limit.counts(part, call({ method, kind }))).toBe(counted);
  });

  it('about a tool count calls on tools only; about methods those they name', () => {
    const tool = compiled({ match: { tool: ['*'] }, concurrency: 1 });
    expect(tool.counts('concurrency', call())).toBe(true);
    expect(tool.counts('concurrency', call({ tool: undefined }))).toBe(false);
    expect(tool.counts('concurrency', call({ method: 'tasks/get' }))).toBe(false);
    const method = compiled({ match: { method: ['sampling/*', 'notifications/*'] }, concurrency: 1 });
    expect(method.counts('concurrency', call({ method: 'sampling/createMessage', kind: 'reverse' }))).toBe(true);
    expect(method.counts('concurrency', call({ method: 'notifications/cancelled', kind: 'notification' }))).toBe(false);
    expect(method.counts('concurrency', call())).toBe(false);
  });

  it('match by every word they name, teams included, and count for whom they say', () => {
    for (const [name, value] of Object.entries({
      agent: 'bot',
      class: 'coder',
      user: 'ann',
      token: 't1',
      server: 'shop',
      tool: 'refund',
      team: 'crew',
    })) {
      expect(compiled({ match: { [name]: [value] }, concurrency: 1 }).appliesTo(call()), name).toBe(true);
      expect(compiled({ match: { [name]: ['other'] }, concurrency: 1 }).appliesTo(call()), name).toBe(false);
    }
    const prod = compiled({ match: { environment: ['prod'] }, concurrency: 1 });
    expect(prod.appliesTo(call())).toBe(false);
    expect(prod.appliesTo(call({ principal: { ...caller, environment: 'prod' } }))).toBe(true);
    const crews = call({ principal: { ...caller, teams: ['other', 'crew'] } });
    expect(compiled({ match: { team: ['crew'] }, concurrency: 1 }).appliesTo(crews)).toBe(true);
    expect(compiled({ quota: { max: 1, windowMs: MINUTE_MS, errors: 'free' } }).quota?.freeErrors).toBe(true);
    expect(compiled({ quota: { max: 1, calendar: 'day' } }).quota?.window).toEqual({ type: 'calendar', unit: 'day', timeZone: 'UTC' });
    const per = ['agent', 'class', 'user', 'token', 'server', 'tool', 'organization'];
    expect(compiled({ per, concurrency: 1 }).keyOf(call())).toBe('agent=bot&class=coder&user=ann&token=t1&server=shop&tool=shop/refund');
    expect(compiled({ per: ['tool'], concurrency: 1 }).keyOf(call({ server: undefined }))).toBe('tool=');
    expect(compiled({ per: ['server'], concurrency: 1 }).keyOf(call({ server: 'a&b' }))).toBe('server=a%26b');
  });
});

describe('what an agent is told', () => {
  it('names the limit, how much it allows and when to come back', () => {
    expect([placeText('few', 1), placeText('few', 2)]).toEqual([
      'Limit "few" allows 1 call at once. Let one end, then call again.',
      'Limit "few" allows 2 calls at once. Let one end, then call again.',
    ]);
    const slow = compiled({ rate: { max: 10, windowMs: MINUTE_MS } }, 'slow');
    expect(paceText(slow, 1_500)).toBe('Limit "slow" allows 10 calls in 1 minute. Call again in 2 seconds.');
    const day = compiled({ quota: { max: 10, calendar: 'day' } }, 'day');
    const amounts = { used: '10', max: '10', asked: '1' };
    expect(fullText(day, amounts, undefined)).toBe('Limit "day" allows 10 calls a day, and they are used up.');
    const money = compiled({ quota: { max: '10.00', windowMs: MINUTE_MS, sum: { path: 'amount' } } }, 'money');
    expect(fullText(money, { used: '9.00', max: '10.00', asked: '2.00' }, 3_000)).toBe(
      'Limit "money" allows 10.00 of "amount" in 1 minute; 9.00 are used, so 2.00 more do not fit. There is more room in 3 seconds at the earliest.',
    );
  });
});

describe('what a call holds', () => {
  const item = (name: string): QuotaItem => ({ name, key: 'k', units: 1, maxUnits: 5, bucketMs: 0, afterMs: -1, untilMs: 9 });

  it('is given back once, all places that were taken together with the last of them', () => {
    const hold = new Hold();
    let released = 0;
    hold.keepPlaces([{ key: 'a' }, { key: 'b' }], () => {
      released++;
      return undefined;
    });
    expect([hold.hasPlace('a'), hold.hasPlace('b'), hold.hasPlace('c')]).toEqual([true, true, false]);
    hold.leavePlaces();
    hold.leavePlaces();
    expect([released, hold.hasPlace('a')]).toEqual([1, false]);
  });

  it('passes to the next round of the same caller, where the limit is still the same', () => {
    const [kept, changed] = [
      compiled({ quota: { max: 5, windowMs: MINUTE_MS } }, 'kept'),
      compiled({ quota: { max: 5, windowMs: MINUTE_MS } }, 'changed'),
    ];
    const hold = new Hold();
    hold.reservations.set('kept@1|k', { limit: kept, item: item('kept') });
    hold.reservations.set('changed@1|k', { limit: changed, item: item('changed') });
    const set = compileLimits([
      limitOf('kept', { quota: { max: 5, windowMs: MINUTE_MS } }, 1),
      limitOf('changed', { quota: { max: 5, windowMs: MINUTE_MS } }, 2),
    ]);
    const next = new Hold();
    expect(openTicket(ticketText(hold), set, next)).toEqual([item('changed')]);
    expect([...next.reservations.keys()]).toEqual(['kept@1|k']);
    expect(openTicket(ticketText(hold), set, next)).toEqual([item('kept'), item('changed')]);
    expect(openTicket('{"no":"list"}', set, new Hold())).toEqual([]);
    expect(openTicket('[5,{"item":5}]', set, new Hold())).toEqual([]);
    expect(next.drop(() => false)).toEqual([]);
    expect(next.drop(({ limit }) => limit.name === 'kept')).toEqual([item('kept')]);
    expect(next.reservations.size).toBe(0);
  });

  it('is found by the state of the server and the caller, and by nothing without a state', () => {
    const ticket = ticketOf(caller, { requestState: 's' });
    expect(ticket).toMatch(/^[0-9a-f]{64}$/);
    for (const other of [{ agent: 'x' }, { user: 'x' }, { token: 'x' }])
      expect(ticketOf({ ...caller, ...other }, { requestState: 's' })).not.toBe(ticket);
    expect(ticketOf({ ...caller, org: 'other', agentClass: 'x' }, { requestState: 's' })).toBe(ticket);
    expect([ticketOf(caller, {}), ticketOf(caller, undefined), ticketOf(caller, { requestState: 5 })]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('rates that are counted elsewhere', () => {
  it('are counted here while that does not answer, and asked again after a while', async () => {
    const clock = new ManualClock();
    const asked: string[] = [];
    let isDown = true;
    const shared = {
      take: async () => {
        asked.push('shared');
        if (isDown) throw new Error('no route');
        return { index: 1, retryAfterMs: 5 };
      },
      ahead: async () => {
        asked.push('look shared');
        if (isDown) throw new Error('no route');
        return [7];
      },
    };
    const own = { take: () => void asked.push('own'), ahead: () => [asked.push('look own')] };
    const reported: string[] = [];
    const rates = new FallbackRates(shared, own as never, clock, (why) => reported.push(why));
    expect(await rates.take('acme', [])).toBeUndefined();
    clock.advance(RETRY_SHARED_MS - 1);
    await rates.take('acme', []);
    expect([asked, reported]).toEqual([['shared', 'own', 'own'], ['no route']]);
    clock.advance(1);
    isDown = false;
    expect(await rates.take('acme', [])).toEqual({ index: 1, retryAfterMs: 5 });
    // What is looked at is what counts now.
    asked.length = 0;
    expect(await rates.ahead('acme', [])).toEqual([7]);
    isDown = true;
    expect(await rates.ahead('acme', [])).toEqual([3]);
    await rates.take('acme', []);
    expect([asked, reported]).toEqual([
      ['look shared', 'look shared', 'look own', 'own'],
      ['no route', 'no route'],
    ]);
  });
});
