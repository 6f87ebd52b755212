// Long messages are read in steps. As properties: whatever a short text is read as, or refused for, it is in steps too, however small the pieces are.
// And work goes on meanwhile.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/lib/json.ts';
import { parseBodySoon, parseMessageSoon, readBody, readMessage } from '../../src/mcp/large-message.ts';
import { LARGE_CHARS } from '../../src/mcp/large-text.ts';
import { writeInSteps } from '../../src/mcp/large-write.ts';
import { MAX_DEPTH, MAX_VALUES, type ParsedBody, parseBody, parseMessage, SERVER_LIMITS } from '../../src/mcp/message.ts';

const LIMITS = { maxDepth: MAX_DEPTH };

/** All steps at once, and how many there were. */
function run<T>(work: Generator<void, T, void>): { value: T; steps: number } {
  for (let steps = 0; ; steps++) {
    const step = work.next();
    if (step.done) return { value: step.value, steps };
  }
}

const SPACE = fc.constantFrom('', '', '', ' ', '\n', '\t \r');
const WORD = fc.oneof(
  fc.constantFrom('id', 'a', '__proto__', 'nam\\', 'méthode', 'result', ''),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
/** A string as JSON, some of its characters written as escapes. */
const STRING = fc.tuple(WORD, fc.infiniteStream(fc.nat(9))).map(([word, dice]) => {
  const units = [...Array(word.length).keys()].map((at) => word.charCodeAt(at));
  const written = units.map((unit) => {
    const { value } = dice.next();
    return value === 0 ? `\\u${unit.toString(16).padStart(4, '0')}` : JSON.stringify(String.fromCharCode(unit)).slice(1, -1);
  });
  return `"${written.join('')}"`;
});
const SCALAR = fc.oneof(STRING, fc.constantFrom('0', '-1.5e3', 'true', 'null', '1e999', '[]', '{}', '[ ]'));
const { value: VALUE } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    SCALAR,
    fc
      .array(fc.tuple(SPACE, tie('value'), SPACE), { maxLength: 6 })
      .map((items) => `[${items.map(([a, item, b]) => `${a}${item}${b}`).join(',')}]`),
    fc
      .array(fc.tuple(SPACE, STRING, SPACE, tie('value'), SPACE), { maxLength: 6 })
      .map((members) => `{${members.map(([a, key, b, value, c]) => `${a}${key}${b}:${b}${value}${c}`).join(',')}}`),
  ),
}));
const ID = fc.oneof(fc.constantFrom('1', '"x"', 'null', '1.5', '[1]'), STRING);
const MESSAGE = fc.tuple(SPACE, ID, VALUE, VALUE, fc.nat(5)).map(([space, id, one, other, form]) => {
  const head = `${space}{"jsonrpc":"2.0",${space}"id":${id},`;
  if (form === 0) return `${head}"method":"m","params":{"a":${one},"b" :${other}}}${space}`;
  if (form === 1) return `${head}"result":{"a":${one}},"x":${other}}`;
  if (form === 2) return `${head}"error":{"code":1,"message":"m","data":${one}}}`;
  if (form === 3) return `${head}"method":"m","params":${one},"id":${other}}`;
  return form === 4 ? one : `${head}"result":${one}}`;
});
/** One character too many, too few, or another one. */
const BROKEN = fc
  .tuple(MESSAGE, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '{', '[', ':', '\\', '0', ' ', '-'), fc.nat(1))
  .map(([text, seed, by, cut]) => {
    const at = seed % (text.length + 1);
    return text.slice(0, at) + by + text.slice(at + cut);
  });
const BATCH = fc.tuple(fc.array(fc.oneof(MESSAGE, BROKEN), { maxLength: 4 }), SPACE).map(([all, space]) => `${space}[${all.join(',')}]`);
const PIECE = fc.constantFrom(1, 2, 3, 5, 8, 13, 40);

