// Globs over names: `*` any run of characters, `?` one character, everything else literal. Linear time, no RegExp.
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
  return { source, literal: false, test: (name) => matches(source, name) };
}

function matches(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let mark = 0;
  while (n < name.length) {
    const c = pattern.charCodeAt(p);
    if (p < pattern.length && c === STAR) {
      star = p++;
      mark = n;
    } else if (p < pattern.length && (c === QUESTION || c === name.charCodeAt(n))) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++mark;
    } else return false;
  }
  while (pattern.charCodeAt(p) === STAR) p++;
  return p === pattern.length;
}

const STAR = 42;
const QUESTION = 63;
