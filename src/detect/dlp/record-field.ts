// Records that are told by their tags: claims and orders in X12 segments, orders in EDIFACT segments, bank statements (MT940), family trees (GEDCOM). Values by their place, of the
// tags that hold something of a person only. Finds ranges only; linear in the text.
import { KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

/** Segment → place of the element → what it is; the name of the segment is 0. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  NM1: { 3: KEY.PERSON, 4: KEY.PERSON, 5: KEY.PERSON },
  N3: { 1: KEY.ADDRESS, 2: KEY.ADDRESS },
  DMG: { 2: KEY.BIRTH },
  PER: { 2: KEY.PERSON_MAYBE, 4: KEY.PHONE, 6: KEY.PHONE, 8: KEY.PHONE },
  REF: { 2: KEY.SSN },
};
const SEGMENT = /(?<=^|[~\n\r])(NM1|N3|DMG|PER|REF)\*([^~\n\r]{1,400})/g;
const IS_CLAIM = /(?:^|[~\n\r])(?:ISA|ST|NM1|PER|DMG)\*[^~\n\r]{1,200}(?:~|\r?\n|$)/;
const MAX_ELEMENTS = 12;

export function addRecordFields(fields: Field[], text: string, base: number, parent: Group): void {
  if (text.includes('*') && IS_CLAIM.test(text)) addSegments(fields, text, base, parent);
  if (text.includes('NAD+') && IS_EDIFACT.test(text)) addParties(fields, text, base, parent);
  if (text.includes(':86:')) addStatements(fields, text, base, parent);
  if (text.includes('@ INDI')) addFamilies(fields, text, base, parent);
}

/** Parties of an EDIFACT message, whom to ask for, and how to reach them. A plus parts elements, a question mark takes the sense out of a sign. */
const PARTY = /(?<=^|['\n\r])(NAD|CTA|COM)\+((?:\?.|[^'?\n\r]){1,400})/g;
const IS_EDIFACT = /(?:^|['\n\r])UN[ABH]\+?[^\n\r]{4,200}'/;
/** Of a party: name and address as text, name, street. */
const OF_PARTY: Readonly<Record<number, number>> = { 2: KEY.PERSON_MAYBE, 3: KEY.PERSON_MAYBE, 4: KEY.ADDRESS };

function addParties(fields: Field[], text: string, base: number, parent: Group): void {
  const group = personGroup(parent, KEY.PERSON);
  for (const found of text.matchAll(PARTY)) {
    const [whole, name, rest] = found as unknown as [string, string, string];
    let start = base + found.index + whole.length - rest.length;
    const push = (from: number, value: string, bits: number): void => {
      if (value.length > 1) fields.push({ start: from, end: from + value.length, bits, key: '', group });
    };
    for (const [index, element] of rest.split(/(?<!\?)\+/, MAX_ELEMENTS).entries()) {
      const parts = element.split(':');
      if (name === 'COM' && /^(?:TE|FX|AL)$/.test(parts[1] ?? '')) push(start, parts[0] as string, KEY.PHONE);
      if (name === 'CTA' && index === 1) push(start + (parts[0] as string).length + 1, parts[1] ?? '', KEY.PERSON_MAYBE);
      if (name === 'NAD') push(start, parts[0] as string, OF_PARTY[index] ?? 0);
      start += element.length + 1;
    }
  }
}

function personGroup(parent: Group, bits: number): Group {
  return { bits, own: KEY.PERSON_ABOUT, parent, key: undefined };
}

function addSegments(fields: Field[], text: string, base: number, parent: Group): void {
  const group = personGroup(parent, KEY.PERSON);
  for (const found of text.matchAll(SEGMENT)) {
    const [whole, name, rest] = found as unknown as [string, string, string];
    // A firm has a name too; most references are none of a person.
    if ((name === 'NM1' && !/^[^*]*\*1\*/.test(rest)) || (name === 'REF' && !rest.startsWith('SY*'))) continue;
    let start = found.index + whole.length - rest.length;
    const elements = rest.split('*', MAX_ELEMENTS);
    for (const [index, element] of elements.entries()) {
      // "34" says that the number behind it is one of social security.
      const bits = name === 'NM1' && index === 8 && elements[7] === '34' ? KEY.SSN : (ELEMENTS[name]?.[index + 1] ?? 0);
      if (bits !== 0 && element.length > 1) fields.push({ start: base + start, end: base + start + element.length, bits, key: '', group });
      start += element.length + 1;
    }
  }
}

/** `?31` the account of the other side, `?32`, `?33` its name. */
const SUBFIELD = /\?(3[1-3])([^?\n\r]{2,80})/g;
const STATEMENT = /(?:^|\n):86:((?:[^\n]|\n(?![:-]))*)/g;

function addStatements(fields: Field[], text: string, base: number, parent: Group): void {
  for (const found of text.matchAll(STATEMENT)) {
    const body = found[1] as string;
    const from = found.index + found[0].length - body.length;
    const group = personGroup(parent, KEY.IBAN);
    for (const part of body.matchAll(SUBFIELD)) {
      const start = from + part.index + 3;
      const bits = part[1] === '31' ? KEY.IBAN | KEY.ACCOUNT : KEY.PERSON_MAYBE;
      fields.push({ start: base + start, end: base + start + (part[2] as string).trimEnd().length, bits, key: '', group });
    }
  }
}

const FAMILY_LINE =
  /^[ \t]{0,8}\d{1,2} (?:@[^@\n]{1,20}@ )?(INDI|FAM|NAME|GIVN|SURN|NICK|BIRT|DEAT|DATE|PHON|EMAIL|ADDR)\b[ \t]?([^\n\r]{0,120})/gm;

function addFamilies(fields: Field[], text: string, base: number, parent: Group): void {
  let group = personGroup(parent, KEY.PERSON);
  let event = '';
  for (const found of text.matchAll(FAMILY_LINE)) {
    const [whole, tag, value] = found as unknown as [string, string, string];
    if (tag === 'INDI') group = personGroup(parent, KEY.PERSON);
    if (tag !== 'DATE') event = tag;
    const start = base + found.index + whole.length - value.length;
    const end = start + value.trimEnd().length;
    if (tag === 'NAME') addPersonal(fields, value, start, group);
    else if (end > start) {
      const bits = tag === 'DATE' && event === 'BIRT' ? KEY.BIRTH : (OF_TAG[tag] ?? 0);
      if (bits !== 0) fields.push({ start, end, bits, key: '', group });
    }
  }
}

const OF_TAG: Readonly<Record<string, number>> = {
  GIVN: KEY.PERSON,
  SURN: KEY.PERSON,
  NICK: KEY.PERSON,
  PHON: KEY.PHONE,
  ADDR: KEY.ADDRESS,
};

/** `Ann Marie /Lee/`: the family name between strokes. */
function addPersonal(fields: Field[], value: string, start: number, group: Group): void {
  const family = /\/([^/]{2,60})\//.exec(value);
  const given = (family === null ? value : value.slice(0, family.index)).trimEnd();
  if (given.length > 1) fields.push({ start, end: start + given.length, bits: KEY.PERSON, key: '', group });
  if (family !== null) {
    const from = start + family.index + 1;
    fields.push({ start: from, end: from + (family[1] as string).length, bits: KEY.PERSON, key: '', group });
  }
}
