// Marks of a reading: ends of sentences, quotes, tags, addresses, markup that is not seen.
import { foldUnit } from './glyph.ts';
import { C, finish, hit, markup, state } from './reading-state.ts';
import { isLetter, isWordUnit } from './reading-word.ts';
import { HASH_START, hashStep, hashWord } from './word-table.ts';

const MARKER_TAGS = new Set(
  'important hidden secret system sys instruction instructions information admin override assistant critical urgent prompt directive command tool_call function_call thinking priority inst attention ai developer mandatory alert'
    .split(' ')
    .map(hashWord),
);
const DOT_FILES = new Set(
  'env ssh aws netrc npmrc pypirc kube docker pgpass gnupg git-credentials gitconfig bash_history zsh_history bashrc zshrc config azure gcloud vault-token'
    .split(' ')
    .map((word) => hashWord(word)),
);

/** What stands behind the last character. */
const END = -1;

/** Everything that is no letter. Returns where to go on. */
export function readMark(text: string, at: number, raw: number, json: boolean): number {
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : END;
  switch (raw) {
    case 10: // line end
      finish(at + 1);
      return at + 1;
    case 92: // backslash
      if (next === 110 || next === 114) {
        finish(at + 2);
        return at + 2;
      }
      if (next === 34 && !readAttributeQuote(text, at, 34, at + 2)) hit(C.quoted);
      return at + (json || next === 34 ? 2 : 1);
    case 46: // .
      return readDot(text, at, next);
    case 33: // !
      if (next === 91) return readImage(text, at);
      finish(at + 1);
      return at + 1;
    case 63: // ?
    case 0x3002:
    case 0xff01:
    case 0xff1f:
    case 0x61f:
    case 0x964:
      finish(at + 1);
      return at + 1;
    case 34: // "
      if (readAttributeQuote(text, at, raw, at + 1)) return at + 1;
      if (json) finish(at + 1);
      else if (isOpening(text, at)) hit(C.quoted);
      state.clauseStart = true;
      return at + 1;
    case 39:
    case 96:
      if (readAttributeQuote(text, at, raw, at + 1)) return at + 1;
      return readOpening(text, at);
    case 0x2018:
    case 0x201c:
    case 0xab:
      return readOpening(text, at);
    case 60: // <
      return readTag(text, at, next);
    case 91: // [
      if (isTagWord(text, at + 1, 93)) hitMarker();
      state.clauseStart = true;
      return at + 1;
    case 35: // #
      if (next === 35 && text.charCodeAt(at + 2) === 35) return readHeading(text, at + 3);
      state.clauseStart = true;
      return at + 1;
    default:
      return readOtherMark(text, at, raw, next);
  }
}

function readOtherMark(text: string, at: number, raw: number, next: number): number {
  switch (raw) {
    case 58: // :
      if (next === 47 && text.charCodeAt(at + 2) === 47) return readAddress(text, at);
      state.clauseStart = true;
      return at + 1;
    case 64: // @
      if (isWordUnit(foldUnit(next, 0)) && at > 0 && isWordUnit(foldUnit(text.charCodeAt(at - 1), 0))) hit(C.address);
      return at + 1;
    case 126: // ~
      // Files of programs, not what a person keeps in a folder.
      if (next === 47 && text.charCodeAt(at + 2) === 46) hit(C['secret-path']);
      return at + 1;
    case 36: // $
      if (next === 40 || next === 123) hit(C.substitution);
      return at + 1;
    case 123: // {
      if (next === 123) hit(C.substitution);
      return at + (next === 123 ? 2 : 1);
    case 47: // /
      if (text.startsWith('etc/', at + 1) || text.startsWith('proc/', at + 1)) hit(C['secret-path']);
      return at + 1;
    case 32:
    case 9:
    case 13:
      return at + 1;
    case 93: // ]
      if (followsMarker()) state.clauseStart = true;
      return at === markup.wordsEnd ? markup.targetEnd : at + 1;
    case 41: // )
      if (followsMarker()) state.clauseStart = true;
      return at + 1;
    case 62: // >
      if (markup.quote === 0) markup.tagAt = -1;
      state.clauseStart = true;
      return at + 1;
    case 44: // ,
    case 59:
    case 40:
    case 45:
    case 42:
    case 124:
    case 0x2014:
    case 0x2013:
    case 0x3001:
    case 0xff0c:
    case 0xff1a:
      state.clauseStart = true;
      return at + 1;
    default:
      return at + 1;
  }
}

