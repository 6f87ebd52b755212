// Fields of XML and HTML: <phone>…</phone>, <td> under <th>, <dt>/<dd>, <input name= value=>, <property name="password" value="…"/>.
// One pass over the tags; nesting is followed to a bounded depth only to name the thing an element is about.
import { classifyKey, KEY } from './key-class.ts';
import type { Field, Group } from './view.ts';

const TAG = /<(\/?)([\p{L}_][\p{L}\w:.-]{0,63})(\s[^<>]{0,600}|\/)?>/gu;
const MAX_OPEN = 64;
const MAX_TEXT = 2000;

interface Open {
  name: string;
  contentStart: number;
  group: Group;
  bits: number;
  leaf: boolean;
}

interface Walk {
  readonly fields: Field[];
  readonly text: string;
  readonly base: number;
  readonly open: Open[];
  root: Group;
  /** What the columns of the current HTML table say. */
  headers: number[];
  headerNames: string[];
  column: number;
  row: Group;
  /** What the last <dt>, <th>, <label> or <b>Label:</b> said. */
  label: number;
  labelName: string;
}

export function addMarkupFields(fields: Field[], text: string, base: number, parent: Group): void {
  const walk: Walk = {
    fields,
    text,
    base,
    open: [],
    root: parent,
    headers: [],
    headerNames: [],
    column: 0,
    row: parent,
    label: 0,
    labelName: '',
  };
  TAG.lastIndex = 0;
  for (let tag = TAG.exec(text); tag !== null; tag = TAG.exec(text)) {
    const given = tag[2] as string;
    const name = given.slice(given.lastIndexOf(':') + 1);
    if (tag[1] === '/') closeTag(walk, name, tag.index);
    else {
      const after = tag.index + tag[0].length;
      const rest = tag[3] ?? '';
      if (rest.length > 1) addAttributes(walk, rest, tag.index + 1 + given.length);
      if (!rest.endsWith('/')) openTag(walk, name, after, rest);
      if (SGML_NAME.test(name)) addUnclosed(walk, name, after);
    }
  }
}

const SGML_NAME = /^[A-Z][A-Z0-9.]{2,31}$/;
const SGML_VALUE = /([^<\n\r]{2,80})(?=[\n\r<])(?!<\/)/y;

/** `<ACCTID>4410098237<ACCTTYPE>…`: statements whose values end where the next element begins. */
function addUnclosed(walk: Walk, name: string, at: number): void {
  SGML_VALUE.lastIndex = at;
  const value = SGML_VALUE.exec(walk.text)?.[1]?.trimEnd();
  const bits = value === undefined ? 0 : classifyKey(name);
  if (value === undefined || bits === 0) return;
  const group = walk.open.at(-1)?.group ?? walk.root;
  walk.fields.push({ start: walk.base + at, end: walk.base + at + value.length, bits, key: name, group });
}

function openTag(walk: Walk, name: string, contentStart: number, attributes: string): void {
  const lower = name.toLowerCase();
  const outer = walk.open.at(-1);
  if (outer !== undefined) outer.leaf = false;
  if (lower === 'table') {
    walk.headers = [];
    walk.headerNames = [];
  } else if (lower === 'tr') {
    walk.column = 0;
    walk.row = { bits: walk.headers.reduce((all, one) => all | one, 0), own: 0, parent: walk.root, key: undefined };
  }
  if (VOID.has(lower)) return;
  const named = /\b(?:name|key|id|class|label)\s*=\s*["']([^"']{1,64})["']/.exec(attributes)?.[1];
  const bits = PLAIN_TAGS.has(lower)
    ? named === undefined || lower === 'div'
      ? 0
      : classifyKey(named)
    : classifyKey(name) || (named === undefined ? 0 : classifyKey(named));
  const group: Group = { bits: 0, own: bits, parent: outer?.group ?? walk.root, key: name };
  if (outer !== undefined) outer.group.bits |= bits;
  if (walk.open.length < MAX_OPEN) walk.open.push({ name, contentStart, group, bits, leaf: true });
}

const VOID = new Set(['br', 'hr', 'img', 'input', 'meta', 'link']);
const PLAIN_TAGS = new Set([
  'div',
  'span',
  'p',
  'b',
  'i',
  'a',
  'td',
  'th',
  'tr',
  'table',
  'dt',
  'dd',
  'li',
  'ul',
  'ol',
  'strong',
  'em',
  'label',
  'h1',
  'h2',
  'h3',
  'h4',
  'body',
  'html',
  'head',
  'title',
  'option',
  'code',
  'pre',
  'section',
  'article',
  'string',
  'value',
  'item',
  'entry',
  'key',
  'row',
  'data',
  'cell',
  'property',
  'add',
  'setting',
  'param',
  'field',
  'name',
]);

