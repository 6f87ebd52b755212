// Postal addresses: values of address fields, and lines in running text that show a street and a number, or a number, a post code and a town.
// A street word is looked for first (one pass); what stands around it is read with short patterns on a bounded window.
import { isDigit, partsOf } from './character.ts';
import type { Match } from './finding-kind.ts';
import { KEY } from './key-class.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import { SIGN } from './text-sign.ts';
import type { Field, View } from './view.ts';

const WINDOW = 70;
const POST =
  '(?:\\d{5}(?:-\\d{3,4})?|\\d{4} ?[A-Z]{2}|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|[A-Z]\\d[A-Z] ?\\d[A-Z]\\d|\\d{3} \\d{2}|\\d{2}-\\d{3}|\\d{4}-\\d{3}|\\d{6}|\\d{3}-\\d{4}|(?:[A-Z]{1,2}-)?\\d{4,5})';
const TOWN =
  "\\p{Lu}[\\p{L}.'’-]*(?:[ -](?:\\p{Lu}[\\p{L}.'’()-]*|am|an|der|de|del|la|le|les|di|do|da|du|sur|upon|under|in|bei|ob|im|en|of|y|\\(\\p{Lu}[\\p{L}]*\\))){0,5}";
/** One part between commas behind a street: unit, town, region and code in any order that is used. */
const PART = new RegExp(
  `^(?:(?:apt|apto|suite|unit|piso|depto|bloco|appt|kat|byt|lgh|Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Flat|Room|Rm|Bldg|Building|Block|Level|Piso|Depto|Apto|Bloco|App|Appt|Bât|Etage|Stiege|Top|int|scala|lok|kv|кв|д|к)\\.? ?#?[\\w-]{1,8}|#\\s?[\\w-]{1,8}|\\d{1,2}(?:st|nd|rd|th|º|ª|er|e)? (?:floor|piso|étage)\\.?(?: [A-Z]{1,4})?|\\d{1,2}º ?[A-Z]?|(?:\\d{1,2}|st)\\.? ?(?:t[hv]|mf|sal)\\.?(?: ?(?:t[hv]|mf)\\.?)?|${POST}(?: (?:[A-Z]{2} )?${TOWN})?|${TOWN}(?: - [A-Z]{2})?(?:,? ${POST})?|[A-Z]{2,3}(?: ${POST})?)$`,
  'u',
);

const ENGLISH =
  'Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Circle|Cir|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Cres|Gardens|Grove|Mews|Row|Walk|Hill|Green|Park|Trail|Trl|Alley|Plaza|Loop|Run|Pass|Pike|Turnpike|Rise|View|Quay|Wharf|Parade|Esplanade|Marg|Nagar|Colony|Layout|Cross|Main|Broadway|Route|Oaks|Croft|Limes|Ridings|Broadwalk|Chase|Heights|Meadows|Path|Bend|Crossing|Ridge|Vista|Cove|Point|Landing|Brook|Brookside|Spur|Views';
const ENGLISH_STREET = new RegExp(
  `#?\\d{1,6}(?:[-/]\\d{1,4})?[A-Za-z]?,? (?:[NSEW]{1,2}\\.? |(?:North|South|East|West) )?(?:(?:[A-Z\u00c0-\u024f][\\p{L}'’.-]{0,24}|\\d{1,3}(?:st|nd|rd|th)|of|de|la|el|San|the) ){0,5}(${ENGLISH})\\b\\.?`,
  'uy',
);
const BEFORE_NUMBER = /(?:Flat|Unit|Apt|Apartment|Suite|House|Plot|No)\.? ?#?[\w/-]{1,6},? $/;
const STREET_FIRST =
  '(?:Calle|C\\/|Avenida|Avda\\.?|Av\\.|Paseo|Pº|Plaza|Pza\\.?|Carrera|Cra\\.?|Camino|Ronda|Travesía|Calzada|Via|Viale|Vicolo|Piazza|Piazzale|Corso|Largo|Strada|Contrada|Rua|R\\.|Travessa|Alameda|Praça|Praca|Estrada|Rodovia|Largo do|ul\\.|Ul\\.|ulica|Ulica|al\\.|Al\\.|Aleja|aleja|Aleje|os\\.|pl\\.|Pl\\.|plac|Plac|Str\\.|Strada|Calea|Bd\\.|Bulevardul|B-dul|Jl\\.|Jalan|Lorong|Jln\\.?|ул\\.|улица|пр\\.|пр-т|проспект|пер\\.|вул\\.|просп\\.|бул\\.|Cad\\.|Sok\\.|Đường|Quai|Rue|rue)';
