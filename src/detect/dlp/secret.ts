// Secrets: credentials of known providers, JWTs, private keys, and values that their key calls a password or a key.
// Values are looked at and forgotten: nothing here keeps, logs or returns a text.
import type { Match } from './finding-kind.ts';
import { isBareKeyVariable, KEY } from './key-class.ts';
import { entropy, isPlaceholder, looksRandom } from './placeholder.ts';
import { SECRET_RULES, type SecondHalf, type SecretRule } from './secret-rule.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import type { Field, View } from './view.ts';

const literals = new Map<string, SecretRule[]>();
for (const rule of SECRET_RULES) for (const start of rule.starts) literals.set(start, [...(literals.get(start) ?? []), rule]);

const PEM = '-----BEGIN';
const JWT = 'eyJ';
const escaped = [...literals.keys(), PEM, JWT]
  .sort((one, other) => other.length - one.length)
  .map((text) => text.replace(/[.$/+]/g, '\\$&'));
const LITERALS = new RegExp(escaped.join('|'), 'y');
const LITERAL_STARTS = groupOfStarts([...literals.keys(), PEM, JWT]);

const START = new RegExp(`^(?:${escaped.join('|')})`);

const FIRST_TWO = new Set([...literals.keys(), PEM, JWT].map((text) => (text.charCodeAt(0) << 16) | text.charCodeAt(1)));

/** False for most pairs of characters: no credential begins so. */
export function maySecret(first: number, second: number): boolean {
  return FIRST_TWO.has((first << 16) | second);
}

const ANYWHERE = new RegExp(escaped.join('|'));

/** Does something in a word begin like the credential of a known provider? */
export function holdsSecretStart(word: string): boolean {
  return ANYWHERE.test(word);
}

/** Does a text begin like the credential of a known provider? */
export function startsSecret(text: string): boolean {
  return START.test(text);
}

const JWT_SHAPE = /eyJ[\w-]{8,2000}\.(?:eyJ[\w-]{4,8000}|[\w-]{16,8000})\.?[\w-]{0,1000}(?:\.[\w-]{16,8000}\.[\w-]{10,200})?/y;
const PEM_SHAPE = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
/** Private keys are at most this long, characters. */
const MAX_PEM_CHARS = 16_000;

export function findSecrets({ text, starts }: Pick<View, 'text' | 'starts'>, out: Match[]): void {
  let done = 0;
  for (const at of starts[LITERAL_STARTS] as readonly number[]) {
    if (at < done) continue;
    LITERALS.lastIndex = at;
    const literal = LITERALS.exec(text)?.[0];
    if (literal === undefined) continue;
    const end = literal === PEM ? addPem(text, at, out) : literal === JWT ? addJwt(text, at, out) : addKnown(text, at, literal, out);
    done = Math.max(end, at + 1);
  }
  addBotTokens(text, out);
  addAccountTokens(text, out);
  addDatacentreKeys(text, out);
  addPutty(text, out);
}

const PUTTY = /Private-Lines: \d{1,3}\s{1,4}((?:[A-Za-z0-9+/=]{4,80}\r?\n?){1,60})/g;

/** The key file of another terminal: its private part is lines of base64 behind their number. */
function addPutty(text: string, out: Match[]): void {
  if (!text.includes('Private-Lines: ')) return;
  for (const found of text.matchAll(PUTTY)) {
    const body = (found[1] as string).trimEnd();
    const start = found.index + found[0].indexOf(body);
    out.push({ type: 'PRIVATE_KEY', start, end: start + body.length, confidence: 0.97, rule: 'putty' });
  }
}

const BOT_HEAD = /(?<![\w.-])[MNO][A-Za-z0-9_-]{22,27}$/;
const BOT_TAIL = /^[\w-]{27,40}(?![\w.-])/;

