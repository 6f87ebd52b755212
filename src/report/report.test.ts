// Reports against plain recomputations: percentiles, sums of money, spikes, and the bounds of groups.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priceSpec } from '../object/kind/price.ts';
import type { StoredObject } from '../object/kinds.ts';
import { AnomalyReport } from './anomalies.ts';
import { CostReport, fieldIn } from './cost.ts';
import { DenialReport } from './denials.ts';
import { Groups, MAX_GROUPS, OTHER, type ReportEntry } from './fold.ts';
import { LatencyReport, Quantiles } from './latency.ts';
import { amountText, compilePrices, exactAmount } from './price.ts';
import { UsageReport } from './usage.ts';

const NOON = Date.UTC(2026, 0, 2, 12);
const HOUR = 3_600_000;
const noTeam = () => undefined;

function decision(over: Record<string, unknown> = {}, timeMs = NOON): ReportEntry {
  const principal = { agent: 'bot', user: 'ann' };
  const content = {
    ...{ type: 'decision', time: new Date(timeMs).toISOString(), call: 'c', effect: 'allow', rule: 'p/r', code: 'allowed', judged: 3 },
    ...{ method: 'tools/call', origin: 'agent', server: 'desk', tool: 'read', principal, ...over },
  };
  return { seq: 1, revision: 3, content: content as ReportEntry['content'], decision: undefined };
}

function outcome(of: ReportEntry, over: Record<string, unknown> = {}): ReportEntry {
  const content = { type: 'outcome', time: of.content.time, call: 'c', decision: 1, status: 'ok', latencyMs: 5, ...over };
  return { seq: 2, revision: 3, content: content as ReportEntry['content'], decision: of.content };
}

function price(name: string, spec: object): StoredObject<'price'> {
  return { kind: 'price', metadata: { name }, spec: priceSpec.parse(spec) };
}

describe('usage and denials', () => {
  it('count calls once, by any dimension; void decisions, lists and own calls of the gateway are none', () => {
    const usage = new UsageReport(['team', 'agent'], (agent) => (agent === 'bot' ? 'crew' : undefined), false);
    const allowed = decision();
    for (const entry of [allowed, outcome(allowed), decision({ effect: 'deny' }), decision({ effect: 'hold' })]) usage.take(entry);
    for (const entry of [decision({ judged: 2 }), decision({ method: 'tools/list' }), decision({ origin: 'gateway' })]) usage.take(entry);
    usage.take(outcome(decision({ principal: { agent: 'other' } }), { status: 'tool_error' }));
    expect(usage.table()).toMatchObject({
      columns: ['team', 'agent', 'calls', 'allowed', 'denied', 'held', 'ok', 'failed'],
      rows: [
        ['crew', 'bot', 3, 1, 1, 1, 1, 0],
        ['', 'other', 0, 0, 0, 0, 0, 1],
      ],
    });
  });

  it('denials take those that limits summed up', () => {
    const denials = new DenialReport(['agent'], noTeam);
    for (let n = 0; n < 3; n++) denials.take(decision({ effect: 'deny', code: 'denied_by_rule', call: `c${n}` }));
    const limited = { type: 'system', event: 'limited', time: new Date(NOON).toISOString(), agent: 'loop', limit: 'rate', refused: 40 };
    denials.take({ seq: 9, revision: 3, content: limited, decision: undefined });
    const { rows, notes } = denials.table();
    expect(rows.map((row) => row.slice(0, 5))).toEqual([
      ['limit/rate', 'limited', 'loop', 40, 1],
      ['p/r', 'denied_by_rule', 'bot', 3, 1],
    ]);
    expect(notes[0]).toContain('40 of them');
  });

  it('groups are bounded', () => {
    const groups = new Groups(() => ({ n: 0 }));
    for (let n = 0; n < MAX_GROUPS + 10; n++) groups.of([`g${n}`]).n++;
    expect(groups.entries()).toHaveLength(MAX_GROUPS + 1);
    expect(groups.of([OTHER]).n).toBe(10);
    expect(groups.notes()).toHaveLength(1);
  });
});

describe('latency', () => {
  it('percentiles are those of the sorted values, to 2 %', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }), (values) => {
        const quantiles = new Quantiles();
        for (const value of values) quantiles.add(value);
        const sorted = values.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.9, 0.99, 1]) {
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
          expect(Math.abs(quantiles.at(share) - exact)).toBeLessThanOrEqual(exact * 0.0201);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is told of calls that ended', () => {
    const latency = new LatencyReport(['server'], noTeam);
    const call = decision();
    latency.take(call);
    for (const latencyMs of [10, 20, 1000]) latency.take(outcome(call, { latencyMs }));
    latency.take(outcome(call, { latencyMs: 5, status: 'upstream_failed' }));
    const [row] = latency.table().rows;
    expect([row?.[0], row?.[1], row?.at(-1), row?.at(-2)]).toEqual(['desk', 4, 1, 1000]);
  });
});

