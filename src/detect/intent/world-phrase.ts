// Reads the verb out of a name or the first sentence of a description in another language than English. Linear time, bounded words.
// Says what English says of its own: a phrase with its class; undefined when no word is known.
import type { Intent } from '../../call.ts';
import { nameVerb, sentenceVerb } from './lexicon-verb.ts';
import { DOES, type Part, partsOf, plainWord, worldVerb } from './lexicon-world.ts';
import { namePhrase, type Phrase } from './phrase.ts';
import { nameWords } from './token.ts';
import { rank } from './verdict.ts';

const MAX_CHARS = 320;
const MAX_WORDS = 60;
/** Words of a name that are looked at. */
const MAX_NAME_CHARS = 256;

const UNSPACED = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]/;
/** Kana or hangul: the verb stands last. */
const VERB_LAST = /[\u3040-\u30ff\uac00-\ud7af]/;
/** Turkish and Hindi, too. */
const VERB_LAST_WORDS = /[ğışİ\u0900-\u097f]/;

/** A name is English unless only another language explains it. `words`: those of the name. */
export function anyName(name: string, words: readonly string[] = nameWords(name)): Phrase | undefined {
  const english = namePhrase(words);
  if (english?.sure && !beginsElsewhere(words, english)) return english;
  const other = worldName(name);
  // What may be the end of something stays that, whatever the word is elsewhere.
  return other && !(english && rank(english.intent) > rank('write') && rank(other.intent) < rank(english.intent)) ? other : english;
}

/** `trouver_train`: the verb stands first, and what looks like one of English is a thing. */
function beginsElsewhere(words: readonly string[], english: Phrase): boolean {
  const first = words[0];
  if (first === undefined || english.verb === first || nameVerb(first) || rank(english.intent) > rank('write')) return false;
  return !ENGLISH_ENDING.test(first) && worldVerb(first) !== undefined;
}

/** `datensatz_loeschen`, `crearCliente`, `删除记录`. */
function worldName(name: string): Phrase | undefined {
  const text = name.slice(0, MAX_NAME_CHARS);
  if (UNSPACED.test(text)) return phraseOf(partsOf(text), text, false);
  const words = text
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
    .map(plainWord);
  let best: { intent: Intent; verb: string } | undefined;
  for (const word of words) {
    if (nameVerb(word) || ENGLISH_ENDING.test(word)) continue;
    const found = worldVerb(word);
    if (!found) continue;
    const intent = found.isLight && DOES.test(words.join(' ')) ? 'destructive' : found.intent;
    if (!best || rank(intent) > rank(best.intent)) best = { intent, verb: word };
  }
  return best && { ...best, sure: true, isVerb: true, runs: false };
}

/** Nouns of English that begin like verbs elsewhere: `modification`, `registry`, `confirmed`. */
const ENGLISH_ENDING = /(?:tions?|ity|ry|ed|ors?|able|ible|ings?|ments?|ness|ical|ive|izer?s?)$/;

/** Does a description of which English knows no verb begin with one of another language? */
export function opensElsewhere(description: string): boolean {
  const word = /^\W*([\p{L}\p{M}]{2,40})/u.exec(description.slice(0, MAX_CHARS))?.[1];
  return word !== undefined && !ENGLISH_ENDING.test(word) && worldVerb(plainWord(word)) !== undefined;
}

/** The head of a description in another language than English. */
export function worldHead(description: string): Phrase | undefined {
  const text = headOf(description);
  if (UNSPACED.test(text)) return phraseOf(partsOf(text), text, VERB_LAST.test(text));
  return phraseOf(wordParts(text), text, VERB_LAST_WORDS.test(text));
}

function headOf(description: string): string {
  const text = description.slice(0, MAX_CHARS * 2).trimStart();
  const end = /[.!?](?:\s|$)|[。！？\n]/.exec(text)?.index ?? text.length;
  return text.slice(0, Math.min(end, MAX_CHARS));
}