const STREET_HEAD = new RegExp(`${STREET_FIRST} `, 'y');
const HEAD_STARTS = groupOfStarts(
  STREET_FIRST.slice(3, -1)
    .replaceAll('\\', '')
    .split('|')
    .map((head) => `${head.replace('?', '')} `),
);
const SPANISH = new RegExp(
  `${STREET_FIRST} (?:[\\p{L}\\d.'’-]{1,24} ){0,6}?[\\p{L}\\d.'’-]{1,24},? ?(?:n[º°.]? ?|nr\\.? ?|No\\.? ?|д\\. ?|#)?\\d{1,5}(?:[-/ ]?[A-Za-z]?\\d{0,3})?(?![\\p{L}\\d])`,
  'uy',
);
const FRENCH =
  /\d{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:rue|avenue|av\.|boulevard|bd\.?|blvd|place|pl\.|chemin|impasse|allée|allee|quai|cours|route|square|passage|faubourg|sentier|villa|cité|Rue|Avenue|Boulevard|Place|Chemin|Impasse|Allée|Quai|Cours|Route|Passage) (?:(?:de|du|des|la|le|les|l['’]|d['’]|à|et|aux?) ?)*(?:\p{L}[\p{L}\d'’.-]*|\d{1,2} \p{L}+)(?: (?:de|du|des|la|le|les|l['’]|d['’]|et|[\p{Lu}\d][\p{L}'’.-]*)){0,5}/uy;
/** Read backwards from the end of a word. */
const GERMANIC_END =
  /(?<=(?:straße|strasse|str\.|weg|platz|gasse|allee|ring|damm|ufer|steig|stieg|chaussee|markt|hof|graben|berg|straat|laan|gracht|plein|kade|dijk|singel|steeg|gatan|vägen|gränd|torget|vej|gade|allé|gata|veien|vegen|gaten|katu|tie|kuja|polku|utca|út|tér|körút|caddesi|sokak|sokağı))/iy;
