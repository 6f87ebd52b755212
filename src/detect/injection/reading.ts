// A text as sentences of concepts: what the injection model sees of it. One pass, linear, bounded; the scratch space is reused and holds until the next
// text is read. Never keeps the text.
import { type Concept, conceptIndex } from './concept.ts';
import { foldUnit, INVISIBLE, isImitator, isUnspaced } from './glyph.ts';
import { conceptAt, conceptsOf, HASH_START, hasConcept, hashStep, hashWord, MAX_UNSPACED_UNITS } from './word-table.ts';

/** Longest sentence, words; a longer one is cut. */
export const MAX_SENTENCE_WORDS = 48;
/** Concepts that are kept of one sentence. */
export const MAX_SENTENCE_HITS = 64;
/** Letters that stand alone, one after the other, before they are read as one word. */
const MIN_SPACED_LETTERS = 8;
/** Letters of such a run that are read together. */
const MAX_SPACED_LETTERS = 512;

const START_SENTENCES = 256;
const START_HITS = 1024;

/** Sentences with at least one concept, in their order. */
export interface Reading {
  count: number;
  start: Int32Array;
  end: Int32Array;
  /** Words of the text before the sentence, and its own. */
  wordFrom: Int32Array;
  words: Int32Array;
  /** Hits of sentence n: from `hitFrom[n]` to `hitFrom[n + 1]`. */
  hitFrom: Int32Array;
  hits: Uint8Array;
  /** Word of the sentence in which the hit is. */
  places: Uint8Array;
}

const C = Object.fromEntries(
  (
    [
      'imperative',
      'address',
      'voice',
      'url',
      'secret-path',
      'identifier',
      'marker',
      'label',
      'substitution',
      'hidden-markup',
      'disguised',
      'quoted',
      'comment',
      'line-start',
      'please',
      'after',
      'first',
      'always',
      'system',
      'model',
      'user',
      'must',
      'instruction',
      'task',
      'leak',
      'secret',
      'conceal',
      'attacker',
      'ignore',
      'account',
      'you',
      'now',
      'not',
      'tell',
    ] as const satisfies readonly Concept[]
  ).map((concept) => [concept, conceptIndex(concept)]),
) as Readonly<Record<Concept, number>>;

const VERB_COUNT = conceptIndex('decode') + 1;
const LABEL_WORDS = new Set(
  'note notes important warning attention notice caution ps hint tip reminder critical urgent mandatory instruction instructions'
    .split(' ')
    .map(hashWord),
);
const VOICE_WORDS = new Set(
  'system sys systeme sistema assistant ai llm todo trigger admin administrator developer override directive assistants claude chatgpt copilot ki ia assistent asistente assistente 系统 システム'
    .split(' ')
    .map(hashWord),
);
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

const reading: Reading = {
  count: 0,
  start: new Int32Array(START_SENTENCES),
  end: new Int32Array(START_SENTENCES),
  wordFrom: new Int32Array(START_SENTENCES),
  words: new Int32Array(START_SENTENCES),
  hitFrom: new Int32Array(START_SENTENCES + 1),
  hits: new Uint8Array(START_HITS),
  places: new Uint8Array(START_HITS),
};

let hitCount = 0;
let sentenceHits = 0;
let sentenceWords = 0;
let sentenceStart = 0;
let textWords = 0;
let clauseStart = true;
/** Words of the sentence at which something was negated, and told. */
let notAt = -9;
let tellAt = -9;
/** From a negation to what it is about, words. */
const NEGATED_WORDS = 4;

/** `json`: quotes and escaped line ends part sentences. The result is valid until the next call. */
export function readText(text: string, json: boolean): Reading {
  reading.count = 0;
  hitCount = 0;
  textWords = 0;
  begin(0);
  const { length } = text;
  let singles = 0;
  let singlesFrom = 0;
  let singleEnd = -2;
  for (let at = 0; at < length; ) {
    const raw = text.charCodeAt(at);
    const unit = foldUnit(raw, text.charCodeAt(at + 1));
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
      if (sentenceWords >= MAX_SENTENCE_WORDS) finish(at);
      continue;
    }
    if (raw >= 0x80 && isUnspaced(unit)) {
      at = readUnspaced(text, at);
      continue;
    }
    at = readMark(text, at, raw, json);
  }
  if (singles >= MIN_SPACED_LETTERS) readSpaced(text, singlesFrom, singleEnd);
  finish(length);
  reading.hitFrom[reading.count] = hitCount;
  return reading;
}