describe('cost', () => {
  const costOf = async (prices: StoredObject<'price'>[], entries: ReportEntry[], values?: string | 'withheld') => {
    const fieldOf = async (_entry: ReportEntry, of: 'arguments' | 'result', path: string) =>
      values === undefined ? ('erased' as const) : values === 'withheld' ? ('withheld' as const) : { value: fieldIn(values, of, path) };
    const report = new CostReport({ by: ['agent'], teamOf: noTeam, priceOf: compilePrices(prices), fieldOf });
    for (const entry of entries) await report.take(entry);
    return report.table();
  };
  const done = outcome(decision());

  it('adds decimals exactly', async () => {
    const { rows } = await costOf(
      [price('p', { currency: 'EUR', perCall: '0.1' })],
      Array.from({ length: 3 }, () => done),
    );
    expect(rows).toEqual([['bot', 'EUR', 3, 3, '0.30']]);
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (micros) => {
        const text = `${micros / 1_000_000n}.${(micros % 1_000_000n).toString().padStart(6, '0')}`;
        expect(exactAmount(amountText(exactAmount(text) ?? -1n))).toBe(micros * 1_000_000n);
      }),
    );
    expect([exactAmount('1e3'), exactAmount('x'), exactAmount(1e300), exactAmount(0.1), exactAmount('-2.50')]).toEqual([
      ...[undefined, undefined, undefined],
      ...[100_000_000_000n, -2_500_000_000_000n],
    ]);
  });

  it('takes the most exact price in force, and says what it could not price', async () => {
    const prices = [
      price('all', { currency: 'EUR', perCall: '1' }),
      price('tool', { match: { tool: ['read'] }, currency: 'EUR', perCall: '5', until: '2026-01-02T00:00:00Z' }),
      price('tools', { match: { tool: ['re*'] }, currency: 'EUR', perUnit: { of: 'arguments', path: 'order.amount', price: '0.02' } }),
    ];
    const params = JSON.stringify({ name: 'read', arguments: { order: { amount: '100.50' } } });
    expect((await costOf(prices, [done], params)).rows).toEqual([['bot', 'EUR', 1, 1, '2.01']]);
    for (const [values, note] of [
      [undefined, 'erased'],
      ['withheld', 'role reviewer'],
      ['{"arguments":{"order":{"amount":"much"}}}', 'no amount'],
    ] as const) {
      const { rows, notes } = await costOf(prices, [done], values);
      expect([rows, notes.some((text) => text.includes(note))], note).toEqual([[['bot', 'EUR', 1, 0, '0.00']], true]);
    }
    const { notes } = await costOf([price('other', { match: { agent: ['x'] }, currency: 'EUR', perCall: '1' })], [done]);
    expect(notes.join()).toContain('1 calls have no price');
    const failed = outcome(decision(), { status: 'tool_error' });
    expect((await costOf([price('ok', { currency: 'EUR', perCall: '1' })], [failed])).rows).toEqual([]);
    expect((await costOf([price('any', { currency: 'EUR', perCall: '1', charge: 'forwarded' })], [failed])).rows).toHaveLength(1);
  });
});

describe('anomalies', () => {
  it('finds a spike against the own past, and nothing in a steady one', () => {
    const anomalies = new AnomalyReport(NOON, HOUR);
    for (let hour = -24; hour <= 0; hour++) {
      for (const agent of ['steady', 'wild', 'risky']) {
        const isSpike = hour === 0;
        const denials = agent === 'wild' && isSpike ? 12 : 1;
        for (let n = 0; n < denials; n++) anomalies.take(decision({ principal: { agent }, effect: 'deny' }, NOON + hour * HOUR + n));
        for (let n = 0; n < 5; n++) {
          const score = agent === 'risky' && isSpike ? 80 : 10;
          anomalies.take(decision({ principal: { agent }, risk: { score, parts: {} } }, NOON + hour * HOUR + n));
        }
      }
    }
    for (let n = 0; n < 6; n++) anomalies.take(decision({ principal: { agent: 'new' }, effect: 'deny' }, NOON + n));
    const { rows } = anomalies.table();
    expect(rows.map(([agent, , what, value, usual]) => [agent, what, value, usual]).sort()).toEqual([
      ['new', 'denials, and no past to compare with', 6, null],
      ['risky', 'risk', 80, 10],
      ['wild', 'denials', 12, 1],
    ]);
  });
});
