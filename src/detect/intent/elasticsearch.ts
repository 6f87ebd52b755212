// The REST interface of Elasticsearch and OpenSearch: method, path and body. A path that is not known is judged by its method.
import { isObject, type Json } from '../../lib/json.ts';
import { type Finding, finding, join } from './verdict.ts';

/** Hits of one page from which a search counts as bulk. */
const BULK_HITS = 10_000;
const MAX_BULK_LINES = 2_000;

const READS =
  /\/_(?:search|count|msearch|mget|cat|stats|mapping|mappings|settings|analyze|explain|validate|field_caps|termvectors|source|nodes|health|rank_eval|search_shards|segments|recovery|resolve|terms_enum|tasks|pit|knn_search|async_search|eql|render|info|license|xpack|has_privileges|alias|aliases|ingest|template|index_template|cluster|snapshot|ilm|ml|security|scripts|doc|list|rollup|transform|ccr|slm|watcher)\b/;

export function analyseElasticsearch(method: string, path: string, body: Json | undefined, sql: (text: string) => Finding): Finding {
  const verb = method.trim().toUpperCase() || 'GET';
  const plain = `/${
    path
      .split('?')[0]
      ?.replace(/^[a-z]+:\/\/[^/]*/i, '')
      .replace(/^\/+/, '') ?? ''
  }`;
  const found = judge(verb, plain, body, sql);
  const size = isObject(body) && typeof body.size === 'number' ? body.size : Number(/[?&]size=(\d{1,12})/.exec(path)?.[1] ?? 0);
  return size >= BULK_HITS && found.intent === 'read' ? finding('exfiltrative', 'asks for very many hits', true, 'database') : found;
}

function judge(verb: string, path: string, body: Json | undefined, sql: (text: string) => Finding): Finding {
  const says = (intent: Finding['intent'], why: string, whole = true): Finding => finding(intent, why, whole, 'database');
  if (verb === 'DELETE') return says(/\/_search\/scroll|\/_pit|\/_async_search/.test(path) ? 'read' : 'destructive', 'DELETE');
  if (/\/_delete_by_query\b/.test(path)) return says('destructive', '_delete_by_query');
  if (/\/_update_by_query\b/.test(path))
    return isObject(body) && isObject(body.query) && !('match_all' in body.query)
      ? says('write', '_update_by_query')
      : says('destructive', '_update_by_query on everything');
  if (/\/_bulk\b/.test(path)) return bulk(body);
  if (/\/_sql\b/.test(path)) return isObject(body) && typeof body.query === 'string' ? sql(body.query) : says('read', '_sql');
  if (
    /\/_aliases\b/.test(path) &&
    verb === 'POST' &&
    JSON.stringify(body ?? '')
      .slice(0, 65_536)
      .includes('"remove_index"')
  )
    return says('destructive', 'removes an index');
  if (/\/_reindex\b/.test(path)) return says('write', '_reindex');
  if (/\/_(?:close|freeze|shutdown|restore|forcemerge|rollover|shrink|split|clone|open|refresh|flush|cache\/clear)\b/.test(path))
    return says(/\/_(?:close|shutdown|restore)\b/.test(path) ? 'destructive' : 'write', 'index operation');
  if (/^(?:GET|HEAD|OPTIONS)$/.test(verb)) return says('read', verb);
  if (
    verb === 'POST' &&
    /\/_(?:search|count|msearch|mget|analyze|explain|validate|field_caps|termvectors|rank_eval|pit|eql|async_search|terms_enum|knn_search|render|has_privileges|query)\b/.test(
      path,
    )
  )
    return searching(body);
  if (/\/_snapshot\b/.test(path)) return says(/\/_snapshot\/[^/]+$/.test(path) ? 'exfiltrative' : 'write', 'snapshot');
  if (/^(?:POST|PUT|PATCH)$/.test(verb)) return says('write', `${verb}${READS.test(path) ? ' to a known path' : ''}`);
  return says('destructive', `method ${verb.slice(0, 12)} is not known`, false);
}

function searching(body: Json | undefined): Finding {
  const script = isObject(body) && JSON.stringify(body).slice(0, 65_536).includes('"script"');
  return finding('read', script ? 'search with a script' : 'search', true, 'database');
}

/** Lines of actions: the strongest of them. */
function bulk(body: Json | undefined): Finding {
  let found: Finding = finding('write', '_bulk', true, 'database');
  const lines: readonly Json[] =
    typeof body === 'string'
      ? body.split('\n', MAX_BULK_LINES)
      : Array.isArray(body)
        ? body.slice(0, MAX_BULK_LINES)
        : body === undefined
          ? []
          : [body];
  const all = typeof body === 'string' ? body.length : Array.isArray(body) ? body.length : 0;
  if (lines.length >= MAX_BULK_LINES && all > MAX_BULK_LINES)
    return finding('destructive', 'more lines than are looked at', false, 'database');
  for (const line of lines) {
    const text = typeof line === 'string' ? line : JSON.stringify(line);
    if (/^\s*\{\s*"delete"/.test(text)) found = join(found, finding('destructive', '_bulk that deletes', true, 'database'));
  }
  return found;
}
