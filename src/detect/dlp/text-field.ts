// Fields of a text that is not JSON: "key: value" and "key=value" lines and pairs, tables (CSV, TSV, pipes, wide columns), XML and HTML.
// Finds ranges only. Linear in the text: every separator looks a bounded way back for its key and forward for its value.

import { addHl7Fields } from './hl7-field.ts';
import { classifyKey, KEY, MAX_KEY_CHARS, mayBeKeyWord } from './key-class.ts';
import { addLabelledLines } from './label-line.ts';
import { addMarkupFields } from './markup-field.ts';
import { addRecordFields } from './record-field.ts';
import { addTableFields } from './table-field.ts';
import type { Field, Group } from './view.ts';

export function addTextFields(fields: Field[], text: string, base: number, parent: Group): void {
  // One short value is most of what there is.
  if (text.length < SHORT_TEXT && !text.includes('\n') && !text.includes('<') && !/[:=(@→…|*]| [-–—] |\.\.\.| {2}/.test(text)) return;
  const tabled = addTableFields(fields, text, base, parent);
  if (text.includes('<')) addMarkupFields(fields, text, base, parent);
  if (text.includes('|')) addHl7Fields(fields, text, base, parent);
  addRecordFields(fields, text, base, parent);
  if (tabled) return;
  const blocks = new Blocks(text, parent);
  addPairs(fields, text, base, ':', blocks);
  addPairs(fields, text, base, '=', blocks);
  blocks.rewind();
  addLabelledLines(fields, text, base, (offset) => blocks.at(offset));
}

const SHORT_TEXT = 200;

/** Paragraphs: pairs without an empty line between them describe the same thing. */
class Blocks {
  readonly #text: string;
  readonly #parent: Group;
  #group: Group | undefined;
  #end = -1;
  #section = -1;

  constructor(text: string, parent: Group) {
    this.#text = text;
    this.#parent = parent;
  }

  at(offset: number): Group {
    if (offset >= this.#end) {
      const next = this.#text.indexOf('\n\n', offset);
      this.#end = Math.min(next < 0 ? Number.POSITIVE_INFINITY : next, this.#sectionFrom(offset));
      this.#group = this.#fresh(offset);
    }
    this.#group ??= this.#fresh(offset);
    return this.#group;
  }

  rewind(): void {
    this.#end = -1;
    this.#section = -1;
  }

  /** Where the next line begins with a bracket; looked for once, however many paragraphs come before it. */
  #sectionFrom(offset: number): number {
    if (this.#section >= offset) return this.#section;
    const found = this.#text.indexOf('\n[', offset);
    this.#section = found < 0 ? Number.POSITIVE_INFINITY : found;
    return this.#section;
  }

  /** `[owner]`, a line above: what the section says of its members. */
  #fresh(offset: number): Group {
    const line = this.#text.lastIndexOf('\n', offset - 1);
    const above = line < 1 ? '' : this.#text.slice(Math.max(0, line - MAX_SECTION_CHARS), line);
    const section = /(?:^|\n)\[{1,2}[\w.-]*?([\w-]{2,40})\]{1,2}\s*$/.exec(above)?.[1];
    const own = this.#parent.own | (section === undefined ? 0 : classifyKey(section) & (KEY.PERSON_ABOUT | KEY.THING_ABOUT));
    return { bits: this.#parent.own, own, parent: this.#parent, key: undefined };
  }
}

/** Looked at for `[section]`, characters. */
const MAX_SECTION_CHARS = 80;

function addPairs(fields: Field[], text: string, base: number, separator: string, blocks: Blocks): void {
  blocks.rewind();
  let quotesEnd = -1;
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + 1)) {
    if (at < quotesEnd) continue;
    const before = text.charCodeAt(at - 1);
    // "://", "::", "==", "!=", "12:30"
    const after = text.charCodeAt(at + 1);
    if (
      after === 0x2f ||
      after === 0x3a ||
      before === 0x3a ||
      (separator === '=' && (after === 0x3d || before === 0x3d || before === 0x21))
    )
      continue;
    const key = keyBefore(text, at, separator === '=' && before > 0x20 ? 1 : MAX_LABEL_WORDS);
    if (key === undefined) continue;
    const name = key === 'value' ? (nameAbove(text, at) ?? key) : separator === '=' && TYPE.test(key) ? typedName(text, at, key) : key;
    const bits = queryName(text, at, key) || classifyKey(key === 'default' ? variableBefore(text, at) : name);
    if (bits === 0) continue;
    const group = blocks.at(at);
    group.bits |= bits;
    const value = valueAfter(text, at + 1, bits, separator);
    if (value === undefined) continue;
    fields.push({ start: base + value.start, end: base + value.end, bits, key: name, group });
    quotesEnd = value.quoted ? value.end : -1;
  }
}

