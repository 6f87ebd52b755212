// Is a value that stands where a secret would stand really one? Placeholders, references, masked values, code and plain words are not.
import { digitsOf } from './character.ts';

const REFERENCE =
  /^(?:\$[({A-Za-z_]|\$\{|\{\{|<[^>]*>?$|%[A-Z_]+%|\[\[|process\.env|os\.|env\.|ENV\[|env\(|getenv|secrets?\.|vault:|ref\+|arn:|!Ref|!vault|@Microsoft\.KeyVault|op:\/\/|sops:|sm:\/\/|ssm:|projects\/|valueFrom|file:|\/run\/secrets|\/(?:etc|var|run|home|mnt)\/|self\.|this\.|config[.[(]|req\.|request\.|props\.|ctx\.|args\.|options\.|data\.|user\.|input\(|prompt\(|await |new |function|lambda|var\.|local\.|data\.|module\.|\|$)/;
const MASKED = /^[*•x×X.\-_#]{3,}|[*•]{3,}|\.{3,}$|…|^\[.*\]$|^(.)\1+$/;
const WORDS =
  /(?:^|[^a-z])(?:your|example|sample|placeholder|change[_-]?me|changeit|replace|insert|redacted|hidden|masked|removed|todo|fixme|dummy|fake|none|null|nil|undefined|true|false|unset|empty|default|required|optional|string|secret_here|here|xxx+|test123|not[_ -]set|encrypted|obfuscated|filtered|sanitized|lorem|foobar|goes|todo)(?:$|[^a-z])/i;
/** Two letters stand in random text, too. */
const SHORT_WORD = /(?:^|[\s<([{])(?:my|n\/?a)(?:$|[\s>)\]}_-])/i;
const TYPE_WORD =
  /^(?:string|str|number|int|integer|bool|boolean|object|array|any|bytes|text|varchar|char|uuid|optional|required|password|passwd|passwort|secret|token|apikey|api_key|key|bearer|basic|digest|oauth2?|plain|none|null|admin|user|username|login|yes|no|on|off|invalid|incorrect|expired|missing|wrong|denied|failed|changed|reset|updated|rotated|weak|strong|enabled|disabled|hashed|stored|valid|unknown)\b[\s?|,;:]*$/i;

/** Stands for a secret without being one. `isCode`: where it stands, it may as well be a piece of a program (never inside a URL). */
export function isPlaceholder(value: string, isCode = true): boolean {
  if (value.length < 3) return true;
  return (
    REFERENCE.test(value) ||
    MASKED.test(value) ||
    WORDS.test(value) ||
    SHORT_WORD.test(value) ||
    TYPE_WORD.test(value) ||
    isUpperName(value) ||
    (isCode && isCall(value))
  );
}

/** YOUR_API_KEY, DB_PASSWORD: the name of a variable. */
function isUpperName(value: string): boolean {
  return /^[A-Z]{2,}(?:_[A-Z0-9]+)+$/.test(value) && !/\d{3}/.test(value)
    ? true
    : /^(?:[A-Z]{3,}[_ -]?)+$/.test(value) && value.length < 24 && /PASS|KEY|TOKEN|SECRET|USER|HOST|PWD/.test(value);
}

/** getToken(), hash.digest('hex'), PasswordHasher), foo[bar]. */
function isCall(value: string): boolean {
  return (
    /^[A-Za-z_$][\w$.]*\(.*\)?;?$/.test(value) ||
    /^[a-z][a-zA-Z_]*(?:\.[a-z][a-zA-Z_]*)+$/.test(value) ||
    /^[A-Za-z_]\w*\[/.test(value) ||
    /^[A-Z][a-z]+(?:[A-Z][a-z]+)+[),;]?$/.test(value)
  );
}

const counts = new Uint16Array(128);

/** Bits per character of the value's own distribution. */
export function entropy(value: string): number {
  const { length } = value;
  if (length > 0xffff) return entropyOfAny(value);
  const seen: number[] = [];
  let isPlain = true;
  for (let at = 0; at < length && isPlain; at++) {
    const code = value.charCodeAt(at);
    if (code > 127) isPlain = false;
    else {
      const count = counts[code] as number;
      if (count === 0) seen.push(code);
      counts[code] = count + 1;
    }
  }
  let bits = 0;
  for (const code of seen) {
    const share = (counts[code] as number) / length;
    bits -= share * Math.log2(share);
    counts[code] = 0;
  }
  return isPlain ? bits : entropyOfAny(value);
}

function entropyOfAny(value: string): number {
  const of = new Map<string, number>();
  for (const char of value) of.set(char, (of.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of of.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** Random enough to be a key: long, mixed, no words. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !/^[A-Za-z0-9+/=_.~:-]+$/.test(value)) return false;
  const digits = digitsOf(value).length;
  if (digits === 0 && !(/[a-z]/.test(value) && /[A-Z]/.test(value))) return false;
  if (digits === value.length) return false;
  // Letters in runs as words have them, and hardly a digit: kebab-case prose.
  if (/^[a-z]+(?:[-_.][a-z]+)+\d{0,3}$/i.test(value)) return false;
  return entropy(value) >= (value.length >= 24 ? 3.2 : 2.9);
}
