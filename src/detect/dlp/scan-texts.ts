// The texts of one message: each by itself, then what is parted over those that are read one after the other. Pure and linear in the texts.
import type { Room } from './decode-run.ts';
import type { Match } from './finding-kind.ts';
import { type Scan, scanText } from './scan.ts';
import { findOverSeams, type SeamFind, type SeamPiece } from './seam.ts';
import { isBlank } from './seam-kind.ts';
import { findSecrets } from './secret.ts';
import { surveyOf } from './text-survey.ts';

/**
 * Matches of each text, in order. `chain`: indexes of the texts that are read one after the other. `room` is for all of them together, and says
 * afterwards whether everything was read.
 */
export function scanTexts(texts: readonly string[], scan: Scan, chain: readonly number[], room?: Room): Match[][] {
  const found = texts.map((text) => scanText(text, scan, room));
  if (chain.length < 2) return found;
  const read = chain.map((index) => texts[index] as string);
  const own = chain.map((index) => found[index] as Match[]);
  const over = findOverSeams(read, (joined) => scanText(joined, scan, room), scan.patterns.length > 0);
  if (scan.wanted.has('PRIVATE_KEY')) over.push(...partedKeys(read));
  const touched = new Set<Match[]>();
  for (const find of over) {
    if (isComplete(find, own, read)) continue;
    for (const piece of find.pieces) {
      const matches = own[piece.index] as Match[];
      if (add(matches, piece, find.match)) touched.add(matches);
    }
  }
  for (const matches of touched) matches.sort((one, other) => one.start - other.start);
  return found;
}

/** A value that one text holds whole does not go on in the next: "ann@example.com", "Bob". */
function isComplete({ match, pieces }: SeamFind, own: readonly Match[][], texts: readonly string[]): boolean {
  if (pieces.length < 2 || match.type === 'PRIVATE_KEY') return false;
  const isOpen = match.type === 'API_KEY' || match.type === 'PASSWORD' || match.type === 'DB_CONNECTION';
  return pieces.some((piece, order) => {
    const alone = (own[piece.index] as Match[]).some(
      ({ type, start, end }) => type === match.type && start < piece.end && end > piece.start,
    );
    if (!alone) return false;
    const next = pieces[order + 1];
    if (match.type === 'CUSTOM') return endsAtSeams(piece, pieces[order - 1], next, texts);
    // A key has no end of its own; what goes on like one belongs to it.
    return !isOpen || next === undefined || !GOES_ON.test((texts[next.index] as string).slice(next.start, next.end));
  });
}

/** What a pattern of the customer found whole goes on where a word does: nobody but its author knows how long it may be. */
function endsAtSeams(piece: SeamPiece, before: SeamPiece | undefined, next: SeamPiece | undefined, texts: readonly string[]): boolean {
  const charAt = (at: SeamPiece, place: number): string => (texts[at.index] as string).charAt(place);
  const isWord = (left: string, right: string): boolean => WORD.test(left) && WORD.test(right);
  if (before !== undefined && isWord(charAt(before, before.end - 1), charAt(piece, piece.start))) return false;
  return next === undefined || !isWord(charAt(piece, piece.end - 1), charAt(next, next.start));
}

const WORD = /[\p{L}\p{N}_]/u;

/** Digits among letters, or small and capital letters by turns: no word that begins the next text. */
const GOES_ON = /^(?:(?=\S*\d)\S{4}|[^\sA-Z]*[A-Z]+[a-z]+[A-Z]+\S)/;

/** False when all of it had been found. Finds that the piece touches become a part of it. */
function add(matches: Match[], piece: SeamPiece, match: Match): boolean {
  let { start, end } = piece;
  for (let index = matches.length - 1; index >= 0; index--) {
    const other = matches[index] as Match;
    if (other.start >= end || other.end <= start) continue;
    if (other.start <= start && other.end >= end) return false;
    start = Math.min(start, other.start);
    end = Math.max(end, other.end);
    matches.splice(index, 1);
  }
  matches.push({ type: match.type, rule: match.rule, confidence: match.confidence, start, end, layer: 'pieces' });
  return true;
}

const HEAD = '-----BEGIN';
const FOOT = '-----END';
/** A private key is at most this long, characters. */
const MAX_KEY_CHARS = 16_000;

/** A private key that begins in one text and goes on in the next. */
function partedKeys(texts: readonly string[]): SeamFind[] {
  const finds: SeamFind[] = [];
  for (let index = 0; index + 1 < texts.length; index++) {
    const text = texts[index] as string;
    const head = headIn(text);
    if (head < 0 || text.length - head > MAX_KEY_CHARS || text.includes(FOOT, head)) continue;
    const find = keyFrom(texts, index, head);
    if (find !== undefined) finds.push(find);
  }
  return finds;
}

/** The last one, perhaps cut off; -1: none. */
function headIn(text: string): number {
  const whole = text.lastIndexOf(HEAD);
  if (whole >= 0) return whole;
  const dashes = text.indexOf(HEAD_DASHES, text.length - HEAD.length);
  return dashes >= 0 && HEAD.startsWith(text.slice(dashes)) ? dashes : -1;
}

const HEAD_DASHES = '-----';

function keyFrom(texts: readonly string[], first: number, head: number): SeamFind | undefined {
  let joined = '';
  const placed: (SeamPiece & { at: number })[] = [];
  for (let index = first; index < texts.length && joined.length < MAX_KEY_CHARS; index++) {
    const text = texts[index] as string;
    const isEnd = index > first && text.includes(FOOT);
    // Another one begins: what is behind it is looked at from there.
    if (index > first && !isEnd && headIn(text) >= 0) break;
    const start = index === first ? head : 0;
    const end = Math.min(text.length, start + MAX_KEY_CHARS);
    placed.push({ index, start, end, at: joined.length });
    joined += text.slice(start, end);
    if (isEnd || (index > first && !MATERIAL.test(text.slice(-MAX_LINE)))) break;
  }
  const matches: Match[] = [];
  findSecrets({ text: joined, starts: surveyOf(joined).starts }, matches);
  const match = matches.find(({ type, start }) => type === 'PRIVATE_KEY' && start === 0);
  if (match === undefined) return undefined;
  const pieces = placed.flatMap(({ index, start, end, at }): SeamPiece[] => {
    const to = Math.min(end, start + match.end - at);
    const from = at < match.end ? start : end;
    return trimmedPiece(texts[index] as string, { index, start: from, end: to });
  });
  return pieces.length > 1 && !isProse(texts, pieces) ? { match, pieces } : undefined;
}

/** The last line of a text that may go on with a key. */
const MAX_LINE = 80;
const MATERIAL = /^[A-Za-z0-9+/=\s\\:,-]*$/;

function trimmedPiece(text: string, { index, start, end }: SeamPiece): SeamPiece[] {
  let to = end;
  while (to > start && isBlank(text.charCodeAt(to - 1))) to--;
  return to > start ? [{ index, start, end: to }] : [];
}

/** Behind a key that has no end: words, and no material of a key. */
function isProse(texts: readonly string[], [, next]: readonly SeamPiece[]): boolean {
  return next !== undefined && !/[A-Za-z0-9+/]{24}|-----END/.test((texts[next.index] as string).slice(next.start, next.end));
}
