// Amounts, windows, names, index and floods of limits, each against a plain way to say the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Principal } from '../call.ts';
import { kinds, type StoredObject } from '../object/kinds.ts';
import { amountText, MAX_SUM_ELEMENTS, readAmount, unitsOf } from './amount.ts';
import { FLOOD_WINDOW_MS, FloodGate, MAX_FLOODS, SINGLE_ENTRIES } from './flood.ts';
import { foldText } from './fold.ts';
import { MAX_RATE_KEYS, ProcessRates, paceOf, roomOf } from './gcra.ts';
import { compileLimits } from './limit-set.ts';
import { span } from './refusal-text.ts';
import { compileLimit, type Subject } from './rule.ts';
import { bucketAt } from './window.ts';

const sum = (path: string, where: Record<string, unknown> = {}, decimals = 2) => {
  const compiled = compileLimit('x', limitSpec({ quota: { max: '9000.00', windowMs: 60_000, sum: { path, where, decimals } } }), '1').quota
    ?.sum;
  if (!compiled) throw new Error('no sum');
  return compiled;
};

function limitSpec(spec: object): StoredObject<'limit'>['spec'] {
  return kinds.limit.parse(spec);
}

function limitObject(name: string, spec: object): StoredObject<'limit'> {
  return { kind: 'limit', metadata: { name }, spec: limitSpec(spec), revision: 1 };
}

function principal(agent = 'reader', rest: Partial<Principal> = {}): Principal {
  return {
    org: 'acme',
    agent,
    agentClass: undefined,
    environment: undefined,
    teams: [],
    roles: [],
    labels: {},
    user: undefined,
    token: undefined,
    inScope: () => true,
    ...rest,
  };
}

const call = (over: Partial<Subject> = {}): Subject => ({
  principal: principal(),
  kind: 'call',
  method: 'tools/call',
  server: 'shop',
  tool: 'refund',
  ...over,
});

describe('amounts', () => {
  it('against big integers: decimal texts and numbers become exact units', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 9_000_000_000_000_000n }), fc.integer({ min: 0, max: 6 }), (units, decimals) => {
        const text = amountText(Number(units), decimals);
        expect(unitsOf(text, decimals)).toBe(Number(units));
      }),
    );
    expect(unitsOf(0.1, 2)).toBe(10);
    expect(unitsOf(19.99, 2)).toBe(1999);
    expect(unitsOf('5000', 2)).toBe(500_000);
    expect(unitsOf('007.50', 2)).toBe(750);
    expect(unitsOf(-0, 2)).toBe(0);
  });

  it.each([
    [-1, 'negative'],
    ['-0.01', 'negative'],
    ['NaN', 'plain decimal'],
    ['Infinity', 'plain decimal'],
    ['1e3', 'plain decimal'],
    [' 5', 'plain decimal'],
    ['5 USD', 'plain decimal'],
    ['0x10', 'plain decimal'],
    ['', 'plain decimal'],
    ['٣', 'plain decimal'],
    [1e-7, 'plain decimal'],
    [0.001, '2 digits'],
    [true, 'number or a decimal'],
    [null, 'number or a decimal'],
    [[5], 'number or a decimal'],
    [{ value: 5 }, 'number or a decimal'],
  ])('%j is refused', (value, why) => expect(unitsOf(value, 2)).toContain(why));

  it('huge amounts are huge, not small', () => {
    for (const huge of [1e300, '9'.repeat(32), 9_007_199_254_740_992, '99999999999999999999.99'])
      expect(readAmount(sum('amount'), { amount: huge }, 900_000)).toEqual({ type: 'amount', units: Number.MAX_SAFE_INTEGER });
    expect(unitsOf('9'.repeat(33), 2)).toContain('plain decimal');
  });

  it('a thousand times ten cents is a hundred, exactly', () => {
    const items = Array.from({ length: 1000 }, () => ({ price: 0.1 }));
    expect(readAmount(sum('items.*.price'), { items }, 900_000)).toEqual({ type: 'amount', units: 10_000 });
  });

  it('a missing amount, an empty list and too many elements are refused', () => {
    expect(readAmount(sum('amount'), {}, 100)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('amount'), undefined, 100)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('items.*.price'), { items: [] }, 100)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('items.*.price'), { items: [{ price: 1 }, {}] }, 1000)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('items.*'), { items: 'no list' }, 100)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('__proto__'), {}, 100)).toMatchObject({ type: 'bad' });
    const list = Array.from({ length: MAX_SUM_ELEMENTS + 1 }, () => 0);
    expect(readAmount(sum('list.*'), { list }, 100)).toMatchObject({ type: 'bad' });
    expect(readAmount(sum('list.*'), { list: list.slice(1) }, 100)).toEqual({ type: 'amount', units: 0 });
  });

  it('the condition compares without case and blanks; what is absent or no plain value counts', () => {
    const usd = sum('amount', { currency: ['USD', 'EUR'] });
    const read = (currency: unknown) => readAmount(usd, { amount: 1, ...(currency === undefined ? {} : { currency }) } as never, 1000).type;
    for (const counted of ['USD', 'usd', ' Usd ', 'ＵＳＤ', 'U\u200bSD', 'eur', undefined, null, ['USD'], {}])
      expect(read(counted)).toBe('amount');
    for (const other of ['GBP', '', 5, false]) expect(read(other)).toBe('none');
  });
});

