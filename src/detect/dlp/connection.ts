// Connection strings that carry a password: URLs (scheme://user:password@host), ADO and ODBC pairs, libpq keywords, JDBC parameters,
// cloud storage and message bus strings, Go data source names. One without a password, or with a placeholder for it, is no finding.
import type { Match } from './finding-kind.ts';
import { isPlaceholder } from './placeholder.ts';
import { SIGN } from './text-sign.ts';
import type { View } from './view.ts';

const MAX_URL_CHARS = 1000;
const WEB = /^(?:https?|ftps?|sftp|ssh|git|svn|wss?|smb|dav|git\+https|git\+ssh)$/i;

export function findConnections({ text, signs }: Pick<View, 'text' | 'signs'>, out: Match[]): void {
  if (signs.bits & SIGN.colon) for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) addUrl(text, at, out);
  if (signs.bits & SIGN.equals) addPairs(text, out);
  if (signs.bits & SIGN.at && text.includes('jdbc:oracle:')) addOracle(text, out);
  if (signs.bits & SIGN.at && (text.includes('@tcp(') || text.includes('@unix('))) addGoNames(text, out);
}

const SCHEME = /(?:jdbc:)?[a-zA-Z][a-zA-Z0-9+.:-]{1,40}$/;
const URL_REST = new RegExp(`[^\\s"'\`<>|\\\\^{}[\\]]{0,${MAX_URL_CHARS}}`, 'y');

