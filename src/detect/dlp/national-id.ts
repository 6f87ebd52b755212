// Identity and tax numbers of persons by country. A scheme says how the number is written and when its check digits hold; `alone` schemes are
// distinctive enough to stand without a label, the others need a key or label that speaks of an identity number.
import { isDay, luhn, mod11and10, verhoeff, weighted } from './check-digit.ts';

export interface IdScheme {
  name: string;
  /** On the number without its separators, upper case. */
  shape: RegExp;
  valid(id: string): boolean;
  /** How it is written when no label says what it is; undefined: never found without a label. */
  alone?: RegExp | undefined;
}

const num = (id: string, from: number, to?: number): number => Number(id.slice(from, to));
const day6 = (id: string): boolean => isDay(num(id, 0, 2), num(id, 2, 4), num(id, 4, 6));
const day6r = (id: string): boolean => isDay(num(id, 4, 6), num(id, 2, 4), num(id, 0, 2));
const always = (): boolean => true;

function cpf(id: string): boolean {
  if (/^(\d)\1+$/.test(id)) return false;
  const digit = (count: number): number => {
    let sum = 0;
    for (let index = 0; index < count; index++) sum += num(id, index, index + 1) * (count + 1 - index);
    return ((sum * 10) % 11) % 10;
  };
  return digit(9) === num(id, 9, 10) && digit(10) === num(id, 10, 11);
}

function spanish(id: string): boolean {
  const digits = id.slice(0, -1).replace(/^X/, '0').replace(/^Y/, '1').replace(/^Z/, '2');
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[Number(digits) % 23] === id.at(-1);
}

function italian(id: string): boolean {
  const odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
  let sum = 0;
  for (let index = 0; index < 15; index++) {
    const code = id.charCodeAt(index);
    const value = code >= 65 ? code - 65 : code - 48;
    sum += index % 2 === 0 ? (odd[value] as number) : value;
  }
  return id.charCodeAt(15) - 65 === sum % 26;
}

