// E-mail addresses, also written "name [at] host [dot] tld". Linear: every "@" looks a bounded way to both sides.
import { BLANKS } from './character.ts';
import type { Match } from './finding-kind.ts';
import { groupOfStarts } from './start-index.ts';
import { SIGN } from './text-sign.ts';
import { fieldAt, type View } from './view.ts';

const MAX_LOCAL = 64;
const MAY_BE_SPELLED =
  /[[({<]\s?(?:at|@|ät|dot|AT|DOT|At|Dot|arroba|chiocciola|arobase|małpa)\s?[\])}>]| dot | DOT |_at_| (?:arroba|chiocciola|arobase) /y;
/** How it begins: in brackets, perhaps behind a blank, and in none. */
const SPELLED_STARTS = groupOfStarts(
  ['', ...BLANKS]
    .flatMap((blank) => ['at', '@', 'ät', 'dot', 'arroba', 'chiocciola', 'arobase', 'małpa'].map((word) => blank + word))
    .flatMap((word) => [...'[({<'].map((bracket) => bracket + word))
    .concat([' dot ', '_at_', ' arroba ', ' chiocciola ', ' arobase ']),
);
const MAX_DOMAIN = 253;
const DOMAIN = /(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?:xn--[a-z0-9-]{2,30}|\p{L}{2,24})/uy;
/** Ends of file names and of code that stand behind an "@". */
const NOT_TLD =
  /\.(?:png|jpe?g|gif|svg|webp|ico|css|js|mjs|cjs|ts|tsx|jsx|json|html?|php|py|rb|go|rs|java|xml|ya?ml|md|txt|log|pdf|zip|gz|tar|lock|so|dll|exe|sh|local|svc|service|socket|target|timer|map|vue|conf)$/i;

export function findEmails(view: View, out: Match[]): void {
  const { text, starts, signs } = view;
  if (signs.bits & SIGN.at)
    for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
      addAt(view, at, out);
      addApart(text, at, out);
    }
  if ((starts[SPELLED_STARTS] as readonly number[]).some((at) => maySpell(text, at))) addSpelled(text, out);
}

function maySpell(text: string, at: number): boolean {
  MAY_BE_SPELLED.lastIndex = at;
  return MAY_BE_SPELLED.test(text);
}

function addAt(view: View, at: number, out: Match[]): void {
  const { text } = view;
  const local = text.charCodeAt(at - 1) === 0x22 ? quotedBefore(text, at) : localBefore(text, at);
  if (!local || local.endsWith('.') || local.includes('..')) return;
  const gap = isLineEnd(text.charCodeAt(at + 1)) && local.length > 2 ? (LINE_GAP.exec(text.slice(at + 1, at + 9))?.[0].length ?? 0) : 0;
  DOMAIN.lastIndex = at + 1 + gap;
  const domain = DOMAIN.exec(text)?.[0];
  if (domain === undefined || domain.length > MAX_DOMAIN || NOT_TLD.test(domain)) return;
  const start = at - local.length;
  const end = at + 1 + gap + domain.length;
  const after = text.charCodeAt(end);
  // git@host:path, ssh and URL logins; Message-IDs.
  if (after === 0x3a && /^:[\w~./-]/.test(text.slice(end, end + 2)) && /^(?:git|hg|svn|ssh|root|deploy|ubuntu|ec2-user|admin)$/.test(local))
    return;
  if (
    (text.charCodeAt(start - 1) === 0x2f || text.charCodeAt(start - 1) === 0x3a) &&
    /:\/\/[^\s/]*$/.test(text.slice(Math.max(0, start - 80), start))
  )
    return;
  if (isExtension(text, start, local)) return;
  const field = fieldAt(view, start, end);
  // Ids are made of numbers; a person may be somebody's reference.
  const mayBeId = /\d/.test(local);
  if (mayBeId && field !== undefined && /message-?id|references|in-reply-to|content-id/i.test(field.key)) return;
  // The id of an appointment.
  if (/(?:^|\n)UID:[^\n:]{0,80}$/.test(text.slice(Math.max(0, start - 80), start)) && isInEvent(text, start)) return;
  if (
    mayBeId &&
    text.charCodeAt(start - 1) === 0x3c &&
    /(?:message-id|references|in-reply-to|content-id):\s*<?[^\n]{0,200}$/i.test(text.slice(Math.max(0, start - 60), start))
  )
    return;
  out.push({ type: 'EMAIL', start, end, confidence: 0.98, rule: 'email' });
}

/** `sip:2041@pbx.example`: a number at an exchange gets no mail. */
function isExtension(text: string, start: number, local: string): boolean {
  return /^\d+$/.test(local) && SIP.test(text.slice(Math.max(0, start - 6), start));
}

const SIP = /(?:^|[^a-z])sips?:\+?$/i;

/** An address that a line end breaks. */
const LINE_GAP = /^\r?\n[ \t>]{0,5}/;

function isLineEnd(code: number): boolean {
  return code === 0x0a || code === 0x0d;
}

