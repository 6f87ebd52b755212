// Turns a document into a view: JSON (also JSON inside JSON strings, JSON lines, JSON cut off in the middle) into its values under their keys,
// any other text into lines, tables and mark-up (text-field.ts). One pass; never recurses deeper than MAX_LAYERS.
import { addCookieFields, type Flag, flagOf, isCookie, isOption } from './header-pair.ts';
import {
  backslashFrom,
  headerNames,
  isNumber,
  isPlainMember,
  isPrivatePart,
  isStop,
  type Reader,
  readerOf,
  readString,
  skipSpace,
  startsNumber,
} from './json-reader.ts';
import { classifyKey, KEY } from './key-class.ts';
import { type Mapped, MappedBuilder, rawEnd, unmapped } from './mapped-text.ts';
import { ADDRESS_LINES, COLUMN_LISTS, LABELLED, LABELS, MADE_IN, MAKES_SECRETS, NAME_PARTS, WRAPPERS } from './member-name.ts';
import { MAX_NUMBER_CHARS, MAX_NUMBERS, type Piece, PieceRuns } from './piece.ts';
import { firstMark, isMarked, toPlainText } from './plain-text.ts';
import { addTextFields } from './text-field.ts';
import { surveyOf } from './text-survey.ts';
import type { Field, Group, View } from './view.ts';

/** JSON in JSON strings, encodings in encodings. */
const MAX_LAYERS = 6;
const MAX_DEPTH = 200;

/** Between two values: nothing that goes on over a line goes on over this. */
const LEAF_END = '\n\n';

interface Flattening {
  readonly out: MappedBuilder;
  readonly fields: Field[];
  /** Something in the document is encoded or disguised; otherwise no part of it is looked at again. */
  readonly marked: boolean;
  /** Nothing of the kind stands before this place of it. */
  readonly markedFrom: number;
  readonly pieces: PieceRuns;
}

/** `bits` and `key`: what is known of the whole text from outside, e.g. the key it stood under in structured content. */
export function flatten(raw: string, key = '', bits = 0): View {
  const mark = firstMark(raw, 0);
  const flat: Flattening = {
    out: new MappedBuilder(),
    fields: [],
    marked: mark >= 0,
    markedFrom: mark < 0 ? raw.length : mark,
    pieces: new PieceRuns(),
  };
  const group: Group = { bits, own: bits, parent: undefined, key: undefined };
  addText(flat, unmapped(raw), key, bits, group, 0);
  const plain = flat.out.build();
  if (!isInOrder(flat.fields)) flat.fields.sort(byPlace);
  return {
    plain,
    text: plain.text,
    fields: flat.fields,
    ...surveyOf(plain.text),
    pieces: flat.pieces.done(),
    chains: flat.pieces.chains(),
  };
}

function byPlace(one: Field, other: Field): number {
  return one.start - other.start || other.end - one.end;
}

/** As most are found. */
function isInOrder(fields: readonly Field[]): boolean {
  for (let index = 1; index < fields.length; index++) if (byPlace(fields[index - 1] as Field, fields[index] as Field) > 0) return false;
  return true;
}

/** One text (the document, or a string in it), with what its key says. */
function addText(flat: Flattening, given: Mapped, key: string, bits: number, group: Group, layer: number): void {
  if (given.text.length > BINARY_CHARS && isBinary(given.text)) return;
  if (layer < MAX_LAYERS && startsLikeJson(given.text) && addJson(flat, given, bits, group, layer)) return;
  // What was escaped may be marked where the document is not.
  const plain = flat.marked || layer > 0 ? toPlainText(given, layer === 0 ? flat.markedFrom : 0) : given;
  if (plain !== given && layer < MAX_LAYERS && startsLikeJson(plain.text) && addJson(flat, plain, bits, group, layer)) return;
  const start = flat.out.length;
  flat.out.addSlice(plain, 0, plain.text.length);
  const end = flat.out.length;
  if (layer > 0) flat.pieces.add(key, plain.text, start);
  if (bits !== 0 && end > start) flat.fields.push({ start, end, bits, key, group });
  if (isCookie(key)) addCookieFields(flat.fields, plain.text, start, group);
  if (end - start > MIN_FIELD_TEXT) addTextFields(flat.fields, plain.text, start, group);
  flat.out.add(LEAF_END, rawEnd(plain, plain.text.length), rawEnd(plain, plain.text.length));
}

