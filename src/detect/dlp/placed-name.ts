// Names that their place gives away: fields of address cards and calendars, speakers of a transcript, the line above a postal address.
// Linear in the text; each shape is looked for only where its marks stand.
import type { Match } from './finding-kind.ts';
import { nameList } from './name-list.ts';

const PARTICLE = '(?:(?:van|von|de|del|della|di|da|dos|du|der|den|la|le|bin|al|el|af|zu|ter|ten) ){0,2}';
const WORD = "\\p{Lu}[\\p{L}\\p{M}'’.-]{0,40}";
const NAME = `${WORD}(?: ${PARTICLE}${WORD}){1,3}`;
const WHOLE_NAME = new RegExp(`^${NAME}$`, 'u');
/** `[09:12] Ann Lee: …`, `09:12:44 Ann Lee: …` */
const SPEAKER = new RegExp(`^\\[?\\d{1,2}:\\d\\d(?::\\d\\d)?(?: ?[AaPp][Mm])?\\]? {1,3}(?:<|- )?(${NAME})>?:`, 'gmu');
/** `ORGANIZER;CN=Ann Lee:mailto:…` */
const COMMON_NAME = /;CN="?([^";:\n\r]{3,60})"?[;:]/g;
/** `N:Lee;Ann;;;` of a card: family and given name. */
const CARD_NAME = /^N(?:;[^:\n]{0,80})?:([^;\n\r]{1,60})(?:;([^;\n\r]{1,60}))?/gm;
/** 山本様, 김민준 님, 王小明先生: what honours a name stands behind it. */
const HONOURED =
  /(?:(?<![\p{Script=Han}\p{Script=Hangul}])|(?<=尊敬的|亲爱的|敬愛的|致))([\p{Script=Han}]{1,5}(?: [\p{Script=Han}]{1,3})?|[\p{Script=Hangul}]{3,4}) ?(?:様|さん|氏(?![\p{Script=Han}])|先生|女士|小姐|殿|님|씨)/gu;
/** 佐藤健一です。 佐藤と申します: who speaks says so. */
const SPEAKS = /(?<=^|[\n。、！\s])([\p{Script=Han}]{4,5}(?=です)|[\p{Script=Han}]{2,5}(?=と申します|でございます))/gu;
/** Honoured as a person is, by what one does: 이용자님, 변호사님. */
const KOREAN_ROLE = /[자사]$|(?:교수|이사장|위원|회원|의원|직원|장관|감독|팀장|과장|부장|원장|학생|선생|고객|기사|작가|박사|목사|기자)$/;
/** `AU  - Lee, Ann` of a reference list, `A1  - …`. */
const AUTHOR = /^(?:AU|A[1-4]|ED) {2}- ([^\n\r]{3,80})$/gm;
/** Longest line above an address that may be a name, UTF-16 code units. */
const MAX_LINE_CHARS = 60;

/** `isName`: could this be the name of a person? Never asked of more than a line. */
export function findPlacedNames(text: string, addresses: readonly Match[], isName: (text: string) => boolean, out: Match[]): void {
  const push = (start: number, value: string): void => {
    out.push({ type: 'PERSON', start, end: start + value.length, confidence: 0.85, rule: 'name-place' });
  };
  if (text.includes(':'))
    for (const found of text.matchAll(SPEAKER)) {
      const name = found[1] as string;
      if (isName(name)) push(found.index + found[0].lastIndexOf(name), name);
    }
  if (text.includes('  - '))
    for (const found of text.matchAll(AUTHOR)) {
      const name = (found[1] as string).trimEnd();
      if (/^\p{Lu}/u.test(name) && !/\d/.test(name)) push(found.index + found[0].indexOf(name), name);
    }
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
  if (/[\u3040-\u9fff\uac00-\ud7af]/.test(text)) {
    for (const found of text.matchAll(HONOURED)) {
      const name = found[1] as string;
      if (nameList().isFamilyFirst(`${name} `) && !KOREAN_ROLE.test(name)) push(found.index, name);
    }
    for (const found of text.matchAll(SPEAKS)) {
      const name = found[1] as string;
      if (nameList().isFamilyFirst(name) && !/[社部課長店局校院所室]$/.test(name)) push(found.index, name);
    }
  }
  for (const { start } of addresses) addLineAbove(text, start, isName, push);
}

function addLineAbove(text: string, start: number, isName: (text: string) => boolean, push: (start: number, value: string) => void): void {
  if (start < 2 || text.charCodeAt(start - 1) !== 0x0a) return;
  const end = text.charCodeAt(start - 2) === 0x0d ? start - 2 : start - 1;
  const back = text.slice(Math.max(0, end - MAX_LINE_CHARS), end);
  const from = end - back.length + back.lastIndexOf('\n') + 1;
  const line = text.slice(from, end).trimEnd();
  if (WHOLE_NAME.test(line) && isName(line)) push(from, line);
}