/** Words that a marker in brackets has at most. */
const MARKER_WORDS = 3;

function hitMarker(): void {
  hit(C.marker);
  state.markerAt = state.sentenceWords;
}

/** Does a bracket close a marker? What comes after it is said, and may be an order. */
function followsMarker(): boolean {
  return state.sentenceWords - state.markerAt <= MARKER_WORDS;
}

function readOpening(text: string, at: number): number {
  if (isOpening(text, at)) {
    hit(C.quoted);
    state.clauseStart = true;
  }
  return at + 1;
}

/** A tag is not longer than this, characters. */
const MAX_TAG_CHARS = 4_000;

/** A value that goes on beyond this holds words, characters. */
const MAX_VALUE_CHARS = 400;

/** Three words, or some of a script without spaces; `style` has none. */
function holdsWords(text: string, equals: number, from: number, quote: number): boolean {
  if (/style\s*$/i.test(text.slice(Math.max(0, equals - 8), equals))) return false;
  const rest = text.slice(from, from + MAX_VALUE_CHARS);
  const close = rest.indexOf(String.fromCharCode(quote));
  if (close < 0) return true;
  const value = rest.slice(0, close).trim();
  return value.split(/\s+/).length > 2 || /[\u0e00-\u0e7f\u3040-\u9fff]{6}/.test(value);
}

/** Is it a quote around an attribute that holds words? They are said, not quoted, and a sentence of their own. */
function readAttributeQuote(text: string, at: number, raw: number, end: number): boolean {
  if (markup.tagAt < 0) return false;
  if (at - markup.tagAt > MAX_TAG_CHARS) {
    markup.tagAt = -1;
    markup.quote = 0;
    return false;
  }
  if (markup.quote !== 0) {
    if (markup.quote !== raw) return false;
    markup.quote = 0;
    if (!markup.holdsWords) return false;
  } else {
    let before = at - 1;
    while (before > at - 4 && text.charCodeAt(before) <= 32) before--;
    if (text.charCodeAt(before) !== 61) return false;
    markup.quote = raw;
    markup.holdsWords = holdsWords(text, before, end, raw);
    if (!markup.holdsWords) return false;
  }
  finish(end);
  return true;
}

function readDot(text: string, at: number, next: number): number {
  if (next === END || next === 32 || next === 10 || next === 34 || next === 60 || next === 92 || next === 13) {
    finish(at + 1);
    return at + 1;
  }
  const before = at === 0 ? 32 : text.charCodeAt(at - 1);
  if (!isWordUnit(foldUnit(before, 0)) && isLetter(next)) {
    let end = at + 1;
    let hash = HASH_START;
    for (; end < text.length && end < at + 20; end++) {
      const unit = foldUnit(text.charCodeAt(end), 0);
      if (!isWordUnit(unit) && unit !== 95 && unit !== 45) break;
      hash = hashStep(hash, unit);
    }
    if (DOT_FILES.has(hash)) {
      hit(C['secret-path']);
      return end;
    }
  }
  // A sentence that ends without a space after it.
  if (next >= 65 && next <= 90 && isLetter(before) && before >= 97) finish(at + 1);
  return at + 1;
}

