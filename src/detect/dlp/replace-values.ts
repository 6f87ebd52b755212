// Puts something in the place of many values wherever they stand in a text: one walk over the text however many there are, in steps. The longest value
// that fits at a place counts, and what was put in is not looked at again.

/** Shorter values stand in other words by chance, UTF-16 code units. */
export const MIN_REPLACED_CHARS = 5;
/** Walked over in one step, characters. */
const STEP_CHARS = 65_536;

/** `values`: each with what takes its place; those that are too short are left out. The same text when none of them stands in it. */
export function* replaceValues(text: string, values: readonly (readonly [string, string])[]): Generator<void, string, void> {
  const byHead = headsOf(values);
  if (byHead.heads.size === 0) return text;
  let out = '';
  let done = 0;
  let stop = STEP_CHARS;
  for (let at = 0; at + MIN_REPLACED_CHARS <= text.length; ) {
    if (at >= stop) {
      stop = at + STEP_CHARS;
      yield;
    }
    if (byHead.first[text.charCodeAt(at)] === 0 || byHead.second[text.charCodeAt(at + 1)] === 0) {
      at++;
      continue;
    }
    const lengths = byHead.heads.get(text.slice(at, at + MIN_REPLACED_CHARS));
    const length = lengths?.find((one) => byHead.whole.has(text.slice(at, at + one)));
    if (length === undefined) {
      at++;
      continue;
    }
    out += text.slice(done, at) + byHead.whole.get(text.slice(at, at + length));
    at += length;
    done = at;
  }
  return done === 0 ? text : out + text.slice(done);
}

interface Heads {
  /** How long the values are that begin so, longest first: many of one kind are of few lengths. */
  heads: Map<string, number[]>;
  whole: Map<string, string>;
  first: Uint8Array;
  second: Uint8Array;
}

function headsOf(values: readonly (readonly [string, string])[]): Heads {
  const found: Heads = { heads: new Map(), whole: new Map(), first: new Uint8Array(0x10000), second: new Uint8Array(0x10000) };
  for (const [value, by] of values) {
    if (value.length < MIN_REPLACED_CHARS || found.whole.has(value)) continue;
    found.whole.set(value, by);
    const head = value.slice(0, MIN_REPLACED_CHARS);
    const lengths = found.heads.get(head) ?? [];
    if (!lengths.includes(value.length)) lengths.push(value.length);
    found.heads.set(head, lengths);
    found.first[value.charCodeAt(0)] = 1;
    found.second[value.charCodeAt(1)] = 1;
  }
  for (const lengths of found.heads.values()) lengths.sort((one, other) => other - one);
  return found;
}
