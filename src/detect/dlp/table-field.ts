// Tables in text: CSV with comma, semicolon or tab, pipes (markdown, psql), columns set apart by two spaces. A header line whose cells are known
// keys names the cells below it. Linear in the text.
import { classifyKey, KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

const MAX_HEADER_CHARS = 1000;
const MAX_COLUMNS = 64;

interface Cell {
  start: number;
  end: number;
}

const INSERT = /\binsert\s{1,4}into\s{1,4}[\w."`[\]]{1,80}\s{0,4}\(([^()]{2,1000})\)\s{0,4}values\b/gi;

/** INSERT INTO t (name, phone) VALUES ('…', '…'), (…): the column list names the values of every row. */
function addInserts(fields: Field[], text: string, base: number, parent: Group): void {
  if (!text.includes('(') || !/insert\s/i.test(text)) return;
  for (const found of text.matchAll(INSERT)) {
    const names = (found[1] as string).split(',').map((name) => name.replace(/["`[\]\s]/g, ''));
    const bits = names.map(classifyKey);
    let at = found.index + found[0].length;
    while (at < text.length) {
      const open = /^[\s,]{0,40}\(/.exec(text.slice(at, at + 42));
      if (open === null) break;
      at = addTuple(fields, text, at + open[0].length, base, names, bits, parent);
    }
  }
}

function addTuple(
  fields: Field[],
  text: string,
  from: number,
  base: number,
  names: readonly string[],
  bits: readonly number[],
  parent: Group,
): number {
  const group: Group = { bits: bits.reduce((all, one) => all | one, 0), own: 0, parent, key: undefined };
  let cell = from;
  let quoted = false;
  let column = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x27) quoted = !quoted;
    if (quoted || (code !== 0x2c && code !== 0x29)) continue;
    const { start, end } = trimmed(text, cell, at);
    if (bits[column] && end > start)
      fields.push({ start: base + start, end: base + end, bits: bits[column] as number, key: names[column] as string, group });
    column++;
    cell = at + 1;
    if (code === 0x29) return at + 1;
  }
  return text.length;
}

const COPY = /\bcopy\s{1,4}[\w."]{1,80}\s{0,4}\(([^()]{2,1000})\)\s{1,4}from\s{1,4}stdin[^\n]{0,80}\n/gi;

/** COPY t (name, phone) FROM stdin; and rows parted by tabs. */
function addCopies(fields: Field[], text: string, base: number, parent: Group): void {
  if (!/copy\s/i.test(text)) return;
  for (const found of text.matchAll(COPY)) {
    const names = (found[1] as string).split(',').map((name) => name.replace(/["\s]/g, ''));
    const header: Header = { delimiter: '\t', bits: names.map(classifyKey), names, starts: [] };
    addRows(fields, text, found.index + found[0].length, base, header, parent);
  }
}

/** True when most of the text is one table: there are no other pairs to look for. */
export function addTableFields(fields: Field[], text: string, base: number, parent: Group): boolean {
  addInserts(fields, text, base, parent);
  if (!text.includes('\n')) return false;
  addCopies(fields, text, base, parent);
  let covered = 0;
  let lineStart = 0;
  while (lineStart < text.length) {
    const lineEnd = endOfLine(text, lineStart);
    const header = headerOf(text, lineStart, lineEnd);
    if (header === undefined) {
      lineStart = lineEnd + 1;
      continue;
    }
    const after = addRows(fields, text, lineEnd + 1, base, header, parent);
    covered += after - lineStart;
    lineStart = Math.max(after, lineEnd + 1);
  }
  return covered * 10 > text.length * 9;
}

interface Header {
  delimiter: string;
  bits: number[];
  names: string[];
  /** For columns set apart by spaces: where each begins. */
  starts: number[];
}

function headerOf(text: string, start: number, end: number): Header | undefined {
  if (end - start < 5 || end - start > MAX_HEADER_CHARS || end + 1 >= text.length) return undefined;
  const delimiter = delimiterOf(text, start, end);
  if (delimiter === undefined) return undefined;
  const line = text.slice(start, end);
  const cells = split(line, 0, line.length, delimiter);
  if (cells.length < 2 || cells.length > MAX_COLUMNS) return undefined;
  const names = cells.map((cell) => line.slice(cell.start, cell.end));
  if (!names.every((name) => name.length <= 48 && !/\d{3}/.test(name))) return undefined;
  const bits = names.map(classifyKey);
  const telling = bits.filter((bit) => (bit & ~(KEY.TECHNICAL | KEY.NUMBER | KEY.THING_ABOUT | KEY.NOT_SECRET)) !== 0).length;
  // A sentence with commas has a known word now and then; a header is made of them.
  const known = bits.filter((bit) => bit !== 0).length;
  if (telling === 0 || known * 2 < cells.length) return undefined;
  if (delimiter === ',' && names.some((name) => name.split(' ').length > 4)) return undefined;
  return { delimiter, bits, names, starts: cells.map((cell) => cell.start) };
}

/** The sign between the cells of a line that could be a header; undefined for code, pairs and prose without any. One look at each character. */
function delimiterOf(text: string, start: number, end: number): string | undefined {
  let best = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    // = @ : { } < >
    if (code === 0x3d || code === 0x40 || code === 0x3a || code === 0x7b || code === 0x7d || code === 0x3c || code === 0x3e) {
      // A markdown line of dashes may hold colons, a header none.
      return undefined;
    }
    if (code === 0x7c) best = Math.max(best, 5);
    else if (code === 0x09) best = Math.max(best, 4);
    else if (code === 0x3b) best = Math.max(best, 3);
    else if (code === 0x2c) best = Math.max(best, 2);
    else if (code === 0x20 && at > start && at + 2 < end && text.charCodeAt(at + 1) === 0x20 && text.charCodeAt(at - 1) > 0x20)
      best = Math.max(best, 1);
  }
  return DELIMITERS[best];
}

const DELIMITERS = [undefined, '  ', ',', ';', '\t', '|'];

function addRows(fields: Field[], text: string, from: number, base: number, header: Header, parent: Group): number {
  let at = from;
  const all = header.bits.reduce((bits, one) => bits | one, 0);
  while (at < text.length) {
    const end = endOfLine(text, at);
    if (/^[\s|:+=-]*$/.test(text.slice(at, Math.min(end, at + 200))) && end > at) {
      at = end + 1;
      continue;
    }
    const cells = header.delimiter === '  ' ? splitAt(text, at, end, header.starts) : split(text, at, end, header.delimiter);
    if (cells.length !== header.bits.length) break;
    const group: Group = { bits: all, own: parent.own, parent, key: undefined };
    cells.forEach((cell, column) => {
      const bits = header.bits[column] as number;
      if (bits !== 0 && cell.end > cell.start)
        fields.push({ start: base + cell.start, end: base + cell.end, bits, key: header.names[column] as string, group });
    });
    at = end + 1;
  }
  return Math.min(at, text.length);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function split(text: string, start: number, end: number, delimiter: string): Cell[] {
  const cells: Cell[] = [];
  let from = start;
  let to = end;
  if (delimiter === '|') {
    while (from < to && /[\s|]/.test(text[from] ?? '')) from++;
    while (to > from && /[\s|]/.test(text[to - 1] ?? '')) to--;
  }
  if (delimiter === '  ') return splitWide(text, from, to);
  let cell = from;
  let quoted = false;
  for (let at = from; at <= to; at++) {
    const code = text.charCodeAt(at);
    if (at < to && code === 0x22) quoted = !quoted;
    if (at < to && (quoted || code !== delimiter.charCodeAt(0))) continue;
    cells.push(trimmed(text, cell, at));
    cell = at + 1;
    if (cells.length > MAX_COLUMNS) break;
  }
  return cells;
}

function splitWide(text: string, start: number, end: number): Cell[] {
  const cells: Cell[] = [];
  const gap = / {2,}/g;
  gap.lastIndex = start;
  let from = start;
  for (let found = gap.exec(text); found !== null && found.index < end; found = gap.exec(text)) {
    if (found.index > from) cells.push(trimmed(text, from, found.index));
    from = gap.lastIndex;
  }
  if (from < end) cells.push(trimmed(text, from, end));
  return cells;
}

/** Cells of a line under a header of wide columns; a cell may be empty. */
function splitAt(text: string, start: number, end: number, starts: readonly number[]): Cell[] {
  const wide = splitWide(text, start, end);
  if (wide.length === starts.length || wide.length < 2) return wide;
  return starts.map((from, index) => trimmed(text, Math.min(start + from, end), Math.min(start + (starts[index + 1] ?? end - start), end)));
}

function trimmed(text: string, from: number, to: number): Cell {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  if (end - start >= 2 && (text[start] === '"' || text[start] === "'" || text[start] === '`') && text[end - 1] === text[start]) {
    start++;
    end--;
  }
  return { start, end };
}
