// The documents of test/cases/dlp/wide.txt, or of another file written like it, as items of a labelled set, and values in disguises that are made here:
// characters that nobody sees, other alphabets, encodings of encodings, values in pieces. Written before the detectors were run on them; mend by
// principle, never by the item.
import { readFileSync } from 'node:fs';
import { finish, type Item, Source } from './dlp-variation.ts';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const LOWER = UPPER.toLowerCase();
const SETS: Readonly<Record<string, string>> = {
  an: `${UPPER}${LOWER}0123456789`,
  hex: '0123456789abcdef',
  up: `${UPPER}0123456789`,
  low: `${LOWER}0123456789`,
  dig: '0123456789',
  b64: `${UPPER}${LOWER}0123456789+/`,
  b64u: `${UPPER}${LOWER}0123456789-_`,
};

export function wideDocuments(seed: string, file = 'wide.txt'): Item[] {
  const source = new Source(seed);
  const blocks = readFileSync(new URL(`../cases/dlp/${file}`, import.meta.url), 'utf8')
    .split(/^%% /mu)
    .slice(1);
  return blocks.map((block, index) => {
    const end = block.indexOf('\n');
    const marked = filled(source, block.slice(end + 1).replace(/\n$/u, '')).replace(
      /⟦([A-Z_]+)\|([^⟧]*)⟧/gu,
      (_all, type: string, value: string) => `\ue000${type}\ue001${value}\ue002`,
    );
    return { id: `w-${index}`, family: block.slice(0, end), ...finish(marked) };
  });
}

function filled(source: Source, text: string): string {
  return text
    .replace(/‹uuid›/gu, () => source.uuid())
    .replace(/‹(b64u|b64|an|hex|up|low|dig)(\d+)›/gu, (_all, set: string, count: string) => source.chars(SETS[set] ?? '', Number(count)));
}

const between = (mark: string) => (value: string) => [...value].join(mark);
const each = (turn: (code: number) => string) => (value: string) => [...value].map((char) => turn(char.codePointAt(0) ?? 0)).join('');
const shifted = (from: string, to: number) => (value: string) =>
  [...value].map((char) => (char >= '0' && char <= '9' && from === '0' ? String.fromCodePoint(to + Number(char)) : char)).join('');
const hex = (value: string): string => Buffer.from(value).toString('hex');
const base64 = (value: string): string => Buffer.from(value).toString('base64');

