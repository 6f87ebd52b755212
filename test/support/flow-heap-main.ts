// Reads texts into the index of data flow, lets go of them, and looks through the heap for what is left of them. Prints how many of the texts that were
// read, and how many of those still held on purpose, are in it.
import { getHeapSnapshot, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FlowBook } from '../../src/detect/flow/book.ts';
import { KEY_BYTES } from '../../src/detect/flow/hasher.ts';
import { leavesOf } from '../../src/detect/flow/leaf.ts';
import { systemClock } from '../../src/lib/clock.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const COUNT = 40;

/** A word nobody else has; made anew whenever it is needed, so that nobody holds it. */
function word(n: number): string {
  let state = 77_003 + n * 7_919;
  let text = '';
  for (let i = 0; i < 14; i++) {
    state = (state * 48_271) % 2_147_483_647;
    text += String.fromCharCode(97 + (state % 26));
  }
  // In one piece, as it would be if it were kept.
  return Buffer.from(text).toString();
}

const book = new FlowBook(
  systemClock,
  new Uint8Array(KEY_BYTES).map((_, i) => (i * 37 + 11) & 255),
);
async function readOne(n: number): Promise<void> {
  const text = JSON.stringify([{ name: word(n), note: `the value is ${word(n)}1234 and mail ${word(n)}@example.net\n`.repeat(3) }]);
  const part = { pointer: '/content/0/text', kind: 'text' as const, text };
  await book.read(`agent-${n % 3}`, { name: 'crm.get', server: 'crm', labels: ['private'], rank: 2 }, leavesOf([part]), 3_600_000, false);
}

for (let n = 0; n < COUNT; n++) await readOne(n);
const held = [word(COUNT), word(COUNT + 1)];
// The engine remembers the text of the last match.
'nothing'.match(/n/);
for (let i = 0; i < 3; i++) collect();
const chunks: Buffer[] = [];
for await (const chunk of getHeapSnapshot()) chunks.push(Buffer.from(chunk as Buffer));
const heap = Buffer.concat(chunks);
const left = Array.from({ length: COUNT }, (_, n) => word(n)).filter((one) => heap.includes(one)).length;
console.log(JSON.stringify({ left, held: held.filter((one) => heap.includes(one)).length, kept: book.kept }));