const APART =
  /(?<![\w.@])[\w.+-]{2,40} ?@ [\w-]{2,40}(?:(?: \. ?|\.)[a-z]{2,20}){0,2}(?: \. ?|\.)(?:com|org|net|edu|gov|info|biz|eu|io|dev|me|co|de|at|ch|fr|es|it|nl|be|pl|se|no|dk|fi|ie|uk|pt|cz|gr|ru|us|ca|au|nz|in|jp|cn|kr|br|mx|tr|za)(?![\w.-])/iy;

/** "gregor @ waldhaus . at": blanks around its signs. */
function addApart(text: string, at: number, out: Match[]): void {
  if (text.charCodeAt(at + 1) !== 0x20) return;
  let start = text.charCodeAt(at - 1) === 0x20 ? at - 1 : at;
  while (start > 0 && at - start < MAX_LOCAL && /[\w.+-]/.test(text[start - 1] as string)) start--;
  APART.lastIndex = start;
  const found = APART.exec(text);
  if (found !== null) out.push({ type: 'EMAIL', start, end: APART.lastIndex, confidence: 0.8, rule: 'email-spelled' });
}

/** How far before its id an appointment may begin, characters. */
const MAX_EVENT = 4096;

function isInEvent(text: string, at: number): boolean {
  return text.slice(Math.max(0, at - MAX_EVENT), at).includes('BEGIN:V');
}

const SIGNS = new Set("-.!#$%&'*+/=?^_`{|}~");

/** What can stand before the "@", without the signs that rather belong to the text around it. */
function localBefore(text: string, at: number): string {
  let start = at;
  while (start > 0 && at - start < MAX_LOCAL) {
    const code = text.charCodeAt(start - 1);
    const plain = (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
    if (!plain && !(code < 0x80 ? SIGNS.has(text[start - 1] as string) : LETTER.test(text[start - 1] as string))) break;
    start--;
  }
  return text
    .slice(start, at)
    .replace(/^[.!#$%&'*+/=?^`{|}~-]+/, '')
    .replace(/^.*['`=|/{}?&*]/, '');
}

/** `"desk 4"@host`: between the quote before the "@" and the one that opens. */
function quotedBefore(text: string, at: number): string {
  const open = text.lastIndexOf('"', at - 2);
  const local = open < 0 || at - open > MAX_LOCAL ? '' : text.slice(open, at);
  return local.length > 2 && !/[\n\\<>]/.test(local) && !/[\p{L}\d]/u.test(text[open - 1] ?? ' ') ? local : '';
}

const LETTER = /[\p{L}\p{N}]/u;

const SPELLED =
  /(?<![\w.])([a-z0-9][a-z0-9._+-]{0,40}(?:\s?(?:[[({](?:dot|punkt|punto|point|ponto|punt|kropka|prik)[\])}]| dot | punkt | punto )\s?[a-z0-9_+-]{1,40}){0,3})\s{0,2}(?:[[({]\s?(?:at|@|ät|arroba|chiocciola|arobase|małpa)\s?[\])}]|<\s?at\s?>|\s(?:at|AT|arroba|chiocciola|arobase)\s|_at_)\s{0,2}([a-z0-9-]{1,40}(?:[^\S\n]{0,2}(?:[[({]\s?(?:dot|\.|punkt|punto|point|ponto|punt|kropka|prik)\s?[\])}]|\s(?:dot|DOT|punkt|punto|ponto|point)\s|_dot_|\.)[^\S\n]{0,2}[a-z0-9-]{1,40}){1,4})(?![\w])/gi;

/** One stands in every address that is spelled out. */
const SPELLED_SIGN = /[[({<]\s?(?:at|@|ät|arroba|chiocciola|arobase|małpa|dot|\.)|\sdot\s|\s(?:arroba|chiocciola|arobase)\s|_at_/gi;
/** No address that is spelled out is longer, characters. */
const MAX_SPELLED = 450;

/** Looked for around the signs of one only; what is between signs that are near to each other is read once. */
function addSpelled(text: string, out: Match[]): void {
  SPELLED_SIGN.lastIndex = 0;
  for (let sign = SPELLED_SIGN.exec(text); sign !== null; ) {
    const from = Math.max(0, sign.index - MAX_SPELLED);
    let last = sign.index;
    do {
      last = sign.index;
      sign = SPELLED_SIGN.exec(text);
    } while (sign !== null && sign.index - last < 2 * MAX_SPELLED);
    const window = text.slice(from, last + MAX_SPELLED);
    SPELLED.lastIndex = 0;
    for (let found = SPELLED.exec(window); found !== null; found = SPELLED.exec(window))
      if (isSpelled(found[0], found[2] as string))
        out.push({ type: 'EMAIL', start: from + found.index, end: from + SPELLED.lastIndex, confidence: 0.85, rule: 'email-spelled' });
  }
}

function isSpelled(whole: string, domain: string): boolean {
  // "meet me at example.com" has no sign of hiding an address.
  if (!/[[({<]\s?(?:at|@|ät|arroba|chiocciola|arobase|małpa|dot|\.)|\sdot\s|\s(?:arroba|chiocciola|arobase)\s|_at_/i.test(whole))
    return false;
  return !/\s(?:at)\s/i.test(whole) || /dot/i.test(domain);
}
