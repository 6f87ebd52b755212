// Lines "Label .... value", "Label - value", "label | value" (a record of psql) and "Label → value": what other signs than a colon part.
// Finds ranges only, and only where the label is a known key. Linear in the text.
import { classifyKey, KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

const LINE = /^[ \t>*•-]{0,8}([\p{L}][\p{L}\d_ /'’()-]{1,40}?)[ \t]{0,40}(?:\.{3,80}|…|[-–—→](?=[ \t])|\|)[ \t]{0,8}(\S[^\n]{0,300})$/muy;
/** What stands in every such line; the bar parts records only. */
const PARTS = /\.{3}|…|[-–—→](?=[ \t])/g;
const BARS = /\.{3}|[…|]|[-–—→](?=[ \t])/g;
/** What must stand in the text for any such line to be there. */
const SIGNS = /\.\.\.| [-–—] |[→…]|RECORD/;
const TELLING = ~(KEY.TECHNICAL | KEY.NUMBER | KEY.THING_ABOUT | KEY.PERSON_ABOUT | KEY.NOT_SECRET | KEY.PLACE);

/** `groupAt`: the paragraph that a place belongs to. */
export function addLabelledLines(fields: Field[], text: string, base: number, groupAt: (offset: number) => Group): void {
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
