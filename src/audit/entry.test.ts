// What the builders promise: exactly the text RFC 8785 gives, whatever an agent sends as a name.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../lib/canonical-json.ts';
import {
  type DecisionFields,
  decisionContent,
  documentDigest,
  gapContent,
  MAX_GAP_CALLS,
  MAX_NAMED_FREEZES,
  type OutcomeFields,
  objectContent,
  outcomeContent,
  signinContent,
  systemContent,
} from './entry.ts';
import { instant, MAX_QUOTED_NAMES, MAX_TEXT_UNITS, plain, quote, quoteName } from './entry-text.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const timeMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

const decisions: fc.Arbitrary<DecisionFields> = fc.record({
  timeMs,
  call: text,
  principal: maybe(fc.record({ agent: text, class: maybe(text), token: maybe(text), user: maybe(text) })),
  surface: text,
  method: text,
  server: maybe(text),
  tool: maybe(text),
  prompt: maybe(text),
  resource: maybe(text),
  definition: maybe(hash),
  arguments: maybe(hash),
  effect: fc.constantFrom('allow', 'deny', 'hold'),
  rule: text,
  code: text,
  reason: maybe(text),
  judged: fc.nat(),
  credential: fc.constantFrom('none', 'service', 'user'),
  client: fc.record({ era: fc.constantFrom('legacy', 'modern'), version: text }),
  origin: fc.constantFrom('agent', 'gateway'),
  parent: maybe(text),
  instance: maybe(text),
  single: maybe(fc.constant(true)),
});

const outcomes: fc.Arbitrary<OutcomeFields> = fc.record({
  timeMs,
  call: text,
  decision: fc.nat(),
  status: fc.constantFrom('ok', 'tool_error', 'rpc_error', 'upstream_failed', 'withheld', 'cancelled', 'input_required'),
  result: maybe(hash),
  latencyMs: fc.double({ min: 0, max: 1e9, noNaN: true }),
});

describe('templates', () => {
  it('write a decision exactly as RFC 8785 would', () => {
    fc.assert(
      fc.property(decisions, ({ timeMs: at, ...fields }) => {
        const object = { ...fields, policy: fields.judged, time: instant(at), type: 'decision' };
        expect(decisionContent({ timeMs: at, ...fields })).toBe(canonicalJson(object));
      }),
    );
  });

  it('write an outcome exactly as RFC 8785 would', () => {
    fc.assert(
      fc.property(outcomes, ({ timeMs: at, latencyMs, ...fields }) => {
        const object = { ...fields, latencyMs: Math.round(latencyMs * 1000) / 1000, time: instant(at), type: 'outcome' };
        expect(outcomeContent({ timeMs: at, latencyMs, ...fields })).toBe(canonicalJson(object));
      }),
    );
  });

  it('write canonical text whatever an agent sends as a name', () => {
    fc.assert(
      fc.property(decisions, fc.string({ unit: 'binary', maxLength: 2 * MAX_TEXT_UNITS }), (fields, name) => {
        const content = decisionContent({ ...fields, method: name, tool: name, principal: { agent: name } });
        expect(canonicalJson(JSON.parse(content))).toBe(content);
      }),
    );
    const odd = decisionContent({ ...(fc.sample(decisions, 1)[0] as DecisionFields), tool: '\ud800' });
    expect(JSON.parse(odd).tool).toBe('\ufffd');
  });

  it('refuse a sequence number or revision that is none', () => {
    const fields = fc.sample(decisions, 1)[0] as DecisionFields;
    for (const judged of [-1, 1.5, Number.NaN, 2 ** 53]) expect(() => decisionContent({ ...fields, judged })).toThrow(RangeError);
    expect(JSON.parse(outcomeContent({ timeMs: 0, call: 'c', decision: 1, status: 'ok', latencyMs: Number.NaN })).latencyMs).toBe(0);
  });
});

describe('texts', () => {
  it('are quoted alike however many names there are', () => {
    for (let round = 0; round < 2; round++)
      for (let at = 0; at <= MAX_QUOTED_NAMES + 1; at++) expect(quoteName(`na"me ${at}`)).toBe(`"na\\"me ${at}"`);
    const long = 'x'.repeat(MAX_TEXT_UNITS + 1);
    expect([quoteName(long), quoteName(long)]).toEqual([quote(long), quote(long)]);
  });

  it('keep up to MAX_TEXT_UNITS and tell longer ones apart', () => {
    const limit = 'a'.repeat(MAX_TEXT_UNITS);
    expect(plain(limit)).toBe(limit);
    expect(plain(`${limit}b`)).toHaveLength(MAX_TEXT_UNITS);
    expect(plain(`${limit}b`)).not.toBe(plain(`${limit}c`));
    expect(plain('\u{1f600}'.repeat(MAX_TEXT_UNITS)).isWellFormed()).toBe(true);
  });
});

