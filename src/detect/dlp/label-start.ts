// Where the label of a number in running text begins: at its line or sentence, or a line earlier where the label itself is broken
// ("account⏎number 7301…"). Never reaches over an empty line, a list or a sentence that goes on.
import { classifyKey, KEY } from './key-class.ts';

const OF_LABEL =
  KEY.PHONE | KEY.SSN | KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE | KEY.CARD | KEY.ACCOUNT | KEY.ROUTING | KEY.BIRTH | KEY.NUMBER;
/** A small letter or a comma, the end of the line, and words in small letters up to the number. */
const BROKEN = /[\p{Ll},] ?\r?\n((?:\p{Ll}[\p{L}'’]{0,20}\.?:? ){1,3})$/u;
const LINKS = new Set(['is', 'are', 'was', 'ist', 'lautet', 'est', 'es', 'è', 'é', 'and', 'und', 'et', 'y', 'e']);

/** Offset of the line end before the label that ends with `before`; -1: none. */
export function labelStart(before: string): number {
  const line = before.lastIndexOf('\n');
  if (line < 1 || before.length - line > MAX_REST) return line;
  const rest = BROKEN.exec(before.slice(Math.max(0, line - 3)))?.[1];
  const goesOn = rest?.split(/[ .:]+/).every((word) => word === '' || LINKS.has(word) || (classifyKey(word) & OF_LABEL) !== 0);
  return goesOn ? before.lastIndexOf('\n', line - 1) : line;
}

/** Of the line that the number stands on, before it, characters. */
const MAX_REST = 48;

/** The last full stop that ends a sentence: "NHS No. 485 …" goes on. */
export function sentenceEnd(text: string): number {
  const stop = text.lastIndexOf('. ');
  return stop > 0 &&
    /(?:^|[^\p{L}])(?:no|nr|num|núm|n|tel|tlf|fon|fax|cel|mob|ph|ref|geb|ur|nasc|nac)$/iu.test(text.slice(Math.max(0, stop - 4), stop))
    ? text.lastIndexOf('. ', stop - 1)
    : stop;
}
