// Values cut into pieces: items of a list, members part1, part2, …, the same member of row after row. The pieces are read as one text, and
// each piece of a value that shows only so is a find. Only what proves itself counts: known prefixes, check digits, a whole address.
import type { Match } from './finding-kind.ts';
import { classifyKey, KEY } from './key-class.ts';
import { seamKind } from './seam-kind.ts';

/** A short value without spaces, in view offsets. */
export interface Piece {
  readonly start: number;
  readonly end: number;
}

/** Neighbouring short values that may be one value in pieces. */
export interface PieceRun {
  readonly pieces: readonly Piece[];
  /** Its key says that each is the name of a thing or a place: numbers of them that pass the check of a card together do so by chance. */
  readonly isOfThings: boolean;
  /** Its key says that each is a part of one value, or nothing: sixteen digits by themselves are a card by chance now and then. */
  readonly isOfValue: boolean;
  readonly key: string;
  /** What the key says of the value as a whole. */
  readonly bits: number;
  /** Numbers of a list; all others are texts. */
  readonly isOfNumbers: boolean;
}

/** Longer values are no pieces, UTF-16 code units. */
export const MAX_PIECE_CHARS = 64;
/** Pieces of one text. */
const MAX_PIECES = 400;

/** Collects runs of neighbouring values whose keys are the same but for a number or a letter at the end. */
export class PieceRuns {
  readonly #runs: PieceRun[] = [];
  /** Of two and more; the first one alone is but a place: most values have a key of their own. */
  #run: Piece[] | undefined;
  #from = -1;
  #to = -1;
  #key = '';
  #stem = '';
  /** Texts of one list that a value may be parted over, two and more a time. */
  readonly #chains: Piece[][] = [];
  #chain: Piece[] | undefined;
  #before = '';
  #beforeKey = '';
  #beforeFrom = -1;

