// Secrets that stand alone on a line and are told by the line before: recovery codes behind a label that calls them so, the answer to a question for a
// password. Linear in the text; looks a bounded way on.
import type { Match } from './finding-kind.ts';
import { isPlaceholder } from './placeholder.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import type { View } from './view.ts';

const CODES =
  /(?<![\p{L}\d])(?:(?:back-?up|recovery|scratch|emergency|bypass|one[- ]time) (?:verification |login |sign-in |access |2fa |mfa )?(?:codes|passcodes|passwords)|(?:backup|wiederherstellungs|notfall)-?codes|codes de (?:secours|récupération)|códigos de (?:recuperaci[oó]n|respaldo|recuperação)|codici di (?:recupero|backup)|herstelcodes|kody zapasowe)(?![\p{L}\d])[^\n:.]{0,60}[:\n]/iuy;
const CODES_STARTS = groupOfStarts('back,reco,scra,emer,bypa,one-,one ,wiede,notf,codes,códigos,codigos,codici,herst,kody'.split(','));
/** A line number or a bullet, and a code in groups. */
const CODE =
  /[\s,;|•*]{0,8}(?:\d{1,2}[.)][ \t]{1,3}|- )?(\d{3,5}(?: \d{3,5}){1,2}(?=[ \t]*(?:\n|$))|[A-Za-z\d]{3,12}(?:-[A-Za-z\d]{3,12}){0,4})(?![A-Za-z\d@_.:/-])/y;
const MAX_CODES = 24;

/** Recovery codes: written alike, some of them, one after the other. */
export function findListedSecrets({ text, starts }: View, out: Match[]): void {
  eachMatch(text, starts[CODES_STARTS] as readonly number[], CODES, ({ index, 0: label }) => {
    const codes: { start: number; text: string }[] = [];
    CODE.lastIndex = index + label.length;
    for (let found = CODE.exec(text); found !== null && codes.length < MAX_CODES; found = CODE.exec(text)) {
      const code = found[1] as string;
      if (shapeOf(code) !== shapeOf(codes[0]?.text ?? code) || !/\d/.test(code)) break;
      codes.push({ start: CODE.lastIndex - code.length, text: code });
    }
    if (codes.length < leastOf(codes[0]?.text ?? '')) return;
    for (const { start, text: code } of codes)
      out.push({ type: 'PASSWORD', start, end: start + code.length, confidence: 0.85, rule: 'recovery-code' });
  });
}

/** Lengths of its groups. */
function shapeOf(code: string): string {
  return code
    .split(/[ -]/)
    .map(({ length }) => length)
    .join('-');
}

/** Numbers may be anything, days above all. */
function leastOf(code: string): number {
  if (/^\d{4}-\d\d-\d\d$|^\d\d-\d\d-\d{4}$/.test(code)) return Number.POSITIVE_INFINITY;
  if (/^[\d -]+$/.test(code)) return code.length >= 6 ? 4 : 8;
  return code.length >= 8 ? 2 : 4;
}

const ANSWERED =
  /(password|passwd|passphrase|passcode|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|hasło|lösenord|salasana|parola|pin|pwd?|api[ -]?(?:key|token|secret)|(?:access|auth|bearer) token|(?:secret|access) key|(?:alarm|door|entry|gate|access|garage|lock|safe) code)(?![\p{L}\d])[^\n?]{0,60}\?[^\S\n]{0,3}\n{1,2}(?:[^\n:]{1,40}(?:: ?|\n\n))?(?:it['’]?s |try |use |here: )?["'`“]?(\d{2,4}(?: \d{2,4}){1,3}|[^\s"'`“”]{4,200})["'`”]?[^\S\n]{0,3}(?:\n|$)/iuy;
const ANSWERED_STARTS = groupOfStarts(
  'pass kenn contr mot senh wacht hasl hasł löse lose salas parol pin pw alar door entr gate acce gara lock safe api auth bear secr'.split(
    ' ',
  ),
);

const QUESTION = /\?[^\S\n]{0,3}\n/;

/** "what's the wifi password?", and on the next line nothing but the value. */
export function findAnsweredSecrets({ text, starts }: View, out: Match[]): void {
  const places = starts[ANSWERED_STARTS] as readonly number[];
  // Most texts ask nothing.
  if (places.length === 0 || !QUESTION.test(text)) return;
  eachMatch(text, places, ANSWERED, (found) => {
    const [whole, asked, answer] = found as unknown as [string, string, string];
    if (/[\p{L}\d_]/u.test(text[found.index - 1] ?? ' ')) return;
    const value = answer.replace(/[.,;!?]$/, (sign) => (sign === '!' ? sign : ''));
    if (!(/^p(?:in|asscode)$| code$/i.test(asked) && /^[\d ]{4,11}$/.test(value)) && !isMixed(value)) return;
    const start = found.index + whole.lastIndexOf(answer);
    out.push({ type: 'PASSWORD', start, end: start + value.length, confidence: 0.75, rule: 'answered-secret' });
  });
}

/** Digits among letters or signs; no time, day, version, size, address or path. */
function isMixed(value: string): boolean {
  if (value.length < 6 || !/\d/.test(value) || !/\p{L}/u.test(value) || isPlaceholder(value)) return false;
  return !/^v?\d+(?:[.:]\d+)*(?:[a-z]{1,5}|%)?[!?]?$|^\d{4}-\d\d|^https?:|^[~./]|@.+\.|^[A-Z]{2,6}-\d+$|^#/i.test(value);
}
