// Orders that are parted over texts which are read one after the other, a sentence over two blocks or a word a block. Texts are joined only where a
// sentence goes on: the next one begins small, the last one ends in a word that something follows, or both are one word. Linear.
import { isOpen } from './lined.ts';
import { MAX_WINDOW_WORDS } from './model.ts';
import { findInjections, type InjectedPassage } from './passage.ts';
import { isJsonText } from './score.ts';

/** What is looked at on either side, characters. */
const NEAR = 240;
/** Most that is joined at once, words: blanks around them count nothing, so that they cannot part a sentence. */
const MAX_JOINED_WORDS = 1024;
/** What is longer is read in parts that overlap by more than the model looks at together. */
const OVERLAP_WORDS = MAX_WINDOW_WORDS + 24;
const MAX_SHORT = 24;

/** A passage, and the text it stands in. */
export interface PartedPassage extends InjectedPassage {
  index: number;
}

interface Stretch {
  index: number;
  start: number;
  end: number;
  /** Where it stands in the joined text. */
  at: number;
  words: number;
}

/** Passages that stand in two texts and more, as a piece of each. Pieces of one text may overlap. */
export function partedInjections(texts: readonly string[], minScore: number): PartedPassage[] {
  const found: PartedPassage[] = [];
  let joined = '';
  let words = 0;
  let stretches: Stretch[] = [];
  const take = (index: number, start: number, end: number): void => {
    const text = (texts[index] as string).slice(start, end);
    if (stretches.length > 0) joined += ' ';
    const stretch = { index, start, end, at: joined.length, words: text.match(/\S+/g)?.length ?? 0 };
    stretches.push(stretch);
    joined += text;
    words += stretch.words;
  };
  const flush = (keep: readonly Stretch[] = []): void => {
    if (stretches.length > 1) addPieces(joined, stretches, minScore, found);
    joined = '';
    words = 0;
    stretches = [];
    for (const { index, start, end } of keep) take(index, start, end);
  };
  let before = -1;
  for (const [index, text] of texts.entries()) {
    if (/^\s*$/.test(text)) continue;
    const goesOn = before >= 0 && joins(texts[before] as string, text);
    if (!goesOn) flush();
    else {
      const last = texts[before] as string;
      if (stretches.length === 0) take(before, Math.max(0, last.length - NEAR), last.length);
      take(index, 0, Math.min(text.length, NEAR));
      // What is longer goes on from its own end.
      if (text.length > NEAR) flush();
      else if (words > MAX_JOINED_WORDS) flush(lastWords(stretches));
    }
    before = index;
  }
  flush();
  return found;
}

function lastWords(stretches: readonly Stretch[]): readonly Stretch[] {
  let from = stretches.length;
  for (let words = 0; from > 0 && words < OVERLAP_WORDS; words += (stretches[from] as Stretch).words) from--;
  return stretches.slice(from);
}

function joins(before: string, after: string): boolean {
  const end = before.slice(-NEAR).trimEnd();
  const start = after.slice(0, NEAR).trimStart();
  if (/[.!?:;}\])>"]$/.test(end) || isJsonText(before) || isJsonText(after)) return false;
  return /^\p{Ll}/u.test(start) || isOpen(end) || (isWord(end) && isWord(start.trimEnd()));
}

function isWord(text: string): boolean {
  return text.length <= MAX_SHORT && !/\s/.test(text);
}

function addPieces(joined: string, stretches: readonly Stretch[], minScore: number, found: PartedPassage[]): void {
  for (const passage of findInjections(joined)) {
    if (passage.score < minScore) continue;
    const pieces = stretches.filter(({ start, end, at }) => passage.start < at + end - start && passage.end > at);
    if (pieces.length < 2) continue;
    for (const { index, start, end, at } of pieces)
      found.push({
        type: passage.type,
        score: passage.score,
        index,
        start: start + Math.max(0, passage.start - at),
        end: Math.min(end, start + passage.end - at),
      });
  }
}