describe('windows', () => {
  const at = (text: string) => Date.parse(text);

  it('a calendar day begins at midnight there, also when clocks are changed', () => {
    const day = { type: 'calendar', unit: 'day', timeZone: 'Europe/Berlin' } as const;
    expect(bucketAt(day, at('2026-01-15T12:00:00Z'))).toMatchObject({
      bucketMs: at('2026-01-14T23:00:00Z'),
      untilMs: at('2026-01-15T23:00:00Z'),
    });
    expect(bucketAt(day, at('2026-03-29T12:00:00Z'))).toMatchObject({
      bucketMs: at('2026-03-28T23:00:00Z'),
      untilMs: at('2026-03-29T22:00:00Z'),
    });
    expect(bucketAt(day, at('2026-10-25T12:00:00Z'))).toMatchObject({
      bucketMs: at('2026-10-24T22:00:00Z'),
      untilMs: at('2026-10-25T23:00:00Z'),
    });
  });

  it('hours, weeks from Monday and months', () => {
    const of = (unit: 'hour' | 'week' | 'month', timeZone: string, time: string) =>
      bucketAt({ type: 'calendar', unit, timeZone }, at(time));
    expect(of('hour', 'Asia/Kolkata', '2026-01-15T12:10:00Z')).toMatchObject({ bucketMs: at('2026-01-15T11:30:00Z') });
    expect(of('week', 'UTC', '2026-01-18T23:59:59Z')).toMatchObject({
      bucketMs: at('2026-01-12T00:00:00Z'),
      untilMs: at('2026-01-19T00:00:00Z'),
    });
    expect(of('month', 'America/New_York', '2026-03-01T04:00:00Z')).toMatchObject({
      bucketMs: at('2026-02-01T05:00:00Z'),
      untilMs: at('2026-03-01T05:00:00Z'),
    });
  });

  it('every moment lies in its span, and spans follow one another', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/St_Johns'];
    const units = ['hour', 'day', 'week', 'month'] as const;
    const times = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...units), times, (timeZone, unit, nowMs) => {
        const { bucketMs, untilMs } = bucketAt({ type: 'calendar', unit, timeZone }, nowMs);
        expect(bucketMs).toBeLessThanOrEqual(nowMs);
        expect(untilMs).toBeGreaterThan(nowMs);
        expect(bucketAt({ type: 'calendar', unit, timeZone }, untilMs).bucketMs).toBe(untilMs);
      }),
      { numRuns: 500 },
    );
  });
});

describe('names', () => {
  it.each(['Create_Refund', 'ＣＲＥＡＴＥ_refund', 'create\u200b_refund', 'create_refund ', 'create_refund\u0000', 'CREATE_REFUND'])(
    '%j is create_refund',
    (name) => {
      expect(foldText(name)).toBe('create_refund');
      const limit = compileLimit('x', limitSpec({ match: { tool: ['create_*'] }, concurrency: 1 }), '1');
      expect(limit.appliesTo(call({ tool: name }))).toBe(true);
    },
  );

  it('a long or odd name makes a short key, its own', () => {
    const limit = compileLimit('x', limitSpec({ per: ['tool', 'agent'], concurrency: 1 }), '1');
    const keys = ['a', 'a&agent=b', 'é'.repeat(5000), `${'é'.repeat(5000)}!`, 'a\nb'].map((tool) => limit.keyOf(call({ tool })));
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key.length).toBeLessThan(800);
  });
});

