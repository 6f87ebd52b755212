// DLP as properties: masking twice is masking once, no split of a stream hides anything, places stay inside the text, and hostile texts of any
// size end in time without holding up anybody else.
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { DLP_TYPES } from '../../src/detect/dlp/finding-kind.ts';
import { compileDlp, type DlpPlan } from '../../src/detect/dlp/model.ts';
import { type Replacer, redactJsonInSteps, redactText, ruleOn } from '../../src/detect/dlp/redact.ts';
import { EVERYTHING, scanText } from '../../src/detect/dlp/scan.ts';
import { createDlpScanner } from '../../src/detect/dlp/scanner.ts';
import { atOnce } from '../../src/lib/turn.ts';
import { SseParser } from '../../src/upstream/sse-parser.ts';
import { TEMPLATES } from '../support/dlp-layout.ts';
import { dlpObject } from '../support/dlp-object.ts';
import { makeItems } from '../support/dlp-variation.ts';
import { growthOf, NEAR_LINEAR } from '../support/growth.ts';

const RUNS = 200;
const ITEMS = makeItems(TEMPLATES, 'property', 2);
const document = fc.constantFrom(...ITEMS.map(({ text }) => text));

function planOf(action: string): DlpPlan {
  const plan = compileDlp([dlpObject('d', { rules: [{ name: 'all', types: ['*'], action }] })])?.planFor({
    server: 's',
    tool: 't',
    agent: 'a',
    direction: 'result',
  });
  if (!plan) throw new Error('no plan');
  return plan;
}

const replacer: Replacer = { mac: (text) => String(text.length).padStart(64, 'a'), token: () => undefined };

describe.each(['mask', 'partial', 'hash', 'tokenize'])('%s', (action) => {
  const plan = planOf(action);
  const redact = (text: string): string => redactText(text, ruleOn(scanText(text, plan), text, plan), replacer);

  it('twice is once', () => {
    for (const { text } of ITEMS) {
      const once = redact(text);
      expect(redact(once)).toBe(once);
    }
  });

  it('JSON stays JSON where a find reaches from one string into the next', () => {
    for (const value of [
      { name: '["[]:0"]', 'ann@acme.co': 0 },
      ['["[]:0"]', 'ann@acme.co'],
      { a: '["[]:0"]', b: { mail: 'ann@acme.co' } },
      { rows: 'contact ann@acme.co, or ann [at] acme [dot] fr', name: '.phone-input{width:320px}' },
    ]) {
      const text = JSON.stringify(value);
      const once = atOnce(redactJsonInSteps(text, ruleOn(scanText(text, plan), text, plan), replacer));
      expect(Object.keys(JSON.parse(once) as object)).toHaveLength(Object.keys(value).length);
      expect(once).not.toMatch(/ann(?:@| \[at\] )acme/);
    }
  });

  it('JSON stays JSON, and twice is once there too', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('name', 'email', 'note', 'password', 'rows', 'ann@acme.co'),
          fc.oneof(document, fc.integer(), fc.json()),
        ),
        (value) => {
          const text = JSON.stringify(value);
          const redactOnce = (given: string, step?: number): string =>
            atOnce(redactJsonInSteps(given, ruleOn(scanText(given, plan), given, plan), replacer, undefined, step));
          const once = redactOnce(text);
          // However short its steps are.
          expect(redactOnce(text, 7)).toBe(once);
          JSON.parse(once);
          expect(redactOnce(once)).toBe(once);
        },
      ),
      { numRuns: RUNS },
    );
  });
});

const CARD = 4_111_111_111_111_111;

describe.each(['mask', 'partial', 'hash', 'tokenize'])('%s of numbers', (action) => {
  const plan = planOf(action);
  const number = fc.oneof(fc.constantFrom(CARD, -CARD, 123_456_789, -4_155_550_100, 41.11111111111111, 7), fc.integer());
  const value = fc.oneof(number, fc.array(fc.oneof(number, fc.constant('x, 1')), { maxLength: 3 }), fc.array(fc.array(number)));
  const member = fc.dictionary(fc.constantFrom('card', 'ssn', 'phone', 'password', 'note: 1,'), value, { minKeys: 1 });

  it('leaves JSON in a text JSON, however deep it is packed and spaced', () => {
    fc.assert(
      fc.property(member, fc.nat(3), fc.constantFrom(undefined, 2, '\t'), fc.boolean(), (made, depth, indent, asText) => {
        let text = JSON.stringify(made, null, indent);
        for (let level = 0; level < depth; level++) text = JSON.stringify({ text }, null, indent);
        const ruled = ruleOn(scanText(text, plan), text, plan);
        let read: unknown = JSON.parse(asText ? redactText(text, ruled, replacer) : atOnce(redactJsonInSteps(text, ruled, replacer)));
        for (let level = 0; level < depth; level++) read = JSON.parse((read as { text: string }).text);
        expect(Object.keys(read as object)).toEqual(Object.keys(made));
        expect(JSON.stringify(read)).not.toContain(String(CARD));
      }),
      { numRuns: RUNS },
    );
  });
});

