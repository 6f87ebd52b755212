// Risk: what is remembered stays small and close to the truth, survives being written down, and scores what is unusual above what is usual.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { riskSpec } from '../object/kind/risk.ts';
import type { StoredObject } from '../object/kinds.ts';
import { Activity } from './activity.ts';
import { amountsOf, LIST_LENGTH, MAX_AMOUNTS, TEXT_LENGTH } from './amounts.ts';
import { DistinctCount } from './distinct-count.ts';
import { factsOf } from './facts.ts';
import { History, MAX_AGENTS, type Observed } from './history.ts';
import { compileRisk } from './model.ts';
import { MAX_BUCKETS, MAX_COUNT, QuantileSketch } from './quantile-sketch.ts';
import type { RiskInput } from './signal.ts';

const NOW = Date.UTC(2026, 5, 3, 10, 30);

describe('a quantile sketch', () => {
  it('is within 5 % of the exact quantile', () => {
    const amounts = fc.array(fc.double({ min: 0.01, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(amounts, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const sketch = new QuantileSketch();
        for (const value of values) sketch.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
        // Where the smallest share one bucket, they are taken for larger than they are.
        const isExact = new Set(values.map((value) => Math.ceil(Math.log(value) / Math.log(1.1)))).size <= MAX_BUCKETS;
        const found = sketch.quantile(share) ?? 0;
        return isExact ? Math.abs(found - exact) <= 0.0501 * exact : found >= exact * 0.94;
      }),
    );
  });

  it('keeps at most its buckets, whatever is added, and fades', () => {
    const sketch = new QuantileSketch();
    for (let index = 0; index < 3 * MAX_COUNT; index++) sketch.add(1.3 ** (index % 200));
    expect(sketch.state()[0].length).toBeLessThanOrEqual(MAX_BUCKETS);
    expect(sketch.count).toBeLessThan(MAX_COUNT);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 1e-300, 1e308]) sketch.add(odd);
    expect(sketch.max).toBe(Number.POSITIVE_INFINITY);
    expect(sketch.quantile(1)).toBeGreaterThan(1e280);
  });

  it('is the same after it was written down', () => {
    const sketch = new QuantileSketch();
    for (const amount of [0, 1, 5, 5, 19.99, 400]) sketch.add(amount);
    const again = QuantileSketch.from(JSON.parse(JSON.stringify(sketch.state())));
    expect([again.count, again.max, again.quantile(0.5), again.shareBelow(6)]).toEqual([
      sketch.count,
      sketch.max,
      sketch.quantile(0.5),
      sketch.shareBelow(6),
    ]);
    expect(new QuantileSketch().quantile(0.5)).toBeUndefined();
  });
});

it('different texts are counted to within a third, and the same text once', () => {
  for (const exact of [1, 10, 50, 200, 1_000]) {
    const distinct = new DistinctCount();
    for (let round = 0; round < 3; round++) for (let index = 0; index < exact; index++) distinct.add(`server-${index}\ntool`);
    expect(distinct.count).toBeGreaterThan(exact * 0.67 - 1);
    expect(distinct.count).toBeLessThan(exact * 1.33 + 1);
    expect(DistinctCount.from(distinct.state()).count).toBe(distinct.count);
  }
});

describe('activity', () => {
  it('knows the last minute and hour, and forgets what is older', () => {
    const activity = new Activity();
    for (let minute = 120; minute >= 0; minute--) activity.add(NOW - minute * 60_000);
    expect([activity.lastMinute(NOW), activity.lastHour(NOW), activity.total]).toEqual([1, 60, 121]);
    expect(activity.lastHour(NOW + 3_600_000)).toBe(0);
    expect(new Activity(JSON.parse(JSON.stringify(activity.state()))).lastHour(NOW)).toBe(60);
  });

  it('takes a clock that goes back without counting twice', () => {
    const activity = new Activity();
    activity.add(NOW);
    activity.add(NOW - 30 * 60_000);
    activity.add(NOW - 10 * 3_600_000);
    expect([activity.lastMinute(NOW), activity.lastHour(NOW)]).toEqual([1, 2]);
  });

  it('knows the usual hours', () => {
    const activity = new Activity();
    for (let week = 1; week < 10; week++) activity.add(NOW - week * 7 * 86_400_000);
    expect(activity.shareAround(NOW)).toBe(1);
    expect(activity.shareAround(NOW + 6 * 3_600_000)).toBe(0);
  });
});

