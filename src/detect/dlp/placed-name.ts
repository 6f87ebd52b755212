// Names that their place gives away: fields of address cards and calendars, speakers of a transcript, the line above a postal address.
// Linear in the text; each shape is looked for only where its marks stand.
import type { Match } from './finding-kind.ts';
import { nameList } from './name-list.ts';
import { SIGN } from './text-sign.ts';
import type { View } from './view.ts';

const PARTICLE = '(?:(?:van|von|de|del|della|di|da|dos|du|der|den|la|le|bin|al|el|af|zu|ter|ten) ){0,2}';
const WORD = "\\p{Lu}[\\p{L}\\p{M}'’.-]{0,40}";
const NAME = `${WORD}(?: ${PARTICLE}${WORD}){1,3}`;
const WHOLE_NAME = new RegExp(`^${NAME}$`, 'u');
const DATE = '\\d{1,4}[./-]\\d{1,2}[./-]\\d{1,4}';
const ENDS_DATE = new RegExp(`${DATE}, $`);
/** `[09:12] Ann Lee: …`, `09:12:44 Ann Lee: …`, `[14/01/25, 18:02] Ann Lee: …`, `1/14/25, 6:02 PM - Ann Lee: …` */
const SPEAKER = new RegExp(`\\[?(?:${DATE}, )?\\d{1,2}:\\d\\d(?::\\d\\d)?(?: ?[AaPp][Mm])?\\]? {1,3}(?:<|- )?(${NAME})>?:`, 'uy');
/** `ORGANIZER;CN=Ann Lee:mailto:…` */
const COMMON_NAME = /;CN="?([^";:\n\r]{3,60})"?[;:]/g;
/** `N:Lee;Ann;;;` of a card: family and given name. */
const CARD_NAME = /^N(?:;[^:\n]{0,80})?:([^;\n\r]{1,60})(?:;([^;\n\r]{1,60}))?/gm;
/** 山本様, 김민준 님, 王小明先生: what honours a name stands behind it. */
const HONOURED =
  /(?:(?<![\p{Script=Han}\p{Script=Hangul}])|(?<=尊敬的|亲爱的|敬愛的|致|给|給|联系|聯絡|通知|转告|找|请|請))([\p{Script=Han}]{1,5}(?: [\p{Script=Han}]{1,3})?|[\p{Script=Hangul}]{3,4}) ?(?:様|さん|氏(?![\p{Script=Han}])|先生|女士|小姐|殿|님|씨)/gu;
/** 佐藤健一です。 佐藤と申します: who speaks says so. */
const SPEAKS = /(?<=^|[\n。、！\s])([\p{Script=Han}]{4,5}(?=です)|[\p{Script=Han}]{2,5}(?=と申します|でございます))/gu;
/** Honoured as a person is, by what one does: 이용자님, 변호사님. */
const KOREAN_ROLE = /[자사]$|(?:교수|이사장|위원|회원|의원|직원|장관|감독|팀장|과장|부장|원장|학생|선생|고객|기사|작가|박사|목사|기자)$/;
/** `AU  - Lee, Ann` of a reference list, `A1  - …`. */
const AUTHOR = /^(?:AU|A[1-4]|ED) {2}- ([^\n\r]{3,80})$/gm;
/** "-- ⏎Ann Lee | Sales": the sign that parts a signature from a mail, and who signs. */
const SIGNATURE = new RegExp(`(?<=(?:^|\\n)-- ?\\r?\\n)(${NAME})(?= ?(?:\\r?\\n|$|[|,•·]))`, 'gu');
/** Longest line above an address that may be a name, UTF-16 code units. */
const MAX_LINE_CHARS = 60;

/** `isName`: could this be the name of a person? Never asked of more than a line. */
export function findPlacedNames(
  { text, signs }: Pick<View, 'text' | 'signs'>,
  addresses: readonly Match[],
  isName: IsName,
  out: Match[],
): void {
  const isEastern = (signs.bits & SIGN.eastern) !== 0;
  const push = (start: number, value: string): void => {
    out.push({ type: 'PERSON', start, end: start + value.length, confidence: 0.85, rule: 'name-place' });
  };
  addSpeakers(text, isName, push);
  if (text.includes('  - '))
    for (const found of text.matchAll(AUTHOR)) {
      const name = (found[1] as string).trimEnd();
      if (/^\p{Lu}/u.test(name) && !/\d/.test(name)) push(found.index + found[0].indexOf(name), name);
    }
  if (text.includes('-- \n') || text.includes('\n--\n'))
    for (const found of text.matchAll(SIGNATURE)) if (isName(found[1] as string)) push(found.index, found[1] as string);
  if (text.includes(';CN='))
    for (const found of text.matchAll(COMMON_NAME)) {
      const name = found[1] as string;
      if (isName(name)) push(found.index + found[0].indexOf(name), name);
    }
  if (text.includes('BEGIN:VCARD'))
    for (const found of text.matchAll(CARD_NAME)) {
      const [whole, family = '', given = ''] = found;
      const at = found.index + whole.length - given.length - (given === '' ? 0 : 1) - family.length;
      push(at, family);
      if (given !== '') push(found.index + whole.length - given.length, given);
    }
  if (isEastern) addEastern(text, push);
  addLinesAbove(text, addresses, isName, push);
}

