// Names of persons: values of fields that name one, and names in running text that are introduced ("my name is …", "Dear …") or made of a
// known given and family name. A name once found is found again wherever it stands in the same document.
import { partsOf } from './character.ts';
import { isFamous, isListOfThings } from './famous-name.ts';
import type { Match } from './finding-kind.ts';
import { KEY } from './key-class.ts';
import { addAgain, type Word } from './name-again.ts';
import { isFollowedAsPerson, type Lead, leadBefore, particlesBefore } from './name-lead.ts';
import { nameList, TRAIT } from './name-list.ts';
import { isCompany, isNotName, isOrganization } from './name-word.ts';
import { findNamesBeside, findPlacedNames } from './placed-name.ts';
import { SIGN } from './text-sign.ts';
import { isUncased, uncasedScore } from './uncased-name.ts';
import { type Field, fieldAt, type View } from './view.ts';

const MAX_NAME_CHARS = 80;
const OTHER_PERSON_DATA = KEY.EMAIL | KEY.PHONE | KEY.SSN | KEY.BIRTH | KEY.NATIONAL_ID | KEY.PERSON | KEY.CARD | KEY.IBAN;

export function findPersons(view: View, out: Match[]): void {
  const found: Match[] = [];
  for (const field of view.fields) if (field.bits & (KEY.PERSON | KEY.PERSON_MAYBE)) addField(view.text, field, found);
  const words: Word[] = [];
  // Whatever is no field begins with a capital.
  if (view.signs.bits & (SIGN.capital | SIGN.wide)) {
    addRunningText(view, words, found);
    const addresses = out.filter(({ type }) => type === 'ADDRESS');
    const isName = (text: string): boolean => nameScore(text, true) >= 2;
    findPlacedNames(view, addresses, isName, found);
    if (view.signs.bits & SIGN.at) findNamesBeside(view.text, out, (text) => isName(text) && !isFamous(text), found);
  }
  if (found.length > 0) addAgain(view.text, words, found);
  out.push(...found);
}

const SEPARATORS =
  /\s*(?:;|\band\b|\bund\b|\bet\b|&| \/ |、|,(?=\s*\p{Lu}\S*\s+(?:(?:de|van|von|der|la|da|di|del|dos|du|ter|ten|el|al|bin)\s+){0,2}\p{Lu}))\s*/gu;