describe('amounts', () => {
  it('are numbers by place, lists and texts by length; never the texts', () => {
    const amounts = amountsOf({ amount: -500, price: '19.99', note: 'four', items: [{ count: 1 }, { count: 7 }], flag: true });
    expect(Object.fromEntries(amounts)).toEqual({
      '/amount': 500,
      '/price': 19.99,
      '/items/*/count': 7,
      [LIST_LENGTH]: 2,
      [TEXT_LENGTH]: 9,
    });
  });

  it('are bounded for any arguments', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 9 }), { maxKeys: 60 }), (args) => {
        expect(amountsOf(args as never).size).toBeLessThanOrEqual(MAX_AMOUNTS + 1);
      }),
    );
    expect(amountsOf(JSON.parse('{"__proto__":{"x":1},"a":1}')).get('/__proto__/x')).toBe(1);
  });
});

describe('history', () => {
  it('is the same after it was written down, and refuses what is damaged', () => {
    const history = new History();
    for (let index = 0; index < 50; index++)
      history.observe(call({ timeMs: NOW - index * 60_000, amounts: new Map([['/amount', index]]) }));
    history.observe(call({ effect: 'deny' }));
    const lines = [...history.lines()];
    const again = History.from(lines);
    const subject = { agent: 'bot', server: 'billing', tool: 'refund', nowMs: NOW, amounts: new Map([['/amount', 10]]) };
    expect(factsOf(again, subject)).toEqual(factsOf(history, subject));
    expect(factsOf(again, subject)).toMatchObject({
      agent: { calls: 50, calls_last_hour: 50, refused_last_hour: 1, tools: 1 },
      tool: { calls_by_agent: 50, first_use: false },
      amounts: { '/amount': { value: 10, count: 50, max: 49 } },
    });
    expect(History.from(['{"v":999}'])).toBeUndefined();
    expect(History.from(lines.slice(1))).toBeUndefined();
    expect(History.from([lines[0] ?? '', '{"agent":{}}'])).toBeUndefined();
    expect(History.from([])).toBeUndefined();
  });

  it('forgets who was not heard of for longest', () => {
    const history = new History();
    for (let index = 0; index < MAX_AGENTS + 10; index++) history.observe(call({ agent: `bot-${index}` }));
    expect(history.agent('bot-0')).toBeUndefined();
    expect(history.agent(`bot-${MAX_AGENTS + 9}`)).toBeDefined();
  });

  it('knows nothing of an agent that was never seen, and says so', () => {
    expect(factsOf(undefined, { agent: 'x', server: 's', tool: 't', nowMs: NOW, amounts: new Map([['/__proto__', 1]]) })).toMatchObject({
      agent: { calls: 0, days: 0 },
      tool: { first_use: true },
    });
  });
});

