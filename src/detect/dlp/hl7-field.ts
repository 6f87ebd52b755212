// Messages of hospitals (HL7 version 2): segments of a line each, values between bars by their place. Only the segments and places that hold
// something of a person. Finds ranges only; linear in the text.
import { KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

/** Segment → place of the value → what it is. Counted as the standard counts them: the name of the segment is 0. */
const PLACES: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  PID: {
    5: KEY.PERSON,
    6: KEY.PERSON,
    7: KEY.BIRTH,
    9: KEY.PERSON,
    11: KEY.ADDRESS,
    13: KEY.PHONE,
    14: KEY.PHONE,
    19: KEY.SSN,
    20: KEY.NATIONAL_ID,
  },
  NK1: { 2: KEY.PERSON, 4: KEY.ADDRESS, 5: KEY.PHONE, 6: KEY.PHONE, 16: KEY.BIRTH, 37: KEY.SSN },
  GT1: { 3: KEY.PERSON, 5: KEY.ADDRESS, 6: KEY.PHONE, 7: KEY.PHONE, 8: KEY.BIRTH, 12: KEY.SSN },
  IN1: { 16: KEY.PERSON, 18: KEY.BIRTH, 19: KEY.ADDRESS },
};
/** A doctor among the values: number, family name, given name. */
const DOCTORS: Readonly<Record<string, readonly number[]>> = { PV1: [7, 8, 9, 17], ORC: [12], OBR: [16], PD1: [4] };
const MAX_PLACES = 60;
const SEGMENT = /^(PID|NK1|GT1|IN1|PV1|ORC|OBR|PD1)\|[^\n\r]*/gm;

export function addHl7Fields(fields: Field[], text: string, base: number, parent: Group): void {
  if (!text.includes('|^~\\&') && !/^(?:PID|PV1|NK1|GT1|IN1|ORC|OBR|PD1)\|[^\n]*\|/m.test(text)) return;
  const group: Group = { bits: KEY.PERSON | KEY.BIRTH, own: KEY.PERSON_ABOUT, parent, key: undefined };
  for (const found of text.matchAll(SEGMENT)) {
    const name = found[1] as string;
    const line = found[0];
    let from = 0;
    for (let place = 0; place < MAX_PLACES && from <= line.length; place++) {
      const bar = line.indexOf('|', from);
      const to = bar < 0 ? line.length : bar;
      const bits = PLACES[name]?.[place] ?? (DOCTORS[name]?.includes(place) ? KEY.PERSON : 0);
      if (bits !== 0 && to > from) addValue(fields, line.slice(from, to), base + found.index + from, bits, name in DOCTORS, group);
      from = to + 1;
    }
  }
}

/** Repetitions are parted by "~", the parts of a value by "^". */
function addValue(fields: Field[], value: string, at: number, bits: number, isDoctor: boolean, group: Group): void {
  let from = at;
  for (const one of value.split('~', MAX_REPEATED)) {
    addOne(fields, one, from, bits, isDoctor, group);
    from += one.length + 1;
  }
}

const MAX_REPEATED = 20;

function addOne(fields: Field[], value: string, at: number, bits: number, isDoctor: boolean, group: Group): void {
  let start = at;
  for (const [index, part] of value.split('^').entries()) {
    const isName = isDoctor ? index === 1 || index === 2 : index < 2;
    const isWhole = bits !== KEY.PERSON && bits !== KEY.ADDRESS;
    const end = start + part.length;
    if (part.length > 1 && (bits === KEY.PERSON ? isName : isWhole && index === 0)) fields.push({ start, end, bits, key: '', group });
    start = end + 1;
  }
  if (bits !== KEY.ADDRESS || !/\d/.test(value)) return;
  let length = value.length;
  while (value[length - 1] === '^') length--;
  fields.push({ start: at, end: at + length, bits, key: '', group });
}