function isWordUnit(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || (unit >= 0xc0 && unit < 0x2000 && unit !== 0xd7 && unit !== 0xf7);
}

function begin(at: number): void {
  sentenceStart = at;
  sentenceHits = 0;
  sentenceWords = 0;
  clauseStart = true;
  notAt = -9;
  tellAt = -9;
  reading.hitFrom[reading.count] = hitCount;
}

function finish(at: number): void {
  textWords += sentenceWords;
  if (sentenceHits > 0) {
    const index = reading.count;
    reading.start[index] = sentenceStart;
    reading.end[index] = at;
    reading.words[index] = sentenceWords;
    reading.wordFrom[index] = textWords - sentenceWords;
    reading.count = index + 1;
    if (reading.count + 1 >= reading.hitFrom.length - 1) growSentences();
  }
  begin(at);
}

function hit(concept: number): void {
  if (sentenceHits >= MAX_SENTENCE_HITS) return;
  if (hitCount === reading.hits.length) growHits();
  reading.hits[hitCount] = concept;
  reading.places[hitCount++] = sentenceWords;
  sentenceHits++;
}

function growSentences(): void {
  for (const key of ['start', 'end', 'wordFrom', 'words', 'hitFrom'] as const) {
    const next = new Int32Array(reading[key].length * 2);
    next.set(reading[key]);
    reading[key] = next;
  }
}

function growHits(): void {
  for (const key of ['hits', 'places'] as const) {
    const next = new Uint8Array(reading[key].length * 2);
    next.set(reading[key]);
    reading[key] = next;
  }
}

/** One word, identifiers whole. Returns where it ends. */
function readWord(text: string, from: number): number {
  const { length } = text;
  let hash = HASH_START;
  let part = HASH_START;
  let letters = 0;
  let digits = 0;
  let imitators = 0;
  let plain = 0;
  let isHiddenInside = false;
  let isIdentifier = false;
  let parts = 0;
  let at = from;
  let previous = 0;
  for (; at < length; at++) {
    const raw = text.charCodeAt(at);
    let unit = raw;
    if (raw < 0x80) {
      if (raw >= 65 && raw <= 90) {
        unit = raw + 32;
        if (previous >= 97 && previous <= 122) isIdentifier = true;
      }
    } else {
      unit = foldUnit(raw, text.charCodeAt(at + 1));
      if (unit === INVISIBLE) {
        if ((raw >= 0x200b && raw <= 0x2064) || raw === 0xad || raw === 0xfeff) isHiddenInside = true;
        continue;
      }
      if (unit === 0x2019) unit = 39;
    }
    if (unit === 95 && at + 1 < length && letters > 0) {
      isIdentifier = true;
      parts |= conceptsOf(part);
      if (isTelling(conceptsOf(part))) parts = conceptsOf(part);
      part = HASH_START;
    } else if (unit === 39) {
      if (letters === 0 || !isLetter(text.charCodeAt(at + 1))) break;
    } else if (!isWordUnit(unit) || (raw >= 0x80 && isUnspaced(unit))) break;
    else if (unit <= 57) digits++;
    else letters++;
    if (raw >= 0x80 && isImitator(raw)) imitators++;
    else if (raw < 0x80 && unit >= 97) plain++;
    hash = hashStep(hash, unit);
    if (unit !== 95) part = hashStep(part, unit);
    previous = raw;
  }
  if (at === from) return from + 1;
  sentenceWords++;
  if (isHiddenInside || (imitators > 0 && plain > 0 && letters > 2)) hit(C.disguised);
  let packed = conceptsOf(hash);
  if (packed === 0 && digits > 0 && letters > 0 && at - from >= 4) packed = readLeet(text, from, at, digits, letters);
  if (packed === 0 && isIdentifier) {
    hit(C.identifier);
    const last = conceptsOf(part);
    packed = isTelling(last) ? last : isTelling(parts) ? parts : 0;
  } else if (packed === 0 && text.charCodeAt(at) === 40 && letters > 2) hit(C.identifier);
  if (packed !== 0) hitWord(packed);
  if (text.charCodeAt(at) === 58 && text.charCodeAt(at + 1) !== 47) readLabel(hash, isIdentifier && isTelling(packed));
  clauseStart = packed !== 0 && opensClause(packed);
  return at;
}

