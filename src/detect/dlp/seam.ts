// Values that are parted over texts which are read one after the other: blocks of one answer, strings of one list. Only the last characters of a text
// and the first of the next are joined, and only where seam-kind.ts says that something may go on there. A find is every piece of it.
import type { Match } from './finding-kind.ts';
import { isBlank, isNumberAlone, SEAM, seamKind } from './seam-kind.ts';

/** A part of one of the texts. */
export interface SeamPiece {
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

export interface SeamFind {
  readonly match: Match;
  readonly pieces: readonly SeamPiece[];
}

type Find = (joined: string) => readonly Match[];

/** What the texts say together and none of them alone, as far as it stands at a seam. `any`: everything may go on there. Linear. */
export function findOverSeams(texts: readonly string[], find: Find, any = false): SeamFind[] {
  const finds: SeamFind[] = [];
  let group: Group | undefined;
  let before: SeamPiece | undefined;
  for (const [index, text] of texts.entries()) {
    const here = trimmed(text, index);
    if (here === undefined) continue;
    const kind = before === undefined ? 0 : seamKind(texts[before.index] as string, text, any);
    if (kind === 0) {
      if (group !== undefined) addFinds(texts, group, find, finds);
      group = undefined;
    } else {
      group ??= { stretches: [tailOf(texts[(before as SeamPiece).index] as string, before as SeamPiece)], kinds: [] };
      group.kinds.push(kind);
      const isWhole = here.end - here.start <= 2 * NEAR && group.kinds.length < MAX_SEAMS;
      group.stretches.push(isWhole ? here : headOf(text, here));
      if (!isWhole) {
        addFinds(texts, group, find, finds);
        group = undefined;
      }
    }
    before = here;
  }
  if (group !== undefined) addFinds(texts, group, find, finds);
  return finds;
}

/** The same for texts that stand in one, which stay what they are where something was found in them. Finds are places in `text`. */
export function findInChain(
  text: string,
  chain: readonly { readonly start: number; readonly end: number }[],
  find: Find,
  isFree: (start: number, end: number) => boolean,
  out: Match[],
): void {
  const texts = chain.map(({ start, end }) => text.slice(start, end));
  for (const { match, pieces } of findOverSeams(texts, find)) {
    const places = pieces.map(({ index, start, end }) => {
      const base = (chain[index] as { start: number }).start;
      return { start: base + start, end: base + end };
    });
    if (places.every(({ start, end }) => isFree(start, end)))
      for (const place of places) out.push({ type: match.type, rule: match.rule, confidence: match.confidence, ...place, layer: 'pieces' });
  }
}

/** What is looked at on either side of a seam, characters; more when a word is longer. */
const NEAR = 128;
const MAX_WORD = 2048;
/** Seams that are looked at in one go. */
const MAX_SEAMS = 256;

interface Group {
  readonly stretches: SeamPiece[];
  readonly kinds: number[];
}

function trimmed(text: string, index: number): SeamPiece | undefined {
  let end = text.length;
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--;
  let start = 0;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  return start === end ? undefined : { index, start, end };
}

function tailOf(text: string, { index, start, end }: SeamPiece): SeamPiece {
  let from = Math.max(start, end - NEAR);
  while (from > start && end - from < MAX_WORD && !isBlank(text.charCodeAt(from - 1))) from--;
  return { index, start: from, end };
}

function headOf(text: string, { index, start, end }: SeamPiece): SeamPiece {
  let to = Math.min(end, start + NEAR);
  while (to < end && to - start < MAX_WORD && !isBlank(text.charCodeAt(to))) to++;
  return { index, start, end: to };
}

function addFinds(texts: readonly string[], group: Group, find: Find, finds: SeamFind[]): void {
  const before = finds.length;
  addReading(texts, group, find, finds, (kind) => (kind & SEAM.label ? ' ' : ''));
  if (finds.length > before || !group.kinds.some((kind) => kind & SEAM.digits)) return;
  // "4111 1111", "1111 1111": the space between them went with the seam.
  addReading(texts, group, find, finds, (kind) => (kind & (SEAM.label | SEAM.digits) ? ' ' : ''));
}

interface Placed extends SeamPiece {
  /** Where it stands in the joined text. */
  readonly at: number;
}

function addReading(
  texts: readonly string[],
  { stretches, kinds }: Group,
  find: Find,
  finds: SeamFind[],
  joint: (kind: number) => string,
): void {
  let joined = '';
  const placed: Placed[] = [];
  for (const [order, { index, start, end }] of stretches.entries()) {
    if (order > 0) joined += joint(kinds[order - 1] as number);
    placed.push({ index, start, end, at: joined.length });
    joined += (texts[index] as string).slice(start, end);
  }
  for (const match of find(joined)) {
    const pieces = piecesOf(match, placed);
    const isWhole = match.start === 0 && match.end === joined.length;
    if (
      pieces.length > 1 ? goesOver(match, pieces, texts, isWhole) && !isCut(match, joined, texts, placed) : isLabelled(match, placed, kinds)
    )
      finds.push({ match, pieces });
  }
}

function piecesOf(match: Match, placed: readonly Placed[]): SeamPiece[] {
  const pieces: SeamPiece[] = [];
  for (const { index, start, end, at } of placed) {
    const from = Math.max(match.start, at);
    const to = Math.min(match.end, at + end - start);
    if (from < to) pieces.push({ index, start: start + from - at, end: start + to - at });
  }
  return pieces;
}

/** What proves itself: prefixes, check digits, a whole address, a pattern of the customer. */
const PROVEN = new Set(['EMAIL', 'CREDIT_CARD', 'US_SSN', 'IBAN', 'API_KEY', 'DB_CONNECTION', 'CUSTOM']);
/** What a label makes certain, confidence. */
const LABELLED = 0.97;

function goesOver(match: Match, pieces: readonly SeamPiece[], texts: readonly string[], isWhole: boolean): boolean {
  if (!PROVEN.has(match.type)) return false;
  // Some of a list of numbers pass the check of a card together by chance.
  const isDigits = match.type === 'CREDIT_CARD' || match.type === 'US_SSN';
  return !isDigits || isWhole || match.confidence >= LABELLED || !pieces.every(({ index }) => isNumberAlone(texts[index] as string));
}

/** Does it begin or end where a word was cut? Then it is something longer. */
function isCut({ start, end }: Match, joined: string, texts: readonly string[], placed: readonly Placed[]): boolean {
  const first = placed[0] as Placed;
  const last = placed[placed.length - 1] as Placed;
  const before = (texts[first.index] as string).charCodeAt(first.start - 1);
  const after = (texts[last.index] as string).charCodeAt(last.end);
  return (start === 0 && first.start > 0 && !isBlank(before)) || (end === joined.length && !Number.isNaN(after) && !isBlank(after));
}

/** "The password is:", "hunter2": the label ends one text, the value begins the next. */
function isLabelled(match: Match, placed: readonly Placed[], kinds: readonly number[]): boolean {
  if (!OF_LABEL.has(match.type)) return false;
  return placed.some(({ at }, order) => order > 0 && (kinds[order - 1] as number) & SEAM.label && Math.abs(match.start - at) <= MAX_QUOTE);
}

const OF_LABEL = new Set(['PASSWORD', 'API_KEY', 'US_SSN', 'CREDIT_CARD', 'NATIONAL_ID', 'BANK_ACCOUNT', 'DB_CONNECTION']);
/** Signs before a value: a quote, a bracket. */
const MAX_QUOTE = 2;