describe('a message read in steps', () => {
  it('is what it is when it is read at once', () => {
    fc.assert(
      fc.property(fc.oneof(MESSAGE, BROKEN), PIECE, (text, pieceChars) => {
        const atOnce = parseMessage(text, LIMITS);
        const { value } = run(readMessage(text, LIMITS, pieceChars));
        if (value.shape === 'invalid' && value.message.includes('a key of more than')) return;
        if (atOnce.shape === 'invalid') expect(value.shape).toBe('invalid');
        else expect(value).toEqual(atOnce);
      }),
      { numRuns: 4_000 },
    );
  });

  it('and so is a batch', () => {
    fc.assert(
      fc.property(fc.oneof(BATCH, MESSAGE), PIECE, (text, pieceChars) => {
        const atOnce = parseBody(text, LIMITS);
        const { value } = run(readBody(text, LIMITS, pieceChars));
        const longKey = value.messages.some((one) => one.shape === 'invalid' && one.message.includes('a key of more than'));
        if (!longKey) expect(shapes(value)).toEqual(shapes(atOnce));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['[:{"jsonrpc":"2.0","id":1,"result":{}}]', '{"jsonrpc":"2.0","\\id":1,"result":{}}', '[{"jsonrpc":"2.0","id":1,"result":{}},]'])(
    'refuses %s as a short text is refused',
    (text) => {
      expect(parseBody(text, LIMITS).messages).toMatchObject([{ shape: 'invalid' }]);
      expect(run(readBody(text, LIMITS, 5)).value.messages).toMatchObject([{ shape: 'invalid' }]);
    },
  );

  it.each(['"x":1,"x":2', '"x":1e999', '"x":{"\\u0061":1,"a":2}'])(
    'refuses a whole batch that is no JSON, whatever else is wrong with the message that breaks it: %s',
    (wrong) => {
      const text = `[{"jsonrpc":"2.0","id":1,"method":"m"},{"jsonrpc":"2.0","id":2,${wrong},"broken":01}]`;
      expect(run(readBody(text, LIMITS, 13)).value).toEqual(parseBody(text, LIMITS));
    },
  );

  const rows = (count: number): string => Array.from({ length: count }, (_, row) => `{"id":${row},"note":"row \\u00e9 ${row}"}`).join(',');
  const LONG: [name: string, text: string][] = [
    ['one text', `{"jsonrpc":"2.0","id":1,"result":{"t":"${'all is well, \\"really\\" \\u00e9\\n'.repeat(20_000)}"}}`],
    ['rows', `{"jsonrpc":"2.0","id":1,"result":{"content":[],"structuredContent":{"rows":[${rows(9_000)}]}}}`],
    ['many members', `{"jsonrpc":"2.0","id":1,"result":{${Array.from({ length: 30_000 }, (_, at) => `"k${at}":${at}`).join(',')}}}`],
    ['a repeated key far away', `{"jsonrpc":"2.0","id":1,"result":{"a":1,"rows":[${rows(9_000)}],"a":2}}`],
    ['a repeated key within a row', `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(9_000)},{"a":1,"\\u0061":2}]}}`],
    ['a number out of range', `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(9_000)},1e999]}}`],
    ['something after it', `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(9_000)}]}} x`],
    ['no end', `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(9_000)}]}`],
    ['too deep', `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(9_000)}],"d":${'['.repeat(70)}${']'.repeat(70)}}}`],
    ['far too deep', `{"jsonrpc":"2.0","id":1,"result":{"d":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`],
    ['too many values', `{"jsonrpc":"2.0","id":1,"method":"m","params":{"v":[${'1,'.repeat(MAX_VALUES)}1,${' '.repeat(LARGE_CHARS)}1]}}`],
    ['only white space between', `{"jsonrpc":"2.0",${' '.repeat(300_000)}"id":1,"result":{"v":[${' '.repeat(300_000)}]}}`],
    ['a comma and nothing', `{"jsonrpc":"2.0","id":1,"result":{"v":[1,${' '.repeat(300_000)}]}}`],
  ];

  it.each(LONG)('%s: the same, and others come in between', async (_name, text) => {
    expect(text.length).toBeGreaterThan(LARGE_CHARS);
    const soon = parseMessageSoon(text, LIMITS);
    expect(soon).toBeInstanceOf(Promise);
    let others = 0;
    let isOver = false;
    const other = (): void => {
      others++;
      if (!isOver) setImmediate(other);
    };
    setImmediate(other);
    const message = await soon;
    isOver = true;
    expect(message).toEqual(parseMessage(text, LIMITS));
    // As often as there are steps: what is refused is refused at its first thing wrong.
    if (message.shape !== 'invalid') expect(others).toBeGreaterThanOrEqual(text.length / 200_000);
  });

  it('takes a step for every piece, so that no step grows with the text', () => {
    const text = `{"jsonrpc":"2.0","id":1,"result":{"rows":[${rows(60_000)}]}}`;
    const { value, steps } = run(readMessage(text, SERVER_LIMITS));
    expect(value.shape).toBe('response');
    expect(steps).toBeGreaterThan(text.length / 131_072);
  });

  it('a short one is read at once', () => {
    expect(parseBodySoon('{"jsonrpc":"2.0","method":"m"}')).not.toBeInstanceOf(Promise);
    expect(parseMessageSoon('{"jsonrpc":"2.0","method":"m"}')).not.toBeInstanceOf(Promise);
  });

  it('refuses a key of a length that no key has', async () => {
    const text = `{"jsonrpc":"2.0","id":1,"result":{"${'k'.repeat(LARGE_CHARS)}":1}}`;
    expect(await parseMessageSoon(text)).toMatchObject({ shape: 'invalid', message: expect.stringContaining('a key of more than') });
  });
});

/** What is wrong with something may be found in another order. */
function shapes(body: ParsedBody): unknown {
  return body.messages.some(({ shape }) => shape === 'invalid') ? body.messages.some(({ shape }) => shape === 'invalid') : body;
}

describe('a value written in steps', () => {
  it('is what JSON.stringify writes, and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(1, 4, 20, 300), (value, units) => {
        expect(run(writeInSteps(value as Json, units)).value).toBe(JSON.stringify(value));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['pairs of surrogates', '\u{1f600}x'.repeat(50)],
    ['half a pair', `${'x'.repeat(7)}\ud83d${'y'.repeat(9)}`],
    ['half a pair before a whole one', `${'x'.repeat(6)}\ud83d\u{1f600}${'y'.repeat(9)}`],
    ['members that are not there', { a: undefined, b: [1, { c: undefined }], d: 'x'.repeat(40) }],
    ['nothing at all', { a: [], b: {}, c: { d: undefined } }],
  ])('%s', (_name, value) => {
    for (const units of [1, 2, 3, 8, 64]) expect(run(writeInSteps(value as Json, units)).value).toBe(JSON.stringify(value));
  });

  it('takes more steps the more there is', () => {
    const value = Array.from({ length: 100_000 }, (_, at) => ({ at, text: `row ${at}` }));
    expect(run(writeInSteps(value)).steps).toBeGreaterThan(20);
  });
});
