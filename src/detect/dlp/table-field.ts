// Tables in text: CSV with comma, semicolon or tab, pipes (markdown, psql), columns set apart by two spaces. A header line whose cells are known
// keys names the cells below it. Linear in the text.
import { isBlank } from './character.ts';
import { addHeadlessRows } from './guessed-field.ts';
import { addInserts, COPY } from './insert-field.ts';
import { classifyKey, KEY } from './key-class.ts';
import { type Cell, trimmed } from './text-cell.ts';
import type { Field, Group } from './view.ts';

const MAX_HEADER_CHARS = 1000;
const MAX_COLUMNS = 64;

/** COPY t (name, phone) FROM stdin; and rows parted by tabs. */
function addCopies(fields: Field[], text: string, base: number, parent: Group): void {
  if (!/copy\s/i.test(text)) return;
  let done = 0;
  for (const found of text.matchAll(COPY)) {
    if (found.index < done) continue;
    const names = (found[1] as string).split(',').map((name) => name.replace(/["\s]/g, ''));
    const header: Header = { delimiter: '\t', bits: names.map(classifyKey), names, starts: [] };
    done = addRows(fields, text, found.index + found[0].length, base, header, parent);
  }
}

/** True when most of the text is one table: there are no other pairs to look for. */
export function addTableFields(fields: Field[], text: string, base: number, parent: Group): boolean {
  addInserts(fields, text, base, parent);
  if (!text.includes('\n')) {
    addHeadlessRows(fields, text, base, parent);
    return false;
  }
  addCopies(fields, text, base, parent);
  const before = fields.length;
  let covered = 0;
  let lineStart = 0;
  let sign = -1;
  while (lineStart < text.length) {
    const lineEnd = endOfLine(text, lineStart);
    if (sign < lineStart) sign = noHeaderSign(text, lineStart);
    const header = headerOf(text, lineStart, lineEnd, sign < lineEnd);
    if (header === undefined) {
      lineStart = lineEnd + 1;
      continue;
    }
    const after = addRows(fields, text, lineEnd + 1, base, header, parent);
    covered += after - lineStart;
    lineStart = Math.max(after, lineEnd + 1);
  }
  if (fields.length === before) addHeadlessRows(fields, text, base, parent);
  return covered * 10 > text.length * 9;
}

interface Header {
  delimiter: string;
  bits: number[];
  names: string[];
  /** For columns set apart by spaces: where each begins. */
  starts: number[];
  /** Columns of names and of the values they are of. */
  pair?: { name: number; value: number } | undefined;
}

const NAME_COLUMN =
  /^(?:key|name|setting|variable|var|param|parameter|property|option|config|config[ _]key|field|attribute|env|schlüssel|clave|clé|chave|chiave)$/i;
const VALUE_COLUMN = /^(?:value|val|wert|valeur|valor|valore|waarde|current[ _]value)$/i;

/** `key,value`: each row says itself what its value is. */
function pairOf(names: readonly string[]): Header['pair'] {
  const value = names.findIndex((name) => VALUE_COLUMN.test(name));
  const name = value < 0 ? -1 : names.findIndex((one) => NAME_COLUMN.test(one));
  return name < 0 ? undefined : { name, value };
}

/** `users[2]{id,name,mail}:` above rows of that many values. */
const TOON = /^\s*[\w.-]{0,60}\[#?\d{1,7}[,|\t]?\]\{([^{}\n]{3,900})\}:\s*$/;

function headerOf(text: string, start: number, end: number, hasSign: boolean): Header | undefined {
  if (text.charCodeAt(end - 1) === 0x3a && end - start <= MAX_HEADER_CHARS) {
    const list = TOON.exec(text.slice(start, end))?.[1];
    const delimiter = ['\t', '|', ','].find((sign) => list?.includes(sign));
    if (list !== undefined && delimiter !== undefined) {
      const names = list.split(delimiter);
      return { delimiter, bits: names.map(classifyKey), names, starts: [] };
    }
  }
  if (hasSign || end - start < 5 || end - start > MAX_HEADER_CHARS || end + 1 >= text.length) return undefined;
  const delimiter = delimiterOf(text, start, end);
  // Records of psql have their names in front, line by line (label-line.ts).
  if (delimiter === undefined || (delimiter === '|' && isRecords(text))) return undefined;
  const line = text.slice(start, end);
  if (delimiter === ',' && hasLongPart(line)) return undefined;
  const cells = split(line, 0, line.length, delimiter);
  if (cells.length < 2 || cells.length > MAX_COLUMNS) return undefined;
  const names = cells.map((cell) => line.slice(cell.start, cell.end));
  if (!names.every((name) => name.length <= MAX_NAME_CHARS && !/\d{3}/.test(name))) return undefined;
  const bits = bitsOf(names);
  const telling = bits.filter((bit) => (bit & ~(KEY.TECHNICAL | KEY.NUMBER | KEY.THING_ABOUT | KEY.NOT_SECRET)) !== 0).length;
  // A sentence with commas has a known word now and then; a header is made of them.
  const known = bits.filter((bit) => bit !== 0).length;
  // Words a comma parts may be a sentence; columns set apart are columns.
  // "NI number    QQ 12 34 56 C" is a label and its value.
  if (delimiter === '  ' && names.some((name) => /\d ?\d/.test(name))) return undefined;
  const pair = pairOf(names);
  if (pair === undefined && (telling === 0 || known * (delimiter === ',' ? 2 : 3) < cells.length)) return undefined;
  // "SET PASSWORD '…';" ends a statement.
  if (delimiter === ';' && names.length === 2 && names[1] === '') return undefined;
  if (delimiter === ',' && names.some((name) => name.split(' ').length > 4)) return undefined;
  return { delimiter, bits, names, starts: cells.map((cell) => cell.start), pair };
}

const MAX_NAME_CHARS = 48;

/** A sentence with commas: between two of them stands what is too long to be the name of a column. */
function hasLongPart(line: string): boolean {
  if (line.includes('"')) return false;
  for (let from = 0; from < line.length; ) {
    const comma = line.indexOf(',', from);
    const to = comma < 0 ? line.length : comma;
    if (to - from > MAX_NAME_CHARS) {
      const { start, end } = trimmed(line, from, to);
      if (end - start > MAX_NAME_CHARS) return true;
    }
    from = to + 1;
  }
  return false;
}

const OF_PERSON = KEY.EMAIL | KEY.PHONE | KEY.ADDRESS | KEY.BIRTH | KEY.SSN | KEY.NATIONAL_ID | KEY.OF_PEOPLE;

/** FIRST, LAST: side by side, in a table of people, they are the parts of a name. */
function bitsOf(names: readonly string[]): number[] {
  const bits = names.map(classifyKey);
  const last = names.findIndex((name) => /^last$/i.test(name));
  const first = last < 0 ? -1 : names.findIndex((name) => /^first$/i.test(name));
  if (first >= 0 && Math.abs(first - last) === 1 && bits.some((one) => one & OF_PERSON)) bits[first] = bits[last] = KEY.PERSON;
  return bits;
}

/** Near the start, where such an output says so. */
function isRecords(text: string): boolean {
  return text.slice(0, 400).includes('-[ RECORD');
}

/** Signs of code and pairs; a line of dashes below a header may hold colons, a header none. */
const NO_HEADER = /[=@:{}<>]/g;

/** Where the next of them stands, from here on. */
function noHeaderSign(text: string, from: number): number {
  NO_HEADER.lastIndex = from;
  return NO_HEADER.test(text) ? NO_HEADER.lastIndex - 1 : text.length;
}

/** The sign between the cells of a line that could be a header; undefined for prose without any. One look at each character. */
function delimiterOf(text: string, start: number, end: number): string | undefined {
  let best = 0;
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x26 && text.charCodeAt(at + 1) === 0x20 && text.charCodeAt(at - 1) === 0x20 && isRowEnd(text, end)) best = 6;
    else if (code === 0x7c) best = Math.max(best, 5);
    else if (code === 0x09) best = Math.max(best, 4);
    else if (code === 0x3b) best = Math.max(best, 3);
    else if (code === 0x2c) best = Math.max(best, 2);
    else if (code === 0x20 && at > start && at + 2 < end && text.charCodeAt(at + 1) === 0x20 && text.charCodeAt(at - 1) > 0x20)
      best = Math.max(best, 1);
  }
  return DELIMITERS[best];
}

const DELIMITERS = [undefined, '  ', ',', ';', '\t', '|', '&'];

/** Rows of LaTeX end with two backslashes, perhaps with a rule behind them. */
function isRowEnd(text: string, end: number): boolean {
  return rowEnd(text, Math.max(0, end - 40), end) < end;
}

function rowEnd(text: string, start: number, end: number): number {
  const stop = text.slice(start, end).lastIndexOf('\\\\');
  return stop < 0 ? end : start + stop;
}

const RULE = /^[\s|:+=-]*$|^\s*\\(?:hline|midrule|toprule|cline\{[\d-]{1,8}\})\s*$/;

function addRows(fields: Field[], text: string, from: number, base: number, header: Header, parent: Group): number {
  let at = from;
  const all = header.bits.reduce((bits, one) => bits | one, 0);
  while (at < text.length) {
    const end = endOfLine(text, at);
    if (end > at && RULE.test(text.slice(at, Math.min(end, at + 200)))) {
      at = end + 1;
      continue;
    }
    const cells = header.delimiter === '  ' ? splitAt(text, at, end, header.starts) : split(text, at, end, header.delimiter);
    if (cells.length !== header.bits.length) break;
    const group: Group = { bits: all, own: parent.own, parent, key: undefined };
    cells.forEach((cell, column) => {
      const named = column === header.pair?.value ? (cells[header.pair.name] as Cell) : undefined;
      const key = named === undefined ? (header.names[column] as string) : text.slice(named.start, named.end);
      const bits = named === undefined ? (header.bits[column] as number) : classifyKey(key);
      if (bits !== 0 && cell.end > cell.start) fields.push({ start: base + cell.start, end: base + cell.end, bits, key, group });
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
  let to = delimiter === '&' ? rowEnd(text, start, end) : end;
  if (delimiter === '|') {
    while (from < to && isBarOrBlank(text.charCodeAt(from))) from++;
    while (to > from && isBarOrBlank(text.charCodeAt(to - 1))) to--;
  }
  if (delimiter === '  ') return splitWide(text, from, to);
  const sign = delimiter.charCodeAt(0);
  let cell = from;
  let quoted = false;
  for (let at = from; at <= to; at++) {
    if (at < to) {
      const code = text.charCodeAt(at);
      if (code === 0x22) quoted = !quoted;
      if (quoted || code !== sign) continue;
    }
    cells.push(trimmed(text, cell, at));
    cell = at + 1;
    if (cells.length > MAX_COLUMNS) break;
  }
  return cells;
}

function isBarOrBlank(code: number): boolean {
  return code === 0x7c || isBlank(code);
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
