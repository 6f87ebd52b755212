// What reaches the operator's log and the metrics, and what must not.
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../lib/error.ts';
import { BucketHistogram } from './bucket-histogram.ts';
import { createLogger } from './log.ts';
import { createMetrics, LATENCY_BUCKETS_S, MAX_OUTCOME_LABELS } from './metrics.ts';
import { BLANK, MAX_LOG_CHARS, MAX_LOG_DEPTH, MAX_LOG_MEMBERS, scrub, scrubText } from './scrub.ts';

const TOKEN = `sp_${'aB3-_'.repeat(10)}`;

describe('the log', () => {
  const open = (level: 'debug' | 'info' = 'debug') => {
    const lines: string[] = [];
    return { lines, log: createLogger({ level, destination: { write: (line) => void lines.push(line) } }) };
  };

  test('writes one JSON object a line with level, time, fields and message', () => {
    const { lines, log } = open();
    log.child({ call: 'call_1' }).warn({ server: 'fs', ms: 3 }, 'slow');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      call: 'call_1',
      server: 'fs',
      ms: 3,
      msg: 'slow',
      time: expect.stringMatching(/^\d{4}-/),
    });
  });

  test('leaves out what is below its level', () => {
    const { lines, log } = open('info');
    log.debug({}, 'no');
    log.info({}, 'yes');
    expect(lines).toHaveLength(1);
  });

  test('never shows a seeded secret, wherever it hides', () => {
    const { lines, log } = open();
    const error = new GatewayError('x', `failed with ${TOKEN}`, { detail: `Authorization: Bearer ${TOKEN}`, cause: new Error(TOKEN) });
    log.error({ error, deep: [{ a: { b: TOKEN } }], [TOKEN]: 1 }, `message ${TOKEN}`);
    log.child({ token: 'hunter2hunter2' }).info({ headers: { authorization: 'hunter2', Cookie: 'hunter2', 'X-Api-Key': 'hunter2' } }, 'x');
    log.info(
      { password: 'hunter2', clientSecret: { nested: 'hunter2' }, masterKey: 'hunter2', access_token: 'hunter2', credential: ['hunter2'] },
      'x',
    );
    log.info({ url: 'https://user:hunter2@host/path', text: 'Basic aHVudGVyMg==', t2: 'bearer abcdefghijkl' }, 'x');
    const all = lines.join('');
    expect(lines).toHaveLength(4);
    for (const secret of [TOKEN, TOKEN.slice(10, 40), 'hunter2', 'aHVudGVyMg', 'abcdefghijkl']) expect(all).not.toContain(secret);
    expect(all).toContain(BLANK);
  });

  test('survives what cannot be written', () => {
    const { lines, log } = open();
    const loop: Record<string, unknown> = { a: 1n, f: () => 1, s: Symbol('x'), u: undefined, n: Number.NaN };
    loop.self = loop;
    const trap = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('trap');
      },
    });
    log.info(
      { loop, trap, json: { toJSON: () => TOKEN }, proto: JSON.parse('{"__proto__":{"polluted":1}}'), bytes: Buffer.from(TOKEN) },
      'odd',
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain(TOKEN.slice(5, 30));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('does not throw into its caller when the destination is broken', () => {
    const log = createLogger({
      destination: {
        write: () => {
          throw new Error('disk full');
        },
      },
    });
    expect(() => log.error({}, 'x')).not.toThrow();
  });
});

describe('scrubbing', () => {
  test('keeps harmless values as they are', () => {
    const value = { server: 'fs', tokenName: 'ci', progressToken: 7, monkey: 'k', list: [1, null, true], basics: 'basic facts: spine' };
    expect(JSON.parse(JSON.stringify(scrub(value)))).toEqual(value);
  });

  test('is bounded in depth, members and characters', () => {
    let deep: unknown = 'end';
    for (let i = 0; i < 10_000; i++) deep = { deep };
    expect(JSON.stringify(scrub(deep)).split('deep').length - 1).toBe(MAX_LOG_DEPTH);
    expect(scrub(Array.from({ length: MAX_LOG_MEMBERS + 5 }, () => 1))).toHaveLength(MAX_LOG_MEMBERS + 1);
    expect(Object.keys(scrub(Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]))) as object)).toHaveLength(
      MAX_LOG_MEMBERS + 1,
    );
    expect(scrubText('x'.repeat(10_000_000))).toHaveLength(MAX_LOG_CHARS + 1);
  });

  test('does not let the cut leave part of a token', () => {
    const text = scrubText('x'.repeat(MAX_LOG_CHARS - 40) + TOKEN);
    expect(text).not.toContain(TOKEN.slice(3, 20));
    const short = scrubText('x'.repeat(MAX_LOG_CHARS - 12) + TOKEN);
    expect(short).not.toContain(TOKEN.slice(3, 12));
  });
});

describe('metrics', () => {
  test('show in-flight calls, outcomes, latencies and the state of the log', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.callStarted('call');
    metrics.callStarted('list');
    metrics.callEnded('call', 'tools/call', 'denied_frozen', 3);
    metrics.append(0.06);
    metrics.logHealthy(false);
    metrics.gauge('broken', 'Throws.', () => {
      throw new Error('x');
    });
    const text = await metrics.render();
    for (const line of [
      'sallyport_calls_in_flight 1',
      'sallyport_calls_total{method="tools/call",outcome="denied_frozen"} 1',
      'sallyport_call_seconds_bucket{le="0.0025",kind="call"} 0',
      'sallyport_call_seconds_bucket{le="0.005",kind="call"} 1',
      'sallyport_append_seconds_bucket{le="0.0001",log="audit"} 1',
      'sallyport_log_healthy 0',
      '# TYPE sallyport_stage_seconds histogram',
    ])
      expect(text.split('\n')).toContain(line);
    metrics.logHealthy(true);
    expect(await metrics.render()).toContain('sallyport_log_healthy 1');
  });

  test('bound outcomes and methods', async () => {
    const metrics = createMetrics({ processMetrics: false });
    for (let i = 0; i < MAX_OUTCOME_LABELS * 3; i++) metrics.callEnded('call', `tools/made-up-${i}`, `outcome-${i}`, 1);
    const text = await metrics.render();
    expect(text).not.toContain('made-up');
    expect(text.match(/^sallyport_calls_total/gm)).toHaveLength(MAX_OUTCOME_LABELS + 1);
  });

  test('count values on a bound, above all bounds and from a clock that went backwards', () => {
    const histogram = new BucketHistogram({ name: 'h', help: '', label: 'l', buckets: [1, 2], maxLabels: 1 });
    for (const seconds of [1, 2, 3, -5, Number.NaN]) histogram.observe('a', seconds);
    const of = (suffix: string, le?: number | string) =>
      histogram.values().find((value) => value.metricName === `h${suffix}` && value.labels.le === le)?.value;
    expect([of('_bucket', 1), of('_bucket', 2), of('_bucket', '+Inf'), of('_count'), of('_sum')]).toEqual([3, 4, 5, 5, 6]);
    expect(LATENCY_BUCKETS_S).toEqual([...LATENCY_BUCKETS_S].sort((a, b) => a - b));
  });
});
