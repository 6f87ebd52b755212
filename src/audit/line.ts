// One line of an exported log by itself: its form, its hashes, the members its content must have.
// Never looks at other lines (verify.ts does), and never takes a text that has another spelling.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { FORMAT_VERSION, ORGANIZATION_NAME } from './chain.ts';
import { type Breach, checkContent } from './rules.ts';

/** Longest line that is read, UTF-16 code units. No entry the gateway writes comes near it. */
export const MAX_LINE_UNITS = 16 * 1024 * 1024;

/** Line that stands for bytes that are no text, and for a line longer than MAX_LINE_UNITS. No such text is valid. */
export const UNREADABLE = '\u0000';

export interface HeaderFields {
  content: string;
  org: string;
  prev: string;
  revision: number;
  seq: number;
}

export interface ParsedLine {
  header: HeaderFields;
  hash: string;
  content: JsonObject;
}

/** What can be said of a line by itself: form, hashes, members. */
export function parseLine(text: string): ParsedLine | Breach {
  return soundLine(text) ?? judgeLine(text);
}

/**
 * The short way for a line that is right: the form of everything but the content is fixed, and a content is RFC 8785 text when it is what
 * JSON.stringify makes of it and its members are sorted. undefined: take the long way, which says what is wrong if anything is.
 */
function soundLine(text: string): ParsedLine | undefined {
  const at = text.lastIndexOf(',"hash":"');
  const match = at < 0 || !text.startsWith(LINE_START) ? null : AFTER_CONTENT.exec(text.slice(at));
  if (!match) return undefined;
  const [, hash = '', headerText = '', contentHash = '', org = '', prev = '', revisionText, seqText] = match;
  const contentText = text.slice(LINE_START.length, at);
  const [revision, seq] = [Number(revisionText), Number(seqText)];
  if (!isCount(revision) || !isCount(seq) || !ORGANIZATION_NAME.test(org)) return undefined;
  if (sha256Hex(headerText) !== hash || sha256Hex(contentText) !== contentHash) return undefined;
  const content = parseObject(contentText);
  // A lone surrogate is written as an escape, which RFC 8785 does not allow.
  if (!content || contentText.includes('\\ud') || !isSorted(content) || JSON.stringify(content) !== contentText) return undefined;
  if (checkContent(content)) return undefined;
  return { header: { content: contentHash, org, prev, revision, seq }, hash, content };
}

const LINE_START = '{"content":';
const AFTER_CONTENT =
  /^,"hash":"([0-9a-f]{64})","header":(\{"content":"([0-9a-f]{64})","org":"([a-z0-9-]{1,63})","prev":"([0-9a-f]{64})","revision":(0|[1-9]\d{0,15}),"seq":([1-9]\d{0,15}),"v":1\})\}$/;

/** Deeper than any content the gateway writes; what is deeper takes the long way. */
const MAX_SHORT_DEPTH = 64;

function isSorted(value: Json, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_SHORT_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isSorted(item, depth + 1));
  let before: string | undefined;
  for (const key in value) {
    if (before !== undefined && key <= before) return false;
    before = key;
    const member = value[key];
    if (typeof member === 'object' && member !== null && !isSorted(member, depth + 1)) return false;
  }
  return true;
}

function judgeLine(text: string): ParsedLine | Breach {
  const parsed = parseObject(text);
  if (!parsed) return { rule: 'line', expected: 'one JSON object', found: excerpt(text) };
  const { content, hash, header } = parsed;
  if (Object.keys(parsed).length !== 3 || !isObject(content) || typeof hash !== 'string' || !isObject(header)) {
    return { rule: 'line', expected: 'the members content, hash and header', found: excerpt(text) };
  }
  const texts = canonicalTexts(content, hash, header);
  if (!texts || texts.line !== text)
    return { rule: 'canonical', expected: 'RFC 8785 text', found: texts ? difference(text, texts.line) : excerpt(text) };
  const fields = checkHeader(header);
  if ('rule' in fields) return fields;
  const headerHash = sha256Hex(texts.header);
  if (headerHash !== hash) return { rule: 'hash', expected: headerHash, found: hash };
  const contentHash = sha256Hex(texts.content);
  if (contentHash !== fields.content) return { rule: 'content-hash', expected: fields.content, found: contentHash };
  const breach = checkContent(content);
  return breach ?? { header: fields, hash, content };
}

function parseObject(text: string): JsonObject | undefined {
  if (text.length > MAX_LINE_UNITS) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when RFC 8785 has no text for it (or it is nested beyond what can be walked). */
function canonicalTexts(
  content: JsonObject,
  hash: string,
  header: JsonObject,
): { content: string; header: string; line: string } | undefined {
  try {
    const texts = { content: canonicalJson(content), header: canonicalJson(header) };
    return { ...texts, line: `{"content":${texts.content},"hash":${canonicalJson(hash)},"header":${texts.header}}` };
  } catch {
    return undefined;
  }
}

function checkHeader(header: JsonObject): HeaderFields | Breach {
  const { content, org, prev, revision, seq, v } = header;
  if (v !== FORMAT_VERSION)
    return { rule: 'header', expected: `format version ${FORMAT_VERSION}`, found: excerpt(JSON.stringify(v) ?? 'none') };
  const sound =
    Object.keys(header).length === 6 &&
    isHash(content) &&
    typeof org === 'string' &&
    ORGANIZATION_NAME.test(org) &&
    isHash(prev) &&
    isCount(revision) &&
    isCount(seq) &&
    seq > 0;
  if (!sound)
    return {
      rule: 'header',
      expected: 'content, org, prev, revision, seq and v as the format has them',
      found: excerpt(JSON.stringify(header)),
    };
  return { content, org, prev, revision, seq };
}

function isHash(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

const EXCERPT_UNITS = 160;

function excerpt(text: string): string {
  if (text === UNREADABLE) return 'bytes that are not UTF-8 text, or a line that is too long';
  return text.length <= EXCERPT_UNITS ? text : `${text.slice(0, EXCERPT_UNITS)}…`;
}

function difference(text: string, canonical: string): string {
  let at = 0;
  while (at < text.length && text[at] === canonical[at]) at++;
  return `another text from character ${at + 1}: ${excerpt(text.slice(at, at + EXCERPT_UNITS))}`;
}
