// Readings and comparisons of several calls take turns, step by step, and share places for short texts. Whoever goes between two steps of another
// changes nothing of what that one finds.
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { carriedBy } from './carry.ts';
import { FlowHasher, KEY_BYTES } from './hasher.ts';
import { leavesOf } from './leaf.ts';
import { FlowScope } from './scope.ts';

const RUNS = 20;
const HASHER = new FlowHasher(new Uint8Array(KEY_BYTES).map((_, index) => (index * 131 + (index >> 3)) & 255));
const CRM = { name: 'crm.get', server: 'crm', labels: ['private'], rank: 2 } as const;

/** Of every length around the limits of a shared place, plain, wide, packed and with links. */
const text = fc
  .tuple(
    fc.constantFrom(3, 40, 400, 2_047, 4_090, 4_096, 4_097, 9_000, 20_000),
    fc.nat(1_000),
    fc.constantFrom('plain', 'base64', 'wide', 'link', 'json', 'key', 'key', 'packed', 'ligatures'),
  )
  .map(([length, seed, how]) => {
    let out = '';
    for (let n = seed; out.length < length; n++)
      out += `${n * 7919} willow-${n}-anchor, owner${n}@northwind.example: +44 20 7946 ${String(n).padStart(4, '0')}\n`;
    out = out.slice(0, length);
    if (how === 'base64') return Buffer.from(out).toString('base64');
    if (how === 'wide') return out.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
    if (how === 'link') return `https://northwind.example/${seed} ${out}`;
    // Texts that one piece of a message becomes, longer than a shared place.
    if (how === 'key') return JSON.stringify({ [out]: seed });
    if (how === 'packed') return gzipSync(out).toString('base64');
    if (how === 'ligatures') return `${out.slice(0, 1_000)}${'\ufdfa'.repeat(1_000)}`;
    return how === 'json' ? JSON.stringify([{ email: `owner${seed}@northwind.example`, to: 'a@b.example', note: out }]) : out;
  });
const texts = fc.array(text, { minLength: 1, maxLength: 3 });

function* callOf(read: readonly string[], sent: readonly string[]): Generator<void, unknown, void> {
  const scope = new FlowScope(HASHER);
  const leaves = (all: readonly string[]) =>
    leavesOf(all.map((one, index) => ({ pointer: `/${index}`, kind: 'text' as const, text: one })));
  yield* scope.read(CRM, leaves(read), 0);
  const carried = yield* carriedBy(scope, HASHER, leaves(sent).leaves, { atLeast: 1 });
  return {
    size: [scope.grams.size, scope.values.size, scope.links.size],
    carried: carried.map(({ source, ...rest }) => ({ ...rest, ...{ sent: source.sentBits, end: source.end, opaques: source.opaques } })),
  };
}

function alone(work: Generator<void, unknown, void>): unknown {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/** `order` says whose turn it is; when it is over, the others go on in a row. */
function together(works: readonly Generator<void, unknown, void>[], order: readonly number[]): unknown[] {
  const results: unknown[] = [];
  const open = new Set(works.keys());
  for (let turn = 0; open.size > 0; turn++) {
    const index = [...open][(order[turn % order.length] as number) % open.size] as number;
    const step = (works[index] as Generator<void, unknown, void>).next();
    if (!step.done) continue;
    results[index] = step.value;
    open.delete(index);
  }
  return results;
}

test('calls that take turns find what each finds alone', () => {
  let found = 0;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(texts, texts), { minLength: 2, maxLength: 3 }),
      fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }),
      (calls, order) => {
        // What was read goes out again, among other things.
        const works = () => calls.map(([read, sent]) => callOf(read, [...sent, ...read]));
        const expected = works().map(alone);
        found += (JSON.stringify(expected).match(/"pointer"/g) ?? []).length;
        expect(together(works(), order)).toEqual(expected);
      },
    ),
    { numRuns: RUNS },
  );
  expect(found).toBeGreaterThan(RUNS);
}, 120_000);