test('whatever the text is, the places found lie inside of it, in order and apart', () => {
  const any = fc.oneof(
    document,
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.json(),
    fc.array(document, { maxLength: 3 }).map((all) => JSON.stringify(all)),
  );
  fc.assert(
    fc.property(fc.tuple(any, any), ([one, two]) => {
      const text = one + two;
      let end = 0;
      for (const match of scanText(text, { wanted: EVERYTHING, patterns: [] })) {
        expect(match.start).toBeGreaterThanOrEqual(end);
        expect(match.end).toBeGreaterThan(match.start);
        end = match.end;
      }
      expect(end).toBeLessThanOrEqual(text.length);
    }),
    { numRuns: RUNS },
  );
});

test('any split of a stream into chunks gives the same findings', () => {
  const findingsOf = (bytes: Buffer, cuts: readonly number[]): string => {
    const parser = new SseParser();
    const found: unknown[] = [];
    let from = 0;
    for (const to of [...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]) {
      parser.feed(bytes.subarray(from, to));
      from = Math.max(from, to);
      for (let event = parser.next(); event; event = parser.next())
        found.push(scanText((JSON.parse(event.data) as { text: string }).text, { wanted: EVERYTHING, patterns: [] }));
    }
    return JSON.stringify(found);
  };
  fc.assert(
    fc.property(fc.array(document, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(), { maxLength: 12 }), (texts, cuts) => {
      const bytes = Buffer.from(texts.map((text) => `data: ${JSON.stringify({ text })}\n\n`).join(''));
      expect(findingsOf(bytes, cuts)).toBe(findingsOf(bytes, []));
    }),
    { numRuns: RUNS },
  );
});

test('an own pattern and every type is found through the same door', () => {
  const types = new Set(ITEMS.flatMap(({ text }) => scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type }) => type)));
  expect([...types].sort()).toEqual(DLP_TYPES.filter((type) => type !== 'CUSTOM').sort());
});

function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

const MEGABYTE = 1024 * 1024;
const HOSTILE: Record<string, (units: number) => string> = {
  'one word': (n) => 'a'.repeat(n),
  digits: (n) => '1234567890'.repeat(n / 10),
  'spaced digits': (n) => '1 2-3.'.repeat(n / 6),
  'spelled out': (n) => 'a b 41 0x42, c_d_e.f '.repeat(n / 21),
  'spelled words that break off': (n) => 'a_b_c_d_efghijk '.repeat(n / 16),
  'carets in an address': (n) => `MSH|^~\\&|\nPID|1||||||||||${'^'.repeat(n)}1|`,
  'short words': (n) => 'it is a b c d e f g h '.repeat(n / 22),
  'hex lists': (n) => '41 42 43 44 45 46 47 48 0 '.repeat(n / 26),
  'octal escapes': (n) => '\\101\\102\\10'.repeat(n / 11),
  'right to left': (n) => '\u202eab'.repeat(n / 3),
  'short lines': (n) => 'QUJDREVGR0hJSktM\n'.repeat(n / 17),
  'short lines that break off': (n) => `${'QUJDREVGR0hJSktM\n'.repeat(10)}AAECAwQFBgcICQoL\n`.repeat(n / 187),
  paragraphs: (n) => 'name: a\n\n'.repeat(n / 9),
  pieces: (n) => `[${'"4111",'.repeat(n / 7)}"1"]`,
  'pieces by name': (n) => `{${Array.from({ length: n / 14 }, (_, at) => `"p${at % 900}":"a@b"`).join(',')}}`,
  quotes: (n) => '"'.repeat(n),
  backslashes: (n) => `{"a":"${'\\'.repeat(n)}`,
  braces: (n) => '{"a":['.repeat(n / 6),
  keys: (n) => 'password='.repeat(n / 9),
  'token starts': (n) => 'eyJeyJ-sk-ghp_'.repeat(n / 14),
  'begin key': (n) => '-----BEGIN PRIVATE KEY-----'.repeat(n / 27),
  'at signs': (n) => 'a@b.c@'.repeat(n / 6),
  tags: (n) => '<a b="c" '.repeat(n / 9),
  percent: (n) => '%41%'.repeat(n / 4),
  entities: (n) => '&#x41;&amp'.repeat(n / 10),
  names: (n) => 'Ann Lee '.repeat(n / 8),
  streets: (n) => '12 High Street, '.repeat(n / 16),
  'capitals and numbers': (n) => 'Weg 1, 12345 A'.repeat(n / 14),
  urls: (n) => 'a://b:c@'.repeat(n / 8),
  pipes: (n) => '|name|\n'.repeat(n / 7),
  commas: (n) => `name,email\n${'x,y\n'.repeat(n / 4)}`,
  base64: (n) => Buffer.alloc((n / 4) * 3, 'password=hunter2!x ').toString('base64'),
  spaces: (n) => `a:${' '.repeat(n)}`,
  'rows under many columns': (n) => `insert into a (${'a,'.repeat(480)}a) values ${'(1),'.repeat(n / 4)}`,
  'rows of a wide table': (n) => `create table a (${'a,'.repeat(1900)}a); insert into a values ${'(1),'.repeat(n / 4)}`,
  'open tables': (n) => `${'create table a ('.repeat(n / 16)}; insert into a values (1)`,
  'houses and quarters': (n) => '1, A A A A A, A A A A A, A A A A, Aaaaaaaa Aaaa Aaaa '.repeat(n / 54),
  'labels without an end': (n) => `${`name${' -'.repeat(20)}${' '.repeat(500)}\n`.repeat(n / 545)}...`,
  'rows with addresses': (n) => 'a@b.co,Ann Lee,+1 415 555 0100\n'.repeat(n / 31),
  'broken tokens': (n) => `github_pat_${'a'.repeat(20)}\n`.repeat(n / 32),
  'base64 in base64 in base64': (n) => `${encoded(encoded(encoded('mail ann.lee@acme.co')))} `.repeat(n / 54),
  inserts: (n) => 'insert into a (name) values ('.repeat(n / 29),
};

