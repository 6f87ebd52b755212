// A text as sentences of concepts: what the injection model sees of it. One pass, linear, bounded; the scratch space is reused and holds until the next
// text is read. Never keeps the text.
import { foldUnit, isUnspaced } from './glyph.ts';
import { readMark } from './reading-mark.ts';
import { endReading, finish, MAX_SENTENCE_WORDS, type Reading, startReading, state } from './reading-state.ts';
import { isWordUnit, readSpaced, readUnspaced, readWord } from './reading-word.ts';

/** Letters that stand alone, one after the other, before they are read as one word. */
const MIN_SPACED_LETTERS = 8;

/** `json`: quotes and escaped line ends part sentences. The result is valid until the next call. */
export function readText(text: string, json: boolean): Reading {
  startReading();
  const { length } = text;
  let singles = 0;
  let singlesFrom = 0;
  let singleEnd = -2;
  for (let at = 0; at < length; ) {
    const raw = text.charCodeAt(at);
    // Asked for behind its end, a text is slow from then on.
    const unit = foldUnit(raw, raw >= 0x80 && at + 1 < length ? text.charCodeAt(at + 1) : 0);
    if (isWordUnit(unit) && !(raw >= 0x80 && isUnspaced(unit))) {
      const end = readWord(text, at);
      if (end - at === 1) {
        if (at - singleEnd > 2) {
          singles = 0;
          singlesFrom = at;
        }
        singles++;
        singleEnd = end;
      } else {
        if (singles >= MIN_SPACED_LETTERS) readSpaced(text, singlesFrom, singleEnd);
        singles = 0;
      }
      at = end;
      if (state.sentenceWords >= MAX_SENTENCE_WORDS) finish(at);
      continue;
    }
    if (raw >= 0x80 && isUnspaced(unit)) {
      at = readUnspaced(text, at);
      continue;
    }
    at = readMark(text, at, raw, json);
  }
  if (singles >= MIN_SPACED_LETTERS) readSpaced(text, singlesFrom, singleEnd);
  return endReading(length);
}