function addUrl(text: string, at: number, out: Match[]): void {
  const scheme = SCHEME.exec(text.slice(Math.max(0, at - 42), at))?.[0].replace(/^.*[^a-zA-Z0-9+.:-]/, '');
  if (scheme === undefined) return;
  URL_REST.lastIndex = at + 3;
  const rest = URL_REST.exec(text)?.[0] ?? '';
  const start = at - scheme.length;
  const name = scheme.replace(/^jdbc:/, '');
  const slash = rest.search(/[/?#]/);
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  // A password may itself hold "/" or "@" (undone percent encoding): up to the last "@" before a host.
  const split = authority.includes('@') ? authority.lastIndexOf('@') : rest.search(/@[\w.[\]-]+(?::\d+)?(?:[/?#,]|$)/);
  const login = split > 0 ? rest.slice(0, split) : '';
  const colon = login.indexOf(':');
  const password = colon >= 0 ? login.slice(colon + 1) : '';
  if (password !== '' && !isPlaceholder(password, false) && !/^(?:PASS(?:WORD)?|PWD|SECRET|TOKEN)$/i.test(password)) {
    if (WEB.test(name)) {
      const from = at + 3 + colon + 1;
      out.push({ type: 'PASSWORD', start: from, end: from + password.length, confidence: 0.9, rule: 'url-login' });
    } else
      out.push({ type: 'DB_CONNECTION', start, end: trimUrl(text, start, at + 3 + rest.length), confidence: 0.97, rule: 'connection-url' });
    return;
  }
  // https://<key>@host: the login alone is a key.
  if (split > 0 && colon < 0 && WEB.test(name) && LONE_KEY.test(login)) {
    const isDsn = /^@[\w.-]*\bsentry\b|^@[\w.-]+\/\d{1,20}\b/.test(rest.slice(split));
    const from = isDsn ? start : at + 3;
    const end = isDsn ? trimUrl(text, start, at + 3 + rest.length) : from + login.length;
    out.push({ type: 'API_KEY', start: from, end, confidence: 0.9, rule: 'url-key' });
    return;
  }
  const whole = text.slice(at, urlEnd(text, at));
  const inQuery = whole.includes('=') ? IN_QUERY.exec(whole) : null;
  if (
    inQuery !== null &&
    !isPlaceholder(inQuery[1] as string, false) &&
    (scheme.startsWith('jdbc:') || (!WEB.test(name) && DATABASES.test(name)))
  )
    out.push({ type: 'DB_CONNECTION', start, end: trimUrl(text, start, urlEnd(text, at)), confidence: 0.97, rule: 'connection-url' });
}

const LONE_KEY = /^(?=[^\d]*\d)[A-Za-z0-9_]{24,128}$/;

const DATABASES =
  /^(?:postgres|mysql|maria|mongo|redis|amqp|mssql|sqlserver|oracle|clickhouse|snowflake|cassandra|cockroach|db2|libsql|neo4j|bolt|couch|influx|nats|kafka|ldap|sqlserver|trino|presto|vertica|redshift|bigquery|elastic|memcached|rediss|turso)/i;

const IN_QUERY = /[?&;](?:password|pwd|pass|passwd|secret|api_?key|token|sig|authToken|accountkey)=([^&;\s]{4,300})/i;
const SHOWN = new RegExp(`[^\\s"'\`<>]{0,${MAX_URL_CHARS - 3}}`, 'y');

function urlEnd(text: string, at: number): number {
  SHOWN.lastIndex = at + 3;
  SHOWN.test(text);
  return SHOWN.lastIndex;
}

function trimUrl(text: string, start: number, end: number): number {
  let to = end;
  while (to > start && /[.,;:)\]]/.test(text[to - 1] ?? '')) to--;
  return to;
}

/** The word that carries the secret in a list of pairs. */
const PAIR_SECRET =
  /(?:\b(?:password|pwd|accountkey|sharedaccesskey|sharedsecret|accesskey|accesskeysecret)\s*=\s*)("[^"\n]{3,200}"|'[^'\n]{3,200}'|\{[^}\n]{3,200}\}|[^;\s"',]{3,300})/gi;
/** Words of the same string that make it a connection string. */
const PAIR_HOST =
  /(?:\b|_)(?:server|data source|datasource|address|addr|network address|host|hostname|host name|endpoint|accountname|accountendpoint|defaultendpointsprotocol|sharedaccesskeyname|driver|dsn|dbname|database|initial catalog|ssl|abortconnect|service ?name|servicename)\s*=/i;
const PAIR_BACK = 400;

function addPairs(text: string, out: Match[]): void {
  PAIR_SECRET.lastIndex = 0;
  for (let found = PAIR_SECRET.exec(text); found !== null; found = PAIR_SECRET.exec(text)) {
    const value = (found[1] as string).replace(/^["'{]|["'}]$/g, '');
    if (isPlaceholder(value, false)) continue;
    const end = found.index + found[0].length;
    const range = pairsAround(text, found.index, end);
    const whole = text.slice(range.start, range.end);
    if (!PAIR_HOST.test(whole) && !/[\w.-]+:\d{2,5},/.test(whole)) continue;
    out.push({ type: 'DB_CONNECTION', start: range.start, end: range.end, confidence: 0.95, rule: 'connection-pairs' });
  }
}

/** The string of pairs that holds [at, end): separated by semicolons, by commas (Redis) or by spaces (libpq), on one line. */
function pairsAround(text: string, at: number, end: number): { start: number; end: number } {
  // Looks no further than the bound: in a long line that would be all of it, for every pair.
  const back = text.slice(Math.max(0, at - PAIR_BACK), at);
  const before = back.slice(back.lastIndexOf('\n') + 1);
  const after = text.slice(end, end + PAIR_BACK).split('\n', 1)[0] as string;
  const bySemicolon = before.trimEnd().endsWith(';') || /^\s*;\s*[\w ]+=/.test(after);
  if (bySemicolon) {
    const head = /(?:[\w.+ ]{1,40}=(?:"[^"]*"|'[^']*'|\{[^}]*\}|[^;"'`]*);\s*)+$/.exec(before)?.[0].trimStart() ?? '';
    const tail = /^(?:;\s*[\w. ]{1,40}=(?:"[^"]*"|\{[^}]*\}|[^;"'`\s]*))*;?/.exec(after)?.[0] ?? '';
    const outer = /^[A-Za-z_]\w*\s*[=:]\s*(?=(?:[A-Za-z][\w ]*=|\{))/.exec(head)?.[0].length ?? 0;
    return { start: at - head.length + outer, end: end + tail.length };
  }
  if (before.endsWith(',') || after.startsWith(',')) {
    const head = /[\w.:=,-]*$/.exec(before)?.[0] ?? '';
    const tail = /^[\w.:=,-]*/.exec(after)?.[0] ?? '';
    return { start: at - head.length, end: end + tail.length };
  }
  const head = /(?:[a-z_]+\s?=\s?(?:'[^']*'|[^\s'"]+)\s+)+$/.exec(before)?.[0] ?? '';
  const tail = /^(?:\s+[a-z_]+=(?:'[^']*'|[^\s'"]+))*/.exec(after)?.[0] ?? '';
  return { start: at - head.length, end: end + tail.length };
}

/** `jdbc:oracle:thin:user/password@//host:1521/service` */
function addOracle(text: string, out: Match[]): void {
  const shape = /jdbc:oracle:(?:thin|oci8?):[\w$#.-]{1,64}\/([^\s@/"'`]{3,128})@[^\s"'`<>]{3,200}/g;
  for (const found of text.matchAll(shape))
    if (!isPlaceholder(found[1] as string, false))
      out.push({ type: 'DB_CONNECTION', start: found.index, end: found.index + found[0].length, confidence: 0.96, rule: 'oracle-url' });
}

function addGoNames(text: string, out: Match[]): void {
  const shape = /[\w.-]{1,64}:([^\s@"'`]{3,128})@(?:tcp|unix)\([^)\s]{1,200}\)\/[\w?=&%.-]{0,200}/g;
  for (const found of text.matchAll(shape))
    if (!isPlaceholder(found[1] as string, false))
      out.push({ type: 'DB_CONNECTION', start: found.index, end: found.index + found[0].length, confidence: 0.96, rule: 'go-dsn' });
}