describe('hostile texts', () => {
  it.each(Object.entries(HOSTILE))('%s: twice as long takes about twice as long', (_name, make) => {
    const scan = (units: number) => {
      const text = make(units);
      return () => void scanText(text, { wanted: EVERYTHING, patterns: [] });
    };
    expect(growthOf(scan, MEGABYTE / 64, MEGABYTE / 4)).toBeLessThan(NEAR_LINEAR);
  });
});

/** Longest piece of a text that the main thread hands over in one turn. */
const PIECE_CHARS = 131_072;

describe('long texts', () => {
  const scanner = createDlpScanner();
  let turn = 0;
  let turning: NodeJS.Immediate;
  /** Of every piece handed over: the turn of the loop, and its length. */
  let pieces: { turn: number; chars: number }[] = [];

  beforeAll(() => {
    const takeTurn = (): void => {
      turn++;
      turning = setImmediate(takeTurn);
    };
    takeTurn();
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: { piece?: string }) {
      if (message.piece !== undefined) pieces.push({ turn, chars: message.piece.length });
      post.call(this, message);
    });
  });
  afterAll(async () => {
    clearImmediate(turning);
    vi.restoreAllMocks();
    await scanner.close();
  });

  // How long a turn is, is for `npm run bench:large` to say. Here: that there are many, each with one short piece.
  it('10 MB of anything return within the deadline and hold up nobody', { timeout: 900_000 }, async () => {
    const plan = { ...planOf('mask'), budget: { maxChars: 16 * MEGABYTE, deadlineMs: 500, onExceed: 'block' as const } };
    await scanner.scan(['x '.repeat(20_000)], plan);
    for (const make of Object.values(HOSTILE)) {
      // One flat piece of memory, as it comes from a socket.
      const text = Buffer.from(make(10 * MEGABYTE), 'latin1').toString('latin1');
      pieces = [];
      const scanned = await scanner.scan([text], plan);
      expect(Math.max(...pieces.map(({ chars }) => chars))).toBe(PIECE_CHARS);
      expect(new Set(pieces.map((piece) => piece.turn)).size).toBe(pieces.length);
      if (scanned !== 'exceeded') expect(pieces.reduce((sum, { chars }) => sum + chars, 0)).toBe(text.length);
      // However busy the machine: nobody reads ten million characters in a millisecond, so only an answer at the deadline can be this one.
      expect(await scanner.scan([text], { ...plan, budget: { ...plan.budget, deadlineMs: 1 } })).toBe('exceeded');
    }
  });
});
