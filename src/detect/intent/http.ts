// An HTTP request as arguments: method, overriding headers and fields, path, body. The strongest reading counts.
// Nothing is fetched; a URL is only looked at.
import { isObject, type Json } from '../../lib/json.ts';
import type { Header } from './http-header.ts';
import { onlyAsks, remoteAction } from './http-rpc.ts';
import { actionPhrase } from './phrase.ts';
import { isSecretPath } from './shell/command.ts';
import { type Finding, finding, join } from './verdict.ts';

export interface HttpInner {
  graphql(query: string, operation: string | undefined): Finding;
  elasticsearch(method: string, path: string, body: Json | undefined): Finding;
}

export interface HttpRequest {
  method: string;
  url: string;
  headers: readonly Header[];
  body: Json | undefined;
}

/** Rows of one page from which a read counts as bulk. */
export const BULK_PAGE = 5_000;

export function analyseHttp(request: HttpRequest, inner: HttpInner): Finding {
  const { url, body } = request;
  const method = effectiveMethod(request);
  const path = pathOf(url);
  let found = byMethod(method);
  if (method === 'POST' && isQueryPath(path, body)) found = finding('read', 'POST that asks');
  const graphql = graphqlOf(path, body, inner);
  if (graphql) found = graphql;
  if (
    /(?:^|\/)_(?:search|bulk|count|cat|delete_by_query|update_by_query|reindex|cluster|snapshot|msearch|mget|doc|sql|close|forcemerge|alias(?:es)?|settings|mapping)\b/.test(
      path,
    )
  )
    found = inner.elasticsearch(method, path, body);
  const named = remoteAction(request.headers, body);
  if (named) found = join(found, named);
  return join(join(found, byPath(path, method, found)), byTarget(url, method, body));
}

/** The method the server will act on: overrides win (`X-HTTP-Method-Override`, `_method`). */
function effectiveMethod({ method, url, headers, body }: HttpRequest): string {
  let own = method.trim().toUpperCase() || (body === undefined ? 'GET' : 'POST');
  for (const [name, value] of headers)
    if (/^x-(?:http-)?method(?:-override)?$|^x-original-method$/i.test(name.trim())) own = strongerMethod(own, value);
  const query = /[?&](?:_method|x-http-method-override|method|httpmethod)=(\w{3,10})\b/i.exec(url)?.[1];
  if (query !== undefined && byMethodName.has(query.toUpperCase())) own = strongerMethod(own, query);
  if (isObject(body) && typeof body._method === 'string') own = strongerMethod(own, body._method);
  const form = typeof body === 'string' ? /(?:^|&)_method=(\w{3,10})/.exec(body)?.[1] : undefined;
  return form === undefined ? own : strongerMethod(own, form);
}

const byMethodName = new Map<string, Finding>([
  ['GET', finding('read', 'HTTP GET')],
  ['HEAD', finding('read', 'HTTP HEAD')],
  ['OPTIONS', finding('read', 'HTTP OPTIONS')],
  ['QUERY', finding('read', 'HTTP QUERY')],
  ['TRACE', finding('read', 'HTTP TRACE')],
  ['PROPFIND', finding('read', 'HTTP PROPFIND')],
  ['REPORT', finding('read', 'HTTP REPORT')],
  ['POST', finding('write', 'HTTP POST')],
  ['PUT', finding('write', 'HTTP PUT')],
  ['PATCH', finding('write', 'HTTP PATCH')],
  ['MERGE', finding('write', 'HTTP MERGE')],
  ['LINK', finding('write', 'HTTP LINK')],
  ['UNLINK', finding('destructive', 'HTTP UNLINK')],
  ['COPY', finding('write', 'HTTP COPY')],
  ['MOVE', finding('write', 'HTTP MOVE')],
  ['MKCOL', finding('write', 'HTTP MKCOL')],
  ['LOCK', finding('write', 'HTTP LOCK')],
  ['UNLOCK', finding('write', 'HTTP UNLOCK')],
  ['PROPPATCH', finding('write', 'HTTP PROPPATCH')],
  ['DELETE', finding('destructive', 'HTTP DELETE')],
  ['PURGE', finding('destructive', 'HTTP PURGE')],
  ['CONNECT', finding('write', 'HTTP CONNECT')],
]);

function byMethod(method: string): Finding {
  return byMethodName.get(method) ?? finding('destructive', `HTTP method ${method.slice(0, 12)} is not known`, false);
}

function strongerMethod(a: string, b: string): string {
  const other = b.trim().toUpperCase();
  return join(byMethod(a), byMethod(other)) === byMethod(a) ? a : other;
}

function pathOf(url: string): string {
  const start = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url)?.[0].length ?? 0;
  const path = url.slice(start, start + 2_048);
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const QUERY_TAIL =
  /(?:^|[/:.])_?(?:search|query|lookup|find|filter|list|validate|verify|check|preview|estimate|calculate|simulate|count|aggregate|analyze|explain|batchget|batch-get|bulk-get|msearch|mget|status|introspect|dry-?run|similar|recommendations?|completions?|embeddings|tokens?\/count|match)$/i;