describe('the index of limits', () => {
  it('leaves out no limit that applies', () => {
    const word = fc.constantFrom('a', 'b', 'A', 'c*', '*', 'a?');
    const globs = fc.option(fc.array(word, { minLength: 1, maxLength: 2 }), { nil: undefined });
    const match = fc.record({ agent: globs, class: globs, user: globs, token: globs, server: globs, tool: globs });
    const name = fc.constantFrom('a', 'b', 'cc', 'ab', 'B');
    const maybe = fc.option(name, { nil: undefined });
    const caller = fc.record({ agent: name, agentClass: maybe, user: maybe, token: maybe, server: maybe, tool: maybe });
    fc.assert(
      fc.property(fc.array(match, { maxLength: 12 }), caller, (matches, { agent, server, tool, ...rest }) => {
        const objects = matches.map((one, i) => limitObject(`l${i}`, { match: JSON.parse(JSON.stringify(one)), concurrency: 1 }));
        const set = compileLimits(objects);
        const subject = call({ principal: principal(agent, rest), server, tool });
        const found = [...set.ofCaller(subject), ...set.ofTarget(subject)].map((limit) => limit.name).sort();
        expect(found).toEqual(
          set.all
            .filter((limit) => limit.appliesTo(subject))
            .map((limit) => limit.name)
            .sort(),
        );
      }),
    );
  });

  it('a token object brings its own limits, under its own name', () => {
    const token: StoredObject<'token'> = {
      kind: 'token',
      metadata: { name: 'ci' },
      spec: {
        agent: 'reader',
        hash: '0'.repeat(64),
        hint: 'sp_',
        createdAt: '2026-01-01T00:00:00Z',
        limits: { rate: { max: 2, windowMs: 1000 }, concurrency: 1, quota: { max: 5, windowMs: 60_000 } },
      },
    };
    const set = compileLimits([token]);
    const own = call({ principal: principal('reader', { token: 'ci' }) });
    expect(set.ofCaller(own)).toMatchObject([{ name: 'token/ci', concurrency: 1, quota: undefined }]);
    expect(set.ofTarget(own)).toMatchObject([{ name: 'token/ci', rate: undefined, quota: { maxUnits: 5 } }]);
    expect(set.ofCaller(call({ principal: principal('reader', { token: 'other' }) }))).toEqual([]);
  });
});

describe('rates', () => {
  it('after a burst, one for each emission interval, and the wait it names is the wait', () => {
    let nowMs = 0;
    const rates = new ProcessRates(() => nowMs);
    const item = { key: 'k', pace: paceOf({ max: 10, windowMs: 60_000, burst: 4 }) };
    for (let i = 0; i < 4; i++) expect(rates.take('acme', [item])).toBeUndefined();
    const refused = rates.take('acme', [item]);
    expect(refused?.index).toBe(0);
    nowMs += (refused?.retryAfterMs ?? 0) - 1;
    expect(rates.take('acme', [item])).toBeDefined();
    nowMs += 1;
    expect(rates.take('acme', [item])).toBeUndefined();
  });

  it('takes all or none', () => {
    const rates = new ProcessRates(() => 0);
    const [wide, narrow] = [paceOf({ max: 10, windowMs: 1000, burst: 10 }), paceOf({ max: 1, windowMs: 1000 })];
    expect(
      rates.take('acme', [
        { key: 'a', pace: wide },
        { key: 'b', pace: narrow },
      ]),
    ).toBeUndefined();
    expect(
      rates.take('acme', [
        { key: 'a', pace: wide },
        { key: 'b', pace: narrow },
      ]),
    ).toMatchObject({ index: 1 });
    expect(roomOf(wide, rates.ahead('acme', [{ key: 'a', pace: wide }])[0] ?? 0)).toBe(9);
  });

  it('a clock that goes back gives nothing back', () => {
    let nowMs = 10_000;
    const rates = new ProcessRates(() => nowMs);
    const item = { key: 'k', pace: paceOf({ max: 1, windowMs: 1000 }) };
    expect(rates.take('acme', [item])).toBeUndefined();
    nowMs = 0;
    expect(rates.take('acme', [item])).toMatchObject({ retryAfterMs: 1000 });
  });

  it(`keeps at most so many counts, forgets idle ones first, and refuses when none is (MAX_RATE_KEYS ${MAX_RATE_KEYS})`, () => {
    let nowMs = 0;
    const rates = new ProcessRates(() => nowMs, 2);
    const pace = paceOf({ max: 1, windowMs: 1000 });
    expect(rates.take('acme', [{ key: 'a', pace }])).toBeUndefined();
    expect(rates.take('acme', [{ key: 'b', pace }])).toBeUndefined();
    expect(rates.take('acme', [{ key: 'c', pace }])).toBeDefined();
    nowMs = 1001;
    expect(rates.take('acme', [{ key: 'c', pace }])).toBeUndefined();
  });
});

