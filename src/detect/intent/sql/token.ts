// Splits SQL of any dialect into words, quoted names, strings, numbers and signs. One pass, linear time, bounded.
// What is read differently by different dialects is taken the dangerous way, or marked as doubtful; nothing is ever skipped in silence.

/** UTF-16 units of one SQL text; longer ones are not understood. */
export const MAX_SQL_CHARS = 65_536;
/** Tokens of one SQL text. */
export const MAX_SQL_TOKENS = 8_000;
/** Levels of parentheses. */
export const MAX_SQL_DEPTH = 200;

export type SqlKind = 'word' | 'quoted' | 'string' | 'number' | 'sign';

export interface SqlToken {
  kind: SqlKind;
  /** Words in lower case; strings and quoted names without their quotes. */
  text: string;
  depth: number;
}

export interface SqlText {
  tokens: SqlToken[];
  /** False: unterminated, too long, too deep, or readable in two ways. */
  clean: boolean;
}

export type SqlFamily = 'postgres' | 'mysql' | 'mssql' | 'sqlite' | 'oracle' | 'other';

interface Scan {
  readonly text: string;
  readonly family: SqlFamily;
  readonly tokens: SqlToken[];
  at: number;
  depth: number;
  clean: boolean;
  /** Inside a MySQL comment whose content is run. */
  inExecutable: boolean;
}

export function sqlTokens(text: string, family: SqlFamily): SqlText {
  const scan: Scan = { text, family, tokens: [], at: 0, depth: 0, clean: text.length <= MAX_SQL_CHARS, inExecutable: false };
  while (scan.clean && scan.at < text.length) {
    step(scan);
    if (scan.tokens.length > MAX_SQL_TOKENS || scan.depth > MAX_SQL_DEPTH || scan.depth < 0) scan.clean = false;
  }
  return { tokens: scan.tokens, clean: scan.clean && scan.depth === 0 };
}