describe('a score', () => {
  const usual = new History();
  for (let week = 1; week <= 40; week++)
    usual.observe(call({ timeMs: NOW - week * 7 * 86_400_000, amounts: new Map([['/amount', 50 + (week % 10)]]) }));

  it('is low for what is usual, and every unusual thing raises it', () => {
    const base = scoreOf({ amounts: new Map([['/amount', 54]]) }, usual);
    const raised: Partial<RiskInput>[] = [
      { intent: { intent: 'destructive' } },
      { amounts: new Map([['/amount', 50_000]]) },
      { findings: [{ type: 'secret.api-key', count: 1 }] },
      { agent: 'stranger' },
      { nowMs: NOW + 12 * 3_600_000 },
      { serverRisk: 'critical' },
    ];
    for (const one of raised) expect(scoreOf({ amounts: new Map([['/amount', 54]]), ...one }, usual).score).toBeGreaterThan(base.score);
    expect(base.parts().map(({ signal }) => signal)).toEqual(['intent', 'magnitude', 'sensitivity', 'novelty', 'anomaly', 'target']);
    expect(base.parts().reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
  });

  it('names the place and by how much an amount is out of the usual, never the amount', () => {
    const part = scoreOf({ amounts: new Map([['/amount', 590]]) }, usual).parts()[1];
    expect(part).toMatchObject({ signal: 'magnitude', why: '/amount is 10 times the largest of this agent' });
  });

  it('says why by what it was scored by, whatever happens before somebody asks', () => {
    const history = (): History => {
      const made = new History();
      for (let at = 0; at < 40; at++) made.observe(call({ timeMs: NOW - at * 1_000, amounts: new Map([['/amount', 50 + at]]) }));
      for (let at = 0; at < 60; at++) made.observe(call({ timeMs: NOW, effect: 'deny' }));
      return made;
    };
    const asked = { amounts: new Map([['/amount', 590]]), findings: [{ type: 'pii.email', count: 2 }], environment: 'test' };
    const [at, later] = [history(), history()];
    const score = scoreOf(asked, later);
    const parts = scoreOf(asked, at).parts();
    for (let i = 0; i < 200; i++) later.observe(call({ timeMs: NOW + i * 60_000, amounts: new Map([['/amount', 10_000 + i]]) }));
    asked.amounts.set('/amount', 1);
    asked.findings[0] = { type: 'secret.api-key', count: 9 };
    expect(score.parts()).toEqual(parts);
    expect(Object.entries(score.scores)).toEqual(parts.map(({ signal, score: of }) => [signal, of]).sort());
    expect(parts.map(({ why }) => why).join()).toMatch(/10 times|above|largest/);
  });

  it('falls into the band whose threshold it reaches, by the first profile whose servers fit', () => {
    const all = profile('all', { bands: { log: 1, hold: 2, deny: 100 } });
    const strict = profile('strict', { order: 1, servers: ['bill*'], bands: { deny: 1 } });
    expect(scoreOf({}, usual, [all, strict]).band).toBe('deny');
    expect(scoreOf({ server: 'other' }, usual, [all, strict]).band).toBe('hold');
    expect(compileRisk([])).toBeUndefined();
    expect(compileRisk([strict] as StoredObject[])?.score(input({ server: 'other' }), usual)).toBeUndefined();
  });

  it('is a whole number from 0 to 100 for any input', () => {
    const amount = fc.oneof(fc.double(), fc.integer(), fc.constant(Number.MAX_VALUE), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(amount, fc.constantFrom('read', 'write', 'destructive', 'exfiltrative'), fc.nat(1e9), (value, intent, count) => {
        const { score } = scoreOf(
          { amounts: new Map([['/amount', Math.abs(value)]]), intent: { intent } as never, findings: [{ type: 'pii.email', count }] },
          usual,
        );
        return Number.isInteger(score) && score >= 0 && score <= 100;
      }),
    );
  });

  it('leaves out a signal of weight 0; a profile without any weight or with bands out of order is refused', () => {
    const only = profile('only', { weights: { intent: 1, magnitude: 0, sensitivity: 0, novelty: 0, anomaly: 0, target: 0 } });
    expect(scoreOf({ intent: { intent: 'destructive' }, serverRisk: 'critical' }, usual, [only])).toMatchObject({ score: 80 });
    const none = { intent: 0, magnitude: 0, sensitivity: 0, novelty: 0, anomaly: 0, target: 0 };
    expect(riskSpec.safeParse({ weights: none }).success).toBe(false);
    expect(riskSpec.safeParse({ bands: { log: 50, hold: 40 } }).success).toBe(false);
    expect(riskSpec.safeParse({ bands: { log: 0 } }).success).toBe(false);
  });
});

function call(of: Partial<Observed> = {}): Observed {
  return { timeMs: NOW, agent: 'bot', server: 'billing', tool: 'refund', effect: 'allow', amounts: new Map(), ...of };
}

function input(of: Partial<RiskInput> = {}): RiskInput {
  return {
    nowMs: NOW,
    agent: 'bot',
    environment: undefined,
    server: 'billing',
    tool: 'refund',
    intent: { intent: 'read' },
    findings: [],
    amounts: new Map(),
    serverRisk: undefined,
    toolRisk: undefined,
    serverEnvironment: undefined,
    ...of,
  };
}

function scoreOf(of: Partial<RiskInput>, history: History, profiles = [profile('all', {})]) {
  const score = compileRisk(profiles as StoredObject[])?.score(input(of), history);
  if (!score) throw new Error('not scored');
  return score;
}

function profile(name: string, spec: object): StoredObject<'risk'> {
  return { kind: 'risk', metadata: { name }, spec: riskSpec.parse(spec) };
}