/** What parts a name from its address: " (", " <", "](mailto:", ", ", " - ". */
const PARTS_MAIL = /(?:\]?\s?[(<]{1,2}(?:mailto:|e-?mail:? )?|,? [–—-] |, )$/;
const NAME_AT_END = new RegExp(`(?:^|[^\\p{L}'’.-])(${NAME})$`, 'u');
/** Looked at before an address, UTF-16 code units. */
const MAX_PARTING = 12;
const MAX_BEFORE = 64;
/** Known as a given or a family name: the four lowest of the bits of name-list.ts. */
const LISTED = 15;

/** "Ann Lee (alee@…)", "[Ann Lee](mailto:…)", "Ann Lee, ann@…": a name whose letters the address is made of. */
export function findNamesBeside(text: string, mails: readonly Match[], isName: IsName, out: Match[]): void {
  for (const { type, start, end } of mails) {
    if (type !== 'EMAIL' || start < 6 || !PARTING.has(text.charCodeAt(start - 1))) continue;
    const parting = PARTS_MAIL.exec(text.slice(Math.max(0, start - MAX_PARTING), start))?.[0];
    if (parting === undefined) continue;
    const nameEnd = start - parting.length;
    const name = NAME_AT_END.exec(text.slice(Math.max(0, nameEnd - MAX_BEFORE), nameEnd))?.[1];
    if (name === undefined) continue;
    const login = plain(text.slice(start, end).split('@', 1)[0] as string);
    const words = name.split(' ');
    if (!words.some((word) => plain(word).length > 2 && login.includes(plain(word))) || !isName(name)) continue;
    // "Data Protection (data.protection@…)" is an office.
    if (!words.some((word) => (nameList().traits(word) & LISTED) !== 0)) continue;
    out.push({ type: 'PERSON', start: nameEnd - name.length, end: nameEnd, confidence: 0.8, rule: 'name-place' });
  }
}

/** What PARTS_MAIL ends with. */
const PARTING = new Set([...'(<: '].map((sign) => sign.charCodeAt(0)));

function plain(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}

function addEastern(text: string, push: Push): void {
  if (HONOURS.test(text))
    for (const found of text.matchAll(HONOURED)) {
      const name = found[1] as string;
      if (nameList().isFamilyFirst(`${name} `) && !KOREAN_ROLE.test(name)) push(found.index, name);
    }
  if (SAYS.test(text))
    for (const found of text.matchAll(SPEAKS)) {
      const name = found[1] as string;
      if (nameList().isFamilyFirst(name) && !/[社部課長店局校院所室]$/.test(name)) push(found.index, name);
    }
}

/** What one of HONOURED, or one of SPEAKS, ends with. */
const HONOURS = /[様氏殿님씨]|さん|先生|女士|小姐/;
const SAYS = /です|と申します|でございます/;

type IsName = (text: string) => boolean;
type Push = (start: number, value: string) => void;

/** A time of day at the start of a line, then who speaks. */
function addSpeakers(text: string, isName: IsName, push: Push): void {
  for (let colon = text.indexOf(':'); colon >= 0; colon = text.indexOf(':', colon + 1)) {
    if (!isDigit(text.charCodeAt(colon - 1)) || !isDigit(text.charCodeAt(colon + 1))) continue;
    let start = isDigit(text.charCodeAt(colon - 2)) ? colon - 2 : colon - 1;
    if (text.charCodeAt(start - 2) === 0x2c) start -= ENDS_DATE.exec(text.slice(Math.max(0, start - MAX_DATE), start))?.[0].length ?? 0;
    if (text.charCodeAt(start - 1) === 0x5b) start--;
    const before = text.charCodeAt(start - 1);
    if (start > 0 && before !== 0x0a && before !== 0x0d && before !== 0x2028 && before !== 0x2029) continue;
    SPEAKER.lastIndex = start;
    const found = SPEAKER.exec(text);
    if (found === null) continue;
    const name = found[1] as string;
    if (isName(name)) push(start + found[0].lastIndexOf(name), name);
  }
}

/** `2025-01-14, `, characters. */
const MAX_DATE = 12;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function addLinesAbove(text: string, addresses: readonly Match[], isName: IsName, push: Push): void {
  for (const { start } of addresses) addLineAbove(text, start, isName, push);
}

/** As texts, pages and LaTeX end a line. */
const LINE_END = /(?:\r?\n|<br ?\/?>\s?|\\\\ )$/i;
const MAX_LINE_END = 8;
/** What stands before a line of one of them. */
const BEGINS = ['\n', '>', '{', '\\'];

function addLineAbove(text: string, start: number, isName: IsName, push: Push): void {
  const last = text.charCodeAt(start - 1);
  if (start < 2 || (last !== 0x0a && last !== 0x3e && last !== 0x20)) return;
  const lineEnd = LINE_END.exec(text.slice(Math.max(0, start - MAX_LINE_END), start))?.[0].length ?? 0;
  if (lineEnd === 0) return;
  const end = start - lineEnd;
  const above = text.slice(Math.max(0, end - MAX_LINE_CHARS), end);
  const begin = Math.max(...BEGINS.map((sign) => above.lastIndexOf(sign))) + 1;
  const from = end - above.length + begin;
  const line = above.slice(begin).trimEnd();
  if (WHOLE_NAME.test(line) && isName(line)) push(from, line);
}
