// Names in small letters, as people type them in a chat: only behind words that introduce a person, and only known given names with a known family
// name, or with whatever closes the sentence behind an "i'm …". Linear in the text.
import type { Match } from './finding-kind.ts';
import { nameList, TRAIT } from './name-list.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import type { View } from './view.ts';

const INTRODUCED =
  /(?:(i['’]?m|i am|name is|name['’]s|this is|ich bin|je suis|me llamo|soy)|customer|client|patient|tenant|colleague|employee|applicant|candidate|passenger|guest|resident|caller|mr\.?|mrs\.?|ms\.?|dr\.?|met|met with|spoke (?:to|with)|talked (?:to|with)) (\p{Ll}[\p{Ll}'’-]{1,20}) (\p{Ll}[\p{Ll}'’-]{2,20})(?![\p{L}\d@])/uy;
const STARTS = groupOfStarts(
  "i'm|i’m|im |i am|name|this|ich b|je su|me ll|soy |cust|clie|pati|tena|coll|empl|appl|cand|pass|gues|resi|call|mr |mr.|mrs|ms |ms.|dr |dr.|met|spok|talk".split(
    '|',
  ),
);
/** Two family names. */
const THIRD = /^ (\p{Ll}[\p{Ll}'’-]{2,20})(?![\p{L}\d@])/u;
/** Places of one name that are looked for again. */
const MAX_AGAIN = 50;

export function findLowerNames({ text, starts }: View, out: Match[]): void {
  const givenNames = new Set<string>();
  eachMatch(text, starts[STARTS] as readonly number[], INTRODUCED, (found) => {
    const [whole, speaks, given, family] = found as unknown as [string, string | undefined, string, string];
    if (/[\p{L}\d_]/u.test(text[found.index - 1] ?? ' ')) return;
    const list = nameList();
    if (list.given(given) !== 2 || list.traits(family) & TRAIT.notName) return;
    let end = found.index + whole.length;
    const closes = /^(?:[,.;!]|\s*$|\s*\n)/.test(text.slice(end, end + 3));
    const known = list.family(family);
    if (known !== 2 && !(closes && (known === 1 || speaks !== undefined))) return;
    const start = end - family.length - 1 - given.length;
    const third = THIRD.exec(text.slice(end, end + 24))?.[1];
    if (third !== undefined && list.family(third) === 2) end += third.length + 1;
    add(start, end);
    givenNames.add(given);
  });
  for (const name of givenNames) addAgain(text, name, add);

  function add(start: number, end: number): void {
    out.push({ type: 'PERSON', start, end, confidence: 0.7, rule: 'name-lower' });
  }
}

function addAgain(text: string, name: string, add: (start: number, end: number) => void): void {
  let count = 0;
  for (let at = text.indexOf(name); at >= 0 && count < MAX_AGAIN; at = text.indexOf(name, at + name.length)) {
    count++;
    if (!/[\p{L}\d_@./-]/u.test(text[at - 1] ?? ' ') && !/[\p{L}\d_@-]/u.test(text[at + name.length] ?? ' ')) add(at, at + name.length);
  }
}
