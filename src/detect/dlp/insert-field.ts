// Values of SQL that their column names: INSERT with a list of columns, INSERT without one (named by the CREATE TABLE beside it, else told by the
// values themselves, see guessed-field.ts), COPY … FROM stdin. Finds ranges only. Linear in the text.
import { isBlank } from './character.ts';
import { addGuessedFields } from './guessed-field.ts';
import { classifyKey } from './key-class.ts';
import { type Cell, trimmed } from './text-cell.ts';
import type { Field, Group } from './view.ts';

const INSERT = /\b(?:insert|replace)\s{1,4}(?:ignore\s{1,4})?into\s{1,4}([\w."`[\]]{1,80})\s{0,4}(?:\(([^()]{2,1000})\)\s{0,4})?values\b/gi;

/** INSERT INTO t (name, phone) VALUES ('…', '…'), (…): the column list names the values of every row. */
export function addInserts(fields: Field[], text: string, base: number, parent: Group): void {
  if (!holdsTuple(text) || !/(?:insert|replace)\s/i.test(text)) return;
  let tables: ReadonlyMap<string, Columns> | undefined;
  let done = 0;
  for (const found of text.matchAll(INSERT)) {
    if (found.index < done) continue;
    if (found[2] === undefined) tables ??= tablesOf(text);
    const columns = found[2] === undefined ? tables?.get(bare(found[1] as string)) : columnsOf(namesIn(found[2]));
    let at = found.index + found[0].length;
    while (at < text.length) {
      const open = /^[\s,]{0,40}\(/.exec(text.slice(at, at + 42));
      if (open === null) break;
      const tuple = cellsOf(text, at + open[0].length);
      if (columns !== undefined && columns.names.length >= tuple.cells.length) addNamed(fields, tuple.cells, base, columns, parent);
      else addGuessedFields(fields, text, tuple.cells, base, parent);
      at = tuple.end;
    }
    done = at;
  }
}

/** Does a bracket open behind a word that ends as "values" does? Most brackets stand behind something else. */
function holdsTuple(text: string): boolean {
  for (let open = text.indexOf('('); open >= 0; open = text.indexOf('(', open + 1)) {
    let at = open - 1;
    while (at >= 0 && open - at <= MAX_TUPLE_GAP && (isBlank(text.charCodeAt(at)) || text.charCodeAt(at) === 0x2c)) at--;
    if (at >= 0 && (text.charCodeAt(at) | 0x20) === 0x73) return true;
  }
  return false;
}

const MAX_TUPLE_GAP = 40;

/** What is known of the columns once, however many rows there are. */
interface Columns {
  names: readonly string[];
  bits: readonly number[];
  /** Of all of them together. */
  all: number;
}

function columnsOf(names: readonly string[]): Columns {
  const bits = names.map(classifyKey);
  return { names, bits, all: bits.reduce((all, one) => all | one, 0) };
}

function namesIn(list: string): string[] {
  return list.split(',').map((name) => name.replace(/["`[\]\s]/g, ''));
}

const CREATE = /\bcreate\s{1,4}(?:temp(?:orary)?\s{1,4})?table\s{1,4}(?:if\s{1,4}not\s{1,4}exists\s{1,4})?([\w."`[\]]{1,80})\s{0,4}\(/gi;
const MAX_TABLE_CHARS = 4000;
const CONSTRAINT = /^(?:primary|foreign|unique|key|constraint|check|index|fulltext|exclude)\b/i;

/** The columns of the tables that the same text creates. */
function tablesOf(text: string): Map<string, Columns> {
  const tables = new Map<string, Columns>();
  let done = 0;
  for (const found of text.matchAll(CREATE)) {
    if (found.index < done) continue;
    const from = found.index + found[0].length;
    const { parts, end } = partsOf(text, from);
    const names = parts.map((part) => /^\s{0,20}["`[]?([\w$]{1,64})/.exec(part)?.[1]).filter((name) => name !== undefined);
    tables.set(bare(found[1] as string), columnsOf(names.filter((name) => !CONSTRAINT.test(name))));
    done = end;
  }
  return tables;
}

function bare(table: string): string {
  return table
    .replace(/["`[\]]/g, '')
    .toLowerCase()
    .replace(/^.*\./, '');
}

/** What stands between the commas of one pair of brackets. */
function partsOf(text: string, from: number): { parts: string[]; end: number } {
  const parts: string[] = [];
  let depth = 0;
  let start = from;
  const limit = Math.min(text.length, from + MAX_TABLE_CHARS);
  for (let at = from; at < limit; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x28) depth++;
    else if (code === 0x29 && depth-- === 0) return { parts: [...parts, text.slice(start, at)], end: at };
    else if (code === 0x2c && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return { parts, end: limit };
}

function cellsOf(text: string, from: number): { cells: Cell[]; end: number } {
  const cells: Cell[] = [];
  let cell = from;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (quoted && code === 0x5c) at++;
    else if (code === 0x27) quoted = !quoted;
    if (quoted || (code !== 0x2c && code !== 0x29)) continue;
    cells.push(trimmed(text, cell, at));
    cell = at + 1;
    if (code === 0x29) return { cells, end: at + 1 };
  }
  return { cells, end: text.length };
}

function addNamed(fields: Field[], cells: readonly Cell[], base: number, columns: Columns, parent: Group): void {
  const { names, bits, all } = columns;
  if (all === 0) return;
  const group: Group = { bits: all, own: 0, parent, key: undefined };
  cells.forEach(({ start, end }, column) => {
    if (bits[column] && end > start)
      fields.push({ start: base + start, end: base + end, bits: bits[column] as number, key: names[column] as string, group });
  });
}

export const COPY = /\bcopy\s{1,4}[\w."]{1,80}\s{0,4}\(([^()]{2,1000})\)\s{1,4}from\s{1,4}stdin[^\n]{0,80}\n/gi;