const GERMANIC =
  /(?:(?:[\p{Lu}][\p{L}'’.-]*[ -]){0,3}|(?:Am|An der|An den|Auf dem|Im|In der|Zum|Zur|Unter den|Hinter der|Alte|Alter|Neue|Neuer|Obere|Untere) )[\p{L}'’.-]*$/u;
const HOUSE_NUMBER = /\d{1,4}(?: ?[a-zA-Z](?![\p{L}\d]))?(?:[-/](?:\d{1,3}[a-z]?|[IVX]{1,4}))?(?: (?:bis|ter|hs|huis))?(?![\p{L}\d])/uy;
/** "…, 10115 Berlin", "…, 1011 AB Utrecht": a number, a comma, a code and a town say address whatever the street is called. */
const CODE_AND_TOWN =
  /\d ?[a-zA-Z]?(?:[-/]\d{1,3})?(?:,|\n| -) ?(?=(?:[A-Z]{1,2}-)?(?:\d{5}|\d{4}(?: [A-Z]{2})?|\d{3} \d{2}|\d{2}-\d{3}|\d{4}-\d{3}) (?:[A-Z]{2} )?\p{Lu}\p{L}{2,})/uy;
const STREET_AND_NUMBER =
  /(?:(?:[\p{Lu}\d][\p{L}\d.'’-]*|am|an|der|den|de|la|zum|zur|im|in|auf|dem|van|von|do|da) ){0,4}[\p{Lu}][\p{L}.'’()-]*,? \d{1,4} ?[a-zA-Z]?(?:[-/]\d{1,3})?$/u;
const EAST_ASIAN =
  /(?:〒 ?\d{3}-\d{4}\s*)?(?:東京都|北海道|(?:大阪|京都)府|[\p{Script=Han}]{2,3}県)[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\dA-Z０-９−-]{3,50}(?: [\p{Script=Han}\p{Script=Katakana}ー\d]{2,20})?|[\p{Script=Han}]{2,6}(?:省|市|自治区)[\p{Script=Han}]{1,8}(?:市|区|县|區|縣)[\p{Script=Han}\dA-Z-]{2,40}(?:号|號|室|楼|樓|弄|栋)[\dA-Z\p{Script=Han}-]{0,12}|[\p{Script=Hangul}]{2,8}(?:시|도)(?: [\p{Script=Hangul}\d]{1,10}(?:시|구|군|동|읍|면)){1,3} [\p{Script=Hangul}\d]{1,12}(?:로|길|동)(?:\d+길)? ?\d[\d-]*(?:번지)?(?:,? ?[\p{Script=Hangul}\d ]{0,16}[호동층])?/gu;
/** "254, Koramangala 4th Block, Bengaluru 560034": house, quarter, town and a code of six digits. */
const HOUSE_AND_PIN =
  /(?<![\w.,/-])(?:[A-Z]-?)?\d{1,4}[A-Z]?(?:[/-]\d{1,4})?, (?:[\p{Lu}\d][\p{L}\d.'’-]{0,24}(?: [\p{L}\d][\p{L}\d.'’-]{0,24}){0,4}, ?){1,3}\p{Lu}[\p{L}]{2,24}(?: \p{Lu}[\p{L}]{1,24}){0,2},? (?:- ?)?\d{3} ?\d{3}(?!\d)/uy;
/** Without one of these it may be a row of a report. */
const QUARTER =
  /\b(?:Nagar|Colony|Block|Sector|Phase|Layout|Road|Rd|Street|Marg|Lane|Vihar|Enclave|Gardens?|Park|Apartments?|Towers?|Society|Chowk|Baza+r|Avenue|Extension|Estate|Bagh|Kunj|Niwas|Bhavan|Heights|Residency|Salai|Stage|Cross)\b|\p{Ll}(?:nagar|puram?|pet|guda|wadi|halli|pally|palya|ganj|gunj)\b|, Singapore/u;
const PO_BOX = /\b(?:P\.? ?O\.? Box|Postfach|BP|Apartado|Casella Postale|Postbus) \d{1,6}\b/y;
const BOX_STARTS = groupOfStarts(['po ', 'po.', 'p.o', 'p. ', 'p o', 'pob', 'postf', 'bp ', 'apa', 'cas', 'postb']);

export function findAddresses(view: View, out: Match[]): void {
  for (const field of view.fields) if (field.bits & KEY.ADDRESS) addField(view.text, field, out);
  const { text, signs, numbers } = view;
  if (signs.digits > 0) {
    addAtNumbers(view, out);
    if (signs.bits & SIGN.capital) addPostBoxes(view, out);
    if (signs.digits >= MIN_CODE_DIGITS && signs.bits & SIGN.part) addAtCodes(text, numbers, out);
    if (signs.digits >= MIN_PIN_DIGITS && text.includes(', ')) addAtPins(text, numbers, out);
  }
  if (text.includes('BEGIN:VCARD')) addCards(text, out);
  if (signs.bits & SIGN.eastern)
    for (const found of text.matchAll(EAST_ASIAN)) push(text, found.index, found.index + found[0].length, out, 0.8);
}

const CARD_ADDRESS = /^ADR(?:;[^:\n]{0,80})?:;*([^;\n\r][^\n\r]{4,200}?);*$/gm;

/** `ADR;TYPE=home:;;Dorpsstraat 9;Loenen;;3632 AS;`: the parts of one address. */
function addCards(text: string, out: Match[]): void {
  for (const found of text.matchAll(CARD_ADDRESS)) {
    const start = found.index + found[0].indexOf(found[1] as string, found[0].indexOf(':'));
    if (/\d/.test(found[1] as string)) push(text, start, start + (found[1] as string).length, out, 0.95);
  }
}

/** Of a house and its post code together. */
const MIN_CODE_DIGITS = 5;
const MIN_PIN_DIGITS = 7;

function addAtCodes(text: string, numbers: readonly number[], out: Match[]): void {
  let done = 0;
  for (let index = 1; index < numbers.length; index += 2) {
    const last = (numbers[index] as number) - 1;
    if (last < done || !isParted(text, last + 1)) continue;
    CODE_AND_TOWN.lastIndex = last;
    const found = CODE_AND_TOWN.exec(text);
    if (found === null) continue;
    done = CODE_AND_TOWN.lastIndex;
    const numberEnd =
      found.index +
      found[0]
        .trimEnd()
        .replace(/[,\n-]+$/, '')
        .trimEnd().length;
    const from = streetFrom(text, numberEnd);
    const street = STREET_AND_NUMBER.exec(text.slice(from, numberEnd));
    if (street !== null && !/^\d/.test(street[0])) push(text, from + street.index, tailEnd(text, numberEnd).end, out, 0.8);
  }
}

/** As far back from the end of a house number as a street may begin: five words with blanks between them, and a comma before the number. */
function streetFrom(text: string, numberEnd: number): number {
  const limit = Math.max(0, numberEnd - WINDOW);
  let blanks = 0;
  let at = numberEnd;
  for (; at > limit; at--) {
    const code = text.charCodeAt(at - 1);
    if (code === 0x20) {
      if (++blanks > MAX_STREET_BLANKS) break;
    } else if (code === 0x2c || code === 0x2f) {
      if (blanks > MAX_NUMBER_BLANKS) break;
    } else if (code < 0x80 && !isWordCode(code) && !STREET_SIGNS.includes(text.charAt(at - 1))) break;
  }
  return at;
}

/** "12 a" and what is before it. */
const MAX_NUMBER_BLANKS = 2;
const MAX_STREET_BLANKS = MAX_NUMBER_BLANKS + 4;
const STREET_SIGNS = ".'()-";

/** Does a comma, a line end or a dash follow behind a number and what may belong to it ("12 a", "12-14"), and then perhaps a post code? */
function isParted(text: string, from: number): boolean {
  for (let at = from; at < from + MAX_NUMBER_TAIL; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x0a) return beginsCode(text, at + 1);
    if (code === 0x2d) return true;
    if (code !== 0x20 && code !== 0x2f && !isWordCode(code)) return false;
  }
  return false;
}

/** A post code begins with two digits, or with the sign of its country: "D-". */
function beginsCode(text: string, at: number): boolean {
  const start = text.charCodeAt(at) === 0x20 ? at + 1 : at;
  const second = text.charCodeAt(start + 1);
  if (isDigit(text.charCodeAt(start))) return isDigit(second);
  return isCapital(text.charCodeAt(start)) && (second === 0x2d || (isCapital(second) && text.charCodeAt(start + 2) === 0x2d));
}

/** Of " a/123", characters, and the sign behind it. */
const MAX_NUMBER_TAIL = 8;

/** The letter before the number of a house belongs to it. */
function addAtPins(text: string, numbers: readonly number[], out: Match[]): void {
  let done = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    let start = numbers[index] as number;
    const before = text.charCodeAt(start - 1);
    if (isCapital(before)) start--;
    else if (before === 0x2d && isCapital(text.charCodeAt(start - 2))) start -= 2;
    const end = numbers[index + 1] as number;
    if (start < done || end - (numbers[index] as number) > MAX_HOUSE_DIGITS || !endsHouse(text, end)) continue;
    HOUSE_AND_PIN.lastIndex = start;
    const found = HOUSE_AND_PIN.exec(text);
    if (found === null) continue;
    done = HOUSE_AND_PIN.lastIndex;
    if (QUARTER.test(found[0])) push(text, start, done, out, 0.8);
  }
}

const MAX_HOUSE_DIGITS = 4;

/** A comma and a blank behind the number of a house, or what may stand between: "12A", "12/4", "12-14". */
function endsHouse(text: string, end: number): boolean {
  const code = text.charCodeAt(end);
  return code === 0x2c ? text.charCodeAt(end + 1) === 0x20 : code === 0x2f || code === 0x2d || isCapital(code);
}

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

/** "12 High Street", "4 bis, rue …" begin with their number; "Lindenweg 12", "Calle Mayor, 5", "ul. Długa 4/7" end with it. */
function addAtNumbers(view: View, out: Match[]): void {
  const { text, numbers } = view;
  const heads = streetHeads(view);
  let done = 0;
  for (let index = 0; index < numbers.length; index += 2) {
    const start = numbers[index] as number;
    const end = numbers[index + 1] as number;
    if (end - start > 6 || start < done) continue;
    const before = text.charCodeAt(start - 1);
    if (before === 0x20 || before === 0x2f || (before === 0x3a && /[Nn]o$/.test(text.slice(start - 3, start - 1))))
      done = Math.max(done, addNumberLast(text, start, heads, out));
    const behind = text.charCodeAt(end);
    if (behind === 0x20 || behind === 0x2c || behind === 0x2d || behind === 0x2f || isWordCode(behind))
      done = Math.max(done, addNumberFirst(text, start, out));
  }
}

const BEGINS_STREET = /\d{1,6}(?:[-/]\d{1,4})?[A-Za-z]?(?:,| (?:bis|ter|quater))? (?=[A-Za-z\u00c0-\u024f\d])/y;

function addNumberFirst(text: string, start: number, out: Match[]): number {
  if (start > 0 && isJoining(text.charCodeAt(start - 1))) return 0;
  BEGINS_STREET.lastIndex = start;
  if (!BEGINS_STREET.test(text)) return 0;
  return addEnglish(text, start, out) || addFrench(text, start, out);
}

/** Before a number: a part of the same word, a time, a path. */
function isJoining(code: number): boolean {
  return (code >= 0x2c && code <= 0x3a) || (code < 0x80 && isWordCode(code)) || code === 0x5f;
}

function addEnglish(text: string, start: number, out: Match[]): number {
  ENGLISH_STREET.lastIndex = start;
  const street = ENGLISH_STREET.exec(text);
  if (street === null) return 0;
  const word = street[1] as string;
  let end = start + street[0].length;
  const direction = /^ (?:[NSEW]{1,2}|North|South|East|West)\b/.exec(text.slice(end, end + 7));
  if (direction) end += direction[0].length;
  const tail = tailEnd(text, end);
  // "5 Park", "12 Main": a number and one word need a town to be an address.
  if (!tail.certain && !/^(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Lane|Ln|Court|Terrace|Crescent|Parkway)$/.test(word))
    return 0;
  if (!tail.certain && street[0].split(' ').length < 3) return 0;
  const before = BEFORE_NUMBER.exec(text.slice(Math.max(0, start - 24), start));
  push(text, start - (before?.[0].length ?? 0), tail.end, out, tail.certain ? 0.9 : 0.7);
  return tail.end;
}

function addFrench(text: string, start: number, out: Match[]): number {
  FRENCH.lastIndex = start;
  const street = FRENCH.exec(text);
  if (street === null) return 0;
  return addTail(text, start, start + street[0].length, out);
}

function addNumberLast(text: string, start: number, heads: readonly number[], out: Match[]): number {
  const from = Math.max(0, start - WINDOW);
  const streetEnd = streetEndBefore(text, start, from);
  GERMANIC_END.lastIndex = streetEnd;
  const isGermanic = GERMANIC_END.test(text);
  if (!isGermanic && !((heads[firstFrom(heads, from)] ?? streetEnd) < streetEnd - 2)) return 0;
  let line = streetEnd;
  while (line > from && text.charCodeAt(line - 1) !== 0x0a) line--;
  if (streetEnd - line < 4) return 0;
  if (isGermanic) return addGermanic(text, text.slice(line, streetEnd), streetEnd, start, out);
  for (let index = firstFrom(heads, line); index < heads.length; index++) {
    const at = heads[index] as number;
    if (at >= streetEnd - 2) break;
    STREET_HEAD.lastIndex = at;
    if (!STREET_HEAD.test(text) || STREET_HEAD.lastIndex > streetEnd) continue;
    SPANISH.lastIndex = at;
    const street = SPANISH.exec(text);
    if (street !== null && at + street[0].length > start) return addTail(text, at, at + street[0].length, out);
  }
  return 0;
}

/** Behind the street, before its number: "Bağdat Caddesi No: 116". */
function streetEndBefore(text: string, start: number, from: number): number {
  let end = start;
  while (end > from && text.charCodeAt(end - 1) === 0x20) end--;
  const sign = text.charCodeAt(end - 1);
  const word = sign === 0x2e || sign === 0x3a ? end - 1 : end;
  const second = text.charCodeAt(word - 1);
  const isNumber = second === 0xba || (second | 0x20) === 0x6f || (second | 0x20) === 0x72;
  if (!isNumber || (text.charCodeAt(word - 2) | 0x20) !== 0x6e || text.charCodeAt(word - 3) !== 0x20 || word - 3 < from) return end;
  return word - 4 >= from && text.charCodeAt(word - 4) === 0x2c ? word - 4 : word - 3;
}

/** Where "Calle ", "ul. " begin. */
function streetHeads({ text, starts }: View): number[] {
  return (starts[HEAD_STARTS] as readonly number[]).filter((at) => {
    if (at > 0 && isWordCode(text.charCodeAt(at - 1))) return false;
    STREET_HEAD.lastIndex = at;
    return STREET_HEAD.test(text);
  });
}

/** Index of the first place that is not before `from`. */
function firstFrom(places: readonly number[], from: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isWordCode(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code > 0xbf;
}

function addGermanic(text: string, before: string, streetEnd: number, start: number, out: Match[]): number {
  const street = GERMANIC.exec(before);
  HOUSE_NUMBER.lastIndex = start;
  const number = HOUSE_NUMBER.exec(text);
  if (street === null || number === null || !/\p{Lu}/u.test(street[0]) || text.charCodeAt(start - 2) <= 0x20) return 0;
  // Bearing, spring, O-ring: only what goes on to a town is a street.
  if (/(?:[aeiou]|O-|sp|st|b|th)ring$/i.test(street[0]) && !tailEnd(text, start + number[0].length).certain) return 0;
  return addTail(text, streetEnd - street[0].length, start + number[0].length, out);
}

function addPostBoxes({ text, starts }: View, out: Match[]): void {
  eachMatch(text, starts[BOX_STARTS] as readonly number[], PO_BOX, (found) => {
    const end = found.index + found[0].length;
    if (tailEnd(text, end).certain) addTail(text, found.index, end, out);
  });
}

/** "1052 Budapest, Váci utca 11": code and town come first in some countries. */
const TOWN_BEFORE =
  /(?:^|[\s(:"'|>])((?:[A-Z]{1,2}-)?(?:\d{4,6}|\d{3} \d\d) \p{Lu}[\p{L}-]{1,30}(?: \p{Lu}[\p{L}-]{1,20}| [IVX]{1,5}\.?)?, )$/u;
const MAX_TOWN_BEFORE = 70;

function addTail(text: string, start: number, end: number, out: Match[]): number {
  const tail = tailEnd(text, end);
  push(text, start, tail.end, out, tail.certain ? 0.88 : 0.7);
  return tail.end;
}

function push(text: string, start: number, end: number, out: Match[], confidence: number): void {
  let to = end;
  while (to > start && /[\s,.;-]/.test(text[to - 1] ?? '')) to--;
  const isBehindTown = text.charCodeAt(start - 1) === 0x20 && text.charCodeAt(start - 2) === 0x2c;
  const before = isBehindTown ? (TOWN_BEFORE.exec(text.slice(Math.max(0, start - MAX_TOWN_BEFORE), start))?.[1]?.length ?? 0) : 0;
  out.push({ type: 'ADDRESS', start: start - before, end: to, confidence, rule: 'address-text' });
}

const MAX_PARTS = 6;
/** Between two parts: a comma, a dash, a line end and what the next line is moved in by. */
const GAP = /^(?:,?[ \t]{0,2}\r?\n[ \t]{0,24}|\.?, ?| - | (?=(?:#|Apt|Suite|Unit|Ste|[A-Z]{2} \d{5}|\d{5} )))/;
const MAX_GAP = 32;

/** How far the address goes on behind its street; certain: a post code came by. */
function tailEnd(text: string, from: number): { end: number; certain: boolean } {
  let end = from;
  let certain = false;
  for (let count = 0; count < MAX_PARTS; count++) {
    const gap = GAP.exec(text.slice(end, end + MAX_GAP));
    // Behind the post code a new line is something else.
    if (gap === null || (certain && gap[0].includes('\n'))) break;
    const start = end + gap[0].length;
    const part = partAt(text, start);
    if (part === undefined) break;
    certain ||= CODE.test(part);
    end = start + part.length;
  }
  return { end, certain };
}

const CODE = new RegExp(`(?<![\\p{L}\\d])${POST}(?![\\p{L}\\d])`, 'u');

/** The longest piece from `start` that reads as a part of an address. */
function partAt(text: string, start: number): string | undefined {
  const window = text.slice(start, start + WINDOW);
  const whole = /^[^,\n;|<>"()\t]*(?:\([^)]{1,20}\))?[^,\n;|<>"()\t]*/.exec(window)?.[0].trimEnd().replace(/\.$/, '') ?? '';
  if (PART.test(whole)) return whole;
  const sentence = /^(.*?(?:[^A-Z\s.]|[A-Z\d]{2}))\.(?:\s|$)/.exec(whole)?.[1];
  if (sentence !== undefined && PART.test(sentence)) return sentence;
  // A sentence goes on behind the code or town.
  const words = whole.split(' ');
  for (let count = Math.min(words.length - 1, 6); count >= 1; count--) {
    const head = words.slice(0, count).join(' ');
    if (PART.test(head) && (CODE.test(head) || /^\p{Ll}/u.test(words[count] ?? ''))) return head;
  }
  return undefined;
}

function addField(text: string, field: Field, out: Match[]): void {
  const { start, end } = field;
  if (end - start < 5 || end - start > 250) return;
  const value = text.slice(start, end);
  if (/^(?:0x|bc1|\w+:\/\/|[\w.+-]+@)/.test(value) || /^[\d.:a-f/]+$/i.test(value) || /^[\w.-]+:\d+$/.test(value) || /[{}[\]=]/.test(value))
    return;
  const words = partsOf(value).length;
  if (!/\p{L}{2}/u.test(value) || (words < 2 && !/[\u3040-\u9fff\uac00-\ud7af]/.test(value))) return;
  // "street address of the office is …" is prose; a value has a number or several capitals.
  if (!/\d/.test(value) && !/^\p{Lu}\S*(?:[ ,]+(?:\p{Lu}|de|la|del|der|am)\S*)+$/u.test(value)) return;
  if (value.length > 120 && !/,/.test(value)) return;
  // The last cell of a row ends with its line, whatever the next row begins with.
  const isCell = /[;,\t|]["' ]?$/.test(text.slice(Math.max(0, start - 2), start));
  out.push({ type: 'ADDRESS', start, end: isCell ? end : Math.max(end, tailOf(text, end)), confidence: 0.9, rule: 'address-field' });
}

/** "Address: 12 High Street⏎Leeds⏎LS1 4AB": lines that go on. */
function tailOf(text: string, end: number): number {
  if (text.charCodeAt(end) !== 0x0a) return end;
  const tail = tailEnd(text, end);
  return tail.certain ? tail.end : end;
}
