// What a sentence is beside the others of its text: the first or the last one, the only one that orders, that speaks to a model or to somebody, and
// what no other sentence speaks of. An order that somebody put into a text stands out from it. Linear; scratch space is reused.
import { type Concept, conceptIndex } from './concept.ts';
import { CONTEXT, CONTEXT_FROM, groupBits } from './feature.ts';
import type { Reading } from './reading-state.ts';

/** Bits beside the groups: a sentence that orders, speaks to a model, speaks to somebody. */
const ORDERS = 1;
const TO_MODEL = 2;
const TO_YOU = 4;
/** An order stands out where at most one in so many of the other sentences is one. */
const FEW = 5;
/** Sentences of a text in which an order can stand out. */
const MIN_SENTENCES = 3;

const spoken = new Uint8Array(256);
const say = (bit: number, ...concepts: Concept[]): void => {
  for (const concept of concepts) spoken[conceptIndex(concept)] = (spoken[conceptIndex(concept)] as number) | bit;
};
say(ORDERS, 'imperative');
say(TO_MODEL, 'model', 'agent');
say(TO_YOU, 'you', 'your');

let said = new Uint8Array(256);
let groups = new Int32Array(256);

/** Groups and context of every sentence as bits, and the groups that one sentence alone has. */
export interface Context {
  bits: Int32Array;
  onceBits: number;
}

const context: Context = { bits: groups, onceBits: 0 };

/** Valid until the next call. */
export function contextOf(reading: Reading): Context {
  const { count } = reading;
  if (groups.length < count) {
    groups = new Int32Array(count * 2);
    said = new Uint8Array(count * 2);
    context.bits = groups;
  }
  let seen = 0;
  let once = 0;
  const many = [0, 0, 0];
  for (let sentence = 0; sentence < count; sentence++) {
    const to = reading.hitFrom[sentence + 1] as number;
    let bits = 0;
    let spoke = 0;
    for (let at = reading.hitFrom[sentence] as number; at < to; at++) {
      const concept = reading.hits[at] as number;
      bits |= groupBits[concept] as number;
      spoke |= spoken[concept] as number;
    }
    once = (once & ~bits) | (bits & ~seen);
    seen |= bits;
    groups[sentence] = bits;
    said[sentence] = spoke;
    for (let bit = 0; bit < many.length; bit++) if ((spoke >> bit) & 1) many[bit] = (many[bit] as number) + 1;
  }
  context.onceBits = count > 1 ? once : 0;
  for (let sentence = 0; sentence < count; sentence++) groups[sentence] = (groups[sentence] as number) | placeBits(sentence, count, many);
  return context;
}

function placeBits(sentence: number, count: number, [orders = 0, models = 0, yous = 0]: readonly number[]): number {
  if (count === 1) return bit(CONTEXT.lone);
  const spoke = said[sentence] as number;
  let bits = sentence === 0 ? bit(CONTEXT.begins) : sentence === count - 1 ? bit(CONTEXT.ends) : 0;
  if (count >= MIN_SENTENCES && (spoke & ORDERS) !== 0 && (orders - 1) * FEW <= count - 1) bits |= bit(CONTEXT.order);
  if ((spoke & TO_MODEL) !== 0 && models === 1) bits |= bit(CONTEXT.model);
  if ((spoke & TO_YOU) !== 0 && yous === 1) bits |= bit(CONTEXT.you);
  return bits;
}

function bit(context: number): number {
  return 1 << (CONTEXT_FROM + context);
}