/** Tokens of chat bots have no prefix: a number in base64, six characters and a signature, parted by full stops. */
function addBotTokens(text: string, out: Match[]): void {
  for (let at = text.indexOf('.'); at >= 0; at = text.indexOf('.', at + 1)) {
    if (text.charCodeAt(at + 7) !== 0x2e) continue;
    const head = BOT_HEAD.exec(text.slice(Math.max(0, at - 29), at))?.[0];
    const tail = head === undefined ? undefined : BOT_TAIL.exec(text.slice(at + 8, at + 50))?.[0];
    if (head === undefined || tail === undefined) continue;
    const isNumbered = /^\d{16,20}/.test(Buffer.from(head, 'base64').toString('latin1'));
    if (!isNumbered && !(isMixed(head) && isMixed(tail) && /^[\w-]{6}$/.test(text.slice(at + 1, at + 7)))) continue;
    out.push({ type: 'API_KEY', start: at - head.length, end: at + 8 + tail.length, confidence: 0.97, rule: 'bot-token' });
  }
}

const ACCOUNT = /AC[a-f0-9]{32}(?!\w)/y;
const ACCOUNT_HALF: SecondHalf = { name: 'twilio-token', shape: /^[a-f0-9]{32}(?!\w)/ };

/** The name of an account of telephony is no secret; what stands right behind it is. */
function addAccountTokens(text: string, out: Match[]): void {
  for (let at = text.indexOf('AC'); at >= 0; at = text.indexOf('AC', at + 2)) {
    ACCOUNT.lastIndex = at;
    if (ACCOUNT.test(text)) addSecondHalf(text, ACCOUNT.lastIndex, ACCOUNT_HALF, out);
  }
}

/** `<32 signs of hex>-us14`: a key and where its account is kept. */
function addDatacentreKeys(text: string, out: Match[]): void {
  for (let at = text.indexOf('-us'); at >= 0; at = text.indexOf('-us', at + 3)) {
    const tail = /^-us\d{1,2}(?!\w)/.exec(text.slice(at, at + 6))?.[0];
    if (tail === undefined || !/(?<![\w-])[a-f0-9]{32}$/.test(text.slice(Math.max(0, at - 33), at))) continue;
    out.push({ type: 'API_KEY', start: at - 32, end: at + tail.length, confidence: 0.95, rule: 'mailchimp-key' });
  }
}

/** Digits, small and capital letters: no word, and no member of an object. */
function isMixed(text: string): boolean {
  return /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text) && entropy(text) >= 3.2;
}

function addKnown(text: string, at: number, literal: string, out: Match[]): number {
  for (const rule of literals.get(literal) ?? []) {
    rule.shape.lastIndex = at;
    const match = rule.shape.exec(text);
    const start = startOf(text, at, literal);
    if (start < 0) continue;
    const length = match?.[0].length ?? (literal.length > 3 ? brokenLength(text, at, rule) : 0);
    if (length === 0) continue;
    const end = at + length;
    const value = text.slice(at + literal.length, end);
    if (rule.second !== undefined) addSecondHalf(text, end, rule.second, out);
    if (
      /^(.)\1*$/.test(value) ||
      /(?:EXAMPLE|example|xxxx|XXXX|your|YOUR|\.\.\.)/.test(value) ||
      (value.length > 12 && entropy(value) < 2.2)
    )
      continue;
    out.push({ type: rule.type ?? 'API_KEY', start, end: trimEnd(text, start, end), confidence: rule.confidence ?? 0.95, rule: rule.name });
    return end;
  }
  return -1;
}