function base32(value: string): string {
  const bits = [...Buffer.from(value)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{1,5}/gu) ?? [];
  const text = groups.map((group) => `${UPPER}234567`[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

/** Disguise → what becomes of a value. */
const DISGUISES: Readonly<Record<string, (value: string) => string>> = {
  'zero width spaces': between('\u200b'),
  'word joiners': between('\u2060'),
  'soft hyphens': between('\u00ad'),
  'grapheme joiners': between('\u034f'),
  'right-to-left marks': between('\u200f'),
  'variation selectors': between('\ufe0f'),
  'an override': (value) => `\u202e${[...value].reverse().join('')}\u202c`,
  isolates: (value) => `\u2066${value}\u2069`,
  'full width': each((code) => (code > 32 && code < 127 ? String.fromCodePoint(code + 0xfee0) : String.fromCodePoint(code))),
  'mathematical digits': shifted('0', 0x1d7ce),
  'arabic digits': shifted('0', 0x660),
  'devanagari digits': shifted('0', 0x966),
  'cyrillic letters': (value) => value.replace(/[aeopcxAEOPCTH]/gu, (char) => 'аеорсхАЕОРСТН'['aeopcxAEOPCTH'.indexOf(char)] ?? char),
  'decimal entities': each((code) => `&#${code};`),
  'hexadecimal entities': each((code) => `&#x${code.toString(16)};`),
  'entities twice': each((code) => `&amp;#${code};`),
  percent: each((code) => `%${code.toString(16).padStart(2, '0')}`),
  'percent twice': each((code) => `%25${code.toString(16).padStart(2, '0')}`),
  'unicode escapes': each((code) => `\\u${code.toString(16).padStart(4, '0')}`),
  'escapes in braces': each((code) => `\\u{${code.toString(16)}}`),
  'byte escapes': each((code) => `\\x${code.toString(16).padStart(2, '0')}`),
  'octal escapes': each((code) => `\\${code.toString(8).padStart(3, '0')}`),
  'quoted-printable': each((code) => `=${code.toString(16).toUpperCase().padStart(2, '0')}`),
  base64,
  'base64 without padding': (value) => base64(value).replace(/=+$/u, ''),
  'base64 for URLs': (value) => Buffer.from(value).toString('base64url'),
  'base64 twice': (value) => base64(base64(value)),
  'base64 of hex': (value) => base64(hex(value)),
  'base64 of JSON': (value) => base64(JSON.stringify({ v: value })),
  'a data URL': (value) => `data:text/plain;base64,${base64(value)}`,
  'base64 in lines': (value) => (base64(`note: the value is ${value}`).match(/.{1,16}/gu) ?? []).join('\n'),
  hex,
  'hex with spaces': (value) => (hex(value).match(/../gu) ?? []).join(' '),
  'hex with colons': (value) => (hex(value).match(/../gu) ?? []).join(':'),
  'hex with 0x': (value) => (hex(value).match(/../gu) ?? []).map((byte) => `0x${byte}`).join(', '),
  base32,
  backwards: (value) => [...value].reverse().join(''),
  'a space each': between(' '),
  'a dot each': between('.'),
  'an underscore each': between('_'),
  'a line each': between('\n'),
  rot13: (value) => value.replace(/[a-z]/giu, (char) => String.fromCharCode(char.charCodeAt(0) + (char.toLowerCase() < 'n' ? 13 : -13))),
  'character codes': each((code) => `${code},`),
};

const VALUES: readonly (readonly [string, string, string])[] = [
  ['CREDIT_CARD', 'card', '4539875501176223'],
  ['US_SSN', 'ssn', '417-62-9083'],
  ['IBAN', 'iban', 'NO1707434910151'],
  ['EMAIL', 'mail', 'zinnia.prendergast@telford-mills.co.uk'],
  ['API_KEY', 'key', 'ghp_‹an36›'],
  ['API_KEY', 'key', 'AKIA‹up16›'],
  ['DB_CONNECTION', 'dsn', 'postgres://ledger:‹an16›@pg1.internal:5432/ledger'],
];

/** Each disguise on three of the values, in three places. */
export function disguisedDocuments(seed: string): Item[] {
  const source = new Source(seed);
  return [
    ...Object.entries(DISGUISES).flatMap(([family, turn]) => {
      const values = family === 'cyrillic letters' || family === 'rot13' ? VALUES.slice(3) : VALUES;
      return [0, 1, 2].map((place) => {
        const [type, , raw] = source.pick(values);
        const value = `\ue000${type}\ue001${turn(filled(source, raw))}\ue002`;
        const text = [
          `see ${value} for it`,
          JSON.stringify({ note: 'x', value: 0 }).replace('0', `"${value}"`),
          `line one\n${value}\nline three`,
        ];
        return evasion(family, text[place] ?? '');
      });
    }),
    ...VALUES.flatMap(([type, key, raw]) =>
      inPieces(filled(source, raw), (piece) => `\ue000${type}\ue001${piece}\ue002`).map(([family, text]) =>
        evasion(`${family} ${key}`, text),
      ),
    ),
  ];
}

function evasion(family: string, marked: string): Item {
  return { id: family, family, evasion: true, ...finish(marked) };
}

function inPieces(value: string, marked: (piece: string) => string): [string, string][] {
  const pieces = (value.match(/.{1,6}/gu) ?? []).map(marked);
  return [
    ['items of an array', JSON.stringify(pieces)],
    ['joined in code', pieces.map((piece) => `"${piece}"`).join(' + ')],
    ['fields', JSON.stringify(Object.fromEntries(pieces.map((piece, index) => [`part${index + 1}`, piece])))],
    ['rows', JSON.stringify(pieces.map((piece, seq) => ({ seq, piece })))],
  ];
}