/** A POST that only asks. */
function isQueryPath(path: string, body: Json | undefined): boolean {
  const tail = (path.split(/[?#]/)[0] ?? '').replace(/\/$/, '');
  if (QUERY_TAIL.test(tail)) return true;
  if (!isObject(body) || typeof body.method !== 'string' || body.jsonrpc === undefined) return false;
  return onlyAsks(body.method);
}

function graphqlOf(path: string, body: Json | undefined, inner: HttpInner): Finding | undefined {
  const asked = /graphql|gql/i.test(path) ? /[?&]query=([^&]{1,2000})/.exec(path)?.[1] : undefined;
  if (asked !== undefined) return inner.graphql(asked.replaceAll('+', ' '), /[?&]operationName=(\w{1,64})/.exec(path)?.[1]);
  if (!isObject(body) || typeof body.query !== 'string') return undefined;
  if (!/graphql|gql/i.test(path) && !/^\s*(?:query|mutation|subscription|fragment|\{)/.test(body.query)) return undefined;
  return inner.graphql(body.query, typeof body.operationName === 'string' ? body.operationName : undefined);
}

const MONEY_PATH =
  /\/(?:refunds?|payouts?|transfers?|withdrawals?|charges?|disbursements?|reversals?|capture|chargebacks?|wire)(?:\/|$|\?)/i;

/** `/users/bulk-delete`, `/orders/7/cancel`, `/export`, `?action=delete`. */
function byPath(path: string, method: string, found: Finding): Finding {
  const [plain = '', query = ''] = path.split('?', 2);
  const quiet = /^(?:GET|HEAD|OPTIONS)$/.test(method);
  const segments = plain.split('/').filter((segment) => segment !== '');
  let result = found;
  segments.slice(-3).forEach((segment, index, last) => {
    const phrase = actionPhrase(segment);
    if (!phrase || (phrase.verb === segment && index < last.length - 1 && quiet)) return;
    const isName =
      /^(?:exports?|imports?|orders?|issues?|transfers?|trash|archives?)$/i.test(segment) &&
      !(/^export$/i.test(segment) && index === last.length - 1);
    if (phrase.intent === 'exfiltrative' && !isName) result = join(result, finding('exfiltrative', 'a path that exports'));
    else if (phrase.intent === 'destructive' && !isName && (!quiet || index === last.length - 1))
      result = join(result, finding('destructive', 'a path that deletes'));
  });
  if (!quiet && MONEY_PATH.test(plain)) result = join(result, finding('destructive', 'a path that moves money', true, 'financial'));
  const action = /(?:^|&)(?:action|cmd|op|operation|do)=([\w-]{2,40})/i.exec(query)?.[1];
  const acted = action === undefined ? undefined : actionPhrase(action);
  if (acted) result = join(result, finding(acted.intent, 'an action in the query'));
  const rows = /(?:^|&)(?:limit|per_page|page_size|pagesize|size|count|first|top|max_results|\$top|take|rows)=(-1|\d{1,12}|all)/i.exec(
    query,
  )?.[1];
  if (rows !== undefined && (rows === 'all' || Number(rows) >= BULK_PAGE || rows === '-1'))
    result = join(result, finding('exfiltrative', 'asks for a very large page'));
  return result;
}

const SINK_HOST =
  /(?:^|\.)(?:webhook\.site|requestbin\.(?:com|net)|pipedream\.net|ngrok(?:-free)?\.(?:io|app|dev)|transfer\.sh|pastebin\.com|paste\.ee|hastebin\.com|file\.io|0x0\.st|ix\.io|termbin\.com|burpcollaborator\.net|interact\.sh|oast\.(?:pro|live|site|online|fun|me)|canarytokens\.com|dnslog\.cn|beeceptor\.com|hookbin\.com|mocky\.io|anonfiles\.com|gofile\.io|trycloudflare\.com|serveo\.net|localtunnel\.me)$/i;

/** Where it goes, and what it carries. */
function byTarget(url: string, method: string, body: Json | undefined): Finding {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#]*@)?(\[[^\]]*\]|[^:/?#]*)/i.exec(url)?.[1] ?? '';
  if (/^file:/i.test(url)) return finding(isSecretPath(url) ? 'exfiltrative' : 'read', 'a local file');
  if (/^169\.254\.169\.254$|^metadata\.google\.internal$|^fd00:ec2/i.test(host))
    return finding('exfiltrative', 'metadata service of the machine');
  const sends = !/^(?:GET|HEAD|OPTIONS)$/.test(method) && body !== undefined;
  if (SINK_HOST.test(host)) return finding(sends || /\?.{20,}/.test(url) ? 'exfiltrative' : 'write', 'a host that collects');
  if (/[?&][\w-]{1,32}=[A-Za-z0-9+/_=%-]{160,}/.test(url)) return finding('exfiltrative', 'much data in the address');
  if (sends && carriesData(body)) return finding('exfiltrative', 'carries many records, a file or credentials');
  return finding('read', 'target');
}

const MAX_BODY_CHARS = 65_536;

function carriesData(body: Json): boolean {
  const text = typeof body === 'string' ? body.slice(0, MAX_BODY_CHARS) : undefined;
  if (text !== undefined)
    return (
      /-----BEGIN [A-Z ]*PRIVATE KEY|^root:[^:]*:0:0:|(?:^|\n)(?:AWS_SECRET|DATABASE_URL|[A-Z_]*(?:PASSWORD|SECRET|TOKEN))=/m.test(text) ||
      /^@[/~.\w]/.test(text)
    );
  if (Array.isArray(body)) return body.length >= 100;
  return (
    isObject(body) &&
    Object.entries(body).some(
      ([key, value]) =>
        /^(?:env|environ|dump|contents?_of_\w+|file_contents?|database_dump|credentials|secrets|private_key)$/i.test(key) ||
        (Array.isArray(value) && value.length >= 100),
    )
  );
}
