// Everything made of digits: cards, social security and identity numbers, bank numbers, telephones, dates of birth. One pass over the
// text finds the runs; what a run is follows from its key or label, its check digits and how it is written, in that order.
import { digitsOf, isDigit, labelWordsOf } from './character.ts';
import { aba, luhn } from './check-digit.ts';
import { birthDate } from './date-value.ts';
import type { DlpType, Match } from './finding-kind.ts';
import { classifyKey, KEY, mayBeKeyWord } from './key-class.ts';
import { labelStart, sentenceEnd } from './label-start.ts';
import { nameList } from './name-list.ts';
import { schemeAlone, schemeLabelled } from './national-id.ts';
import { isDialable, isInternational, isNational, isNorthAmerican } from './phone-number.ts';
import { type Field, fieldAt, type View } from './view.ts';

/** A digit run with its separators; letters before and behind belong to identity numbers. */
const RUN = /(?:\+|\(\+?)?\d[\d .\-/()–]{3,46}\d/g;
const MIN_RUN_DIGITS = 5;
const MAX_RUN_DIGITS = 32;
const LABEL_BACK = 64;

export function findNumbers(view: View, out: Match[]): void {
  const { text } = view;
  if (view.signs.digits < MIN_RUN_DIGITS) return;
  RUN.lastIndex = 0;
  for (let found = RUN.exec(text); found !== null; found = RUN.exec(text)) {
    // No country begins with a nought: the plus parts, "COM+0049…".
    const start = found.index + (found[0].startsWith('+0') ? 1 : 0);
    const end = found.index + found[0].length;
    if (found[0].length < 7 && countDigits(found[0]) < MIN_RUN_DIGITS) continue;
    if (inWord(text, start, end)) {
      // "03-MAR-11  361-58-2240": the next column is another number.
      const column = found[0].indexOf('  ');
      if (column > 0) RUN.lastIndex = found.index + column;
      continue;
    }
    const taken = judge(view, start, end, out);
    if (taken > 0 && taken < end) RUN.lastIndex = taken;
  }
}

function countDigits(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) ^ 0x30) < 10) count++;
  return count;
}

/** Digits inside a word, a decimal, a path or a hash are no number of ours. */
function inWord(text: string, start: number, end: number): boolean {
  const before = text.charCodeAt(start - 1);
  const after = text.charCodeAt(end);
  if (isLetter(before) || before === 0x5f || isLetter(after) || after === 0x5f) return true;
  return (before === 0x2e || before === 0x2d) && isAlnum(text.charCodeAt(start - 2));
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code < 0x2000);
}

function isAlnum(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39);
}

