// Days as people write them. Which of them is a birthday, the key says.
import { isDay } from './check-digit.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import type { View } from './view.ts';

/** 1984-03-07, 07.03.1984, 3/7/84, 19840307. */
export function birthDate(written: string): boolean {
  const parts = written
    .trim()
    .split(/[-./\s年月日]+/)
    .filter(Boolean);
  if (parts.length === 1)
    return (
      /^\d{8}$/.test(written) &&
      (isDay(Number(written.slice(0, 4)), Number(written.slice(4, 6)), Number(written.slice(6))) ||
        isDay(Number(written.slice(4)), Number(written.slice(2, 4)), Number(written.slice(0, 2))))
    );
  if (parts.length < 3) return false;
  const [one, two, three] = parts.map(Number) as [number, number, number];
  if ((parts[0] as string).length === 4) return one > 1880 && one < 2100 && isDay(one, two, three);
  return ((three > 1880 && three < 2100) || three < 100) && (isDay(three, two, one) || isDay(three, one, two));
}

const BORN = /\b(?:born|birth(?:day|date)?|DOB|D\.O\.B\.?|geboren|née?|nacid[oa]|nacimiento|nat[oa]|nascid[oa]|nascimento|urodzon[ya])\b/iy;
const BORN_STARTS = groupOfStarts('born birth dob d.o geb né née naci nato nata nasc uro'.split(' '));
const WRITTEN = /(?:\d{1,2}(?:st|nd|rd|th|\.|º)?(?: de)? )?\p{L}{3,10}\.?(?: de)? (?:\d{1,2}(?:st|nd|rd|th)?,? )?(?:19|20)\d\d/u;

const YEAR = /(?:19|20)\d\d/;

/** "born on July 20, 1947": the places of dates written with a month behind a word of birth. */
export function writtenBirthdays({ text, starts }: View): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  eachMatch(text, starts[BORN_STARTS] as readonly number[], BORN, (word) => {
    const from = word.index + word[0].length;
    const behind = text.slice(from, from + 56);
    const date = YEAR.test(behind) ? WRITTEN.exec(behind) : null;
    if (date === null || date.index > 24 || !MONTH.test(date[0]) || !/\d{1,2}\D+\d{4}|\D\d{1,2},? \d{4}/.test(date[0])) return;
    found.push({ start: from + date.index, end: from + date.index + date[0].length });
  });
  return found;
}

const MONTH =
  /(?:jan|feb|m[aä]r|apr|a[vb]r|ma[iy]|mag|jun|giu|juin|jul|lug|juil|aug|ago|ao[uû]t|sep|set|o[kc]t|out|ott|nov|de[czs]|d[ée]c|dic|ene|fev|f[ée]v|gen|maj|kwi|lut|sty|cze|lip|sie|wrz|pa[zź]|lis|gru|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)/i;

export function isWrittenDate(value: string): boolean {
  if (birthDate(value.replace(/T.*$/, ''))) return true;
  return MONTH.test(value) && /\b\d{1,2}\b/.test(value) && /(?:19|20)\d\d/.test(value) && value.length <= 30;
}