  add(key: string, value: string, start: number): void {
    const end = start + value.length;
    this.#addToChain(key, value, start, end);
    if (!isPiece(value)) this.#begin('', '', -1, -1);
    else if (key === this.#key ? this.#from < 0 : !this.#goesOn(key)) this.#begin(key, stemOf(key), start, end);
    else if (this.#run === undefined) {
      this.#run = [
        { start: this.#from, end: this.#to },
        { start, end },
      ];
      this.#runs.push(runOf(key, this.#run, false));
    } else if (this.#run.length < MAX_PIECES) this.#run.push({ start, end });
    else this.#begin(key, stemOf(key), start, end);
  }

  /** All numbers of a list: few and short ones may be the digits of one. */
  addNumbers(key: string, pieces: readonly Piece[]): void {
    if (pieces.length < MIN_NUMBERS || pieces.length > MAX_NUMBERS) return;
    const run = runOf(key, pieces, true);
    if (run.bits !== 0 || (run.isOfValue && pieces.length >= MIN_CARD_DIGITS)) this.#runs.push(run);
  }

  /** Runs of two and more. */
  done(): readonly PieceRun[] {
    return this.#runs;
  }

  /** Two and more texts of one key, one right behind the other, over which a value may be parted. */
  chains(): readonly (readonly Piece[])[] {
    return this.#chains;
  }

  /** Short values without spaces are pieces, and looked at as such. */
  #addToChain(key: string, value: string, start: number, end: number): void {
    // Of a list of blocks or messages: what they are stands between their texts.
    if (key === 'type' || key === 'role') return;
    const before = this.#before;
    if (key !== this.#beforeKey || this.#beforeFrom < 0 || (isPiece(before) && isPiece(value)) || seamKind(before, value) === 0)
      this.#chain = undefined;
    else if (this.#chain === undefined) {
      this.#chain = [
        { start: this.#beforeFrom, end: this.#beforeFrom + before.length },
        { start, end },
      ];
      this.#chains.push(this.#chain);
    } else this.#chain.push({ start, end });
    this.#before = value;
    this.#beforeKey = key;
    this.#beforeFrom = start;
  }

  #goesOn(key: string): boolean {
    if (this.#stem === '' || stemOf(key) !== this.#stem) return false;
    this.#key = key;
    return true;
  }

  #begin(key: string, stem: string, from: number, to: number): void {
    this.#run = undefined;
    this.#key = key;
    this.#stem = stem;
    this.#from = from;
    this.#to = to;
  }
}

/** A number of one to four digits each. */
export const MAX_NUMBER_CHARS = 4;
const MIN_NUMBERS = 3;
/** Digits of the longest card, and the number that shows that there are more. */
export const MAX_NUMBERS = 19;
const MIN_CARD_DIGITS = 14;

function runOf(key: string, pieces: readonly Piece[], isOfNumbers: boolean): PieceRun {
  return { pieces, isOfThings: isOfThings(key), isOfValue: isOfValue(key), key, bits: classifyKey(key) & WHOLE_BITS, isOfNumbers };
}

/** What a key may say of the value that pieces make. */
const WHOLE_BITS = KEY.CARD | KEY.SSN | KEY.IBAN | KEY.NATIONAL_ID;

function isPiece(value: string): boolean {
  return value.length > 0 && value.length <= MAX_PIECE_CHARS && !value.includes(' ');
}

function isOfThings(key: string): boolean {
  const bits = classifyKey(key);
  return (bits & (KEY.TECHNICAL | KEY.PLACE)) !== 0 && (bits & KEY.CARD) === 0;
}

const VALUE_KEY =
  /^$|chars?|digits?|parts?|pieces?|chunks?|split|segments?|blocks?|fragments?|letters|values?|numbers?|data|text|card|pan|cc|^[a-z]{1,2}\d{0,2}$/i;

function isOfValue(key: string): boolean {
  return VALUE_KEY.test(key);
}

/** `part1`, `part_b`: what stands before the number or the letter. */
function stemOf(key: string): string {
  const last = key.charCodeAt(key.length - 1);
  if (last >= 0x30 && last <= 0x39) return `${key.replace(/[_.-]?\d{1,3}$/, '')}#`;
  const before = key.charCodeAt(key.length - 2);
  return key.length === 1 || before === 0x5f || before === 0x2d ? `${key.slice(0, -1)}#` : '';
}

const WHOLE = new Set(['EMAIL', 'CREDIT_CARD', 'US_SSN', 'NATIONAL_ID']);
const PROVEN = new Set(['EMAIL', 'CREDIT_CARD', 'US_SSN', 'IBAN', 'API_KEY', 'DB_CONNECTION', 'NATIONAL_ID']);
/** An identity number in pieces has its check digits and its label. */
const CHECKED = 0.95;
/** Cut by the machine: all pieces but the last are of the same length. */
const isEven = (pieces: readonly string[]): boolean =>
  pieces.every(
    (piece, index) => piece.length === pieces[0]?.length || (index === pieces.length - 1 && piece.length < (pieces[0]?.length ?? 0)),
  );

/** What the pieces are together: each find in the joined text that no piece shows alone, once for every piece it stands in. */
export function findInPieces(
  text: string,
  pieceRun: PieceRun,
  detect: (joined: string, key: string, bits: number) => readonly Match[],
  isFree: (start: number, end: number) => boolean,
  out: Match[],
): void {
  const { pieces: run, key, bits, isOfNumbers } = pieceRun;
  const given = run.map(({ start, end }) => text.slice(start, end));
  const pieces = isOfNumbers ? withZeros(given, bits) : given;
  const joined = pieces.join('');
  if (joined.length < MIN_JOINED || (isOfNumbers && joined.length > MAX_NUMBERS) || !/\d|@/.test(joined)) return;
  for (const match of detect(joined, key, bits)) {
    if (!PROVEN.has(match.type) || (match.type === 'NATIONAL_ID' && match.confidence < CHECKED)) continue;
    if (WHOLE.has(match.type) && (match.start > 0 || match.end < joined.length)) continue;
    if (match.type === 'CREDIT_CARD' && !isCardInPieces(pieces, pieceRun)) continue;
    const touched = piecesIn(pieces, match);
    if (touched.length < 2 || !touched.every((index) => isFree((run[index] as Piece).start, (run[index] as Piece).end))) continue;
    for (const index of touched) out.push({ ...match, ...run[index], layer: 'pieces' });
  }
}

const MIN_JOINED = 9;

/** Numbers that are no digits may be the years or the prices that they look like: those count only where the key speaks of a card. */
function isCardInPieces(pieces: readonly string[], { isOfThings, isOfValue, isOfNumbers, bits }: PieceRun): boolean {
  const isOfDigits = pieces.every(({ length }) => length === 1);
  if (isOfThings || !isEven(pieces) || (isOfDigits && !isOfValue)) return false;
  return !isOfNumbers || (bits & KEY.CARD) !== 0 || isOfDigits;
}

/** [4111, 1, 1111, 1111]: a number has no zeros before it, a group of a card or of a social security number has. */
function withZeros(pieces: readonly string[], bits: number): readonly string[] {
  if (bits & KEY.CARD && pieces.length === 4) return pieces.map((piece) => piece.padStart(4, '0'));
  if (bits & KEY.SSN && pieces.length === 3)
    return pieces.map((piece, index) => piece.padStart(index === 0 ? 3 : index + 1 === 3 ? 4 : 2, '0'));
  return pieces;
}

/** Indices of the pieces that hold some of the match. */
function piecesIn(pieces: readonly string[], { start, end }: Match): number[] {
  const touched: number[] = [];
  let at = 0;
  for (const [index, piece] of pieces.entries()) {
    if (at < end && at + piece.length > start) touched.push(index);
    at += piece.length;
  }
  return touched;
}