/** Tries the whole run, then its parts between wide gaps. Returns the end of what was taken. */
function judge(view: View, start: number, end: number, out: Match[]): number {
  const field = fieldAt(view, start, end);
  // A counter or an id that is all there is to its field, with nothing before it.
  if (field !== undefined && field.bits === KEY.TECHNICAL && field.start === start && field.end === end) return 0;
  const context = contextOf(view.text, start, end, field);
  const whole = view.text.slice(start, end);
  if (add(view.text, whole, start, context, out)) return end;
  if (!whole.includes(' ')) return 0;
  // Two columns of a table.
  const wide = whole.indexOf('  ');
  if (wide >= MIN_RUN_DIGITS) {
    const first = whole.slice(0, wide).replace(/[-./(]+$/, '');
    if (countDigits(first) >= MIN_RUN_DIGITS && /\d$/.test(first)) judge(view, start, start + first.length, out);
    return start + wide;
  }
  // "4111 1111 1111 1111 12/27": two values in one run.
  const parts = [...whole.matchAll(/\S+/g)];
  if (parts.length < 2 || parts.length > 12) return 0;
  for (let count = parts.length - 1; count >= 1; count--) {
    const last = parts[count - 1] as RegExpMatchArray;
    const piece = whole.slice(0, (last.index ?? 0) + last[0].length);
    if (countDigits(piece) < 8) break;
    if (add(view.text, piece.replace(/[-./(]+$/, ''), start, context, out)) return start + piece.length;
  }
  const first = parts[0] as RegExpMatchArray;
  return start + first[0].length;
}

interface Context {
  /** What key and label say together. */
  bits: number;
  /** The number is all there is to its field. */
  alone: boolean;
  technical: boolean;
}

export function contextOf(text: string, start: number, end: number, field: Field | undefined): Context {
  const bits = field?.bits ?? 0;
  const label = labelBefore(text, start, field === undefined ? 0 : field.start) || askedAbove(text, start) || labelBehind(text, end);
  // "Account: …" beside a routing number.
  const besideRouting = isBesideRouting(text, start, end) ? KEY.ACCOUNT : 0;
  const inRouting = field !== undefined && field.group.bits & KEY.ROUTING && /^acc(?:oun)?t\b/i.test(field.key) ? KEY.ACCOUNT : 0;
  return {
    bits: bits | label | besideRouting | inRouting,
    alone: field !== undefined && field.start === start,
    // A key speaks for its value, not for each number in a sentence.
    technical: (bits & KEY.TECHNICAL) !== 0 && !(label & NUMBERS) && field !== undefined && field.end - field.start <= end - start + 8,
  };
}

/** "routing 021000021, account 88409007168", or the other way round */
function isBesideRouting(text: string, start: number, numberEnd: number): boolean {
  let end = start;
  while (end > 0 && ' #:.'.includes(text[end - 1] as string)) end--;
  // account, acct, no, nr, number
  if (!'torTOR'.includes(text[end - 1] ?? ' ')) return false;
  BEHIND_ACCOUNT.lastIndex = start;
  if (!BEHIND_ACCOUNT.test(text)) return false;
  return (
    /\b(?:routing|aba|sort code|transit|blz)\b/i.test(text.slice(Math.max(0, start - 90), start)) ||
    /^[\s,;.(|]{1,4}(?:(?:and|und|with|at) )?(?:the )?(?:bank )?(?:routing|aba|sort code|transit|blz)\b/i.test(
      text.slice(numberEnd, numberEnd + 40),
    )
  );
}

const BEHIND_ACCOUNT = /(?<=\bacc(?:oun)?t\b[ #:.]{0,3}(?:n(?:o|umber)\.?[ :]{0,2})?)/iy;

const NUMBERS = KEY.PHONE | KEY.SSN | KEY.NATIONAL_ID | KEY.NATIONAL_ID_MAYBE | KEY.CARD | KEY.ACCOUNT | KEY.ROUTING | KEY.BIRTH;

/** What the last words before a number say, in running text. */
function labelBefore(text: string, start: number, notBefore: number): number {
  const from = Math.max(notBefore, start - LABEL_BACK);
  const before = text.slice(from, start);
  if (before.length < 3) return 0;
  const clause = before.slice(Math.max(labelStart(before), before.lastIndexOf('; '), sentenceEnd(before)) + 1);
  const all = labelWordsOf(clause);
  if (!all.some(mayBeKeyWord)) return 0;
  const said = behindOtherLabel(clause);
  return bitsOfWords(said === clause ? all : labelWordsOf(said));
}

/** How far before a number its line may begin, characters. */
const MAX_ANSWER = 42;
/** The time and the name of who speaks, and what people say before a number. */
const SPEAKER =
  /^[\s>*-]{0,4}(?:\[?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\]?\s{0,2})?(?:[\p{L}][\p{L}\d_. -]{0,24}[:>]\s{0,2})?(?:(?:it['’]?s|sure|yes|ok|yep|ja|oui|sí|here|hier|that['’]?s)[ ,:]{0,3}){0,3}$/iu;
const MAX_QUESTION = 160;

/** "and the SIN for the form?", a line above: what a question asks for is what answers it. */
function askedAbove(text: string, start: number): number {
  const from = Math.max(0, start - MAX_ANSWER);
  const end = from + text.slice(from, start).lastIndexOf('\n');
  // Most lines above end with something else.
  if (end < from || end === 0 || text.charCodeAt(end - 1) !== 0x3f || !SPEAKER.test(text.slice(end + 1, start))) return 0;
  const above = text.slice(Math.max(0, end - MAX_QUESTION), end);
  const words = labelWordsOf(above.slice(Math.max(above.lastIndexOf('\n'), above.lastIndexOf('. ')) + 1));
  return words.some(mayBeKeyWord) ? bitsOfWords(words) : 0;
}

const BEHIND =
  /^ ?(?:[([]|[-–=]{1,2}>|<[-–=]{1,2}|[←→–]|- |, ?(?:that['’]?s|which is|das ist)|is|was|ist|est|es) {0,2}(?:(?:my|the|his|her|our|your|a|meine?|mon|mi) )?(\p{L}[\p{L} .'’#-]{2,40})/u;
const OF_BEHIND = KEY.SSN | KEY.CARD | KEY.NATIONAL_ID | KEY.ACCOUNT | KEY.ROUTING;

/** "564237172 (social security number)", "4111… <- card no.": what stands behind says it. */
function labelBehind(text: string, end: number): number {
  const code = text.charCodeAt(end);
  if (code !== 0x20 && code !== 0x28 && code !== 0x2c && code !== 0x2d && code !== 0x3c) return 0;
  const label = BEHIND.exec(text.slice(end, end + MAX_LABEL_BEHIND))?.[1]?.trim();
  if (label === undefined) return 0;
  const words = labelWordsOf(label);
  if (/^social\b/i.test(label)) return KEY.SSN;
  return words.some(mayBeKeyWord) ? classifyKey(words.slice(0, 3).join(' ')) & OF_BEHIND : 0;
}

const MAX_LABEL_BEHIND = 60;

/** From the last word on, as many as it takes. */
function bitsOfWords(words: readonly string[]): number {
  let bits = 0;
  for (let from = words.length - 1; from >= 0 && from >= words.length - 8; from--) {
    const phrase = phraseAt(words, from);
    // In a sentence it is the one that somebody answers.
    const said = /^my number/i.test(phrase) ? KEY.PHONE : classifyKey(phrase) & NUMBERS;
    if (said) return bits | said;
    bits |= said;
  }
  return bits;
}

/** Three words, or what there is of them. */
function phraseAt(words: readonly string[], from: number): string {
  const first = words[from] as string;
  if (from + 1 === words.length) return first;
  return from + 2 === words.length ? `${first} ${words[from + 1]}` : `${first} ${words[from + 1]} ${words[from + 2]}`;
}

/** "CPF 393… Endereço: Rua …, 1508": the label that is nearest speaks, even if of no number. */
function behindOtherLabel(clause: string): string {
  const colon = clause.lastIndexOf(':');
  if (colon < 0) return clause;
  const label = /[\p{L}][\p{L}'’-]*(?=\s?$)/u.exec(clause.slice(0, colon))?.[0] ?? '';
  const bits = classifyKey(label);
  return bits & (KEY.ADDRESS | KEY.PERSON | KEY.EMAIL | KEY.PLACE) && !(bits & NUMBERS) ? clause.slice(colon + 1) : clause;
}

function add(text: string, given: string, begin: number, context: Context, out: Match[]): boolean {
  // "(415.555.0100)": the bracket around a number is no part of it.
  const open = given.startsWith('(') && !given.includes(')') ? 1 : 0;
  const written = given.slice(open);
  const start = begin + open;
  const digits = digitsOf(written);
  if (digits.length < MIN_RUN_DIGITS || digits.length > MAX_RUN_DIGITS) return false;
  const found = decide(written, digits, context, text, start);
  if (found === undefined) return false;
  const lead = written.charCodeAt(0) === 0x28 ? written.length - written.replace(/^[\s(]+(?=\d{6,}$)/, '').length : 0;
  out.push({ ...found, start: start + lead, end: start + written.length });
  return true;
}

type Verdict = Pick<Match, 'type' | 'confidence' | 'rule'>;

function as(type: DlpType, rule: string, confidence: number): Verdict {
  return { type, rule, confidence };
}

function decide(written: string, digits: string, context: Context, text: string, start: number): Verdict | undefined {
  const { bits } = context;
  if (bits & KEY.BIRTH && birthDate(written)) return as('DATE_OF_BIRTH', 'birth-date', 0.9);
  const isBare = written.length === digits.length;
  if (!isBare && (isDate(written) || (isDecimal(written) && !(bits & KEY.SSN && /^\d{3}\.\d\d\.\d{4}$/.test(written))))) return undefined;
  return (
    asCard(written, digits, context) ??
    asSsn(written, digits, bits, text, start) ??
    asBank(written, digits, bits) ??
    asIdentity(written, digits, bits, context) ??
    asPhone(written, digits, context, text, start)
  );
}

const CARD_SHAPE =
  /^(?:\d{4}([ .-]?)\d{4}\1\d{4}\1\d{3,4}(?:\1\d{1,3})?|\d{4}([ .-]?)\d{6}\2\d{4,5}|\d{12,19}|\d{6}[ -]\d{6,13}|(?:\d[ .-]){12,18}\d|\d{5}([ -])\d{5}\3\d{5,6}|(?:\d\d[ -]){7}\d\d|\d{4}(?:[ .\-/–]{1,3}\d{4}){3}|\d{4}[ .\-/–]{1,3}\d{6}[ .\-/–]{1,3}\d{5})$/;

function asCard(written: string, digits: string, context: Context): Verdict | undefined {
  if (digits.length < 12 || digits.length > 19 || !CARD_SHAPE.test(written)) return undefined;
  const labelled = (context.bits & KEY.CARD) !== 0;
  if (!isIssued(digits) || !luhn(digits) || /^(\d)\1+$/.test(digits)) return undefined;
  if (labelled) return as('CREDIT_CARD', 'card', 0.99);
  if (context.technical) return undefined;
  // Bare digits may be anything that happens to check; thirteen digits are too often a time or an article.
  if (written === digits && (digits.length === 13 || digits.length === 12 || /^1[67]\d{11,17}$/.test(digits))) return undefined;
  return as('CREDIT_CARD', 'card', written === digits ? 0.85 : 0.95);
}

/** First digits that card schemes use, with their lengths. */
export function isIssued(digits: string): boolean {
  const { length } = digits;
  const four = numberAt(digits, 0) * 100 + numberAt(digits, 2);
  const two = Math.floor(four / 100);
  if (digits[0] === '4') return length === 13 || length === 16 || length === 19;
  if ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) return length === 16;
  if (two === 34 || two === 37) return length === 15;
  if (two === 36 || two === 38 || two === 39 || (four >= 3000 && four <= 3059) || four === 3095)
    return length === 14 || length === 16 || length === 19;
  if (four >= 3528 && four <= 3589) return length >= 16;
  if (four === 6011 || two === 64 || two === 65) return length >= 16;
  if (two === 62 || two === 81) return length >= 16;
  if (two === 60 || two === 50 || (two >= 56 && two <= 59) || two === 63 || two === 67 || two === 68 || two === 69) return length >= 12;
  return (two === 22 && four >= 2200 && four <= 2205 && length >= 16) || (four === 9792 && length === 16);
}

/** Two digits as a number. */
function numberAt(digits: string, at: number): number {
  return (digits.charCodeAt(at) - 0x30) * 10 + digits.charCodeAt(at + 1) - 0x30;
}

const SSN_SHAPE = /^(?!000|666)[0-9]\d{2}([- .–]?)(?!00)\d\d\1(?!0000)\d{4}$/;

function asSsn(written: string, digits: string, bits: number, text: string, start: number): Verdict | undefined {
  if (digits.length !== 9) return undefined;
  // "5 1 9 …": spaced out, as people write what they read out; "519-22 4410": with two signs.
  const shaped =
    bits & KEY.SSN && /^(?:(?:\d ){8}\d|\d{3}\D{1,3}\d\d\D{1,3}\d{4})$/.test(written) ? digits : written.replace(/\s*[-–]\s*/g, '-');
  if (!SSN_SHAPE.test(shaped)) return undefined;
  if (SAMPLE.test(text.slice(Math.max(0, start - 16), start))) return undefined;
  if (bits & KEY.SSN) return as('US_SSN', 'ssn', 0.97);
  if (digits[0] === '9' && !/^9\d\d-[5-9]\d-/.test(written)) return undefined;
  if (bits & (KEY.TECHNICAL | KEY.PHONE | KEY.ACCOUNT | KEY.ROUTING)) return undefined;
  if (
    /^\d{3}-\d\d-\d{4}$/.test(written) &&
    !/[\w-]$/.test(text.slice(Math.max(0, start - 1), start)) &&
    !isPart(text, start, start + written.length)
  )
    return as('US_SSN', 'ssn', 0.9);
  return undefined;
}

/** "Format: 123-45-6789" tells how one is written. */
const SAMPLE = /(?:\bformat|\be\.g\.?|\bexample|\blike|\bsuch as|z\. ?B\.)[:,"'( ]{0,3}$/i;

/** "(SKF 100-20-3000)", "884-12-1107-B": the number of a part. */
function isPart(text: string, start: number, end: number): boolean {
  if (/^-[A-Za-z\d]|^ ?(?:rev|rpm|mm|cm|kg|lbs?|psi|bar)\b/.test(text.slice(end, end + 5))) return true;
  if (
    /\b(?:parts?|drawing|dwg|kit|range|model|frame|size|serial|item|sku|bearing|catalog(?:ue)?|article|lot|batch)(?: no\.?| number)?[ :#]{1,3}$/i.test(
      text.slice(Math.max(0, start - 24), start),
    )
  )
    return true;
  const maker = /(?:^|[(,;:]|\p{Ll}) ?([A-Z]{2,5})[ :#-]{1,2}$/u.exec(text.slice(Math.max(0, start - 12), start))?.[1];
  return maker !== undefined && !OF_PEOPLE.has(maker) && !isListedName(maker);
}

/** "SMITH 123-45-6789" is the number of a person. */
function isListedName(word: string): boolean {
  const list = nameList();
  return list.given(word) > 0 || list.family(word) > 0;
}

const OF_PEOPLE = new Set('SSN SS TIN ITIN ID TAX NO NR NUM IS WAS AND OR TO MY HIS HER US USA SOC SOCIAL DOB NAME'.split(' '));

function asBank(written: string, digits: string, bits: number): Verdict | undefined {
  if (bits & KEY.ROUTING) {
    if (aba(digits) || (digits.length === 9 && bits & KEY.ROUTING && aba(digits))) return as('BANK_ACCOUNT', 'routing', 0.97);
    if (/^\d\d-\d\d-\d\d$|^\d{6}$|^\d{3}-\d{3}$|^\d{8}$|^\d{3} \d{3} \d\d$|^\d{4,5}-\d{3,4}$/.test(written))
      return as('BANK_ACCOUNT', 'bank-code', 0.85);
  }
  if (bits & KEY.ACCOUNT && digits.length >= 6 && digits.length <= 26 && !/^\d+\.\d+$/.test(written))
    return as('BANK_ACCOUNT', 'account', 0.9);
  return undefined;
}

function asIdentity(written: string, digits: string, bits: number, context: Context): Verdict | undefined {
  if (digits.length > 18) return undefined;
  if (bits & KEY.NATIONAL_ID) {
    // Tfn. is a telephone in one country and a tax number in another.
    const scheme = schemeLabelled(written, !(bits & KEY.PHONE));
    if (scheme) return as('NATIONAL_ID', scheme.name, 0.97);
    if (digits.length >= 6 && digits.length <= 15 && !(bits & KEY.PHONE)) return as('NATIONAL_ID', 'identity-number', 0.8);
  }
  if (bits & KEY.SSN && digits.length === 9) return undefined;
  if (bits & KEY.NATIONAL_ID_MAYBE && digits.length >= 9) {
    const scheme = schemeLabelled(written, false);
    if (scheme && (digits.length >= 10 || written !== digits || context.alone)) return as('NATIONAL_ID', scheme.name, 0.88);
  }
  if (context.technical || bits & (KEY.PHONE | KEY.CARD | KEY.ACCOUNT)) return undefined;
  const alone = schemeAlone(written);
  return alone === undefined ? undefined : as('NATIONAL_ID', alone.name, written === digits ? 0.75 : 0.9);
}

function asPhone(written: string, digits: string, context: Context, text: string, start: number): Verdict | undefined {
  const { bits } = context;
  const number = written.includes('–') ? written.replace(/–/g, '-') : written;
  if (bits & KEY.PHONE && digits.length >= 6 && isDialable(number)) return as('PHONE', 'phone-labelled', 0.95);
  if (context.technical || bits & (KEY.SSN | KEY.CARD | KEY.NATIONAL_ID | KEY.ACCOUNT | KEY.ROUTING)) return undefined;
  if (/^\(?\+/.test(number)) return isInternational(number.replace(/^\(/, '')) ? as('PHONE', 'phone-international', 0.95) : undefined;
  if (number.startsWith('00') && /[ -]/.test(number) && isInternational(number)) return as('PHONE', 'phone-international', 0.85);
  if (digits.length === 11 && /^1[-. ]\(?\d{3}/.test(number) && isNorthAmerican(digits.slice(1)))
    return as('PHONE', 'phone-national', 0.85);
  if (number === digits || isListed(text, start, start + written.length)) return undefined;
  return isNational(number) ? as('PHONE', 'phone-national', 0.8) : undefined;
}

/** Behind the short name of a document ("AWB 020-…", "SKU: …"), or one of a row of numbers: nothing that somebody dials. */
function isListed(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 16), start);
  const after = text.slice(end, end + 4);
  return (
    /(?:^|[^\p{L}])(?!TEL|FAX|MOB|CEL|GSM|SMS)[A-Z]{2,5}[ :#.-]{1,2}$/u.test(before) || /\d {1,3}$/.test(before) || /^ {1,3}\d/.test(after)
  );
}

function isDecimal(written: string): boolean {
  if (!written.includes('.')) return false;
  return (
    /^\d{1,9}\.\d+$/.test(written) ||
    /^\d{1,3}(?:\.\d{1,3}){3}$/.test(written) ||
    (/^\d+(?:\.\d+){2,}$/.test(written) &&
      !/^\d{3}\.\d{3}\.\d{4}$|^0?\d(?:\.\d\d){4}$|^\d\d\.\d{3}\.\d{3}|^\d{4}\.\d{4}|^756\./.test(written))
  );
}

function isDate(written: string): boolean {
  if (!isDigit(written.charCodeAt(0))) return false;
  return (
    /^(?:19|20)\d\d([-./ ])\d{1,2}\1\d{1,2}(?:[ T]|$)/.test(written) ||
    /^\d{1,2}([-./ ])\d{1,2}\1(?:19|20)\d\d(?: |$)/.test(written) ||
    /^(?:19|20)\d\d-(?:19|20)\d\d$/.test(written)
  );
}
