// The short way against the long one: whatever it takes, the long way takes with the same facts, whatever bytes were changed; and it takes what it should.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../lib/canonical-json.ts';
import { CanonicalScanner } from './canonical-scanner.ts';
import { entryLine, GENESIS, linkEntry } from './chain.ts';
import { decisionContent, outcomeContent } from './entry.ts';
import { parseLine } from './line.ts';
import type { Head } from './port.ts';
import { LineScanner } from './scan-line.ts';
import { verifyBytes, verifyLog } from './verify.ts';

const hash = 'a'.repeat(64);
const base = {
  ...{
    timeMs: Date.UTC(2026, 0, 2),
    call: 'call_1',
    surface: 'server/files',
    method: 'tools/call',
    rule: 'main/reads',
    code: 'allowed',
    judged: 3,
  },
  ...{
    credential: 'service' as const,
    client: { era: 'modern' as const, version: '2026-07-28' },
    origin: 'agent' as const,
    effect: 'allow' as const,
  },
};
const findings = [{ type: 'iban', count: 2, path: '/a', action: 'mask' }];
const contents = [
  decisionContent(base),
  decisionContent({
    ...base,
    single: true,
    principal: { agent: 'a', class: 'c', token: 't', user: 'u' },
    definition: hash,
    arguments: hash,
    snapshot: hash,
  }),
  decisionContent({
    ...base,
    effect: 'deny',
    reason: 'No "such" thing\nat all: été ☃ 😀',
    tool: 'x/y',
    findings,
    risk: { score: 7, parts: { rate: 7 } },
  }),
  outcomeContent({ timeMs: base.timeMs, call: 'call_1', decision: 12, status: 'ok', latencyMs: 1.5, result: hash, findings }),
  outcomeContent({ timeMs: base.timeMs, call: 'call_1', decision: 12, status: 'cancelled', latencyMs: 1e-3 }),
];
const head: Head = { seq: 41, hash: 'b'.repeat(64), revision: 3 };
const lineOf = (content: string, at: Head = head) => entryLine(linkEntry('acme', at, at.revision, content));
const scan = (bytes: Buffer, scanner = new LineScanner()) => scanner.scan(bytes, 0, bytes.length, 'acme', head);

/** What the rules over many lines read. */
function factsOf(parsed: ReturnType<typeof parseLine>) {
  if ('rule' in parsed) return parsed.rule;
  const { type, call, effect, judged, policy, single, decision, status, approval } = parsed.content;
  return { header: parsed.header, hash: parsed.hash, type, call, effect, judged, policy, single, decision, status, approval };
}

