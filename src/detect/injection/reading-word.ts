// Words of a reading: which concepts a word stands for, whatever its script and disguise.
import { conceptIndex } from './concept.ts';
import { foldUnit, INVISIBLE, isImitator, isUnspaced } from './glyph.ts';
import { C, finish, hit, MAX_SENTENCE_WORDS, noteWord, state } from './reading-state.ts';
import { conceptAt, conceptsOf, HASH_START, hasConcept, hashStep, hashWord, MAX_UNSPACED_UNITS } from './word-table.ts';

/** Letters of a spread-out run that are read together. */
const MAX_SPACED_LETTERS = 512;
/** From a negation to what it is about, words. */
const NEGATED_WORDS = 4;
const VERB_COUNT = conceptIndex('decode') + 1;
const LABEL_WORDS = new Set(
  'note notes todo important warning attention notice caution ps hint tip reminder critical urgent mandatory instruction instructions'
    .split(' ')
    .map(hashWord),
);
const VOICE_WORDS = new Set(
  'system sys systeme sistema assistant ai llm trigger admin administrator developer override directive assistants claude chatgpt copilot ki ia assistent asistente assistente 系统 システム'
    .split(' ')
    .map(hashWord),
);

/** One word, identifiers whole; most letters are small ones. Returns where it ends. */
export function readWord(text: string, from: number): number {
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
  for (; at < text.length; at++) {
    const raw = text.charCodeAt(at);
    let unit = raw;
    if (raw >= 97 && raw <= 122) {
      letters++;
      plain++;
      hash = hashStep(hash, raw);
      part = hashStep(part, raw);
      continue;
    }
    if (raw >= 65 && raw <= 90) {
      unit = raw + 32;
      if (at > from && text.charCodeAt(at - 1) >= 97 && text.charCodeAt(at - 1) <= 122) isIdentifier = true;
    } else if (raw >= 0x80) {
      unit = raw === 0x2019 ? 39 : foldUnit(raw, text.charCodeAt(at + 1));
      isHiddenInside ||= isHiddenMark(raw);
      if (unit === INVISIBLE) continue;
    }
    if (unit === 95 && at + 1 < text.length && letters > 0) {
      isIdentifier = true;
      parts = isTelling(conceptsOf(part)) ? conceptsOf(part) : parts | conceptsOf(part);
      part = HASH_START;
      continue;
    }
    if (unit === 39) {
      if (letters === 0 || !isLetter(text.charCodeAt(at + 1))) break;
    } else if (!isWordUnit(unit) || (raw >= 0x80 && isUnspaced(unit))) break;
    else if (unit <= 57) digits++;
    else letters++;
    if (isImitator(raw)) imitators++;
    else if (raw < 0x80 && unit >= 97) plain++;
    hash = hashStep(hash, unit);
    part = hashStep(part, unit);
  }
  if (at === from) return from + 1;
  noteWord(letters > 0 ? hash : HASH_START);
  if (isHiddenInside || (imitators > 0 && plain > 0 && letters > 2)) hit(C.disguised);
  let packed = conceptsOf(hash);
  if (packed === 0 && digits > 0 && letters > 0) packed = readLeet(text, from, at, digits, letters);
  const behind = at < text.length ? text.charCodeAt(at) : 0;
  if (packed === 0 && isIdentifier) packed = readIdentifier(text, at, conceptsOf(part), parts);
  else if (packed === 0 && behind === 40 && letters > 2) hit(C.identifier);
  if (packed !== 0) hitForm(text, from, at, packed);
  if (behind === 58 && text.charCodeAt(at + 1) !== 47) readLabel(hash, isIdentifier && isTelling(packed));
  state.clauseStart = packed !== 0 && opensClause(packed);
  return at;
}

function hitForm(text: string, from: number, to: number, packed: number): void {
  if (isDescribing(text, from, to, packed)) state.clauseStart = false;
  hitWord(packed);
}

