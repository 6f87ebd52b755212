// The single texts of a message: strings and numbers of JSON with their keys and the record they stand in; lines of text as records where several of
// them name somebody. Pure; the depth and the number of leaves are bounded.
import type { Json } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';
import { packedRuns } from './variant.ts';
import { weigh } from './weight.ts';

export interface FlowPart {
  /** JSON pointer in the message. */
  pointer: string;
  kind: 'text' | 'json' | 'bytes';
  text: string;
  /** Of JSON: what the text says, where it is known; else it is read. */
  value?: Json;
  /** `member`: the text is an object of the one member that stands there. */
  as?: string;
}

export interface Leaf {
  text: string;
  /** Last key above it; undefined in plain text. */
  key: string | undefined;
  pointer: string;
  /** Number of the record it belongs to. */
  record: number;
  isProse: boolean;
  /** Put together from a list: what goes out may be hidden so; what was read stands there as it is. */
  isSpelled?: true;
}

export const MAX_LEAVES = 200_000;
const MAX_DEPTH = 64;
/** Characters of one message that are read as JSON; what is beyond is read as text, which can be done in turns. */
const MAX_PARSED = 524_288;
/** One piece of a long text, characters. */
const PIECE_CHARS = 2_048;

export interface Leaves {
  leaves: readonly Leaf[];
  /** Of each record, the one around it; -1 when there is none. */
  parents: readonly number[];
  /** There is more of it than MAX_LEAVES. */
  isCut: boolean;
}

export function leavesOf(parts: readonly FlowPart[]): Leaves {
  const walk: Walk = { leaves: [], parents: [], record: -1, isCut: false };
  let room = MAX_PARSED;
  for (const part of parts) {
    walk.record = -1;
    walk.record = newRecord(walk);
    const isJson = part.text.length <= room && (part.kind === 'json' || opensJson(part.text));
    if (isJson) room -= part.text.length;
    const json = isJson ? (part.value ?? parsed(part.text)) : undefined;
    if (json === undefined) addText(walk, part.text, undefined, part.pointer);
    else visit(walk, json, undefined, part.as === 'member' ? part.pointer.slice(0, part.pointer.lastIndexOf('/')) : part.pointer, 0);
  }
  return walk;
}

interface Walk {
  leaves: Leaf[];
  parents: number[];
  record: number;
  isCut: boolean;
}

/** Inside of the one that is open. */
function newRecord(walk: Walk, parent = walk.record): number {
  return walk.parents.push(parent) - 1;
}