/** `![…](…)`: a picture that carries data out has something to fill in, or a question in its address. Its words are read, its address is not. */
function readImage(text: string, at: number): number {
  const close = boundedIndexOf(text, '](', at + 2, 200);
  if (close < 0) return at + 2;
  const end = boundedIndexOf(text, ')', close + 2, 400);
  const target = text.slice(close + 2, end < 0 ? close + 402 : end);
  hit(C.url);
  if (/[?&][\w-]*=|\{\{|\$\{|%7B|<[a-z_ ]+>|\[[A-Za-z_ ]+\]/.test(target)) hit(C.substitution);
  finish(at + 2);
  markup.wordsEnd = close;
  markup.targetEnd = end < 0 ? close + 2 : end + 1;
  return at + 2;
}

function boundedIndexOf(text: string, what: string, from: number, within: number): number {
  const limit = Math.min(text.length, from + within);
  for (let at = from; at < limit; at++) if (text.startsWith(what, at)) return at;
  return -1;
}

function readAddress(text: string, at: number): number {
  hit(C.url);
  // Where a machine keeps what is its own.
  if (text.startsWith('169.254.', at + 3) || text.startsWith('metadata', at + 3) || text.startsWith('file', at - 4)) hit(C['secret-path']);
  let end = at + 3;
  const limit = Math.min(text.length, at + 2048);
  for (; end < limit; end++) {
    const unit = text.charCodeAt(end);
    if (unit <= 32 || unit === 34 || unit === 39 || unit === 60 || unit === 62 || unit === 41 || unit === 93 || unit === 92 || unit === 96)
      break;
    if (
      (unit === 36 && text.charCodeAt(end + 1) === 40) ||
      (unit === 123 && text.charCodeAt(end + 1) !== 125 && /[{(]/.test(text[end - 1] ?? ''))
    )
      hit(C.substitution);
  }
  // The mark that ends the sentence is no part of the address.
  return text.charCodeAt(end - 1) === 46 ? end - 1 : end;
}

function isOpening(text: string, at: number): boolean {
  if (at === 0) return true;
  const before = text.charCodeAt(at - 1);
  return before === 32 || before === 40 || before === 10 || before === 58 || before === 61 || before === 91;
}

function readTag(text: string, at: number, next: number): number {
  if (next === 33 && text.startsWith('<!--', at)) {
    hit(C.comment);
    state.clauseStart = true;
    return at + 4;
  }
  if (next === 124 || (next === 60 && text.charCodeAt(at + 2) === 83)) {
    hit(C.marker);
    state.clauseStart = true;
    return at + 2;
  }
  const from = next === 47 ? at + 2 : at + 1;
  if (isTagWord(text, from, 62)) hit(C.marker);
  else if (isLetter(text.charCodeAt(from))) {
    if (next !== 47 && markup.quote === 0) markup.tagAt = at;
    readAttributes(text, from);
  }
  state.clauseStart = true;
  return from;
}

/** `[SYSTEM NOTE]` is a marker, `[system requirements]` is a link. */
const SAID = /^(?:note|notice|message|override|prompt|instructions?|update)\b/i;

/** Is this the word of a chat marker, closed by `close` soon? */
function isTagWord(text: string, from: number, close: number): boolean {
  let hash = HASH_START;
  for (let at = from; at < text.length && at < from + 24; at++) {
    const raw = text.charCodeAt(at);
    if (raw === close || raw === 32 || raw === 47 || raw === 58 || raw === 95) {
      if (MARKER_TAGS.has(hash) && (raw !== 32 || close === 62 || SAID.test(text.slice(at + 1, at + 14))))
        return raw === close || boundedIndexOf(text, String.fromCharCode(close), at, 60) > 0;
      if (raw !== 95 && raw !== 47) return false;
    }
    if (raw === 47) continue;
    hash = hashStep(hash, foldUnit(raw, 0));
  }
  return false;
}

/** `### System`, `###(system_message)`: headings that imitate the marks of a prompt. */
function readHeading(text: string, from: number): number {
  let at = from;
  while (at < from + 3 && !isLetter(text.charCodeAt(at))) at++;
  let hash = HASH_START;
  let end = at;
  for (; end < at + 20 && isLetter(text.charCodeAt(end)); end++) hash = hashStep(hash, foldUnit(text.charCodeAt(end), 0));
  const mark = text.charCodeAt(end);
  if (MARKER_TAGS.has(hash) && (mark === 58 || mark === 95 || mark === 41 || mark === 32 || mark === 10)) hitMarker();
  state.clauseStart = true;
  return at;
}

/** Markup that is not seen: `style="display:none"`, `font-size:0`, text in the colour of the page. */
function readAttributes(text: string, from: number): void {
  const end = boundedIndexOf(text, '>', from, 300);
  if (end < 0) return;
  const tag = text.slice(from, end).toLowerCase();
  if (!tag.includes('style') && !tag.includes('hidden')) return;
  if (
    /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*[01](?:px|pt|em)?\b|opacity\s*:\s*0(?:\.0\d*)?(?![.\d])|color\s*:\s*(?:#f{3,6}\b|white|transparent)|\bhidden\b|(?:left|top|text-indent)\s*:\s*-\d{3,}/.test(
      tag,
    )
  )
    hit(C['hidden-markup']);
}