function hitWord(packed: number, isUnspacedWord = false): void {
  let wasImperative = !clauseStart;
  for (let n = 0; n < 3; n++) {
    const concept = conceptAt(packed, n);
    if (concept < 0) return;
    if (!wasImperative && concept < VERB_COUNT) {
      hit(C.imperative);
      wasImperative = true;
    }
    if (concept === C.tell) {
      tellAt = sentenceWords;
      hit(sentenceWords - notAt <= NEGATED_WORDS ? C.conceal : C.tell);
      continue;
    }
    if (concept === C.not) {
      // Languages that negate after the verb.
      if (isUnspacedWord && sentenceWords - tellAt <= 2) hit(C.conceal);
      notAt = sentenceWords;
    }
    hit(concept);
  }
}

function isLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
}

/** Parts of an identifier that count for themselves. */
function isTelling(packed: number): boolean {
  return (
    packed !== 0 &&
    (hasConcept(packed, C.leak) || hasConcept(packed, C.secret) || hasConcept(packed, C.attacker) || hasConcept(packed, C.conceal))
  );
}

/** A word with a colon: a note, or somebody who claims to speak. */
function readLabel(hash: number, isTellingName: boolean): void {
  if (VOICE_WORDS.has(hash) || isTellingName) hit(C.voice);
  else if (LABEL_WORDS.has(hash)) hit(C.label);
}

function opensClause(packed: number): boolean {
  return (
    hasConcept(packed, C.please) ||
    hasConcept(packed, C.after) ||
    hasConcept(packed, C.first) ||
    hasConcept(packed, C.always) ||
    hasConcept(packed, C.now)
  );
}

/** Letters written as digits, or a number of an account. */
function readLeet(text: string, from: number, to: number, digits: number, letters: number): number {
  if (
    letters >= 2 &&
    digits >= 8 &&
    to - from >= 12 &&
    to - from <= 34 &&
    isLetter(text.charCodeAt(from)) &&
    isLetter(text.charCodeAt(from + 1))
  ) {
    hit(C.account);
    return 0;
  }
  if (to - from > 20) return 0;
  for (const one of [105, 108]) {
    let hash = HASH_START;
    for (let at = from; at < to; at++) {
      const raw = text.charCodeAt(at);
      hash = hashStep(hash, raw >= 48 && raw <= 57 ? (raw === 49 ? one : (LEET[raw - 48] as number)) : foldUnit(raw, 0));
    }
    const packed = conceptsOf(hash);
    if (packed === 0) continue;
    hit(C.disguised);
    return packed;
  }
  return 0;
}

/** 0o 1i 2z 3e 4a 5s 6g 7t 8b 9g */
const LEET = [111, 105, 122, 101, 97, 115, 103, 116, 98, 103];

/** A run of letters of a script without spaces: the longest known word at each place. */
function readUnspaced(text: string, from: number): number {
  let hash = HASH_START;
  let best = 0;
  let bestEnd = from + 1;
  const limit = Math.min(text.length, from + MAX_UNSPACED_UNITS);
  for (let at = from; at < limit; at++) {
    const unit = foldUnit(text.charCodeAt(at), 0);
    if (unit === INVISIBLE) continue;
    if (!isUnspaced(unit)) break;
    hash = hashStep(hash, unit);
    const packed = conceptsOf(hash);
    if (packed !== 0) {
      best = packed;
      bestEnd = at + 1;
    }
  }
  sentenceWords++;
  if (best !== 0) {
    hitWord(best, true);
    clauseStart = false;
  }
  if (sentenceWords >= MAX_SENTENCE_WORDS) finish(bestEnd);
  return bestEnd;
}

/** "i g n o r e": letters that stand alone, as the words they make. */
function readSpaced(text: string, from: number, to: number): void {
  let run = '';
  for (let at = from; at < to && run.length < MAX_SPACED_LETTERS; at++) {
    const unit = foldUnit(text.charCodeAt(at), 0);
    if (isWordUnit(unit)) run += String.fromCharCode(unit);
  }
  if (!/[a-z]{4}/.test(run)) return;
  hit(C.disguised);
  for (let at = 0; at < run.length; ) {
    let hash = HASH_START;
    let best = 0;
    let bestEnd = at + 1;
    for (let end = at; end < run.length && end < at + 14; end++) {
      hash = hashStep(hash, run.charCodeAt(end));
      if (end - at < 2) continue;
      const packed = conceptsOf(hash);
      if (packed === 0) continue;
      best = packed;
      bestEnd = end + 1;
    }
    if (best !== 0) {
      sentenceWords++;
      hitWord(best);
    }
    at = bestEnd;
  }
}

