// Properties of the index of data flow: it holds no text, it is bounded, what was read is found whatever stands around it, and no step of the work
// takes long.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowBook, MAX_SCOPES } from '../../src/detect/flow/book.ts';
import { type Carried, carriedBy } from '../../src/detect/flow/carry.ts';
import { FlowHasher, KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { leavesOf } from '../../src/detect/flow/leaf.ts';
import { FlowScope, MAX_GRAMS, MAX_SOURCES, MAX_VALUES, type Reading } from '../../src/detect/flow/scope.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { Json } from '../../src/lib/json.ts';
import { DISGUISES } from '../support/flow-variation.ts';

const KEY = new Uint8Array(KEY_BYTES).map((_, i) => (i * 167 + (i >> 3) * 31 + 5) & 255);
const CRM: Reading = { name: 'crm.get', server: 'crm', labels: ['private'], rank: 2 };
const part = (value: Json, pointer = '/arguments') => ({ pointer, kind: 'json' as const, text: JSON.stringify(value) });

function run<T>(work: Generator<void, T, void>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}
const matched = (scope: FlowScope, hasher: FlowHasher, value: Json): Carried[] =>
  run(carriedBy(scope, hasher, leavesOf([part(value)]).leaves, { atLeast: 1 }));

describe('the index', () => {
  it('holds nothing of what was read: the heap of a process that read it', () => {
    const main = fileURLToPath(new URL('../support/flow-heap-main.ts', import.meta.url));
    const said = JSON.parse(execFileSync(process.execPath, [main], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as {
      left: number;
      held: number;
      kept: number;
    };
    expect(said.kept).toBeGreaterThan(1000);
    // What is held on purpose shows that looking finds something.
    expect(said).toMatchObject({ left: 0, held: 2 });
  }, 120_000);

  it('is bounded, and what was read last is still found', () => {
    const hasher = new FlowHasher(KEY);
    const scope = new FlowScope(hasher);
    let state = 1;
    const word = (): string => {
      state = (state * 48_271) % 2_147_483_647;
      return state.toString(36);
    };
    for (let n = 0; n < 60; n++) {
      run(scope.read(CRM, leavesOf([part(Array.from({ length: 1000 }, () => `${word()} ${word()}`))]), n));
      expect(scope.grams.size).toBeLessThanOrEqual(MAX_GRAMS);
      expect(scope.values.size).toBeLessThanOrEqual(MAX_VALUES);
      expect(scope.links.size).toBeLessThanOrEqual(MAX_VALUES);
    }
    run(scope.read(CRM, leavesOf([part({ value: 'willow-7731-anchor-4402-plum' })]), 61));
    expect(matched(scope, hasher, { body: 'x willow-7731-anchor-4402-plum' })).toHaveLength(1);
  }, 180_000);

  it('forgets the oldest readings, and the agents that called least recently', () => {
    const hasher = new FlowHasher(KEY);
    const scope = new FlowScope(hasher);
    for (let n = 0; n <= MAX_SOURCES; n++) run(scope.read(CRM, leavesOf([part({ value: `tok${n * 7919}x${n * 104_729}y${n}` })]), n));
    const value = (n: number): Json => ({ body: `tok${n * 7919}x${n * 104_729}y${n}` });
    expect(matched(scope, hasher, value(1))).toEqual([]);
    expect(matched(scope, hasher, value(MAX_SOURCES)).length).toBeGreaterThan(0);
    const book = new FlowBook(new ManualClock(), KEY);
    for (let n = 0; n <= MAX_SCOPES; n++) void book.read(`agent-${n}`, CRM, leavesOf([part({ value: 'abcd-1234' })]), 60_000, false);
    expect(book.scopes).toBe(MAX_SCOPES);
    expect(book.find('agent-0', 60_000)).toBeUndefined();
    expect(book.find(`agent-${MAX_SCOPES}`, 60_000)).toBeDefined();
  }, 180_000);

  it('forgets what the window has passed, whole', () => {
    const clock = new ManualClock();
    const book = new FlowBook(clock, KEY);
    void book.read('a', CRM, leavesOf([part({ value: 'willow-7731-anchor-4402-plum' })]), 60_000, true);
    expect(book.kept).toBeGreaterThan(0);
    clock.advance(60_001);
    expect(book.find('a', 60_000)).toBeUndefined();
    expect([book.kept, book.scopes]).toEqual([0, 0]);
  });
});

const secrets = fc
  .tuple(fc.stringMatching(/^[a-z0-9]{6}$/), fc.stringMatching(/^[A-Z0-9]{8}$/), fc.stringMatching(/^[0-9]{6}$/))
  .map(([a, b, c]) => `k${a}-${b}-${c}`);

/** As the index reads it: case and separators do not count. */
const plain = (text: string): string => text.toLowerCase().replaceAll('-', '');
const shareRun = (one: string, other: string, chars: number): boolean =>
  Array.from({ length: one.length - chars + 1 }, (_, at) => one.slice(at, at + chars)).some((run) => other.includes(run));

describe('what was read', () => {
  it('is found in every disguise, whatever stands around it', () => {
    const names = Object.keys(DISGUISES).filter((name) => name !== 'half' && name !== 'padded');
    fc.assert(
      fc.property(secrets, fc.constantFrom(...names), fc.string({ maxLength: 40 }), (value, name, around) => {
        const hasher = new FlowHasher(KEY);
        const scope = new FlowScope(hasher);
        run(scope.read(CRM, leavesOf([part({ value })]), 0));
        const sent = `${around} ${DISGUISES[name]?.(value)} ${around}`;
        expect(matched(scope, hasher, { body: sent }).length, `${name} ${JSON.stringify(sent)}`).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  it('is not found in what has nothing of it', () => {
    fc.assert(
      fc.property(secrets, secrets, (value, other) => {
        fc.pre(!shareRun(plain(value), plain(other), 5));
        const hasher = new FlowHasher(KEY);
        const scope = new FlowScope(hasher);
        run(scope.read(CRM, leavesOf([part({ value })]), 0));
        expect(matched(scope, hasher, { body: other })).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

/** Counts what is hashed: most of the work on a text. */
class CountingHasher extends FlowHasher {
  letters = 0;

  override grams(...given: Parameters<FlowHasher['grams']>): number {
    const count = super.grams(...given);
    this.letters += count;
    return count;
  }

  override values(...given: Parameters<FlowHasher['values']>): void {
    super.values(...given);
    this.letters += Math.max(0, (given[2].at(-1) ?? 0) - given[1]);
  }
}

/** Letters hashed in one step at most; of what is sent they are hashed in each of its disguises. */
const READ_LETTERS = 8_192;
const SENT_LETTERS = 32_768;

// How long a step is, is for `npm run bench:large` to say. Here: that it looks at one short piece and hashes few letters, however long the text is.
it('no step of the work on long texts looks at more than a little', () => {
  const hasher = new CountingHasher(KEY);
  const line = 'a line of an export with ines.okafor@northwind.example, 4072.50 and cXVhcnR6LTg4MjgtY2luZGVyLTE2NzA= %41%42 in it\n';
  const text = line.repeat(Math.ceil(3_000_000 / line.length));
  const mostOf = (work: Generator<void, unknown, void>): number => {
    let most = 0;
    for (let done = false; !done; ) {
      hasher.letters = 0;
      done = work.next().done === true;
      most = Math.max(most, hasher.letters);
    }
    return most;
  };
  const leaves = leavesOf([{ pointer: '/content/0/text', kind: 'text', text }]);
  expect(Math.max(...leaves.leaves.map((leaf) => leaf.text.length))).toBeLessThanOrEqual(READ_LETTERS);
  const scope = new FlowScope(hasher);
  const read = mostOf(scope.read(CRM, leaves, 0));
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThanOrEqual(READ_LETTERS);
  const sent = mostOf(carriedBy(scope, hasher, leaves.leaves.slice(0, 60), { atLeast: 1 }));
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThanOrEqual(SENT_LETTERS);
}, 120_000);