describe('instants', () => {
  it('are those of RFC 3339, whatever was written before', () => {
    const near = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.array(fc.integer({ min: -2_000, max: 2_000 }), { maxLength: 20 }));
    fc.assert(
      fc.property(near, ([second, steps]) => {
        for (const step of steps) expect(instant(second * 1000 + step)).toBe(new Date(second * 1000 + step).toISOString());
      }),
    );
    expect([instant(-1), instant(-999), instant(1.5), instant(1), instant(8.64e15)]).toEqual(
      [-1, -999, 1.5, 1, 8.64e15].map((at) => new Date(at).toISOString()),
    );
    expect(() => instant(Number.NaN)).toThrow(RangeError);
    for (const at of [-0.5, -1, 0.5, -1000.5, -1001, 999.9, 998]) expect(instant(at)).toBe(new Date(at).toISOString());
  });
});

describe('other contents', () => {
  it('are canonical and carry only what they are given', () => {
    const texts = [
      objectContent({ timeMs: 0, author: '\ud800', changes: [{ kind: 'agent', name: 'a', action: 'delete', digest: undefined }] }),
      signinContent({ timeMs: 0, user: 'u', method: 'operator-token', result: 'failed', reason: 'unknown' }),
      systemContent({ event: 'start', timeMs: 0, instance: 'i', version: '1', exclusive: true }),
      systemContent({ event: 'degraded', timeMs: 9, fromMs: 1, toMs: 2, reason: 'disk full', refused: 3 }),
      systemContent({ event: 'key-rotation', timeMs: 0, scope: 'master', key: 'k' }),
    ];
    for (const content of texts) expect(canonicalJson(JSON.parse(content))).toBe(content);
    expect(texts[0]).toBe(
      '{"author":"\ufffd","changes":[{"action":"delete","kind":"agent","name":"a"}],"time":"1970-01-01T00:00:00.000Z","type":"object"}',
    );
  });

  it('split a long gap', () => {
    const calls = Array.from({ length: MAX_GAP_CALLS + 1 }, (_, i) => ({ call: `c${i}`, decision: i }));
    expect(gapContent(calls, 0, 'why').map((content) => JSON.parse(content).calls.length)).toEqual([MAX_GAP_CALLS, 1]);
    expect(gapContent([], 0, 'why')).toEqual([]);
  });

  it('digest a document without its revision and regardless of member order', () => {
    expect(documentDigest({ a: 1, b: 2, revision: 7 })).toBe(documentDigest({ b: 2, a: 1 }));
    expect(documentDigest({ a: 1 })).not.toBe(documentDigest({ a: 2 }));
  });
});

describe('the kill switch', () => {
  it('a change of freezes says what it stops, up to a bound', () => {
    const freezes = Array.from({ length: MAX_NAMED_FREEZES + 1 }, (_, i) => ({
      name: `f${i}`,
      scope: { tool: { server: 'db', name: 'a\ud800' } },
      reason: 'x'.repeat(MAX_TEXT_UNITS + 1),
    }));
    const content = objectContent({ timeMs: 0, author: 'ada', action: 'freeze', changes: [], freezes });
    const read = JSON.parse(content) as { freezes: { name: string; scope: object; reason: string }[] };
    expect(content).toBe(canonicalJson(read));
    expect(read.freezes).toHaveLength(MAX_NAMED_FREEZES);
    expect(read.freezes[0]).toMatchObject({ name: 'f0', scope: { tool: { server: 'db', name: 'a\ufffd' } } });
    expect(read.freezes[0]?.reason).toHaveLength(MAX_TEXT_UNITS);
  });

  it('a drill says how long it would have taken', () => {
    const counts = { calls: 3, sessions: 1 };
    expect(systemContent({ event: 'drill', timeMs: 0, instance: 'gw', freeze: 'd', counts, elapsedMs: 12 })).toBe(
      '{"counts":{"calls":3,"sessions":1},"elapsedMs":12,"event":"drill","freeze":"d","instance":"gw","time":"1970-01-01T00:00:00.000Z","type":"system"}',
    );
  });
});
