// Places of masks and tokens that stand in a text already: what is found there is not found again. INVARIANT: anybody can write what looks like one, so
// only what a mask of ours can say is left alone, and only where nothing else is taken with it (redact.test.ts). Linear in the text.
import type { Match } from './finding-kind.ts';
import { MASK } from './mask.ts';
import { tokensIn } from './token.ts';

export interface OwnPlace {
  start: number;
  end: number;
  kind: 'closed' | 'open' | 'token';
}

/** Masks and tokens, in order. */
export function ownPlaces(text: string): OwnPlace[] {
  const masks = text.includes('[redacted:') ? [...text.matchAll(MASK)].flatMap(placeOf) : [];
  const tokens = tokensIn(text).map(({ start, end }): OwnPlace => ({ start, end, kind: 'token' }));
  return [...masks, ...tokens].sort((one, other) => one.start - other.start);
}

/** Room for no value of anybody: four digits, letters with full stops, a digest that is no number. */
const CLOSED = /^(?:\.\.\.\d{4}|(?:[^.]?\.){1,3}|(?=.*[a-f])[0-9a-f]{16})$/u;
const DOMAIN = /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;

function placeOf({ 0: mask, 1: finding = '', 2: said, index: start }: RegExpMatchArray & { index: number }): OwnPlace[] {
  const end = start + mask.length;
  if (said !== undefined && CLOSED.test(said)) return [{ start, end, kind: 'closed' }];
  return said === undefined || (finding === 'pii.email' && DOMAIN.test(said)) ? [{ start, end, kind: 'open' }] : [];
}

/** Letters and signs beside masks and tokens that still belong to them: quotes, a full stop, a word of a label. */
const MAX_BESIDE = 8;

/** Is the find nothing but such places? `from`: index of the first one that ends behind its start. */
export function isOwn(match: Match, own: readonly OwnPlace[], from: number): boolean {
  let beside = match.end - match.start;
  let isTouched = false;
  for (let index = from; index < own.length; index++) {
    const place = own[index] as OwnPlace;
    if (place.start >= match.end) break;
    if (isInside(match, place)) return false;
    // `…:9f2c…]@host`: the digest read as the beginning of something.
    if (place.kind === 'closed' && match.start > place.start) return true;
    isTouched = true;
    beside -= Math.min(place.end, match.end) - Math.max(place.start, match.start);
  }
  return isTouched && beside < MAX_BESIDE;
}

/** A value that somebody put into what looks like a mask or a token. The end of a token may look like an address. */
function isInside({ start, end, type }: Match, place: OwnPlace): boolean {
  if (place.kind === 'closed' || start <= place.start) return false;
  return place.kind === 'open' ? end < place.end : end <= place.end && type !== 'EMAIL';
}