function chinese(id: string): boolean {
  if (!isDay(num(id, 6, 10), num(id, 10, 12), num(id, 12, 14)) || num(id, 6, 8) < 18 || num(id, 6, 8) > 20) return false;
  const sum = weighted(id, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
  return '10X98765432'[sum % 11] === id[17];
}

function finnish(id: string): boolean {
  return day6r(id) && '0123456789ABCDEFHJKLMNPRSTUVWXY'[Number(id.slice(0, 6) + id.slice(7, 10)) % 31] === id[10];
}

function french(id: string): boolean {
  const body = id.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - Number(BigInt(body) % 97n) === num(id, 13, 15);
}

function belgian(id: string): boolean {
  const rest = num(id, 9, 11);
  return 97 - (Number(id.slice(0, 9)) % 97) === rest || 97 - (Number(`2${id.slice(0, 9)}`) % 97) === rest;
}

function norwegian(id: string): boolean {
  const first = (11 - (weighted(id, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11;
  const second = (11 - (weighted(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11;
  return first === num(id, 9, 10) && second === num(id, 10, 11);
}

function turkish(id: string): boolean {
  const d = [...id].map(Number) as [number, number, number, number, number, number, number, number, number, number, number];
  const ten = ((d[0] + d[2] + d[4] + d[6] + d[8]) * 7 - (d[1] + d[3] + d[5] + d[7])) % 10;
  return (ten + 10) % 10 === d[9] && d.slice(0, 10).reduce((sum, digit) => sum + digit, 0) % 10 === d[10];
}

function chilean(id: string): boolean {
  let sum = 0;
  for (let index = id.length - 2, factor = 2; index >= 0; index--, factor = factor === 7 ? 2 : factor + 1)
    sum += num(id, index, index + 1) * factor;
  const digit = 11 - (sum % 11);
  return (digit === 11 ? '0' : digit === 10 ? 'K' : String(digit)) === id.at(-1);
}

function nhs(id: string): boolean {
  const digit = 11 - (weighted(id, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11);
  return (digit === 11 ? 0 : digit) === num(id, 9, 10);
}

function singapore(id: string): boolean {
  const sum = weighted(id.slice(1, 8), [2, 7, 6, 5, 4, 3, 2]) + ('TG'.includes(id[0] ?? '') ? 4 : id[0] === 'M' ? 3 : 0);
  if (id[0] === 'M') return 'KLJNPQRTUWX'[10 - (sum % 11)] === id[8];
  return ('ST'.includes(id[0] ?? '') ? 'JZIHGFEDCBA' : 'XWUTRQPNMLK')[sum % 11] === id[8];
}

function irish(id: string): boolean {
  const extra = id.length === 9 ? (id[8] === 'W' ? 0 : id.charCodeAt(8) - 64) * 9 : 0;
  return 'WABCDEFGHIJKLMNOPQRSTUV'[(weighted(id, [8, 7, 6, 5, 4, 3, 2]) + extra) % 23] === id[7];
}

function swedish(id: string): boolean {
  const ten = id.length === 12 ? id.slice(2) : id;
  const day = num(ten, 4, 6);
  return isDay(num(ten, 0, 2), num(ten, 2, 4), day > 60 ? day - 60 : day) && luhn(ten);
}

function israeli(id: string): boolean {
  return luhn(id);
}

function mod11(id: string, weights: readonly number[], digits: (rest: number) => number): boolean {
  return digits(weighted(id, weights)) === num(id, weights.length, weights.length + 1);
}

const eleven = [
  { name: 'br-cpf', shape: /^\d{11}$/, valid: cpf, alone: /^\d{3}\.\d{3}\.\d{3}-\d\d$/ },
  {
    name: 'pl-pesel',
    shape: /^\d{11}$/,
    valid: (id: string) =>
      isDay(num(id, 0, 2), num(id, 2, 4) % 20, num(id, 4, 6)) && mod11(id, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3], (sum) => (10 - (sum % 10)) % 10),
  },
  { name: 'de-tax-id', shape: /^[1-9]\d{10}$/, valid: mod11and10, alone: /^\d\d \d{3} \d{3} \d{3}$/ },
  { name: 'hr-oib', shape: /^\d{11}$/, valid: mod11and10 },
  {
    name: 'no-fnr',
    shape: /^\d{11}$/,
    valid: (id: string) => isDay(0, num(id, 2, 4) % 40, num(id, 0, 2) % 40) && norwegian(id),
    alone: /^\d{6} \d{5}$/,
  },
  { name: 'tr-tckn', shape: /^[1-9]\d{10}$/, valid: turkish },
  { name: 'be-nn', shape: /^\d{11}$/, valid: belgian, alone: /^\d\d\.\d\d\.\d\d-\d{3}\.\d\d$/ },
  {
    name: 'ru-snils',
    shape: /^\d{11}$/,
    valid: (id: string) => (weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101) % 100 === num(id, 9, 11),
    alone: /^\d{3}-\d{3}-\d{3} \d\d$/,
  },
  { name: 'ee-lt-id', shape: /^[1-6]\d{10}$/, valid: (id: string) => isDay(num(id, 1, 3), num(id, 3, 5), num(id, 5, 7)) },
  { name: 'lv-id', shape: /^\d{11}$/, valid: (id: string) => day6r(id) || id.startsWith('32'), alone: undefined },
  {
    name: 'ar-cuil',
    shape: /^(?:20|23|24|27|30|33)\d{9}$/,
    valid: (id: string) => mod11(id, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2], (sum) => ((11 - (sum % 11)) % 11) % 10),
    alone: /^\d\d-\d{8}-\d$/,
  },
  { name: 'pe-ruc', shape: /^10\d{9}$/, valid: always },
].map((scheme) => scheme as IdScheme);

export const ID_SCHEMES: readonly IdScheme[] = [
  ...eleven,
  {
    name: 'gb-nino',
    shape: /^(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]$/,
    valid: always,
    alone: /^[A-Z]{2} ?\d\d ?\d\d ?\d\d ?[A-D]$|^[A-Z]{2}-\d\d-\d\d-\d\d-[A-D]$/,
  },
  { name: 'es-dni', shape: /^(?:\d{8}|[XYZ]\d{7})[A-Z]$/, valid: spanish, alone: /^(?:\d{8}-?|\d\d\.\d{3}\.\d{3}-?|[XYZ]-?\d{7}-?)[A-Z]$/ },
  {
    name: 'it-codice-fiscale',
    shape: /^[A-Z]{6}[\dLMNP-V]{2}[ABCDEHLMPRST][\dLMNP-V]{2}[A-Z][\dLMNP-V]{3}[A-Z]$/,
    valid: italian,
    alone: /^[A-Z]{6} ?\w{5} ?\w{4} ?[A-Z]$|^[A-Z]{3} [A-Z]{3} \w{5} \w{5}$/,
  },
  { name: 'in-aadhaar', shape: /^[2-9]\d{11}$/, valid: verhoeff, alone: /^\d{4}[ -]\d{4}[ -]\d{4}$/ },
  { name: 'in-pan', shape: /^[A-Z]{3}[PCHABGJLFT][A-Z]\d{4}[A-Z]$/, valid: always, alone: /^[A-Z]{3}P[A-Z]\d{4}[A-Z]$/ },
  { name: 'cn-id', shape: /^[1-9]\d{16}[\dX]$/, valid: chinese, alone: /^\d{17}[\dX]$/ },
  { name: 'kr-rrn', shape: /^\d{13}$/, valid: (id) => day6(id) && /[1-8]/.test(id[6] ?? ''), alone: /^\d{6}-[1-8]\d{6}$/ },
  { name: 'fi-hetu', shape: /^\d{6}[-+ABCDEFUVWXY]\d{3}[\dA-Y]$/, valid: finnish, alone: /^\d{6}[-+A]\d{3}[\dA-Y]$/ },
  { name: 'se-personnummer', shape: /^(?:19|20)?\d{10}$/, valid: swedish, alone: /^(?:(?:19|20)\d{6}[-+]?|\d{6}[-+])\d{4}$/ },
  { name: 'dk-cpr', shape: /^\d{10}$/, valid: day6r, alone: undefined },
  { name: 'is-kt', shape: /^\d{10}$/, valid: (id) => day6r(id) && mod11(id, [3, 2, 7, 6, 5, 4, 3, 2], (sum) => (11 - (sum % 11)) % 11) },
  {
    name: 'fr-nir',
    shape: /^[12378]\d\d(?:0[1-9]|1[0-2]|[2-9]\d)(?:\d\d|2[AB])\d{8}$/,
    valid: french,
    alone: /^[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3} \d\d$|^[12]\d{4}(?:\d\d|2[AB])\d{8}$/,
  },
  {
    name: 'ch-ahv',
    shape: /^756\d{10}$/,
    valid: (id) => weighted(id, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    alone: /^756\.\d{4}\.\d{4}\.\d\d$/,
  },
  {
    name: 'at-svnr',
    shape: /^\d{10}$/,
    valid: (id) => day6r(id.slice(4)) && weighted(id, [3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 === num(id, 3, 4),
    alone: /^\d{4} \d{6}$/,
  },
  { name: 'nl-bsn', shape: /^\d{9}$/, valid: (id) => weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0 },
  {
    name: 'pt-nif',
    shape: /^[1235689]\d{8}$/,
    valid: (id) => mod11(id, [9, 8, 7, 6, 5, 4, 3, 2], (sum) => (sum % 11 < 2 ? 0 : 11 - (sum % 11))),
  },
  { name: 'pk-cnic', shape: /^[1-7]\d{12}$/, valid: always, alone: /^[1-7]\d{4}-\d{7}-\d$/ },
  { name: 'ca-sin', shape: /^[1-79]\d{8}$/, valid: luhn, alone: undefined },
  { name: 'au-tfn', shape: /^\d{9}$/, valid: (id) => weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 === 0 },
  { name: 'il-id', shape: /^\d{9}$/, valid: israeli },
  { name: 'gr-afm', shape: /^\d{9}$/, valid: (id) => (weighted(id, [256, 128, 64, 32, 16, 8, 4, 2]) % 11) % 10 === num(id, 8, 9) },
  { name: 'gr-amka', shape: /^\d{11}$/, valid: (id) => day6r(id) && luhn(id) },
  { name: 'gb-nhs', shape: /^\d{10}$/, valid: nhs },
  {
    name: 'ua-rnokpp',
    shape: /^\d{10}$/,
    valid: (id) => (((weighted(id, [-1, 5, 7, 9, 4, 6, 10, 5, 7]) % 11) + 11) % 11) % 10 === num(id, 9, 10),
  },
  {
    name: 'bg-egn',
    shape: /^\d{10}$/,
    valid: (id) => isDay(0, num(id, 2, 4) % 20, num(id, 4, 6)) && (weighted(id, [2, 4, 8, 5, 10, 9, 7, 3, 6]) % 11) % 10 === num(id, 9, 10),
  },
  {
    name: 'cz-rodne-cislo',
    shape: /^\d{9,10}$/,
    valid: (id) => isDay(0, (num(id, 2, 4) % 50) % 20, num(id, 4, 6)) && (id.length === 9 || Number(id) % 11 === 0),
    alone: /^\d{6}\/\d{4}$/,
  },
  {
    name: 'ro-cnp',
    shape: /^[1-8]\d{12}$/,
    valid: (id) =>
      isDay(0, num(id, 3, 5), num(id, 5, 7)) &&
      ((weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11) % 10 ||
        (weighted(id, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 === 10 ? 1 : 0)) === num(id, 12, 13),
  },
  {
    name: 'yu-jmbg',
    shape: /^\d{13}$/,
    valid: (id) =>
      isDay(0, num(id, 2, 4), num(id, 0, 2)) &&
      ((11 - (weighted(id, [7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11) % 10 === num(id, 12, 13),
  },
  { name: 'za-id', shape: /^\d{10}[012]\d{2}$/, valid: (id) => day6(id) && luhn(id) },
  {
    name: 'mx-curp',
    shape: /^[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z\d]\d$/,
    valid: (id) => day6(id.slice(4)),
    alone: /^[A-Z]{4}\d{6}[HMX][A-Z]{5}\w\d$/,
  },
  { name: 'mx-rfc', shape: /^[A-ZÑ&]{4}\d{6}[A-Z\d]{3}$/, valid: (id) => day6(id.slice(4)), alone: /^[A-ZÑ&]{4}\d{6}[A-Z\d]{3}$/ },
  { name: 'cl-rut', shape: /^\d{7,8}[\dK]$/, valid: chilean, alone: /^\d{1,2}\.\d{3}\.\d{3}-[\dK]$/ },
  { name: 'ie-pps', shape: /^\d{7}[A-W][A-IW]?$/, valid: irish, alone: /^\d{7}[A-W][A-IW]?$/ },
  { name: 'sg-nric', shape: /^[STFGM]\d{7}[A-Z]$/, valid: singapore, alone: /^[STFGM]\d{7}[A-Z]$/ },
  { name: 'hk-id', shape: /^[A-Z]{1,2}\d{6}[\dA]$/, valid: always, alone: /^[A-Z]{1,2}\d{6}\([\dA]\)$/ },
  { name: 'tw-id', shape: /^[A-Z][12]\d{8}$/, valid: taiwanese, alone: /^[A-Z][12]\d{8}$/ },
  { name: 'my-mykad', shape: /^\d{12}$/, valid: day6, alone: /^\d{6}-\d\d-\d{4}$/ },
  {
    name: 'th-id',
    shape: /^[1-8]\d{12}$/,
    valid: (id) => (11 - (weighted(id, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 10 === num(id, 12, 13),
    alone: /^\d-\d{4}-\d{5}-\d\d-\d$|^\d \d{4} \d{5} \d\d \d$/,
  },
  {
    name: 'gb-driver',
    shape: /^[A-Z]{2}[A-Z9]{3}\d{6}[A-Z9]{2}\d[A-Z]{2}$/,
    valid: (id) => isDay(0, num(id, 6, 8) % 50, num(id, 8, 10)),
    alone: /^[A-Z]{2}[A-Z9]{3} ?\d{6} ?[A-Z9]{2}\d[A-Z]{2}$/,
  },
  { name: 'id-nik', shape: /^\d{16}$/, valid: (id) => isDay(0, num(id, 8, 10), num(id, 6, 8) % 40) },
  { name: 'jp-mynumber', shape: /^\d{12}$/, valid: japanese },
  { name: 'ru-inn', shape: /^\d{12}$/, valid: (id) => (weighted(id, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11) % 10 === num(id, 10, 11) },
  { name: 'de-identity-card', shape: /^[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ\d]{8}\d?D?$/, valid: (id) => /\d/.test(id) },
  {
    name: 'de-pension',
    shape: /^\d{8}[A-Z]\d{3}$/,
    valid: (id) => isDay(0, num(id, 4, 6), num(id, 2, 4)),
    alone: /^\d\d \d{6} [A-Z] \d{3}$/,
  },
  { name: 'co-cedula', shape: /^\d{6,10}$/, valid: always },
];

/** Schemes that are just digits, so that every number of that length fits: they never count under a key that only says "document number". */
const LOOSE = new Set(['co-cedula', 'pe-ruc', 'lv-id', 'dk-cpr', 'de-identity-card', 'my-mykad', 'cz-rodne-cislo', 'ee-lt-id']);

function taiwanese(id: string): boolean {
  const letter = 'ABCDEFGHJKLMNPQRSTUVXYWZIO'.indexOf(id[0] ?? '') + 10;
  return (Math.floor(letter / 10) + (letter % 10) * 9 + weighted(id.slice(1), [8, 7, 6, 5, 4, 3, 2, 1, 1])) % 10 === 0;
}

function japanese(id: string): boolean {
  const rest = weighted(id, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
  return (rest <= 1 ? 0 : 11 - rest) === num(id, 11, 12);
}

/** The scheme that a bare or written number fits without any label. */
export function schemeAlone(written: string): IdScheme | undefined {
  if (!ANY_ALONE.test(written)) return undefined;
  const id = compact(written);
  return ID_SCHEMES.find((scheme) => scheme.alone?.test(written) && scheme.shape.test(id) && scheme.valid(id));
}

/** False for most numbers, in one go. */
const ANY_ALONE = new RegExp(ID_SCHEMES.flatMap(({ alone }) => (alone === undefined ? [] : [`(?:${alone.source})`])).join('|'));

/** The scheme of a number under a label; `sure`: the label leaves no doubt that it is an identity number. */
export function schemeLabelled(written: string, sure: boolean): IdScheme | undefined {
  const id = compact(written);
  return ID_SCHEMES.find((scheme) => (sure || !LOOSE.has(scheme.name)) && scheme.shape.test(id) && scheme.valid(id));
}

export function compact(written: string): string {
  const id = written.toUpperCase().replace(/[\s./()-]/g, '');
  return /^\d{6}[-+A]\d{3}[\dA-Z]$/i.test(written) && !/^\d{6}[-+]\d{4}$/.test(written) ? written.toUpperCase() : id.replace('+', '');
}