const SPACE = /\s/;
const WORD = /[\p{L}_@$#0-9.]/u;
const WORD_START = /[\p{L}_@]/u;
const DANGER = /\b(?:drop|delete|truncate|update|insert|alter|exec|grant|into|call)\b/i;

function step(scan: Scan): void {
  const { text } = scan;
  const char = text[scan.at] as string;
  if (SPACE.test(char)) scan.at++;
  else if (char === '-' && text[scan.at + 1] === '-') dashes(scan);
  else if (char === '#' && scan.family === 'mysql') lineComment(scan);
  else if (char === '/' && text[scan.at + 1] === '*') blockComment(scan);
  else if (scan.inExecutable && char === '*' && text[scan.at + 1] === '/') {
    scan.inExecutable = false;
    scan.at += 2;
  } else if (char === "'") {
    if (!ownQuotes(scan)) string(scan, "'", scan.family === 'mysql');
  } else if (char === '"') quoted(scan, '"', scan.family === 'mysql');
  else if (char === '`') quoted(scan, '`', false);
  else if (char === '[' && bracketed(scan)) return;
  else if (char === '$' && dollar(scan)) return;
  else if (WORD_START.test(char)) word(scan);
  else if (/[0-9]/.test(char)) number(scan);
  else sign(scan, char);
}

/** MySQL reads `--1` as two signs; elsewhere it opens a comment. */
function dashes(scan: Scan): void {
  const next = scan.text[scan.at + 2];
  const spaced = next === undefined || SPACE.test(next);
  if (!spaced && scan.family === 'mysql') {
    sign(scan, '-');
    return;
  }
  const from = scan.at;
  lineComment(scan);
  if (!spaced && isOther(scan) && DANGER.test(scan.text.slice(from, scan.at))) scan.clean = false;
}

function lineComment(scan: Scan): void {
  const end = scan.text.indexOf('\n', scan.at);
  scan.at = end < 0 ? scan.text.length : end + 1;
}

/** `/*! … *\/` is code for MySQL and MariaDB, `/*+ … *\/` a hint. PostgreSQL, SQL Server and DuckDB nest comments. */
function blockComment(scan: Scan): void {
  const { text, family } = scan;
  if (
    /[!M]/.test(text[scan.at + 2] ?? '') &&
    /^(?:!|M!)/.test(text.slice(scan.at + 2, scan.at + 4)) &&
    (family === 'mysql' || isOther(scan))
  ) {
    scan.inExecutable = true;
    scan.at += text[scan.at + 2] === 'M' ? 4 : 3;
    while (/[0-9]/.test(text[scan.at] ?? '')) scan.at++;
    return;
  }
  const nests = family === 'postgres' || family === 'mssql';
  let depth = 1;
  let at = scan.at + 2;
  while (at < text.length && depth > 0) {
    if (text[at] === '*' && text[at + 1] === '/') {
      depth--;
      at += 2;
    } else if (text[at] === '/' && text[at + 1] === '*') {
      if (nests) depth++;
      // Nested for some, closed at the first end for others.
      else if (isOther(scan)) scan.clean = false;
      at += 2;
    } else at++;
  }
  if (depth > 0) scan.clean = false;
  scan.at = at;
}

/** What is read differently elsewhere is doubtful here. */
function isOther({ family }: Scan): boolean {
  return family === 'other' || family === 'oracle';
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}', '<': '>' };

/** `q'[it's]'` of Oracle ends where its own sign does. Elsewhere the string would end at the next quote: who does not know cannot say. */
function ownQuotes(scan: Scan): boolean {
  const before = scan.tokens.at(-1);
  const isOwn = isOther(scan) && before?.kind === 'word' && /^n?q$/.test(before.text) && /[qQ]/.test(scan.text[scan.at - 1] ?? '');
  if (!isOwn) return false;
  if (scan.family === 'other') {
    scan.clean = false;
    return false;
  }
  const opening = scan.text[scan.at + 1] ?? '';
  const end = opening === '' || SPACE.test(opening) ? -1 : scan.text.indexOf(`${CLOSING[opening] ?? opening}'`, scan.at + 2);
  if (end < 0) scan.clean = false;
  scan.tokens.pop();
  push(scan, 'string', scan.text.slice(scan.at + 2, end < 0 ? undefined : end));
  scan.at = end < 0 ? scan.text.length : end + 2;
  return true;
}

function string(scan: Scan, quote: string, backslash: boolean): void {
  const { text } = scan;
  const before = scan.tokens.at(-1);
  const escapes = backslash || (before?.kind === 'word' && before.text === 'e' && text[scan.at - 1]?.toLowerCase() === 'e');
  let at = scan.at + 1;
  for (;;) {
    const char = text[at];
    if (char === undefined) {
      scan.clean = false;
      break;
    }
    if (char === '\\' && escapes) at++;
    else if (char === '\\' && isOther(scan) && text[at + 1] === quote) scan.clean = false;
    else if (char === quote) {
      if (text[at + 1] !== quote) break;
      at++;
    }
    at++;
  }
  push(scan, 'string', text.slice(scan.at + 1, Math.min(at, text.length)));
  scan.at = at + 1;
}

function quoted(scan: Scan, quote: string, isString: boolean): void {
  const { text } = scan;
  let at = scan.at + 1;
  while (at < text.length && (text[at] !== quote || text[at + 1] === quote))
    at += text[at] === quote || (isString && text[at] === '\\') ? 2 : 1;
  if (at >= text.length) scan.clean = false;
  push(scan, isString ? 'string' : 'quoted', text.slice(scan.at + 1, at));
  scan.at = at + 1;
}

/** `[name]` of SQL Server and SQLite; elsewhere brackets are signs (arrays). */
function bracketed(scan: Scan): boolean {
  if (scan.family === 'postgres' || scan.family === 'mysql') return false;
  const inside = /^\[([\p{L}_][\p{L}\p{N} _.$-]{0,127})\]/u.exec(scan.text.slice(scan.at, scan.at + 132))?.[1];
  if (inside === undefined) return false;
  push(scan, 'quoted', inside);
  scan.at += inside.length + 2;
  return true;
}

/** `$tag$ … $tag$` of PostgreSQL and its kin. */
function dollar(scan: Scan): boolean {
  if (scan.family === 'mysql' || scan.family === 'mssql' || scan.family === 'oracle') return false;
  const tag = /^\$(?:[\p{L}_][\p{L}\p{N}_]{0,62})?\$/u.exec(scan.text.slice(scan.at, scan.at + 66))?.[0];
  if (!tag) return false;
  const end = scan.text.indexOf(tag, scan.at + tag.length);
  if (end < 0) scan.clean = false;
  push(scan, 'string', scan.text.slice(scan.at + tag.length, end < 0 ? undefined : end));
  scan.at = end < 0 ? scan.text.length : end + tag.length;
  return true;
}

function word(scan: Scan): void {
  let at = scan.at + 1;
  while (at < scan.text.length && WORD.test(scan.text[at] as string) && !(scan.text[at] === '#' && scan.family === 'mysql')) at++;
  push(scan, 'word', scan.text.slice(scan.at, at).toLowerCase());
  scan.at = at;
}

function number(scan: Scan): void {
  let at = scan.at + 1;
  while (at < scan.text.length && /[0-9a-fA-FxX._]/.test(scan.text[at] as string)) at++;
  push(scan, 'number', scan.text.slice(scan.at, at));
  scan.at = at;
}

function sign(scan: Scan, char: string): void {
  if (char === ')') scan.depth--;
  push(scan, 'sign', char);
  if (char === '(') scan.depth++;
  scan.at++;
}

function push(scan: Scan, kind: SqlKind, text: string): void {
  scan.tokens.push({ kind, text, depth: scan.depth });
}