describe('the short way', () => {
  it('takes decisions and outcomes as the gateway writes them', () => {
    for (const content of contents) {
      const line = lineOf(content);
      const scanned = scan(Buffer.from(line));
      if (!scanned) throw new Error(`not taken: ${line}`);
      expect(factsOf(scanned)).toEqual(factsOf(parseLine(line)));
    }
  });

  it('leaves what it does not know to the long way', () => {
    const known = JSON.parse(contents[0] ?? '');
    const others = [
      { ...known, approval: 'appr_1' },
      { ...known, effect: 'maybe' },
      { ...known, call: 'ü' },
      { ...known, ключ: 1 },
      { ...known, judged: 4, policy: 3 },
    ];
    for (const other of others) expect(scan(Buffer.from(lineOf(canonicalJson(other)))), JSON.stringify(other)).toBeUndefined();
    for (const other of [
      { ...known, extra: { a: [1.5, null, true, 'x'] } },
      { ...known, zz: -1e21 },
    ])
      expect(scan(Buffer.from(lineOf(canonicalJson(other)))), JSON.stringify(other)).toBeDefined();
  });

  it('takes no content that is not canonical, though its hashes are right', () => {
    const swaps: [RegExp, string][] = [
      [/"code":"allowed"/, '"code": "allowed"'],
      [/"code":"allowed"/, '"code":"\\u0061llowed"'],
      [/"judged":3/, '"judged":3.0'],
      [/"judged":3/, '"judged":03'],
      [/"judged":3,/, '"judged":3,"judged":3,'],
      [/"code":"allowed","credential":"service"/, '"credential":"service","code":"allowed"'],
      [/"code":"allowed"/, '"code":"a\tb"'],
      [/"code":"allowed"/, '"code":"a\\/b"'],
      [/"time":"2026/, '"time":"2026 '],
      [/}$/, ',}'],
      [/}$/, '}}'],
    ];
    for (const [from, to] of swaps) {
      const content = (contents[0] ?? '').replace(from, to);
      expect(content).not.toBe(contents[0]);
      const line = lineOf(content);
      expect(scan(Buffer.from(line)), content).toBeUndefined();
      expect('rule' in parseLine(line), content).toBe(true);
    }
    const invalid = Buffer.from(lineOf((contents[0] ?? '').replace('allowed', 'xx')));
    invalid.fill(0xff, invalid.indexOf('xx'), invalid.indexOf('xx') + 2);
    expect(scan(invalid)).toBeUndefined();
  });

  it('says nothing that the long way does not, about any change', () => {
    // One that has seen many lines takes what it saw before by its bytes; it must take the same as one that has seen none.
    const seasoned = new LineScanner();
    const change = fc.tuple(fc.nat(contents.length - 1), fc.nat(2_000), fc.constantFrom('byte', 'cut', 'double'), fc.nat(255));
    fc.assert(
      fc.property(change, ([which, at, how, byte]) => {
        // The hashes are made anew over the change, as who holds the whole log could: only the form can betray it.
        const content = Buffer.from(contents[which] ?? '');
        const place = at % content.length;
        if (how === 'byte') content[place] = byte;
        const parts =
          how === 'cut'
            ? [content.subarray(0, place), content.subarray(place + 1)]
            : [content.subarray(0, place), content.subarray(how === 'double' ? place - 1 : place)];
        const text = Buffer.concat(parts).toString('utf8');
        const line = lineOf(text);
        const scanned = scan(Buffer.from(line));
        if (scanned) expect(factsOf(scanned)).toEqual(factsOf(parseLine(line)));
        expect(scan(Buffer.from(line), seasoned)).toEqual(scanned);
        expect(scan(Buffer.from(lineOf(contents[which] ?? '')), seasoned)).toBeDefined();
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes a number when it is the one text of its value, and the usual ones without making it', () => {
    const scanner = new CanonicalScanner();
    const isTaken = (text: string): boolean => {
      scanner.begin(Buffer.from(`${text},`), 0, text.length + 1);
      return scanner.number() && scanner.at === text.length;
    };
    const digits = fc.string({ unit: fc.constantFrom(...'0012345678999'), maxLength: 18 });
    const written = fc.tuple(digits, fc.constantFrom('.', '', '..', '-', 'e'), digits).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        fc.oneof(written, fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.string({ maxLength: 4 })),
        (text) => {
          const isOne = text !== '' && String(Number(text)) === text && Number.isFinite(Number(text));
          expect(isTaken(text), text).toBe(isOne);
        },
      ),
      {
        numRuns: 5_000,
        examples: ['0.000001', '0.0000001', '0.1', '00.1', '1.10', '.5', '5.', '65.535', '123456789.123456', '1e-7', '-0.5'].map((text) => [
          text,
        ]),
      },
    );
  });

  it('lays each line to the one before it, also after one that it did not take, and where the number gets longer', async () => {
    let at: Head = { seq: 8, hash: 'b'.repeat(64), revision: 3 };
    const scanner = new LineScanner();
    for (let n = 0; n < 1_100; n++) {
      const content = n % 7 === 3 ? canonicalJson({ ...JSON.parse(contents[0] ?? ''), approval: 'appr_1' }) : (contents[n % 3] ?? '');
      const line = Buffer.from(lineOf(content, at));
      const scanned = scanner.scan(line, 0, line.length, 'acme', at);
      expect(scanned === undefined, String(at.seq)).toBe(n % 7 === 3);
      // The line after this one is not taken for it, nor this one for another.
      expect(scanner.scan(line, 0, line.length, 'acme', { ...at, seq: at.seq + 1 })).toBeUndefined();
      expect(scanner.scan(line, 0, line.length, 'acme', { ...at, hash: 'c'.repeat(64) })).toBeUndefined();
      const { hash: next } = linkEntry('acme', at, at.revision, content);
      if (scanned) expect(scanned).toMatchObject({ hash: next, header: { seq: at.seq + 1, prev: at.hash } });
      at = { seq: at.seq + 1, hash: next, revision: at.revision };
    }
  });

  it('takes what it takes by itself, also when it has seen more members and values than it keeps', () => {
    const seasoned = new LineScanner();
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', 'é', '😀', 'z'), maxLength: 300 });
    const extra = fc.dictionary(
      fc.string({ unit: fc.constantFrom('a', 'm', 'z', 'é', '_'), maxLength: 3 }),
      fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    );
    const members = fc.record({ extra, rule: text, reason: text, cut: fc.nat(400) });
    fc.assert(
      fc.property(members, ({ extra: more, rule, reason, cut }) => {
        const content = canonicalJson({ ...more, ...JSON.parse(contents[1] ?? ''), reason, rule: `r${rule}` });
        for (const one of [content, content.slice(0, -1 - (cut % content.length)), `${content.slice(0, -1)},"zzz":${cut}}`]) {
          const line = Buffer.from(lineOf(one));
          expect(scan(line, seasoned)).toEqual(scan(line));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the same verdict as line by line, from bytes cut anywhere', async () => {
    let at: Head = GENESIS;
    const lines: string[] = [];
    for (let n = 1; n <= 40; n++) {
      const isDecision = n % 2 === 1;
      const own = { ...base, judged: 0, call: `call_${n - (isDecision ? 0 : 1)}` };
      const content = isDecision ? decisionContent(own) : outcomeContent({ ...own, decision: n - 1, status: 'ok', latencyMs: n / 8 });
      const entry = linkEntry('acme', at, 0, content);
      at = { seq: entry.seq, hash: entry.hash, revision: 0 };
      lines.push(entryLine(entry));
    }
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const expected = await verifyLog(lines);
    expect(expected).toMatchObject({ state: 'sound', entries: 40 });
    for (const size of [1, 7, 300, 1_000, bytes.length]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
      expect(await verifyBytes(chunks)).toEqual(expected);
    }
    for (let index = 0; index < lines.length; index += 3) {
      const without = lines.toSpliced(index, 1);
      expect(await verifyBytes([Buffer.from(without.join('\n'))])).toEqual(await verifyLog(without));
    }
  });
});
