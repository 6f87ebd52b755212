// A text without what layout changes: letters and digits alone, lower case, compatibility forms folded; and where each of them stood.
// Pure; linear in the text.

export interface Flat {
  /** Code units of the letters and digits. */
  codes: Uint16Array;
  /** Offset in the source text of each of them. */
  at: Uint32Array;
  length: number;
  source: string;
}

/** Longest text that a room takes, UTF-16 code units. */
export const ROOM_CHARS = 4_096;

/** Place for one flat text at a time: what stands in it is gone when the next one comes. Only for work that is not interrupted. */
export interface FlatRoom {
  codes: Uint16Array;
  at: Uint32Array;
}

export function flatRoom(): FlatRoom {
  return { codes: new Uint16Array(ROOM_CHARS), at: new Uint32Array(ROOM_CHARS) };
}

/** In the room when it is given and large enough; else in arrays of its own. */
export function flatten(text: string, room?: FlatRoom): Flat {
  const source = foldable(text) ? text.normalize('NFKC') : text;
  const { codes, at } = placeFor(source.length, room);
  let length = 0;
  for (let i = 0; i < source.length; i++) {
    const code = source.charCodeAt(i);
    const kept = code < 128 ? (ASCII[code] as number) : foldWide(source, i, code);
    if (kept === 0) continue;
    codes[length] = kept;
    at[length++] = i;
  }
  return { codes, at, length, source };
}

function placeFor(length: number, room: FlatRoom | undefined): FlatRoom {
  return room !== undefined && length <= ROOM_CHARS ? room : { codes: new Uint16Array(length), at: new Uint32Array(length) };
}

/** Only the letters and digits, for keys of values. */
export function flatText(text: string): string {
  const { codes, length } = flatten(text);
  let out = '';
  for (let i = 0; i < length; i++) out += String.fromCharCode(codes[i] as number);
  return out;
}

/** The same letters the other way round, offsets with them. */
export function reversed({ codes, at, length, source }: Flat, room?: FlatRoom): Flat {
  const back = placeFor(length, room);
  for (let i = 0, j = length - 1; i < length; i++, j--) {
    back.codes[i] = codes[j] as number;
    back.at[i] = at[j] as number;
  }
  return { codes: back.codes, at: back.at, length, source };
}

export function rotated({ codes, at, length, source }: Flat, room?: FlatRoom): Flat {
  const { codes: turned } = placeFor(length, room);
  for (let i = 0; i < length; i++) {
    const code = codes[i] as number;
    turned[i] = code >= 97 && code <= 122 ? ((code - 97 + 13) % 26) + 97 : code;
  }
  return { codes: turned, at, length, source };
}

const ASCII = new Uint16Array(128);
for (let code = 0; code < 128; code++) {
  const char = String.fromCharCode(code);
  if (/[0-9a-z]/.test(char)) ASCII[code] = code;
  else if (/[A-Z]/.test(char)) ASCII[code] = code + 32;
}

const WIDE = /[\p{L}\p{N}]/u;

function foldWide(source: string, at: number, code: number): number {
  // Halves of astral characters are kept as they are: both sides see the same halves.
  if (code >= 0xd800 && code <= 0xdfff) return code;
  const char = source[at] as string;
  if (!WIDE.test(char)) return 0;
  return PLAIN[code] || char.toLowerCase().charCodeAt(0);
}

/** Letters of other alphabets that look like Latin ones. */
const ALIKE = 'аaеeоoрpсcуyхxіiјjѕsԁdһhӏlοoαaνvιiκkρpτtχxυuɑaɡgɩiօoսuոnհhɪi';

/** What a letter is without its accents, and for what it is taken; 0: itself. */
const PLAIN = new Uint16Array(0x10000);
for (let code = 0xc0; code < 0x2000; code++) {
  if (code === 0x600) code = 0x1e00;
  const lower = String.fromCharCode(code).toLowerCase();
  const base = lower.normalize('NFD').charCodeAt(0);
  PLAIN[code] = base < 128 && (ASCII[base] as number) !== 0 ? base : lower.charCodeAt(0);
}
for (let at = 0; at < ALIKE.length; at += 2) {
  const letter = ALIKE[at] as string;
  for (const form of [letter, letter.toUpperCase()]) PLAIN[form.charCodeAt(0)] = ALIKE.charCodeAt(at + 1);
}

function foldable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xa0) return true;
  return false;
}
