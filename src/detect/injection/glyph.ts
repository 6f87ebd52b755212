// What a character looks like: letters that imitate others, accents, wide and mathematical forms become the plain letter; what nobody sees becomes nothing.
// Maps one code unit to one, so offsets in the text stay what they are. Never allocates per text.

/** The character is not seen. */
export const INVISIBLE = 1;
/** Two code units that are one character nobody sees (tags, variation selectors), or one that looks like a letter. */
const MATHEMATICAL_HIGH = 0xd835;
export const TAG_HIGH = 0xdb40;

const CONFUSABLE: Readonly<Record<string, string>> = {
  a: 'аɑα',
  b: 'ЬвƄ',
  c: 'сϲⅽ',
  d: 'ԁⅾ',
  e: 'еєҽε℮',
  g: 'ɡցԍ',
  h: 'һհн',
  i: 'іıιɩӏǀ',
  j: 'јϳ',
  k: 'кκ',
  l: 'ⅼӀ',
  m: 'мⅿ',
  n: 'пոη',
  o: 'оοօσ०০',
  p: 'рρ',
  q: 'ԛգ',
  r: 'гг',
  s: 'ѕꜱ',
  t: 'тτ',
  u: 'υսʋ',
  v: 'ѵνⅴ',
  w: 'ԝωա',
  x: 'хχⅹ',
  y: 'уγүყ',
  z: 'ᴢ',
};

/** Blocks whose characters may be forms of Latin letters. */
const FORMS: readonly (readonly [from: number, to: number])[] = [
  [0xa0, 0x24f],
  [0x1e00, 0x1eff],
  [0x2100, 0x214f],
  [0x2460, 0x24ff],
  [0xff01, 0xff5e],
];

const INVISIBLE_RANGES: readonly (readonly [from: number, to: number])[] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
];

const FOLDED = foldTable();
const MATHEMATICAL = mathematicalTable();

/** Lower-case plain letter, the code unit itself, or INVISIBLE. `next` is the code unit that follows. */
export function foldUnit(unit: number, next: number): number {
  if (unit < 0x80) return unit >= 65 && unit <= 90 ? unit + 32 : unit;
  if (unit >= 0xd800 && unit <= 0xdbff)
    return unit === MATHEMATICAL_HIGH ? (MATHEMATICAL[next & 0x3ff] ?? unit) : unit === TAG_HIGH ? INVISIBLE : unit;
  if (unit >= 0xdc00 && unit <= 0xdfff) return INVISIBLE;
  return FOLDED[unit] as number;
}

/** The text as it looks: for names, and for lists of words at load time. */
export function foldText(text: string): string {
  let folded = '';
  for (let index = 0; index < text.length; index++) {
    const unit = foldUnit(text.charCodeAt(index), text.charCodeAt(index + 1));
    if (unit !== INVISIBLE) folded += String.fromCharCode(unit);
  }
  return folded;
}

/** Scripts whose letters imitate Latin ones: Greek, Cyrillic, Armenian. */
export function isImitator(unit: number): boolean {
  return unit >= 0x370 && unit <= 0x58f;
}

/** Scripts that are read without spaces, or whose words carry prefixes: words are looked for at every letter. */
export function isUnspaced(unit: number): boolean {
  return (
    (unit >= 0x590 && unit <= 0x6ff) ||
    (unit >= 0x900 && unit <= 0xe7f) ||
    (unit >= 0x1100 && unit <= 0x11ff) ||
    (unit >= 0x3040 && unit <= 0x30ff) ||
    (unit >= 0x3400 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3)
  );
}

function foldTable(): Uint16Array {
  const table = new Uint16Array(0x10000);
  for (let unit = 0; unit < table.length; unit++) table[unit] = unit;
  for (const [from, to] of FORMS) for (let unit = from; unit <= to; unit++) table[unit] = plainOf(String.fromCharCode(unit)) ?? unit;
  for (let unit = 0x370; unit <= 0x58f; unit++) table[unit] = String.fromCharCode(unit).toLowerCase().charCodeAt(0);
  for (const [plain, forms] of Object.entries(CONFUSABLE)) {
    for (const form of forms) {
      table[form.charCodeAt(0)] = plain.charCodeAt(0);
      const upper = form.toUpperCase();
      if (upper.length === 1) table[upper.charCodeAt(0)] = plain.charCodeAt(0);
    }
  }
  for (const [from, to] of INVISIBLE_RANGES) table.fill(INVISIBLE, from, to + 1);
  return table;
}

function mathematicalTable(): Uint16Array {
  const table = new Uint16Array(0x400);
  for (let low = 0; low < table.length; low++) {
    table[low] = plainOf(String.fromCharCode(MATHEMATICAL_HIGH, 0xdc00 + low)) ?? INVISIBLE;
  }
  return table;
}

/** The one ASCII character this is a form of, in lower case. */
function plainOf(character: string): number | undefined {
  const plain = character.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  if (/^\([a-z]\)$/.test(plain)) return plain.charCodeAt(1);
  return plain.length === 1 && plain.charCodeAt(0) < 0x80 ? plain.charCodeAt(0) : undefined;
}