/** Longer strings of nothing but base64 that do not decode to a text are pictures and archives: there is nothing to find in them. */
const BINARY_CHARS = 1024;
/** To its last character: what stands behind a picture is read. */
const BASE64 = /^(?:[A-Za-z0-9+/]{1024,}|[A-Za-z0-9_-]{1024,})={0,2}$/;

function isBinary(text: string): boolean {
  if (!BASE64.test(text)) return false;
  const head = Buffer.from(text.slice(0, 64), 'base64');
  return head.some((byte) => byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09);
}

/** Shorter texts hold no "key: value". */
const MIN_FIELD_TEXT = 5;

function startsLikeJson(text: string): boolean {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  const code = text.charCodeAt(at);
  if (code !== 0x7b && code !== 0x5b && code !== 0x22) return false;
  at++;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  const next = text.charCodeAt(at);
  // "[default]" opens a section of a file, "{{" a template.
  return code === 0x7b ? next === 0x22 || next === 0x7d : code === 0x5b ? /["{[\d\-\]tfn]/.test(text[at] ?? '') : /^\s*"[[{]/.test(text);
}

/** False (and nothing added) when the text turns out not to be JSON before its first value. */
function addJson(flat: Flattening, map: Mapped, bits: number, group: Group, layer: number): boolean {
  const reader = readerOf(map);
  let values = 0;
  while (true) {
    skipSpace(reader);
    if (reader.at >= reader.text.length) return true;
    const before = reader.at;
    // "[1] 4111 1111 …": a number behind a value is text.
    if (values > 0 && startsNumber(reader)) {
      addRest(flat, reader, group);
      return true;
    }
    if (!addValue(flat, reader, '', bits, group, layer)) {
      if (values === 0 && reader.at === before) return false;
      addRest(flat, reader, group);
      return true;
    }
    values++;
    skipSpace(reader);
    if (reader.text.charCodeAt(reader.at) === 0x2c) reader.at++;
  }
}

/** What stands behind the point where the JSON broke off is read as plain text. */
function addRest(flat: Flattening, reader: Reader, group: Group): void {
  const rest = new MappedBuilder();
  rest.addSlice(reader.map, reader.at, reader.text.length);
  const plain = toPlainText(rest.build());
  const start = flat.out.length;
  flat.out.addSlice(plain, 0, plain.text.length);
  addTextFields(flat.fields, plain.text, start, group);
}

function addValue(flat: Flattening, reader: Reader, key: string, bits: number, group: Group, layer: number): boolean {
  const code = reader.text.charCodeAt(reader.at);
  if (code === 0x22) {
    if (reader.copiedFrom >= 0 && addPlainString(flat, reader, key, bits, group)) return true;
    const piece = readString(reader);
    if (piece === undefined) return false;
    addText(flat, piece, key, bits, group, layer + 1);
    return true;
  }
  if (code === 0x7b) return addObject(flat, reader, key, bits, group, layer);
  if (code === 0x5b) return addArray(flat, reader, key, bits, group, layer);
  return addLiteral(flat, reader, key, bits, group);
}

/** The common case, without a detour: a string without escapes and disguises that holds no JSON. */
function addPlainString(flat: Flattening, reader: Reader, key: string, bits: number, group: Group): boolean {
  const { text, copiedFrom } = reader;
  const from = reader.at + 1;
  const quote = text.indexOf('"', from);
  if (quote < 0 || backslashFrom(reader, from) < quote) return false;
  const first = text.charCodeAt(from);
  if (first <= 0x22 || first === 0x7b || first === 0x5b) return false;
  const value = text.slice(from, quote);
  if (copiedFrom + quote > flat.markedFrom && isMarked(value)) return false;
  const start = flat.out.length;
  flat.out.add(value, copiedFrom + from, copiedFrom + quote);
  flat.pieces.add(key, value, start);
  if (bits !== 0 && quote > from) flat.fields.push({ start, end: start + value.length, bits, key, group });
  if (isCookie(key)) addCookieFields(flat.fields, value, start, group);
  if (value.length > MIN_FIELD_TEXT) addTextFields(flat.fields, value, start, group);
  flat.out.add(LEAF_END, copiedFrom + quote, copiedFrom + quote);
  reader.at = quote + 1;
  return true;
}

function addLiteral(flat: Flattening, reader: Reader, key: string, bits: number, group: Group): boolean {
  const { text } = reader;
  const from = reader.at;
  while (reader.at < text.length && !isStop(text.charCodeAt(reader.at))) reader.at++;
  if (reader.at === from) return false;
  const first = text.charCodeAt(from);
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) {
    if (/^(?:true|false|null|NaN|None|True|False)$/.test(text.slice(from, reader.at))) return true;
    // "[1] ann@…": what is no JSON is still read as text.
    reader.at = from;
    return false;
  }
  if (!isNumber(reader, from)) {
    reader.at = from;
    return false;
  }
  const start = flat.out.length;
  flat.out.addSlice(reader.map, from, reader.at);
  flat.fields.push({ start, end: flat.out.length, bits: bits === 0 ? KEY.TECHNICAL : bits, key, group });
  flat.out.addDecoded(LEAF_END, reader.map, reader.at, reader.at);
  return true;
}

function addObject(flat: Flattening, reader: Reader, key: string, bits: number, parent: Group, layer: number): boolean {
  if (++reader.depth > MAX_DEPTH) return false;
  let group: Group = { bits: 0, own: bits, parent, key: key === '' ? undefined : key };
  let label: string | undefined;
  reader.at++;
  while (true) {
    skipSpace(reader);
    const code = reader.text.charCodeAt(reader.at);
    if (code === 0x7d) {
      reader.at++;
      reader.depth--;
      return true;
    }
    if (code === 0x2c) {
      reader.at++;
      continue;
    }
    const keyAt = reader.at;
    const name = code === 0x22 ? readKey(flat, reader) : undefined;
    skipSpace(reader);
    if (name === undefined || reader.text.charCodeAt(reader.at) !== 0x3a) {
      reader.at = keyAt;
      return false;
    }
    if (mayBeValue(name)) addKeyText(flat, reader, keyAt + 1, name, group);
    reader.at++;
    skipSpace(reader);
    const wraps = WRAPPERS.has(name) && key !== '' && !(name === 'title' && isPlainMember(reader));
    if (wraps && group.bits === 0) group = parent;
    const said = wraps && bits & WRAPPED ? bits & WRAPPED : isPrivatePart(name, reader) ? KEY.TOKEN : bitsOfMember(name, bits, label);
    group.bits |= said;
    const from = reader.at;
    if (COLUMN_LISTS.has(name) && reader.text.charCodeAt(from) === 0x5b) reader.columns = headerNames(reader);
    const named = label !== undefined && isCookie(label) && LABELLED.has(name) ? label : name;
    if (!addValue(flat, reader, named, said, group, layer)) return false;
    // {"name": "API_KEY", "value": "…"}: one member says what the next one is.
    if (LABELS.has(name) && reader.at - from <= MAX_LABEL_CHARS && !MAKES_SECRETS.has(label ?? ''))
      label = reader.text.slice(from + 1, reader.at - 1);
  }
}

/** Objects keyed by e-mail address, card number or token. */
function mayBeValue(key: string): boolean {
  return key.length > 6 && (key.includes('@') || /\d{4}/.test(key) || key.length > 24);
}

/** The key as a value: its place is the text before the colon that the reader stands at. */
function addKeyText(flat: Flattening, reader: Reader, open: number, name: string, group: Group): void {
  const close = reader.text.lastIndexOf('"', reader.at - 1);
  if (close <= open) return;
  const start = flat.out.length;
  if (reader.text.slice(open, close) === name) flat.out.addSlice(reader.map, open, close);
  else flat.out.addDecoded(name, reader.map, open, close);
  flat.out.addDecoded(LEAF_END, reader.map, close, close);
  flat.fields.push({ start, end: start + name.length, bits: 0, key: '', group });
}

function readKey(flat: Flattening, reader: Reader): string | undefined {
  const from = reader.at + 1;
  const quote = reader.text.indexOf('"', from);
  if (quote >= 0 && backslashFrom(reader, from) > quote) {
    reader.at = quote + 1;
    const name = reader.text.slice(from, quote);
    return flat.marked && isMarked(name) ? toPlainText(unmapped(name)).text : name;
  }
  const piece = readString(reader);
  return piece && toPlainText(piece).text;
}

const MAX_LABEL_CHARS = 66;
/** What an object says about members whose own keys say nothing: {"card": {"number": …}}. */
const INHERITED =
  KEY.EMAIL |
  KEY.PHONE |
  KEY.SSN |
  KEY.NATIONAL_ID |
  KEY.NATIONAL_ID_MAYBE |
  KEY.BIRTH |
  KEY.CARD |
  KEY.IBAN |
  KEY.ACCOUNT |
  KEY.ROUTING |
  KEY.PASSWORD |
  KEY.TOKEN |
  KEY.CONNECTION;

const WRAPPED = KEY.PERSON | KEY.PERSON_MAYBE | KEY.ADDRESS;

function bitsOfMember(name: string, parent: number, label: string | undefined): number {
  const own = classifyKey(name);
  if (parent & (KEY.PERSON_ABOUT | KEY.PERSON | KEY.PERSON_MAYBE) && !(parent & KEY.THING_ABOUT) && NAME_PARTS.has(name)) return KEY.PERSON;
  if (parent & KEY.ADDRESS && ADDRESS_LINES.has(name)) return KEY.ADDRESS;
  if (MADE_IN.has(name) && (MAKES_SECRETS.has(label ?? '') || parent & KEY.PASSWORD)) return KEY.PASSWORD;
  if (label !== undefined && LABELLED.has(name)) {
    const said = classifyKey(label);
    if (said !== 0) return said;
  }
  if ((own & ~KEY.NUMBER) === 0 && (own !== 0 || parent & INHERITED)) return own | (parent & INHERITED);
  return own;
}

/** A list of texts has the key of the list. {"columns": […], "rows": [[…]]} is a table. */
function addArray(flat: Flattening, reader: Reader, key: string, bits: number, group: Group, layer: number): boolean {
  if (++reader.depth > MAX_DEPTH) return false;
  let columns: number[] | undefined;
  let names: string[] = [];
  let row: Group = group;
  let first = 1;
  let index = 0;
  let flag: Flag | undefined;
  let numbers: Piece[] | undefined = [];
  reader.at++;
  while (true) {
    skipSpace(reader);
    const code = reader.text.charCodeAt(reader.at);
    if (code === 0x5d) {
      reader.at++;
      reader.depth--;
      if (numbers !== undefined) flat.pieces.addNumbers(key, numbers);
      return true;
    }
    if (code === 0x2c) {
      reader.at++;
      continue;
    }
    if (index === 0 && code === 0x5b) {
      const own = headerNames(reader);
      names = reader.columns.length > 1 ? reader.columns : own;
      first = names === own ? 1 : 0;
      columns = names.some((name) => (classifyKey(name) & ~KEY.TECHNICAL) !== 0) ? names.map(classifyKey) : undefined;
    }
    if (columns !== undefined && code === 0x5b && index >= first) {
      row = { bits: columns.reduce((all, one) => all | one, 0), own: 0, parent: group, key: undefined };
      if (!addRow(flat, reader, columns, names, row, layer)) return false;
    } else {
      const from = reader.at;
      const start = flat.out.length;
      const said = flag === undefined || isOption(reader) ? undefined : flag;
      if (!addValue(flat, reader, said?.key || key, said?.bits || bits, group, layer)) return false;
      flag = flagOf(reader, from);
      if (numbers !== undefined) numbers = withNumber(numbers, reader, from, start);
    }
    index++;
  }
}

/** The numbers of the list up to here; undefined when it is no list of few and short ones. */
function withNumber(numbers: Piece[], { text, at }: Reader, from: number, start: number): Piece[] | undefined {
  const length = at - from;
  const code = text.charCodeAt(from);
  if (length > MAX_NUMBER_CHARS || code < 0x30 || code > 0x39 || numbers.length >= MAX_NUMBERS) return undefined;
  numbers.push({ start, end: start + length });
  return numbers;
}

function addRow(
  flat: Flattening,
  reader: Reader,
  columns: readonly number[],
  names: readonly string[],
  group: Group,
  layer: number,
): boolean {
  reader.at++;
  let column = 0;
  let flag: Flag | undefined;
  while (true) {
    skipSpace(reader);
    const code = reader.text.charCodeAt(reader.at);
    if (code === 0x5d) {
      reader.at++;
      return true;
    }
    if (code === 0x2c) {
      reader.at++;
      continue;
    }
    const from = reader.at;
    if (!addValue(flat, reader, flag?.key || names[column] || '', flag?.bits || columns[column] || 0, group, layer)) return false;
    flag = flagOf(reader, from);
    column++;
  }
}