/** Everything that is no letter. Returns where to go on. */
function readMark(text: string, at: number, raw: number, json: boolean): number {
  const next = text.charCodeAt(at + 1);
  switch (raw) {
    case 10: // line end
      finish(at + 1);
      return at + 1;
    case 92: // backslash
      if (next === 110 || next === 114) {
        finish(at + 2);
        return at + 2;
      }
      if (next === 34) hit(C.quoted);
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
      if (json) finish(at + 1);
      else if (isOpening(text, at)) hit(C.quoted);
      clauseStart = true;
      return at + 1;
    case 39:
    case 96:
    case 0x2018:
    case 0x201c:
    case 0xab:
      if (isOpening(text, at)) {
        hit(C.quoted);
        clauseStart = true;
      }
      return at + 1;
    case 60: // <
      return readTag(text, at, next);
    case 91: // [
      if (isTagWord(text, at + 1, 93)) hit(C.marker);
      clauseStart = true;
      return at + 1;
    case 35: // #
      if (next === 35 && text.charCodeAt(at + 2) === 35) return readHeading(text, at + 3);
      clauseStart = true;
      return at + 1;
    case 58: // :
      if (next === 47 && text.charCodeAt(at + 2) === 47) return readAddress(text, at);
      clauseStart = true;
      return at + 1;
    case 64: // @
      if (isWordUnit(foldUnit(next, 0)) && at > 0 && isWordUnit(foldUnit(text.charCodeAt(at - 1), 0))) hit(C.address);
      return at + 1;
    case 126: // ~
      if (next === 47) hit(C['secret-path']);
      return at + 1;
    case 36: // $
      if (next === 40 || next === 123) hit(C.substitution);
      return at + 1;
    case 123: // {
      if (next === 123) hit(C.substitution);
      return at + (next === 123 ? 2 : 1);
    case 47: // /
      if (text.startsWith('etc/', at + 1)) hit(C['secret-path']);
      return at + 1;
    case 32:
    case 9:
    case 13:
      return at + 1;
    case 44: // ,
    case 59:
    case 40:
    case 62:
    case 45:
    case 42:
    case 124:
    case 0x2014:
    case 0x2013:
    case 0x3001:
    case 0xff0c:
    case 0xff1a:
      clauseStart = true;
      return at + 1;
    default:
      return at + 1;
  }
}

function readDot(text: string, at: number, next: number): number {
  if (Number.isNaN(next) || next === 32 || next === 10 || next === 34 || next === 60 || next === 92 || next === 13) {
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

/** `![](…)`: a picture that carries data out has something to fill in, or a question in its address. */
function readImage(text: string, at: number): number {
  const close = boundedIndexOf(text, '](', at + 2, 200);
  if (close < 0) return at + 2;
  const end = boundedIndexOf(text, ')', close + 2, 400);
  const target = text.slice(close + 2, end < 0 ? close + 402 : end);
  hit(C.url);
  if (/[?&][\w-]*=|\{\{|\$\{|%7B|<[a-z_ ]+>|\[[A-Za-z_ ]+\]/.test(target)) hit(C.substitution);
  return end < 0 ? close + 2 : end + 1;
}

function boundedIndexOf(text: string, what: string, from: number, within: number): number {
  const limit = Math.min(text.length, from + within);
  for (let at = from; at < limit; at++) if (text.startsWith(what, at)) return at;
  return -1;
}

function readAddress(text: string, at: number): number {
  hit(C.url);
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
    clauseStart = true;
    return at + 4;
  }
  if (next === 124 || (next === 60 && text.charCodeAt(at + 2) === 83)) {
    hit(C.marker);
    clauseStart = true;
    return at + 2;
  }
  const from = next === 47 ? at + 2 : at + 1;
  if (isTagWord(text, from, 62)) hit(C.marker);
  else if (isLetter(text.charCodeAt(from))) readAttributes(text, from);
  clauseStart = true;
  return from;
}

/** Is this the word of a chat marker, closed by `close` soon? */
function isTagWord(text: string, from: number, close: number): boolean {
  let hash = HASH_START;
  for (let at = from; at < text.length && at < from + 24; at++) {
    const raw = text.charCodeAt(at);
    if (raw === close || raw === 32 || raw === 47 || raw === 58 || raw === 95) {
      if (MARKER_TAGS.has(hash) && (raw !== 32 || close === 62))
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
  if (MARKER_TAGS.has(hash) && (mark === 58 || mark === 95 || mark === 41 || mark === 32 || mark === 10)) hit(C.marker);
  clauseStart = true;
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
