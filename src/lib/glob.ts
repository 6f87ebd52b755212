// Globs over names: `*` any run of characters, `?` one character, everything else literal. No RegExp, no way back.
// Case-sensitive; matching is over UTF-16 code units of the exact name, never over a normalised form.

export interface Glob {
  readonly source: string;
  /** True when the pattern has no wildcard: it then names exactly one thing. */
  readonly literal: boolean;
  test(name: string): boolean;
}

export function compileGlob(source: string): Glob {
  if (source === '*') return { source, literal: false, test: () => true };
  if (!/[*?]/.test(source)) return { source, literal: true, test: (name) => name === source };
  const pieces = source.split('*').map(pieceOf);
  return { source, literal: false, test: (name) => matches(pieces, name) };
}

/** What stands between two stars. */
interface Piece {
  text: string;
  /** Holds `?`: compared unit by unit. */
  open: boolean;
}

function pieceOf(text: string): Piece {
  return { text, open: text.includes('?') };
}

/**
 * The first piece at the start, the last at the end, every other at the first place after the one before: what a star skips is never looked at
 * again. INVARIANT: no name makes a pattern slow (test/scenario/attack-load.test.ts, "a glob over a long name").
 */
function matches(pieces: readonly Piece[], name: string): boolean {
  const [first] = pieces;
  const last = pieces.at(-1);
  if (first === undefined || last === undefined || !standsAt(first, name, 0)) return false;
  if (pieces.length === 1) return name.length === first.text.length;
  const end = name.length - last.text.length;
  let from = first.text.length;
  for (const piece of pieces.slice(1, -1)) {
    const at = find(piece, name, from, end);
    if (at < 0) return false;
    from = at + piece.text.length;
  }
  return from <= end && standsAt(last, name, end);
}

function find(piece: Piece, name: string, from: number, end: number): number {
  if (!piece.open) {
    const at = name.indexOf(piece.text, from);
    return at + piece.text.length <= end ? at : -1;
  }
  for (let at = from; at + piece.text.length <= end; at++) if (standsAt(piece, name, at)) return at;
  return -1;
}

function standsAt({ text, open }: Piece, name: string, at: number): boolean {
  if (at < 0 || at + text.length > name.length) return false;
  if (!open) return name.startsWith(text, at);
  for (let i = 0; i < text.length; i++) {
    const wanted = text.charCodeAt(i);
    if (wanted !== QUESTION && wanted !== name.charCodeAt(at + i)) return false;
  }
  return true;
}

const QUESTION = 63;