function opensJson(text: string): boolean {
  const first = text.charCodeAt(0);
  // Most texts begin with a letter.
  return first > 0x20 && first < 0x80 ? first === 0x5b || first === 0x7b : /^\s*[[{]/.test(text);
}

function parsed(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function visit(walk: Walk, value: Json, key: string | undefined, pointer: string, depth: number): void {
  if (value === null || typeof value === 'boolean') return;
  if (walk.leaves.length >= MAX_LEAVES) {
    walk.isCut = true;
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return;
    walk.leaves.push({ text: String(value), key, pointer, record: walk.record, isProse: false });
  } else if (typeof value === 'string') {
    const inner = depth < MAX_DEPTH && opensJson(value) ? parsed(value) : undefined;
    if (typeof inner === 'object' && inner !== null) visit(walk, inner, key, pointer, depth + 1);
    else addText(walk, value, key, pointer);
  } else if (depth >= MAX_DEPTH) addText(walk, JSON.stringify(value), key, pointer);
  else if (Array.isArray(value)) {
    const spelled = spelledOut(value);
    if (spelled !== undefined) walk.leaves.push({ text: spelled, key, pointer, record: walk.record, isProse: false });
    for (let from = 0; from < value.length; from += TOGETHER_ITEMS) {
      const text = putTogether(from === 0 && value.length <= TOGETHER_ITEMS ? value : value.slice(from, from + TOGETHER_ITEMS));
      if (text !== undefined) walk.leaves.push({ text, key, pointer, record: walk.record, isProse: false, isSpelled: true });
    }
    const around = walk.record;
    for (const [index, item] of value.entries()) {
      if (typeof item === 'object' && item !== null) walk.record = newRecord(walk, around);
      visit(walk, item, key, `${pointer}/${index}`, depth + 1);
    }
    walk.record = around;
  } else {
    for (const member of Object.keys(value)) {
      if ((member.length >= 12 && /[@\d]/.test(member)) || (member.length >= 8 && member.includes(' ')))
        walk.leaves.push({ text: member, key: undefined, pointer, record: walk.record, isProse: false });
      visit(walk, value[member] ?? null, member, `${pointer}/${pointerStep(member)}`, depth + 1);
    }
  }
}

const MIN_SPELLED = 8;

/** A list of single characters is the word they spell, too. */
function spelledOut(items: readonly Json[]): string | undefined {
  if (items.length < MIN_SPELLED || items.length > PIECE_CHARS) return undefined;
  return items.every((item) => typeof item === 'string' && item.length === 1) ? items.join('') : undefined;
}

const MIN_PIECES = 4;
/** Items of a list that are put together at a time. */
const TOGETHER_ITEMS = 512;
const PIECE = /^[^\s]{2,6}$/;
/** Of letters and figures mixed, as only keys and the like are. */
const MIXED_BITS = 18;

/** The codes of characters, `72 101 108`, in hex or not, and pieces too small to be looked at one by one. */
function putTogether(items: readonly Json[]): string | undefined {
  if (items.length < MIN_PIECES) return undefined;
  const isLong = items.length >= MIN_SPELLED;
  if (isLong && items.every((item) => isReadableCode(typeof item === 'string' && CODE.test(item) ? Number(item) : item)))
    return items.join(' ');
  if (!items.every((item) => typeof item === 'string' && PIECE.test(item))) return undefined;
  const joined = items.join('').slice(0, PIECE_CHARS);
  return (isLong && HEX.test(joined)) || weigh(joined).hard >= MIXED_BITS ? joined : undefined;
}

const CODE = /^\d{2,3}$/;
const HEX = /^[0-9a-f]+$/i;

/** Of a letter, figure or mark that can be read. */
function isReadableCode(code: Json): boolean {
  if (code === 10 || code === 13) return true;
  return typeof code === 'number' && Number.isInteger(code) && code >= 0x20 && code < 0x100 && (code < 0x7f || code >= 0xa0);
}

function pointerStep(member: string): string {
  return member.includes('~') || member.includes('/') ? member.replaceAll('~', '~0').replaceAll('/', '~1') : member;
}

const MAX_SINGLE_CHARS = 120;
const ADDRESS = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g;

const NOBODY: ReadonlySet<string> = new Set();

/** A text that names one person at most is one record; else each of its paragraphs, or lines, is. */
function addText(walk: Walk, text: string, key: string | undefined, pointer: string): void {
  if (text.length <= MAX_SINGLE_CHARS && !text.includes('\n')) {
    walk.leaves.push({ text, key, pointer, record: walk.record, isProse: false });
    return;
  }
  const people = text.includes('@') ? new Set(text.slice(0, 65_536).match(ADDRESS) ?? []) : NOBODY;
  if (people.size < 2 || text.length > MAX_PARSED) {
    addPieces(walk, text, key, pointer);
    return;
  }
  const paragraphs = text.split(/\n\s{0,80}\n/);
  const records = paragraphs.length * 2 > people.size ? paragraphs : text.split('\n');
  const around = walk.record;
  for (const record of records) {
    if (walk.leaves.length >= MAX_LEAVES) {
      walk.isCut = true;
      break;
    }
    walk.record = newRecord(walk, around);
    if (record.trim() !== '') addPieces(walk, record, key, pointer);
  }
  walk.record = around;
}

function addPieces(walk: Walk, text: string, key: string | undefined, pointer: string): void {
  const add = (piece: string): void => {
    if (walk.leaves.length >= MAX_LEAVES) walk.isCut = true;
    else walk.leaves.push({ text: piece, key, pointer, record: walk.record, isProse: true });
  };
  for (let from = 0; from < text.length && !walk.isCut; from += PIECE_CHARS) add(text.slice(from, from + PIECE_CHARS));
  // A piece of what is packed says nothing.
  if (text.length > PIECE_CHARS && !walk.isCut) for (const run of packedRuns(text)) add(run);
}

const ID_KEY =
  /^(?:_?id|uuid|guid|ref|sha\d*|etag|cursor|slug|rev|revision|version|commit|hash|digest|checksum|href|self|type|kind|status|state|currency|locale|timezone|next|prev|page|limit|offset|total|count|sku|ean|upc|isbn|gtin|asin|mpn|part_?n(?:o|umber)|model)$|(?:[_-](?:id|ids|uuid|ref|at|url|uri|sha|token_type|cursor)|[a-z](?:Id|Ids|Uuid|At|Ref|Url|Uri|Cursor))$/;
const PERSONAL_ID = /national|passport|tax|social|personal|licen[cs]e|patient|insurance|secret|access|vat|citizen|identity/i;

/** Names of things rather than data about somebody: what calls pass on all the time. */
export function isReference({ key, text }: Leaf): boolean {
  return key !== undefined && text.length <= 200 && isReferenceKey(key) && !/[\s@]/.test(text);
}

const DATE =
  /^\s*(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d)?\d\d)(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?\s*$/;
const BIRTH = /birth|dob|born|naissance|geburt|nacimiento|nascita|nascimento/i;

/** A date on its own is no data, but for somebody's date of birth. */
export function isDate({ key, text }: Leaf): boolean {
  return text.length <= 40 && DATE.test(text) && !(key !== undefined && BIRTH.test(key));
}

const MAX_KNOWN_KEYS = 2_000;
const MAX_KNOWN_CHARS = 64;
/** Servers use the same few keys in every answer. */
const knownKeys = new Map<string, boolean>();

function isReferenceKey(key: string): boolean {
  const known = knownKeys.get(key);
  if (known !== undefined) return known;
  const isReference = ID_KEY.test(key) && !PERSONAL_ID.test(key);
  if (knownKeys.size < MAX_KNOWN_KEYS && key.length <= MAX_KNOWN_CHARS) knownKeys.set(key, isReference);
  return isReference;
}

const SECRET_KEY =
  /^(?:.*[_-])?(?:pass(?:word|wd|phrase|code)|pwd|pin(?:[_-]?code)?|otp|cvv|cvc|secret|client_?secret|api_?secret|secret_?key|private_?key|mnemonic|seed_?phrase|recovery_?(?:code|key))$/i;

/** A key whose value is secret, whatever it looks like. */
export function isSecretKey(key: string | undefined): boolean {
  return key !== undefined && key.length <= 64 && SECRET_KEY.test(key);
}

const RECIPIENT_KEY =
  /^(?:to|cc|bcc|recipients?|e?mails?|email_?addresse?s?|to_?(?:email|address|number|phone)s?|recipient_?(?:email|address|id|phone)?s?|phone|phone_?numbers?|msisdn|attendees?|invitees?|guests?|participants?|send_?to|mail_?to|reply_?to|customer_?email|address(?:ee)?)$/i;

export function isRecipientKey(key: string | undefined): boolean {
  return key !== undefined && RECIPIENT_KEY.test(key);
}

/** Words of a key whose value says where else something goes: `forwardTo`, `notify_emails`, `webhook_url`, `shareWith`. */
const DESTINATION_WORD =
  /(?:^|[^a-z])(?:to|cc|bcc|ccs|bccs|recipients?|forward\w*|copy|copies|carbon|blind|notify|notification|share|shared|with|deliver\w*|webhooks?|hooks?|callbacks?|endpoint|destinations?|targets?|upload|push|post|redirect|relay|invite\w*|subscribers?|channels?|url|uri|urls)(?:[^a-z]|$)/;
/** Whoever sends it gets nothing. */
const SENDER_KEY = /^(?:from|sender|author|on_?behalf_?of)(?:_?(?:e?mail|address|name|phone|number))*$/i;
const WEB_ADDRESS = /^\s*[a-z][a-z0-9+.-]{1,20}:\/\//i;

/** Goes what is sent to this place, too? A key that says so, or an address on its own under any key but that of the sender. */
export function isDestination({ key, text, isProse }: Leaf): boolean {
  if (isRecipientKey(key)) return true;
  if (isProse || key === undefined || SENDER_KEY.test(key)) return false;
  if (text.includes('@') && isAddress(text)) return true;
  if (!isAddress(text) && !WEB_ADDRESS.test(text) && !(text.includes('@') && /[,;]/.test(text))) return false;
  return DESTINATION_WORD.test(
    key
      .slice(0, 128)
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .toLowerCase(),
  );
}

/** An address of a person or line, and nothing else. */
export function isAddress(text: string): boolean {
  if (text.length > 254) return false;
  if (text.includes('@') && /^(?:[^<>@]{0,80}<)?[^\s@<>]{1,64}@[^\s@<>]{1,189}>?$/.test(text.trim())) return true;
  return mayBeLine(text) && /^\+?[\d\s().-]{7,24}$/.test(text);
}

/** Nobody's own, and published so that strangers write to it: `support@…`. */
export function isOfficeAddress(text: string): boolean {
  return OFFICE_ADDRESS.test(text.trim());
}

const OFFICE_ADDRESS =
  /^(?:support|help|helpdesk|info|contact|kontakt|hello|hallo|sales|press|presse|media|jobs|careers|office|service|services|kundenservice|customer[._-]?(?:service|care|support)|enquiries|inquiries|no-?reply|do-?not-?reply|postmaster|webmaster|abuse|privacy|datenschutz|security|feedback|newsletter)@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/i;

/** Neither too short nor too long, and begins with no letter. */
function mayBeLine(text: string): boolean {
  const first = text.charCodeAt(0);
  return text.length >= 7 && text.length <= 25 && (first < 0x41 || first > 0x7f);
}

/** The address in `Name <address>`. */
export function bareAddress(text: string): string {
  return /<([^<>]{1,254})>/.exec(text)?.[1] ?? text.trim();
}