function closeTag(walk: Walk, name: string, contentEnd: number): void {
  let index = walk.open.length - 1;
  while (index >= 0 && (walk.open[index] as Open).name !== name) index--;
  if (index < 0) return;
  const element = walk.open[index] as Open;
  walk.open.length = index;
  if (contentEnd - element.contentStart > MAX_TEXT) return;
  closeElement(walk, element, contentEnd);
}

function closeElement(walk: Walk, element: Open, contentEnd: number): void {
  const { text } = walk;
  const lower = element.name.toLowerCase();
  let start = element.contentStart;
  let end = contentEnd;
  if (text.startsWith('<![CDATA[', start)) {
    start += 9;
    end = Math.max(start, end - 3);
  }
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end--;
  if (lower === 'th' || lower === 'dt' || lower === 'label' || lower === 'key' || (element.leaf && (lower === 'b' || lower === 'strong'))) {
    walk.labelName = text
      .slice(start, Math.min(end, start + 64))
      .replace(/<[^>]*>|[:：]\s*$/g, '')
      .trim();
    walk.label = classifyKey(walk.labelName);
    if (lower === 'th') {
      walk.headers.push(walk.label);
      walk.headerNames.push(walk.labelName);
    }
    return;
  }
  let bits = element.leaf ? element.bits : 0;
  let key = element.name;
  let group = element.group.parent ?? walk.root;
  if (lower === 'td') {
    bits = walk.headers[walk.column] ?? walk.label;
    key = walk.headerNames[walk.column] ?? walk.labelName;
    group = walk.row;
    // <td>Label</td><td>value</td>
    if (bits === 0 && walk.column === 0) {
      walk.labelName = text.slice(start, Math.min(end, start + 64)).replace(/[:：]\s*$/, '');
      walk.label = classifyKey(walk.labelName);
    } else walk.label = walk.headers.length > 0 ? walk.label : 0;
    walk.column++;
  } else if (LABELLED_TAGS.has(lower) && bits === 0) {
    bits = walk.label;
    key = walk.labelName;
    walk.label = 0;
  }
  if (bits === 0 || end <= start) return;
  // Inside a cell the value may be a link.
  const inner = /^<[^>]{1,300}>([^<]{1,300})<\//.exec(text.slice(start, Math.min(end, start + 700)));
  if (inner !== null) {
    start += inner[0].indexOf('>') + 1;
    end = start + (inner[1] as string).length;
  }
  group.bits |= bits;
  walk.fields.push({ start: walk.base + start, end: walk.base + end, bits, key, group });
}

const LABELLED_TAGS = new Set(['dd', 'string', 'value', 'span', 'p', 'div', 'li', 'integer']);
const ATTRIBUTE = /([\p{L}_][\p{L}\w:.-]{0,63})\s*=\s*(?:"([^"]*)"|'([^']*)')/gu;

function addAttributes(walk: Walk, attributes: string, at: number): void {
  let label = 0;
  let labelName = '';
  ATTRIBUTE.lastIndex = 0;
  for (let pair = ATTRIBUTE.exec(attributes); pair !== null; pair = ATTRIBUTE.exec(attributes)) {
    const key = pair[1] as string;
    const value = pair[2] ?? pair[3] ?? '';
    const lower = key.toLowerCase();
    if (lower === 'name' || lower === 'key' || lower === 'id' || lower === 'label') {
      const said = classifyKey(value);
      if (said & ~KEY.NUMBER) {
        label = said;
        labelName = value;
        continue;
      }
    }
    const bits = lower === 'value' || lower === 'content' ? label : NO_VALUE.has(lower) ? 0 : classifyKey(key);
    if (bits === 0 || value === '') continue;
    const group = walk.open.at(-1)?.group ?? walk.root;
    group.bits |= bits;
    const start = walk.base + at + pair.index + pair[0].length - 1 - value.length;
    walk.fields.push({ start, end: start + value.length, bits, key: bits === label ? labelName : key, group });
  }
}

const NO_VALUE = new Set([
  'class',
  'style',
  'href',
  'src',
  'rel',
  'type',
  'for',
  'method',
  'action',
  'xmlns',
  'lang',
  'version',
  'encoding',
  'placeholder',
  'title',
  'alt',
  'role',
]);
