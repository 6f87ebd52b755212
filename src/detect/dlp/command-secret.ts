// Secrets in commands and login files, which no key names: --password x, -u user:x, -px, netrc, pgpass, ("user", "x").
import type { Match } from './finding-kind.ts';
import { classifyKey, KEY } from './key-class.ts';
import { isPlaceholder } from './placeholder.ts';
import { eachMatch, groupOfStarts } from './start-index.ts';
import { SIGN } from './text-sign.ts';
import type { View } from './view.ts';

/** In quotes it may hold what ends it elsewhere. */
const WORD = `(?:"([^"\\n\`$]{4,300})"|'([^'\\n]{4,300})'|["']?([^\\s"'\`|;&<>()]{4,300}))`;
interface Shape {
  /** Somewhere in the text; asked for where something was found. */
  readonly needs?: string;
  readonly starts: number;
  /** Programs have the same shape: only what is mixed as a password counts. */
  readonly isOfCode?: boolean;
  /** Of a service, not of somebody who signs in. */
  readonly isKey?: boolean;
  readonly shape: RegExp;
}

/** `starts`: what every match begins with; the shape is sticky. */
const SHAPES: readonly Shape[] = [
  {
    needs: ' -',
    starts: startingWith('--pa --pw --to --ap --se --au --ac --cl --pr -pa -pw -to -ap -se -au -ac -cl -pr'),
    shape: new RegExp(
      `(?<=\\s)--?(?:password|passwd|pass|pw|token|api-?key|apikey|secret|auth-token|access-token|client-secret|access-key|secret-key|private-token)[= ]${WORD}`,
      'iy',
    ),
  },
  // --db-password x, --requirepass x
  {
    starts: groupOfStarts([' --', '\n--', '\t--', '"--', "'--"]),
    shape: new RegExp(
      `[\\s"']--(?:(?:[a-z\\d]{1,20}-){1,4}(?:password|passwd|pass|pwd|token|secret|(?:api|access|secret|private|license|encryption|master|auth)-?key)|requirepass|masterauth|userpass)[= ]${WORD}`,
      'iy',
    ),
  },
  // mailer.setPassword('…')
  {
    isOfCode: true,
    starts: startingWith('setp sets sett seta withp withs witht witha usep addp .pass .secr .apik .acce .token'),
    shape:
      /(?:\b(?:set|with|use|add)[A-Z]?[A-Za-z]{0,20}?(?:Password|Passwd|Secret|Token|ApiKey|AccessKey|SecretKey)|\.(?:password|passwd|apiKey|secretKey|accessKey|clientSecret))\(\s?["'](?=[^"'\n]*[\d!#$%^&*@?])([^"'\n\s]{4,200})["']\s?\)/y,
  },
  {
    starts: startingWith('mysql mariadb'),
    shape: new RegExp(`\\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)\\b[^\\n|;]{0,160}? -p${WORD}`, 'y'),
  },
  {
    starts: startingWith('login sshpass mongo redis ldap smb cqlsh sqlcmd htpasswd'),
    shape: new RegExp(
      `\\b(?:login|sshpass|mongo|mongosh|mongodump|redis-cli|ldapsearch|smbclient|cqlsh|sqlcmd|htpasswd)\\b[^\\n|;]{0,160}? -(?:p|P|w|a|W)\\s?${WORD}`,
      'y',
    ),
  },
  { needs: ' -u', starts: groupOfStarts([' -u', '\n-u', '\t-u', '\r-u']), shape: /\s-u[= ]?["']?[\w.@-]{1,64}:([^\s"'`|;&<>]{4,200})/y },
  {
    needs: ' --user',
    starts: groupOfStarts([' --', '\n--', '\t--', '\r--']),
    shape: /\s--user[= ]["']?[\w.@-]{1,64}:([^\s"'`|;&<>]{4,200})/y,
  },
  {
    needs: ' ',
    starts: startingWith('login user account'),
    shape: /\b(?:login|user|account|username)\s+(?!anonymous\s)\S{1,64}\s+password\s+([^\s"']{4,200})/iy,
  },
  {
    starts: startingWith('cred login'),
    shape: /\b(?:[Cc]redentials?|[Cc]reds|[Ll]ogin)\b:?\s+[\w.@-]{1,64}\s?\/\s?([^\s"'|,;]{4,200})/y,
  },
  {
    needs: ' pass',
    starts: startingWith('with using and use'),
    shape: /\b(?:with|using|and|use) (?:the )?(?:password|passphrase|passcode) ["'`]?([^\s"'`]{4,200})/iy,
  },
  {
    needs: 'String',
    starts: startingWith('convertto'),
    shape: /\bConvertTo-SecureString (?:-String )?["']([^"'\n]{4,128})["']/iy,
  },
  // net use Z: \\srv\share /user:CORP\ann secret; net user ann secret /add
  {
    needs: 'net use',
    starts: startingWith('net'),
    shape: /\bnet (?:use [^\n]{0,160}? ?\/user:[\w.@\\-]{1,64} |user [\w.-]{1,64} )(?!\/|\*)["']?([^\s"']{4,128})/iy,
  },
  // alice:$2y$10$…
  {
    starts: groupOfStarts([':$2', ':$a', ':$5', ':$6', ':$1', ':$y']),
    shape: /(?<=(?:^|\n)[\w.@-]{1,64}):(\$(?:2[abxy]|apr1|argon2i?d?|[156y])\$[^\s:]{20,200})/y,
  },
  {
    isKey: true,
    starts: startingWith('?sig &sig ?x-amz-s &x-amz-s ?x-goog-s &x-goog-s'),
    shape: /[?&](?:sig|Signature|X-Amz-Signature|X-Goog-Signature)=([\w%+/=-]{30,1000})/iy,
  },
  { isKey: true, starts: startingWith('?appid &appid'), shape: /[?&]appid=([a-f0-9]{32})(?!\w)/y },
  {
    starts: startingWith('set-cookie cookie'),
    shape: /\b(?:Set-)?Cookie:[^\n]{0,400}?\b[\w.-]{0,20}(?:sess|sid|token|auth|jwt)[\w.-]{0,20}=([^;\s"']{16,2000})/iy,
  },
  {
    starts: startingWith('getc crea conn pdo'),
    shape:
      /\b(?:getConnection|createConnection|connect|PDO)\s?\(\s?["'](?=[^"'\n]{0,200}(?:localhost|[.:/]))[^"'\n]{4,200}["'],\s?["'][^"'\n]{1,64}["'],\s?["']([^"'\n]{4,128})["']/y,
  },
  {
    starts: startingWith('auth basic http login cred connect'),
    shape:
      /\b(?:auth|[Bb]asic_?[Aa]uth|HTTPBasicAuth|login|authenticate|credentials|connect)\s?=?\s?\(\s?["'][^"'\n]{1,64}["'],\s?(?:Some\()?["']([^"'\n]{4,128})["']/y,
  },
  {
    starts: groupOfStarts(['wifi:']),
    shape: /WIFI:(?:[A-OQ-Z]:[^;\n]{0,64};){0,5}P:([^;\n]{4,63})/y,
  },
];

/** A line of a file of logins: host:port:database:user:password. */
const LOGIN = /^[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w*-]{1,64}:[\w.-]{1,64}:(\S{4,200})$/gm;

/** Shapes that ordinary text has, too: only what is mixed like a password, or quoted, counts. */
const SAID: readonly { needs: string; starts: number; shape: RegExp }[] = [
  // CREATE ROLE … PASSWORD '…', IDENTIFIED BY '…', Passwort "…"; "SSID Loft, pass …"
  {
    needs: ' ',
    starts: startingWith('pass identified kennw mot contras wachtw senha hasł haslo pw psk'),
    shape:
      /(?<![\p{L}\d_])(?:(?:password|identified (?:with \S{1,40} )?by(?: password)?|passwort|kennwort|mot de passe|contraseña|wachtwoord|senha|hasło|passphrase|passcode)(?:[ \t]{1,4}(?:is )?|\()["'“„«`]([^\s"'”“»`]{4,200})["'”“»`]|(?<=^|[,;:(\n•|]\s{0,3}|\band )(?:pass|pwd?|passwd|psk)[ \t]{1,3}(\S{7,100}))/iuy,
  },
  // "admin / …", "root:… on …"
  {
    needs: '',
    starts: startingWith('admin root superuser sysadmin demo guest test support backup deploy service postgres oracle owner'),
    shape:
      /(?<![\w/.@:-])(?:(?:admin|root|administrator|superuser|sysadmin|demo|guest|tester|test|support|backup|deploy|service|postgres|oracle|owner) ?\/ ?([^\s/]{6,100})|(?:admin|root|administrator|superuser|sysadmin|demo|guest):([^\s:,/]{8,100}))/iy,
  },
];

function startingWith(words: string): number {
  return groupOfStarts(words.split(' '));
}

export function findCommandSecrets({ text, starts: places, signs, numbers }: View, out: Match[]): void {
  if ((signs.bits & SIGN.bracket && text.includes('(')) || text.includes('"--')) findNamed(text, out);
  if (text.includes(';s:')) findSerialized(text, out);
  const add = (found: RegExpExecArray, { needs, isOfCode, isKey }: Pick<Shape, 'needs' | 'isOfCode' | 'isKey'>): void => {
    if (needs !== undefined && !text.includes(needs)) return;
    const value = (found[1] ?? found[2] ?? found[3] ?? '').replace(/[.,]$/, '');
    if (isOfCode ? !isMixed(value) || isCode(value) : !isGuarded(value) && !HASHED.test(value)) return;
    const start = found.index + found[0].lastIndexOf(value);
    out.push({ type: isKey ? 'API_KEY' : 'PASSWORD', start, end: start + value.length, confidence: 0.85, rule: 'command-secret' });
  };
  for (const one of SHAPES) eachMatch(text, places[one.starts] as readonly number[], one.shape, (found) => add(found, one));
  if (signs.bits & SIGN.colon && holdsPort(text, numbers)) for (const found of text.matchAll(LOGIN)) add(found, {});
  for (const { needs, starts, shape } of SAID)
    eachMatch(text, places[starts] as readonly number[], shape, (found) => {
      if (!text.includes(needs)) return;
      const [whole] = found;
      // Only the first of the first shape stands in quotes; sentences quote code with backticks.
      const quoted = needs !== '' && found[1] !== undefined;
      const value = (found[1] ?? found[2] ?? '').replace(/^[`'"]+|[.,;)`'"]+$/g, '');
      // `password("…")` may be code as well as SQL.
      if (!(quoted && !whole.includes('(') && !whole.endsWith('`') ? isGuarded(value) : isMixed(value) && !isCode(value))) return;
      if (!quoted && isInWords(whole, text.slice(found.index + whole.length, found.index + whole.length + 12))) return;
      const start = found.index + found[0].lastIndexOf(value);
      out.push({ type: 'PASSWORD', start, end: start + value.length, confidence: 0.8, rule: 'said-secret' });
    });
}

/** `:5432:`, `:*:` */
function holdsPort(text: string, numbers: readonly number[]): boolean {
  for (let index = 0; index < numbers.length; index += 2) {
    const start = numbers[index] as number;
    const end = numbers[index + 1] as number;
    const digits = end - start;
    if (digits > 1 && digits < 6 && start > 0 && text.charCodeAt(start - 1) === 0x3a && text.charCodeAt(end) === 0x3a) return true;
  }
  return text.includes(':*:');
}

/** `Http2Server`, `S3Client.java`, `minLength:8`, `user_password2`: names of classes, files, rules and members. */
function isCode(value: string): boolean {
  if (/[!@#$%^&*?+~]/.test(value)) return false;
  return /^(?:[A-Z]?[a-z]+|[A-Z]{1,5})\d{1,3}[a-z]?(?:[A-Z][a-z]{2,}|[A-Z]+)+\w*$|\.[a-z]\w{0,4}$|^[a-z]+[A-Z]?[A-Za-z]*:\d+$|^[a-z]+(?:[_.][a-z\d]+)+$/.test(
    value,
  );
}

/** "admin/fixtures-2024" is a path, "pass Sha256 to …" a sentence. */
function isInWords(whole: string, behind: string): boolean {
  if (/^pass\s/i.test(whole))
    return /^[ \t]+(?:to|as|into|in|on|through|along|when|where|if|with|via|by|instead|here|explicitly)\b/.test(behind);
  return /^[a-z]+\/[A-Za-z]+(?:[-_.][A-Za-z\d]+)*[-_.]?\d*$/.test(whole);
}

/** Mixed as a password is: digits among letters, in both cases or with a sign; no version, path, date or scope. */
function isMixed(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value) || isPlaceholder(value)) return false;
  if (/^v?\d+(?:\.\d+)+|^[a-z]+(?::[a-z]+)+$|^\d{4}-\d\d|[()[\]{}<>=]|^https?:|^[A-Z]+-\d+$|^\d+[a-z]{1,4}$/i.test(value)) return false;
  return (/[a-z]/.test(value) && /[A-Z]/.test(value)) || /[!@#$%^&*?+~]/.test(value) || /^[a-z]+(?:[-_.][a-z]+)*[-_.]\d{2,}$/i.test(value);
}

const NAMED = /["'](-{0,2}[A-Za-z][\w.-]{2,48})["'],\s?["']([^"'\n]{4,200})["']/g;

/** define('DB_PASSWORD', '…'), setProperty("password", "…"), ["--password", "…"]: a name and its value as two arguments. */
function findNamed(text: string, out: Match[]): void {
  NAMED.lastIndex = 0;
  for (let found = NAMED.exec(text); found !== null; found = NAMED.exec(text)) {
    const [, name, value] = found as unknown as [string, string, string];
    // "serve", "--password", "…": the value is the name of the next one.
    if (!addNamed(name, value, NAMED.lastIndex - 1, out) && value.startsWith('-')) NAMED.lastIndex -= value.length + 2;
  }
}

const SERIALIZED = /;s:\d{1,3}:"([^"\n]{4,200})";/g;
const NAME_BEFORE = /s:\d{1,3}:"([A-Za-z][\w.-]{2,48})"$/;

/** `s:8:"password";s:12:"…";`: a name and its value as PHP writes them down. */
function findSerialized(text: string, out: Match[]): void {
  SERIALIZED.lastIndex = 0;
  for (let found = SERIALIZED.exec(text); found !== null; found = SERIALIZED.exec(text)) {
    const name = NAME_BEFORE.exec(text.slice(Math.max(0, found.index - MAX_NAME_BACK), found.index))?.[1];
    // The sign at the end begins the next one.
    SERIALIZED.lastIndex--;
    if (name !== undefined) addNamed(name, found[1] as string, SERIALIZED.lastIndex - 1, out);
  }
}

const MAX_NAME_BACK = 60;

function addNamed(name: string, value: string, end: number, out: Match[]): boolean {
  const bits = classifyKey(name);
  if (!(bits & (KEY.PASSWORD | KEY.TOKEN)) || bits & KEY.NOT_SECRET || !isGuarded(value) || /\s/.test(value)) return false;
  const type = bits & KEY.PASSWORD ? 'PASSWORD' : 'API_KEY';
  out.push({ type, start: end - value.length, end, confidence: 0.8, rule: 'named-argument' });
  return true;
}

/** Of a file of logins. */
const HASHED = /^\$(?:2[abxy]|apr1|argon2i?d?|[156y])\$/;

/** Not a path, a number of a port, an option or a plain word. */
function isGuarded(value: string): boolean {
  if (isPlaceholder(value) || /^(?:[-/~.$]|https?:)/.test(value)) return false;
  return /\d/.test(value) ? !/^\d{1,5}$/.test(value) : /[^A-Za-z.-]/.test(value) || (/[a-z][A-Z]/.test(value) && value.length > 9);
}