const BEFORE_MAIL = /^["'\s]{0,2}<[^<>@\s]{1,64}@/;
const MAY_SEPARATE = /[;&/、,]|\b(?:and|und|et)\b/;

function addField(text: string, field: Field, out: Match[]): void {
  const value = text.slice(field.start, Math.min(field.end, field.start + 300));
  if (field.end - field.start > 300) return;
  // "Ann Lee <ann@…>", "Lee, Ann (Sales)"
  const head = /^["'\s]*([^<("\n|\t[，。；]*[^\s<("'\n|\t[,，、。；])/.exec(value);
  if (head === null) return;
  const whole = head[1] as string;
  const base = field.start + head[0].length - whole.length;
  // "Ann Lee, +1 415 …", "Ann Lee, reachable at …": what goes on in small letters or is dialled is no part of the name.
  const sentence = whole.includes('. ') ? whole.replace(/(?<=\p{Ll}{3}|\p{Lu}\p{L}{2,24})\. +\p{Lu}.*$/u, '') : whole;
  const body = /[,—–-]/.test(sentence) ? sentence.replace(/,\s*(?:[+(]?\d|\p{Ll}|\p{Lo}).*$| [—–-] .*$/u, '') : sentence;
  // "Ann Lee <ann@…>" names a person whatever the key says.
  const behind = field.start + head[0].length;
  const withMail = text.slice(behind, behind + 3).includes('<') && BEFORE_MAIL.test(text.slice(behind, behind + 70));
  const pieces: { text: string; at: number }[] = [];
  let from = 0;
  for (const piece of MAY_SEPARATE.test(body) ? body.matchAll(SEPARATORS) : []) {
    pieces.push({ text: body.slice(from, piece.index), at: base + from });
    from = piece.index + piece[0].length;
  }
  pieces.push({ text: body.slice(from), at: base + from });
  // "Present: Ann Lee, Bo Xu, Cy Orr": a list of names, when some of them are known.
  const isList =
    pieces.length > 1 &&
    pieces.every((one) => nameScore(one.text, false) >= 2) &&
    pieces.some((one) => nameList().given(one.text.split(' ')[0] as string) === 2);
  for (const one of pieces) addName(one.text, one.at, field, withMail || isList, out);
}

const HONOURS = /(?:,?\s*(?:Jr|Sr|II|III|IV|PhD|MD|Esq|M\.D\.|Ph\.D)\.?)+$|\s*(?:様|さん|先生|殿|님)$/u;
const ENDS_HONOURED = /(?:[.IVDq様ん生殿님]|[JS]r)$/u;
const TITLE =
  /^(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Herr|Frau|Fr|Hr|Sr|Sra|Srta|Sig|Dott|Dra|Mme|Mlle|M|Ing|Mag|Dipl|Rev|Hon|Capt|Sgt|Lt|Col|Professor|Doctor|Doktor)\.?\s+)+/;

function addName(given: string, at: number, field: Field, certain: boolean, out: Match[]): void {
  const title = TITLE.exec(given)?.[0] ?? '';
  const named = given.slice(title.length);
  const value = (ENDS_HONOURED.test(named) ? named.replace(HONOURS, '') : named).trimEnd();
  if (value.length < 2 || value.length > MAX_NAME_CHARS) return;
  const sure = certain || (field.bits & KEY.PERSON) !== 0;
  const score = nameScore(value, sure) || (isFormName(value, field.key) ? 1 : 0);
  // A restaurant, a role, a product has a name, too, and perhaps a telephone.
  if (!sure && field.group.own & KEY.THING_ABOUT && !(field.group.own & KEY.PERSON_ABOUT) && title === '') return;
  if (!sure && isOfGoods(field) && title === '') return;
  const about =
    field.group.bits & (OTHER_PERSON_DATA | KEY.OF_PEOPLE) ||
    (field.group.own & KEY.PERSON_ABOUT && !(field.group.own & KEY.THING_ABOUT)) ||
    title !== '';
  const needed = sure ? 1 : about ? (score === 1 && (field.group.bits & KEY.PERSON || isListed(value)) ? 1 : 2) : 3;
  if (score >= needed)
    out.push({
      type: 'PERSON',
      start: at + title.length,
      end: at + title.length + value.length,
      confidence: sure ? 0.9 : 0.8,
      rule: 'name-field',
    });
}

const BARE_NAME = /^(?:(?:display|full)[ _]?)?(?:name|title|label|nom|nombre|nome|naam|nm|n)$/i;

/** {"sku": …, "name": "Herman Miller Aeron"}: the name of an article. */
function isOfGoods({ group, key }: Field): boolean {
  if (!BARE_NAME.test(key) || group.bits & OTHER_PERSON_DATA) return false;
  return (group.bits & KEY.OF_GOODS) !== 0 || ((group.own & KEY.THING_ABOUT) !== 0 && (group.own & KEY.PERSON_ABOUT) === 0);
}

/** One word, and a known name. */
function isListed(value: string): boolean {
  return !value.includes(' ') && nameList().given(value) + nameList().family(value) >= 2;
}

/** In capitals, as forms have it, under a key that names nothing but a part of a name. */
function isFormName(value: string, key: string): boolean {
  return FORM_KEY.test(key) && /^[\p{Lu}'’ -]{3,40}$/u.test(value) && !value.split(' ').some(isNotName) && !isCompany(value);
}

const FORM_KEY =
  /^(?:sur|last|family|given|first|fore|middle|birth|maiden)[ _-]?names?\b|^(?:vor|nach|familien)name|^apellidos?|^cognome|^pr[ée]nom|^nazwisko|^achternaam/i;

/** Names of works and goods are often names of people. */
const TITLES =
  /title|product|song|album|track|movie|film|book|brand|company|team|store|venue|hotel|game|vendor|employer|organi[sz]ation|place|cit(?:y|ies)|countr|region|location|state/i;

/** 0 no name; 1 shaped like one; 2 several words of that shape; 3 with a known name in it. */
function nameScore(value: string, sure: boolean): number {
  if (/[\d@_\\/{}[\]=<>|#$%*!?:;"]/.test(value) || (sure ? isCompany(value) : isOrganization(value))) return 0;
  if (isUncased(value)) return uncasedScore(value);
  const words = partsOf(value);
  // `User.objects.get`, `example.com`, `new Client`
  if (words.length > 6 || (value.includes('.') && /\.\p{Ll}/u.test(value)) || isCodeWord(value)) return 0;
  const list = nameList();
  if (!sure && words.length > 1 && list.traits(words[0] as string) & TRAIT.place) return 0;
  // `RunTiming`, `ClearTextReporterOptions`: names of classes.
  if (
    words.length === 1 &&
    /^\p{Lu}\p{Ll}{2,}(?:\p{Lu}\p{Ll}+)+$/u.test(value) &&
    !/^(?:Mac|Van|Von|Fitz|San|Del|Dos)\p{Lu}\p{Ll}+$/u.test(value)
  )
    return 0;
  // "poppy hansen": without capitals, all of it must be known.
  const lower = !sure && words.length > 1 && !/\p{Lu}/u.test(value);
  let names = 0;
  let known = 0;
  for (const word of words) {
    const traits = list.traits(word);
    if (traits & TRAIT.particle && (word !== words[0] || (sure && words.length > 1))) continue;
    const listed = Math.max((traits >> 2) & 3, traits & 3);
    // "user: root": a login, though somebody is called so.
    if (traits & TRAIT.notName && words.length === 1 && !(traits & TRAIT.word)) return 0;
    if (traits & TRAIT.notName && listed === 0 && !(sure && word.length <= 3 && words.length > 1)) return 0;
    if (!(traits & (TRAIT.word | TRAIT.joined)) && !(listed > 0 && (sure || lower) && word.length > 2)) return 0;
    names++;
    if (listed > 0 && word.length > 2 && !(traits & TRAIT.notName)) known += listed;
  }
  if (names === 0 || (names === 1 && !/\p{L}[^\p{L}]*\p{L}/u.test(value))) return 0;
  if (lower && known < 4) return 0;
  if (known >= (sure ? 2 : 3) && (names > 1 || sure)) return 3;
  if (known === 0 && names === 1 && /^[\p{Lu}\s]+$/u.test(value)) return 0;
  return names > 1 ? 2 : 1;
}

function isCodeWord(value: string): boolean {
  const first = value.charCodeAt(0);
  return first >= 0x61 && first <= 0x74 && /^(?:new|await|class|function|self|this)\b/u.test(value);
}

const CAP = '[A-Z\\u00c0-\\u00d6\\u00d8-\\u00de\\u0100-\\u017f\\u0218\\u021a\\u0386-\\u03ab\\u0400-\\u042f]';
const REST = "[\\w\\u00c0-\\u024f\\u0370-\\u052f\\u1e00-\\u1eff\\u0300-\\u036f'’-]";
/** Code units that go on in a word. Nothing higher does but one apostrophe. */
const WORD_CODES = new Uint8Array(0x2020);
for (let code = 0; code < WORD_CODES.length; code++) WORD_CODES[code] = new RegExp(REST).test(String.fromCharCode(code)) ? 1 : 0;

/** "Madame", "The", before a name at the start of a title, UTF-16 code units. */
const MAX_LEAD_IN = 12;

function addRunningText(view: View, seen: Word[], out: Match[]): void {
  const { text } = view;
  const list = nameList();
  let skipTo = 0;
  let lastEnd = -1;
  for (const start of view.capitals) {
    if (start < skipTo) continue;
    const wordAt = wordEnd(text, start + 1);
    const behind = text.charCodeAt(wordAt) === 0x2e ? wordAt + 1 : wordAt;
    // A capital inside of this word begins none.
    skipTo = behind;
    const word = trimDot(text.slice(start, behind));
    const traits = list.traits(word);
    const first: Word = { text: word, start, end: start + word.length, traits };
    seen.push(first);
    const given = (traits >> 2) & 3;
    const family = given > 0 ? 0 : traits & 3;
    // A name begins with a known name, or is introduced.
    const led = leadBefore(text, start);
    const lead = led === 'start' && isListedBehind(text, lastEnd, start) ? 'weak' : led;
    if (given === 0 && family === 0 && lead !== 'strong') continue;
    // Titles of films and products are made of names; an introduction is still one.
    const field = fieldAt(view, start, start + 1);
    if (field !== undefined && field.bits & KEY.PERSON_MAYBE && !(field.bits & KEY.PERSON) && isOfGoods(field)) continue;
    if (
      field !== undefined &&
      field.end - start < MAX_NAME_CHARS &&
      (start - field.start < MAX_LEAD_IN || isOfGoods(field)) &&
      TITLES.test(field.key)
    )
      continue;
    const words = wordsFrom(text, first);
    const count = judge(text, words, given, family, lead);
    if (count === 0) continue;
    const end = (words[count - 1] as Word).end;
    if (
      lead === 'strong'
        ? isFamous(text.slice(Math.max(0, start - MAX_LEAD_IN), end).replace(/^.*?(\p{Lu})/su, '$1'))
        : isOfThing(text, start, end)
    ) {
      skipTo = Math.max(skipTo, end);
      continue;
    }
    out.push({ type: 'PERSON', start: start - particlesBefore(text, start), end, confidence: 0.75, rule: 'name-text' });
    lastEnd = end;
    skipTo = Math.max(skipTo, end);
  }
}

/** "Ann Lee, Bo Xu and Cy Orr": what stands behind a name as one of the same list is likely to be another. */
function isListedBehind(text: string, lastEnd: number, start: number): boolean {
  return lastEnd > 0 && start - lastEnd <= 6 && /^(?:[,;]? ?(?:and|und|et|y|e|en|och|og|i|&) |[,;] )$/.test(text.slice(lastEnd, start));
}

function wordEnd(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= WORD_CODES.length || WORD_CODES[code] === 0) break;
  }
  return at;
}

/** A title or a firm rather than a person: known as such, in a list of such things, or the whole of a quotation among others. */
function isOfThing(text: string, start: number, end: number): boolean {
  if (isFamous(text.slice(start, end))) return true;
  const open = text.charCodeAt(start - 1);
  const isQuoted = (open === 0x22 || open === 0x201c || open === 0x2018 || open === 0xab) && /^[”"’»]/.test(text.slice(end, end + 1));
  return (isQuoted && /^.,? (?:and |or |und |et |y )?["“‘«]/.test(text.slice(end, end + 8))) || isListOfThings(text, start);
}

function trimDot(word: string): string {
  // Most end with a letter.
  const last = word.charCodeAt(word.length - 1);
  if (last > 0x2e && last !== 0x2019 && last !== 0x73) return word;
  return word.replace(/['’]s$|[.'’-]+$/g, '');
}

/** Up to five words of a name from its first one on, particles included. */
function wordsFrom(text: string, first: Word): Word[] {
  const words = [first];
  while (words.length < 5) {
    const last = words.at(-1) as Word;
    const gap = text.charCodeAt(last.end);
    const next = gap === 0x20 || gap === 0x2e || gap === 0xa0 ? NEXT.exec(text.slice(last.end, last.end + 40)) : null;
    if (next === null) break;
    const word = trimDot(next[2] as string);
    const from = last.end + next[0].length - (next[2] as string).length;
    // A full stop ends a sentence, unless what is before it is an initial or a title.
    if (next[1]?.startsWith('.') && last.text.length > 3) break;
    const traits = nameList().traits(word);
    if (traits & TRAIT.notName) break;
    words.push({ text: word, start: from, end: from + word.length, traits });
  }
  return words;
}

const NEXT = new RegExp(
  `^(\\.?[ \\u00a0](?:(?:van|von|de|del|della|di|da|dos|du|der|den|la|le|bin|al|el|af|zu|ter|ten) ){0,2})(${CAP}${REST}*)(?![\\w@])`,
);

const NEXT_WORD = /^[ ,]{1,2}([\p{L}&][^\s,;<@]{0,19})/u;

/** How many of the words are a name; 0: none. */
function judge(text: string, words: readonly Word[], given: number, family: number, lead: Lead): number {
  const first = words[0] as Word;
  if (first.text.length < 2 || TITLE.test(`${first.text} `) || first.traits & (TRAIT.notName | TRAIT.place)) return 0;
  const known = knownWords(words);
  const last = words[known - 1] as Word;
  const end = (words.at(-1) as Word).end;
  const behind = text.charCodeAt(end);
  const next = behind === 0x20 || behind === 0x2c ? NEXT_WORD.exec(text.slice(end, end + 22))?.[1] : undefined;
  if (isOrganization(text.slice(first.start, end)) || (next !== undefined && isOrganization(next))) return 0;
  if (lead === 'strong')
    return known > 1
      ? known
      : Math.min(words.length, given > 0 || family > 0 || words.length > 1 ? 3 : 1) *
          (given > 0 || family > 0 || (isNameShaped(first) && !isAcronym(words)) ? 1 : 0);
  if (known >= 2 && given > 0) {
    const sure = given + (last.traits & 3);
    // "Kathy Waltz" is a song as well as a person, "Kathy Hansen" a person.
    if (sure >= 4 || (sure === 3 && (lead === 'weak' || isFollowedAsPerson(text, last.end)))) return known;
  }
  if (words.length >= 2 && given === 2 && isNameShaped(words[1] as Word)) {
    if (lead === 'weak' || (lead === 'start' && isFollowedAsPerson(text, (words[1] as Word).end))) return 2;
  }
  return 0;
}

/** "named POSIX", "for each MS INTEGER": one unknown word in capitals. */
function isAcronym(words: readonly Word[]): boolean {
  return words.length === 1 && /^[\p{Lu}'’-]+$/u.test((words[0] as Word).text);
}

function isNameShaped({ traits }: Word): boolean {
  return (traits & TRAIT.shaped) !== 0;
}

/** Leading words that are known names, the last one a family name: Ann Marie Lee. */
function knownWords(words: readonly Word[]): number {
  let count = 1;
  for (let index = 1; index < words.length; index++) {
    const { text, traits } = words[index] as Word;
    if (text.length === 1 && index + 1 < words.length) continue;
    if ((traits & 15) === 0) break;
    count = index + 1;
  }
  return count;
}