describe('floods', () => {
  const who = { org: 'acme', agent: 'reader', token: undefined, limit: 'slow' };

  it(`the first ${SINGLE_ENTRIES} of a window are recorded singly, the rest as a number`, () => {
    const gate = new FloodGate();
    const admitted = Array.from({ length: 100 }, (_, i) => gate.admit(who, i)).filter(Boolean).length;
    expect(admitted).toBe(SINGLE_ENTRIES);
    expect(gate.collect(FLOOD_WINDOW_MS - 1)).toEqual([]);
    expect(gate.collect(FLOOD_WINDOW_MS)).toEqual([{ ...who, fromMs: 0, toMs: 99, count: 100 - SINGLE_ENTRIES }]);
    expect(gate.collect(FLOOD_WINDOW_MS)).toEqual([]);
    expect(gate.admit(who, FLOOD_WINDOW_MS + 1)).toBe(true);
  });

  it('no refusal is lost: singly recorded and counted ones are all of them', () => {
    const step = fc.record({ afterMs: fc.integer({ min: -5_000, max: 30_000 }), agent: fc.constantFrom('a', 'b'), collect: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const gate = new FloodGate();
        let nowMs = 0;
        let told = 0;
        for (const { afterMs, agent, collect } of steps) {
          nowMs += afterMs;
          if (gate.admit({ ...who, agent }, nowMs)) told++;
          if (collect) for (const { count } of gate.collect(nowMs)) told += count;
        }
        for (const { count } of gate.collect(nowMs, true)) told += count;
        expect(told).toBe(steps.length);
      }),
    );
  });

  it('watches so many callers at once; what is beyond is counted together', () => {
    const gate = new FloodGate();
    for (let i = 0; i < MAX_FLOODS; i++) expect(gate.admit({ ...who, agent: `a${i}` }, 0)).toBe(true);
    expect(gate.admit({ ...who, agent: 'one-more' }, 0)).toBe(false);
    expect(gate.collect(0, true)).toEqual([expect.objectContaining({ agent: '*', limit: '*', count: 1 })]);
  });
});

describe('the schema', () => {
  it.each([
    [{}, 'needs a rate'],
    [{ rate: { max: 2, windowMs: 1000, burst: 3 } }, 'at most max'],
    [{ quota: { max: 1 } }, 'exactly one of'],
    [{ quota: { max: 1, windowMs: 1000, calendar: 'day' } }, 'exactly one of'],
    [{ quota: { max: 1, calendar: 'day', timeZone: 'Mars/Olympus' } }, 'IANA'],
    [{ quota: { max: '1.5', windowMs: 1000 } }, 'calls are whole'],
    [{ quota: { max: '1.555', windowMs: 1000, sum: { path: 'a' } } }, 'at most 2 digits'],
    [{ quota: { max: '0.00', windowMs: 1000, sum: { path: 'a' } } }, 'more than nothing'],
    [{ quota: { max: '9000000000000000', windowMs: 1000, sum: { path: 'a' } } }, 'smallest unit'],
    [{ concurrency: 1, onRequest: true }, 'only with a quota'],
  ])('%j: %s', (spec, why) => {
    const parsed = kinds.limit.safeParse(spec);
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toContain(why);
  });
});

it('spans read well', () => {
  expect([1, 999, 1000, 61_000, 120_000, 3_600_000, 7_300_000, 86_400_000, 3 * 86_400_000].map(span)).toEqual([
    '1 ms',
    '999 ms',
    '1 second',
    '61 seconds',
    '2 minutes',
    '1 hour',
    '3 hours',
    '1 day',
    '3 days',
  ]);
});
