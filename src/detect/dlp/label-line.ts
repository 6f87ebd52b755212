// Lines "Label .... value", "Label - value", "label | value" (a record of psql) and "Label → value": what other signs than a colon part.
// Finds ranges only, and only where the label is a known key. Linear in the text.
import { classifyKey, KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

const LINE = /^[ \t>*•-]{0,8}([\p{L}][\p{L}\d_ /'’().-]{1,40}?)[ \t]{0,40}(?:\.{3,80}|…|[-–—→](?=[ \t])|\|)[ \t]{0,8}(\S[^\n]{0,300})$/muy;
/** What stands in every such line; the bar parts records only. */
const PARTS = /\.{3}|…|[-–—→](?=[ \t])/g;
const BARS = /\.{3}|[…|]|[-–—→](?=[ \t])/g;
/** What must stand in the text for any such line to be there. */
const SIGNS = /\.\.\.| [-–—] |[→…]|RECORD/;
const TELLING = ~(KEY.TECHNICAL | KEY.NUMBER | KEY.THING_ABOUT | KEY.PERSON_ABOUT | KEY.NOT_SECRET | KEY.PLACE);

/** `groupAt`: the paragraph that a place belongs to. */
export function addLabelledLines(fields: Field[], text: string, base: number, groupAt: (offset: number) => Group): void {
  addWideLines(fields, text, base, groupAt);
  if (!SIGNS.test(text)) return;
  const isRecord = text.includes('-[ RECORD');
  const parts = isRecord ? BARS : PARTS;
  parts.lastIndex = 0;
  for (let part = parts.exec(text); part !== null; part = parts.exec(text)) {
    const next = text.indexOf('\n', part.index);
    parts.lastIndex = next < 0 ? text.length : next;
    LINE.lastIndex = text.lastIndexOf('\n', part.index) + 1;
    const found = LINE.exec(text);
    if (found === null) continue;
    const [line, label, value] = found as unknown as [string, string, string];
    const sign = line.slice(line.indexOf(label) + label.length, line.length - value.length);
    if (sign.includes('|') && !isRecord) continue;
    const bits = classifyKey(label.trim());
    if ((bits & TELLING) === 0) continue;
    const group = groupAt(found.index);
    group.bits |= bits;
    const end = found.index + line.trimEnd().length;
    fields.push({ start: base + found.index + line.length - value.length, end: base + end, bits, key: label.trim(), group });
  }
}

const WIDE_LABEL = /^[ \t]{0,8}(\p{L}[\p{L}\d_ /'’().-]{1,40})$/u;
const MAX_WIDE_LABEL = 48;

/** "Daytime phone    01952 555 018": a label and its value, set apart by blanks, and nothing else in the line. */
function addWideLines(fields: Field[], text: string, base: number, groupAt: (offset: number) => Group): void {
  for (let at = text.indexOf('  '); at >= 0; at = text.indexOf('  ', at)) {
    const gap = at;
    while (text.charCodeAt(at) === 0x20) at++;
    const before = text.charCodeAt(gap - 1);
    // Most lines begin with blanks.
    if (gap === 0 || before <= 0x20 || text.charCodeAt(at) <= 0x20 || at >= text.length) continue;
    let start = gap;
    while (start > 0 && gap - start <= MAX_WIDE_LABEL && text.charCodeAt(start - 1) !== 0x0a) start--;
    const label = gap - start > MAX_WIDE_LABEL ? undefined : WIDE_LABEL.exec(text.slice(start, gap))?.[1];
    // " PASS  src/login.test.ts"
    if (label === undefined || label === 'PASS') continue;
    const stop = text.indexOf('\n', at);
    const line = text.slice(at, Math.min(stop < 0 ? text.length : stop, at + MAX_WIDE_VALUE)).trimEnd();
    const bits = /\s{2}/.test(line) ? 0 : classifyKey(label);
    if ((bits & TELLING) === 0) continue;
    const group = groupAt(start);
    group.bits |= bits;
    fields.push({ start: base + at, end: base + at + line.length, bits, key: label, group });
    at += line.length;
  }
}

const MAX_WIDE_VALUE = 300;