/** The type of a text in some language. */
const TYPE = /^(?:[Ss]tr|[Ss]tring|CharSequence|Text|any|String\?)$/;
const DECLARED = /\b([A-Za-z_]\w{1,48})(?:\??\s?:\s?(?:&(?:'\w+ )?(?:mut )?)?| )(?:[Ss]tr|[Ss]tring|CharSequence|Text|any)\??\s{0,3}$/;

/** `TOKEN: &str = …`, `var token string = …`: what is declared, before its type. */
function typedName(text: string, at: number, key: string): string {
  return DECLARED.exec(text.slice(Math.max(0, at - MAX_DECLARED), at))?.[1] ?? key;
}

const MAX_DECLARED = 80;

/** `- name: DB_PASSWORD`, on the line above `value: …`. */
function nameAbove(text: string, at: number): string | undefined {
  const above = text.slice(Math.max(0, at - MAX_NAME_ABOVE), at);
  return NAME_ABOVE.exec(above)?.[1];
}

const MAX_NAME_ABOVE = 200;
const NAME_ABOVE =
  /(?:^|\n)[ \t-]{0,40}["']?(?:name|key|variable)["']?: {0,4}["']?([\w.-]{2,64})["']?,?\r?\n[ \t]{0,40}["']?value["']?[ \t]?$/i;

/** `?first=Ann&last=Lee`: both, in one query. */
function queryName(text: string, at: number, key: string): number {
  if (key !== 'first' && key !== 'last') return 0;
  const sign = text.charCodeAt(at - key.length - 1);
  if (sign !== 0x3f && sign !== 0x26) return 0;
  return new RegExp(`[?&]${key === 'first' ? 'last' : 'first'}=`).test(text.slice(Math.max(0, at - 200), at + 200)) ? KEY.PERSON : 0;
}

/** `variable "api_token" {`: what the default below it is of. */
function variableBefore(text: string, at: number): string {
  return /variable\s+"([\w-]{1,60})"\s*\{[^{}]*$/.exec(text.slice(Math.max(0, at - MAX_BLOCK_CHARS), at))?.[1] ?? 'default';
}

const MAX_BLOCK_CHARS = 300;
const MAX_LABEL_WORDS = 4;

/** The words before the separator, of one line, back to a sign that cannot be part of a label. */
function keyBefore(text: string, separator: number, maxWords: number): string | undefined {
  let end = separator;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  // ":=" and "=>" and "?:" belong to the separator.
  while (end > 0 && isGlue(text.charCodeAt(end - 1))) end--;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  // "Assuré(e):", "Mieter(in):": of one or the other.
  if (text.charCodeAt(end) === 0x29) end -= GENDERED.exec(text.slice(Math.max(0, end - 4), end))?.[0].length ?? 0;
  let start = end;
  let words = 1;
  while (start > 0 && end - start < MAX_KEY_CHARS) {
    const code = text.charCodeAt(start - 1);
    if (isBlank(code)) {
      if (++words > maxWords) break;
    } else if (!isLabelCode(code) && !isApostrophe(text, start - 1)) break;
    start--;
  }
  while (start < end && !isWord(text.charCodeAt(start))) start++;
  if (end - start < 2 && text.charCodeAt(start) < 0x3000) return undefined;
  const key = text.slice(start, end);
  if (!/\d/.test(key)) return key;
  // "115203857 Account: …", "CPF 393.928.919-11 Endereço: …": the number, and what is before it, belong to the pair before.
  return key.replace(/^(?:[\d.,/-]+\s+)+/, '').replace(/^.*\d[\d.,/-]{3,}\s+/, '');
}

const GENDERED = /(?<=\p{Ll})\((?:e|a|o|s|r|n|in|es|as)$/u;

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function isGlue(code: number): boolean {
  // " # ' * : ? ] ) `
  return (
    code === 0x22 ||
    code === 0x23 ||
    code === 0x27 ||
    code === 0x2a ||
    code === 0x3a ||
    code === 0x3f ||
    code === 0x5d ||
    code === 0x60 ||
    code === 0x29
  );
}

/** Inside of a word: driver's, numéro d’identité. */
function isApostrophe(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code === 0x27 || code === 0x2019) && isWord(text.charCodeAt(at - 1)) && isWord(text.charCodeAt(at + 1));
}

function isWord(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code > 0x7f;
}

function isLabelCode(code: number): boolean {
  // _ - . / ' as parts of labels
  return isWord(code) || code === 0x5f || code === 0x2d || code === 0x2e || code === 0x2f;
}

interface Value {
  start: number;
  end: number;
  quoted: boolean;
}

const SPACED =
  KEY.PERSON |
  KEY.PERSON_MAYBE |
  KEY.ADDRESS |
  KEY.PHONE |
  KEY.BIRTH |
  KEY.CONNECTION |
  KEY.IBAN |
  KEY.CARD |
  KEY.SSN |
  KEY.NATIONAL_ID |
  KEY.NATIONAL_ID_MAYBE |
  KEY.ACCOUNT |
  KEY.ROUTING;
const MAX_VALUE_CHARS = 400;
const SCHEME = /^(?:Basic|Bearer|Token|ApiKey|Negotiate|Digest) (?=[\w+/=.-]{6})/i;

function valueAfter(text: string, from: number, bits: number, separator: string): Value | undefined {
  let start = from;
  const limit = Math.min(text.length, from + MAX_VALUE_CHARS);
  while (
    start < limit &&
    (isBlank(text.charCodeAt(start)) || (start === from && text.charCodeAt(start) === 0x3e) || text.charCodeAt(start) === 0x2a)
  )
    start++;
  let code = text.charCodeAt(start);
  // b"…", f'…', @"…", r"…"
  if ((code === 0x62 || code === 0x66 || code === 0x72 || code === 0x40 || code === 0x4c) && isQuote(text.charCodeAt(start + 1)))
    code = text.charCodeAt(++start);
  if (isQuote(code)) {
    const close = closingQuote(text, start + 1, code, limit);
    if (close > start + 1) return { start: start + 1, end: close, quoted: true };
    if (close === start + 1) return undefined;
    start++;
  }
  let end = start;
  if (bits & SPACED) {
    while (end < limit && !isLineEnd(text, end, separator, bits)) end++;
  } else {
    // "Authorization: Basic …": the scheme and what follows it are one value.
    if (bits & KEY.TOKEN) end += SCHEME.exec(text.slice(start, start + 20))?.[0].length ?? 0;
    while (end < limit && text.charCodeAt(end) > 0x20 && !isValueEnd(text, end)) end++;
  }
  while (end > start && isTrailing(text.charCodeAt(end - 1), bits)) end--;
  return end > start ? { start, end, quoted: false } : undefined;
}

function isQuote(code: number): boolean {
  return code === 0x22 || code === 0x27 || code === 0x60;
}

function closingQuote(text: string, from: number, quote: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === quote) return at;
    else if (code === 0x0a) return -1;
  }
  return -1;
}

/** End of a value that may hold spaces: line, semicolon, tab, pipe, tag, or the comma before the next "key:". */
function isLineEnd(text: string, at: number, separator: string, bits: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x0a || code === 0x0d || code === 0x3b || code === 0x09 || code === 0x7c || code === 0x7d)
    return bits & KEY.CONNECTION ? code !== 0x3b : true;
  if (code === 0x3c || code === 0x3e) return true;
  if (code === 0x26 && separator === '=') return startsPair(text, at);
  if (code === 0x20) {
    if (text.charCodeAt(at + 1) === 0x20 || text.charCodeAt(at + 1) === 0x7c) return true;
    // "Nume: Popescu Prenume: Ruxandra"
    if (separator === ':' && bits & (KEY.PERSON | KEY.PERSON_MAYBE) && isWord(text.charCodeAt(at - 1)) && isKnownKey(text, at)) return true;
    // logfmt: name=Ann phone=…
    if (separator === '=' && !(bits & KEY.CONNECTION) && /^ [\w.]{1,32}=/.test(text.slice(at, at + 34))) return true;
  }
  if (code === 0x2c && !(bits & KEY.ADDRESS))
    return (
      /^,\s*["']?[\p{L}_][\p{L}\w .-]{0,30}["']?\s*[:=]|^,\s*$/u.test(text.slice(at, at + 40)) ||
      !!(bits & (KEY.PHONE | KEY.CARD | KEY.SSN))
    );
  return false;
}

/** One to three words and a colon, the first of them one that keys are made of: " Date of birth: ". */
function isKnownKey(text: string, at: number): boolean {
  const found = NEXT_KEY.exec(text.slice(at, at + MAX_KEY_CHARS));
  return found !== null && mayBeKeyWord(found[2] as string) && classifyKey(found[1] as string) !== 0;
}

const NEXT_KEY = /^ ((\p{L}[\p{L}.'’-]{1,20})(?: [\p{L}.'’-]{1,20}){0,2}): /u;

/** End of a value without spaces: what closes a literal or starts the next pair. */
function isValueEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x22 || code === 0x27 || code === 0x60 || code === 0x3c) return true;
  if (code === 0x2c || code === 0x3b || code === 0x26 || code === 0x29 || code === 0x7d || code === 0x5d) {
    const next = text.charCodeAt(at + 1);
    return (
      (code === 0x26 && startsPair(text, at)) ||
      Number.isNaN(next) ||
      next <= 0x20 ||
      next === 0x22 ||
      next === 0x27 ||
      next === 0x3b ||
      next === 0x2c ||
      next === 0x7d
    );
  }
  return false;
}

/** The sign "&" parts the pairs of a query, entities and commands; in a password it is a letter like any other. */
function startsPair(text: string, at: number): boolean {
  return /^&(?:&|amp;|[\w.%-]{1,64}=)/.test(text.slice(at, at + 66));
}

function isTrailing(code: number, bits: number): boolean {
  if (code <= 0x20 || code === 0x2c || code === 0x22) return true;
  return (code === 0x2e || code === 0x3b || code === 0x29) && !(bits & (KEY.PASSWORD | KEY.CONNECTION));
}