/** "sends", "sending", "ignored": a word that tells what is or was done, and orders nothing. */
function isDescribing(text: string, from: number, to: number, packed: number): boolean {
  if (to - from < 5) return false;
  const last = text.charCodeAt(to - 1);
  if (last === 103) return text.charCodeAt(to - 2) === 110 && text.charCodeAt(to - 3) === 105;
  if (last === 115) return means(text, from, to - 1, packed);
  return last === 100 && text.charCodeAt(to - 2) === 101 && (means(text, from, to - 1, packed) || means(text, from, to - 2, packed));
}

function means(text: string, from: number, to: number, packed: number): boolean {
  let hash = HASH_START;
  for (let at = from; at < to; at++) hash = hashStep(hash, foldUnit(text.charCodeAt(at), 0));
  return conceptsOf(hash) === packed;
}

function isHiddenMark(raw: number): boolean {
  return (raw >= 0x200b && raw <= 0x2064) || raw === 0xad || raw === 0xfeff;
}

/** What the name of a thing in code says: its last part, or one before it. */
function readIdentifier(text: string, end: number, last: number, parts: number): number {
  hit(C.identifier);
  if (text.charCodeAt(end) === 61 || text.charCodeAt(end) === 58) readSwitch(text, end + 1, last, parts);
  return isTelling(last) ? last : isTelling(parts) ? parts : 0;
}

function hitWord(packed: number, isUnspacedWord = false): void {
  let wasImperative = !state.clauseStart;
  for (let n = 0; n < 3; n++) {
    const concept = conceptAt(packed, n);
    if (concept < 0) return;
    if (!wasImperative && concept < VERB_COUNT) {
      hit(C.imperative);
      wasImperative = true;
    }
    if (concept === C.disguised) state.sawTurned = true;
    if (concept === C.tell) {
      state.tellAt = state.sentenceWords;
      hit(state.sentenceWords - state.notAt <= NEGATED_WORDS ? C.conceal : C.tell);
      continue;
    }
    if (concept === C.not) {
      // Languages that negate after the verb.
      if (isUnspacedWord && state.sentenceWords - state.tellAt <= 2) hit(C.conceal);
      state.notAt = state.sentenceWords;
    }
    hit(concept);
  }
}

/** A run of letters of a script without spaces: the longest known word at each place. */
export function readUnspaced(text: string, from: number): number {
  let hash = HASH_START;
  let best = 0;
  let bestEnd = from + 1;
  let bestHash = HASH_START;
  const limit = Math.min(text.length, from + MAX_UNSPACED_UNITS);
  for (let at = from; at < limit; at++) {
    const unit = foldUnit(text.charCodeAt(at), 0);
    if (unit === INVISIBLE) continue;
    if (!isUnspaced(unit)) break;
    hash = hashStep(hash, unit);
    if (at === from) bestHash = hash;
    const packed = conceptsOf(hash);
    if (packed !== 0) {
      best = packed;
      bestEnd = at + 1;
      bestHash = hash;
    }
  }
  noteWord(bestHash);
  if (best !== 0) {
    hitWord(best, true);
    state.clauseStart = false;
  }
  if (state.sentenceWords >= MAX_SENTENCE_WORDS) finish(bestEnd);
  return bestEnd;
}

/** "i g n o r e": letters that stand alone, as the words they make. */
export function readSpaced(text: string, from: number, to: number): void {
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
      state.sentenceWords++;
      hitWord(best);
    }
    at = bestEnd;
  }
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
  if (to - from > 20 || to - from < 4) return 0;
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

/** `require_approval=false`: what guards the user, switched off. */
function readSwitch(text: string, from: number, last: number, parts: number): void {
  if (!isGuard(last) && !isGuard(parts)) return;
  if (!/^[\s"'`]{0,2}(?:false|off|no|none|never|0|disabled)\b/i.test(text.slice(from, from + 12))) return;
  hit(C.disable);
  hit(C.safety);
}

function isGuard(packed: number): boolean {
  return hasConcept(packed, C.safety) || hasConcept(packed, C.permission) || hasConcept(packed, C.approved);
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

export function isWordUnit(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 48 && unit <= 57) || (unit >= 0xc0 && unit < 0x2000 && unit !== 0xd7 && unit !== 0xf7);
}

export function isLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90);
}