const PARTED_HALF = /^["']?[\s,:;|]{1,4}["']?/;

/** The secret that belongs to the name of an account and stands right behind it. */
function addSecondHalf(text: string, from: number, { name, shape }: SecondHalf, out: Match[]): void {
  const gap = PARTED_HALF.exec(text.slice(from, from + 8));
  const value = gap === null ? undefined : shape.exec(text.slice(from + gap[0].length, from + gap[0].length + MAX_HALF))?.[0];
  if (value === undefined || !looksRandom(value)) return;
  const start = from + (gap?.[0].length ?? 0);
  out.push({ type: 'API_KEY', start, end: start + value.length, confidence: 0.9, rule: name });
}

/** Looked at behind an account, characters. */
const MAX_HALF = 60;

/** A line end, a sign of mark-up, or what puts two literals of a program together: `" + "`, `" "`, `" .. "`. */
const BREAK =
  /(?:\\?\r?\n[ \t]{0,8}|\*\*|__|`|(?:<\/?[a-z]{1,10}(?: [^<>]{0,60})?>){1,4}|(["'`])[ \t]{0,4}(?:[+.&,~]|\.\.|\|\||<>)?\s{0,24}(?:[+.&]\s{0,4})?["'`])(?=[\w-])/y;
const WORD = /[\w./-]{1,200}/y;
/** Longest credential that is put together again, characters, and its parts. */
const MAX_BROKEN_CHARS = 400;
const MAX_PARTS = 12;

/** A value in parts: its length in the text, 0 when the parts make none. */
function brokenLength(text: string, at: number, rule: SecretRule): number {
  const near = text.slice(at, at + MAX_BROKEN_CHARS);
  let joined = '';
  let gaps = 0;
  let end = 0;
  for (let part = 0; part < MAX_PARTS; part++) {
    WORD.lastIndex = end;
    const word = WORD.exec(near)?.[0];
    if (word === undefined) return 0;
    joined += word;
    end += word.length;
    if (part > 0) {
      rule.shape.lastIndex = 0;
      const whole = rule.shape.exec(joined);
      if (whole !== null && whole[0].length > joined.length - word.length) return whole[0].length + gaps;
    }
    BREAK.lastIndex = end;
    const gap = BREAK.exec(near)?.[0];
    if (gap === undefined) return 0;
    gaps += gap.length;
    end += gap.length;
  }
  return 0;
}

/** Most literals must begin a word; three stand behind a part of their value. */
function startOf(text: string, at: number, literal: string): number {
  const head = HEADS[literal];
  if (head !== undefined) {
    const before = text.slice(Math.max(0, at - 40), at);
    const match = head.exec(before);
    return match === null ? -1 : at - match[0].length;
  }
  const before = text.charCodeAt(at - 1);
  const isWord = (before >= 0x30 && before <= 0x39) || (before >= 0x41 && before <= 0x5a) || (before >= 0x61 && before <= 0x7a);
  return isWord ? -1 : at;
}

const HEADS: Readonly<Record<string, RegExp>> = {
  'Q~': /(?<![\w~.-])[\w~.-]{3}\d$/,
  ':AA': /(?<!\d)\d{8,10}$/,
  '.atlasv1.': /(?<!\w)[A-Za-z0-9]{14}$/,
  '.webhook.office.com/': /https:\/\/[\w-]{1,30}$/,
};

function trimEnd(text: string, start: number, end: number): number {
  let to = end;
  while (to > start && /[.,;:]/.test(text[to - 1] ?? '')) to--;
  return to;
}

function addJwt(text: string, at: number, out: Match[]): number {
  JWT_SHAPE.lastIndex = at;
  const match = JWT_SHAPE.exec(text);
  if (match === null) return -1;
  const head = Buffer.from(match[0].slice(0, match[0].indexOf('.')), 'base64url').toString('latin1');
  if (!/"(?:alg|typ|enc|kid)"/.test(head)) return -1;
  out.push({ type: 'API_KEY', start: at, end: trimEnd(text, at, at + match[0].length), confidence: 0.98, rule: 'jwt' });
  return at + match[0].length;
}

function addPem(text: string, at: number, out: Match[]): number {
  PEM_SHAPE.lastIndex = at;
  const head = PEM_SHAPE.exec(text);
  if (head === null) return -1;
  const bodyStart = at + head[0].length;
  const foot = text.indexOf('-----END', bodyStart);
  let end: number;
  if (foot >= 0 && foot - at < MAX_PEM_CHARS) {
    const close = text.indexOf('-----', foot + 8);
    end = close < 0 ? foot + 8 : close + 5;
  } else {
    // Cut off: as far as it looks like key material.
    const body = /[A-Za-z0-9+/=\s\\:,-]*/y;
    body.lastIndex = bodyStart;
    end = Math.min(bodyStart + (body.exec(text)?.[0].length ?? 0), at + MAX_PEM_CHARS);
  }
  const material = text.slice(bodyStart, end).replace(/[^A-Za-z0-9+/]/g, '');
  if (material.length < 40 || /^(.)\1*$/.test(material.slice(0, 40))) return end;
  out.push({ type: 'PRIVATE_KEY', start: at, end, confidence: 0.99, rule: 'pem' });
  return end;
}

/** Values whose key calls them secret. */
export function findKeyedSecrets(view: View, out: Match[]): void {
  for (const field of view.fields) {
    if (!(field.bits & (KEY.PASSWORD | KEY.TOKEN | KEY.CONNECTION)) || field.bits & KEY.NOT_SECRET) continue;
    addKeyed(view.text, field, out);
  }
}

const MAX_SECRET_CHARS = 4096;
const SCHEME = /^(?:Bearer|Token|Basic|ApiKey|Api-Key|GenieKey|SSWS|Negotiate|Digest|Splunk|token|bearer|basic|key)\s+/;

function addKeyed(text: string, field: Field, out: Match[]): void {
  let { start } = field;
  const { end } = field;
  if (end - start > MAX_SECRET_CHARS) return;
  let value = text.slice(start, end);
  const scheme = SCHEME.exec(value);
  if (scheme !== null) {
    start += scheme[0].length;
    value = value.slice(scheme[0].length);
  }
  if (/\s/.test(value) && !isPassphrase(value, field.bits)) return;
  const isPassword = (field.bits & KEY.PASSWORD) !== 0;
  if (isPlaceholder(value) || isLink(value) || /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(value)) return;
  if (isWords(value) && isBareKeyVariable(field.key)) return;
  if (isPassword ? !couldBePassword(value, field.key) : !couldBeKey(value, scheme !== null)) return;
  out.push({
    type: field.key === 'd' ? 'PRIVATE_KEY' : isPassword ? 'PASSWORD' : 'API_KEY',
    start,
    end,
    confidence: looksRandom(value) ? 0.9 : 0.75,
    rule: isPassword ? 'password-field' : 'key-field',
  });
}

/** `ui-theme-2024`, `com.acme:service2`: words, perhaps with short numbers. */
function isWords(value: string): boolean {
  return /^(?:[A-Za-z]+\d{0,4}|\d{1,4})(?:[-_.:/#]+(?:[A-Za-z]+\d{0,4}|\d{1,4}))*$/.test(value);
}

const SPOKEN_WORD =
  /[Pp]ass(?:w|ph|c)|PASS|[Kk]ennwort|[Cc]ontrase|[Mm]ot de passe|[Ss]enha|[Ww]achtwoord|[Hh]as[lł]o|[Ll](?:ö|o)senord|[Ss]alasana|[Pp]arola|[Tt]oken|[Ss]ecret|\b(?:API|[Aa]pi|[Aa]ccess)[ _-]?[Kk]ey|[Aa]uthorization|\b[Pp][Ii][Nn]\b|\b[Pp][Ww]d?\b/y;
const SPOKEN_STARTS = groupOfStarts(
  'pass kenn contr mot senh wacht hasl hasł löse lose salas parol tok secr api acce auth pin pw'.split(' '),
);
const SPOKEN =
  /(?:password|passwd|passphrase|passcode|passwort|kennwort|contraseña|mot de passe|senha|wachtwoord|hasło|lösenord|salasana|parola|token|api key|secret|access key|secret key|pin|pwd?)(?: (?!is |are |was |to )[\p{L}\d._-]{1,20}){0,6}? (?:is|are|was|to|now|ist|lautet|est|es|è|é|=|:)(?: now| set to| currently)?:? ["'“`]?([^\s"'“”`]{4,300})/iuy;

/** "the new root password is …" */
export function findSpokenSecrets({ text, starts }: View, out: Match[]): void {
  eachMatch(text, starts[SPOKEN_STARTS] as readonly number[], SPOKEN_WORD, ({ index }) => {
    addBare(text, index, out);
    if (/[\p{L}_]/u.test(text[index - 1] ?? ' ')) return;
    SPOKEN.lastIndex = index;
    const found = SPOKEN.exec(text);
    if (found === null) return;
    const value = (found[1] as string).replace(/[.,;:!?)]+$/, '');
    const start = found.index + found[0].length - (found[1] as string).length;
    const mixed =
      (/\d/.test(value) ? 1 : 0) + (/[a-z]/.test(value) ? 1 : 0) + (/[A-Z]/.test(value) ? 1 : 0) + (/[^A-Za-z\d]/.test(value) ? 1 : 0);
    if (
      value.length < 6 ||
      mixed < 2 ||
      !/\d|[^A-Za-z\d]/.test(value) ||
      isPlaceholder(value) ||
      isLink(value) ||
      /^[a-z']+-?[a-z]+$|^v?\d+(?:\.\d+)*%?$|^\d{4}-\d\d-\d\d|^[a-z]+(?:[-/_][a-z]+)+$/i.test(value)
    )
      return;
    out.push({ type: 'PASSWORD', start, end: start + value.length, confidence: 0.75, rule: 'spoken-secret' });
  });
}

const BARE =
  /(?:token|secret|api[ _-]?key|access[ _-]?key|secret[ _-]?key|password|authorization)[ \t]{1,8}["'`]?(?:(?:Basic|Bearer|Token) )?([\w+/.~-]{20,200}={0,2})(?![\w(])/iy;

/** `auth_token 3f9c…`: a word and, behind a space, what no word is. */
function addBare(text: string, index: number, out: Match[]): void {
  BARE.lastIndex = index;
  const found = BARE.exec(text);
  const value = found?.[1] ?? '';
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || !looksRandom(value) || isPlaceholder(value) || isLink(value)) return;
  const start = index + (found?.[0].length ?? 0) - value.length;
  out.push({ type: 'API_KEY', start, end: start + value.length, confidence: 0.8, rule: 'key-behind-word' });
}

/** Seed phrases and passphrases of a few plain words. */
function isPassphrase(value: string, bits: number): boolean {
  const words = value.split(' ');
  if (bits & KEY.PASSWORD)
    return words.length <= 6 && value.length >= 10 && /[\d!#$%^&*@]/.test(value) && words.length > 1 && !/[.?]$/.test(value);
  return (words.length === 12 || words.length === 24) && words.every((word) => /^[a-z]{3,8}$/.test(word));
}

function isLink(value: string): boolean {
  return (
    /^(?:jdbc:)?[a-z][a-z+.-]*:\/\//i.test(value) ||
    /^(?:~|\.{1,2})?\/[\w./-]*$/.test(value) ||
    /^[\w.@-]+(?:\/[\w.@-]+)+\.[a-z]{1,5}$/.test(value) ||
    /^[\w-]+\.(?:js|ts|py|json|ya?ml|txt|pem|key|crt|env)$/.test(value)
  );
}

function couldBePassword(value: string, key: string): boolean {
  if (value.length < 4 || value.length > 200) return false;
  if (/^\$(?:2[abxy]|argon2|6|5|1|scrypt|pbkdf2)/.test(value)) return true;
  // A plain lower-case word is no password that anyone must hide from a model, and mostly a label.
  if (/^[a-z]+$/i.test(value)) return value.length >= 8 && /[a-z][A-Z]|[A-Z][a-z]+[A-Z]/.test(value) && entropy(value) > 3;
  if (/^\d+$/.test(value))
    return value.length >= 4 && value.length <= 12 && !/^(?:19|20)\d\d$/.test(value) && /pin|pass|pw|code|kennwort|senha|clave/i.test(key);
  if (/^\d{4}-\d\d-\d\d/.test(value) || /^v?\d+(?:\.\d+)+$/.test(value) || SECRET_NAME.test(value)) return false;
  return !/^[A-Za-z]+(?:[-_ ][a-z]+)*[.,;:)]?$/.test(value) || (value.includes('-') && value.length >= 16);
}

/** `postgres-password`, `app.token`: in small letters, the name under which a secret is kept. */
const SECRET_NAME = /^(?:[a-z]+[-_.])*(?:password|passwd|pass|pwd|token|secrets?|credentials?|key|auth)(?:[-_.][a-z]+)*$/;

function couldBeKey(value: string, afterScheme: boolean): boolean {
  if (value.length < 8 || !/^[\x21-\x7e]+$/.test(value)) return false;
  if (/^[a-f0-9]{8}-(?:[a-f0-9]{4}-){3}[a-f0-9]{12}$/i.test(value)) return true;
  if (looksRandom(value)) return true;
  // "tokens=120": a pair of its own.
  if (/^[A-Za-z_]{2,24}=[^=]/.test(value)) return false;
  if (value.length < 16)
    return (
      /\d/.test(value) &&
      /[a-z]/i.test(value) &&
      /[^A-Za-z]/.test(value) &&
      entropy(value) >= (afterScheme ? 2.5 : 2.75) &&
      !/^[a-z]+[-_.]?v?\d{1,3}$/i.test(value)
    );
  return /[^A-Za-z0-9_.:/-]/.test(value) && /\d/.test(value) && entropy(value) >= 3 && !/[(){}[\];]/.test(value);
}
