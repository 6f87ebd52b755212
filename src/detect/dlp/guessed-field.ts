// Rows that nothing names: INSERT without columns, CSV without a header. A row that holds an e-mail address, a telephone or a card describes a person,
// so a cell beside it that is shaped like a name is one; what each value is follows from its shape alone. Finds ranges only.
import { digitsOf } from './character.ts';
import { KEY } from './key-class.ts';
import { nameList } from './name-list.ts';
import { isInternational, isNational } from './phone-number.ts';
import { type Cell, trimmed } from './text-cell.ts';
import type { Field, Group } from './view.ts';

const MAIL = /^[\w.+'-]{1,64}@([\w-]{1,63}\.)+[\p{L}\d-]{2,24}$/u;
const NAME =
  /^\p{L}[\p{L}\p{M}'’.-]{0,30}(?: \p{L}[\p{L}\p{M}'’.-]{0,30}){1,4}$|^[\p{Script=Han}\p{Script=Hangul}\p{Script=Katakana}]{2,6}$/u;
const ONE_WORD = /^\p{Lu}[\p{L}\p{M}'’-]{1,30}$/u;
/** Groups of digits as people dial them, at home or abroad. */
const DIALLED = /^\+?[\d(][\d ()./-]{6,20}\d$/;

/** Marks the cells of one row. False when nothing in it speaks of a person. */
export function addGuessedFields(fields: Field[], text: string, cells: readonly Cell[], base: number, parent: Group): boolean {
  const values = cells.map(({ start, end }) => (end - start <= MAX_CELL_CHARS ? text.slice(start, end) : ''));
  const mail = values.find((value) => value.includes('@') && MAIL.test(value));
  const bits = values.map((value) =>
    value === mail ? KEY.EMAIL : isDialled(value, mail !== undefined) ? KEY.PHONE : BORN.test(value) ? KEY.BIRTH : 0,
  );
  if (mail === undefined && !bits.includes(KEY.PHONE)) return false;
  const group: Group = { bits: mail === undefined ? KEY.PHONE : KEY.EMAIL, own: 0, parent, key: undefined };
  const login = mail === undefined ? '' : plain(mail.slice(0, mail.indexOf('@')));
  cells.forEach(({ start, end }, index) => {
    const value = values[index] as string;
    const said = bits[index] || nameBits(value, login);
    if (said !== 0 && end > start) fields.push({ start: base + start, end: base + end, bits: said, key: '', group });
  });
  return true;
}

/** A day on which somebody is likelier to be born than a record to be written. */
const BORN = /^(?:19[3-9]\d|200\d)([-/.])\d{1,2}\1\d{1,2}$|^\d{1,2}([-/.])\d{1,2}\2(?:19[3-9]\d|200\d)$/;
const MAX_CELL_CHARS = 120;

function isDialled(value: string, besideMail: boolean): boolean {
  if (value.length < 8 || value.length > 22 || !DIALLED.test(value)) return false;
  const digits = digitsOf(value).length;
  if (digits < 8 || digits > 15 || /^\d{4}-\d\d-\d\d|^\d\d[./-]\d\d[./-]\d{4}/.test(value)) return false;
  if (value.startsWith('+')) return isInternational(value);
  return isNational(value) || (besideMail && /^\d{2,4}(?:[ -]\d{2,4}){2,4}$/.test(value));
}

/** The login of the address is made of the name, or the name is known. */
function nameBits(value: string, login: string): number {
  const list = nameList();
  if (ONE_WORD.test(value)) {
    const word = plain(value);
    const known = list.given(value) === 2 || list.family(value) === 2;
    return word.length > 2 && known && login.includes(word) ? KEY.PERSON : 0;
  }
  if (value.length > 60 || !NAME.test(value)) return 0;
  const words = value.split(' ');
  const inLogin = words.some((word) => plain(word).length > 2 && login.includes(plain(word)));
  const known = words.some((word) => list.given(word) === 2) || list.isFamilyFirst(value);
  return inLogin && known ? KEY.PERSON : inLogin || known ? KEY.PERSON_MAYBE : 0;
}

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

/** CSV without a header: each line with an address and two cells or more. */
export function addHeadlessRows(fields: Field[], text: string, base: number, parent: Group): void {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (end - start <= MAX_LINE_CHARS) {
      const cells = cellsOfLine(text, start, end);
      if (cells.length > 2) addGuessedFields(fields, text, cells, base, parent);
    }
    at = end;
  }
}

const MAX_LINE_CHARS = 600;
const MAX_CELLS = 40;

function cellsOfLine(text: string, start: number, end: number): Cell[] {
  const line = text.slice(start, end);
  const delimiter = ['\t', ';', '|', ','].find((sign) => line.includes(sign));
  if (delimiter === undefined || /["'][\w ]{1,30}["']\s*[:=]|:\/\//.test(line)) return [];
  const cells: Cell[] = [];
  let cell = start;
  let quoted = false;
  for (let at = start; at <= end && cells.length < MAX_CELLS; at++) {
    if (at < end && text[at] === '"') quoted = !quoted;
    if (at < end && (quoted || text[at] !== delimiter)) continue;
    cells.push(trimmed(text, cell, at));
    cell = at + 1;
  }
  return cells;
}