function wordParts(text: string): Part[] {
  const found: Part[] = [];
  let count = 0;
  for (const match of text.matchAll(/[\p{L}\p{M}]{2,40}/gu)) {
    if (++count > MAX_WORDS) break;
    const plain = plainWord(match[0]);
    const one = ELSEWHERE.has(plain) ? undefined : (worldVerb(plain) ?? worldVerb(match[0].toLowerCase()));
    if (one) found.push({ ...one, from: match.index, to: match.index + match[0].length });
  }
  return found;
}

const JOINED =
  /^[\s、，,・/;]*(?:und|oder|et|ou|y|o|e|i|en|of|och|eller|og|lub|oraz|a|nebo|ve|veya|dan|atau|va|hoac|и|или|та|або|και|و|या|और|和|或|或者|及|与|與|并|並|以及|や|と|및|또는|하고|하거나)?[\s、，,・/]*$/iu;

/** The first verb and what is joined to it, or the last where verbs stand last: the strongest of them. */
function phraseOf(parts: readonly Part[], text: string, isLast: boolean): Phrase | undefined {
  const order = isLast ? parts.toReversed() : parts;
  const first = order[0];
  if (!first) return undefined;
  let { intent } = first;
  let before = first;
  for (const part of order.slice(1)) {
    const between = isLast ? text.slice(part.to, before.from) : text.slice(before.to, part.from);
    if (!JOINED.test(between)) break;
    if (rank(part.intent) > rank(intent)) intent = part.intent;
    before = part;
  }
  if (first.isLight && DOES.test(text)) intent = 'destructive';
  if (intent === 'write' && FOR_GOOD.test(text)) intent = 'destructive';
  if (intent === 'exfiltrative' && /\b(?:png|svg|jpe?g)\b/i.test(text)) intent = 'read';
  return { intent, verb: text.slice(first.from, first.to).toLowerCase(), sure: true, isVerb: true, runs: false };
}

const FOR_GOOD =
  /unwiderruflich|endg[uü]ltig|d[ée]finitivement|irr[ée]versibl|permanentemente|irrevers[ií]vel|definitivamente|onomkeerbaar|nieodwracalnie|безвозвратно|навсегда|永久|不可恢复|不可撤销|取り消せ|元に戻せ|영구|되돌릴 수 없|overschrijft|[ée]crase|sobrescrib|sobrescrev|überschreib|覆盖|上書き|덮어쓰/i;

const LETTER = /\p{L}/gu;
const LATIN = /\p{Script=Latin}/gu;
const ENGLISH = words(
  'the of to and for from with by this is an are or on that it its in at as be when your you not all which can will into returns using given use if',
);
const ELSEWHERE = words(
  'en ur paa pa der die das den dem des ein eine einen einer eines und oder mit fur von zu zum zur nach aus bei im le la les un une du de d l et ou sur dans avec pour par el los las una del al con por para y o em uma um os da do dos das na no nas nos ao il lo gli di per che della dei het een van voor naar uit met och ett av med til og et den w z i na ze oraz lub dla se v do pro ve bir ile icin yang untuk dari ke dengan cac mot cua',
);

/** Is a description in another language than English, as far as can be seen? */
export function isElsewhere(description: string): boolean {
  const text = headOf(description);
  const letters = text.match(LETTER)?.length ?? 0;
  if (letters === 0) return false;
  if ((text.match(LATIN)?.length ?? 0) < letters * 0.75) return true;
  let here = 0;
  let there = 0;
  let first: string | undefined;
  for (const match of text.match(/[\p{L}\p{M}]+/gu)?.slice(0, MAX_WORDS) ?? []) {
    const word = plainWord(match);
    first ??= word;
    if (ENGLISH.has(word)) here++;
    if (ELSEWHERE.has(word)) there++;
  }
  return there > here && (first === undefined || !sentenceVerb(first) || there > here + 1);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
