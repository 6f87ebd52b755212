// Clients of databases on a command line: their statement, judged in its own language. A session or a script file is not understood.
// Never opens a file.
import { type Finding, finding } from '../verdict.ts';
import { firstWord } from './flag.ts';
import type { Inner, ShellCommand } from './script.ts';

/** Clients of databases with their statement on the command line. */
export function databaseClient(name: string, texts: readonly string[], command: ShellCommand, inner: Inner): Finding | undefined {
  const after = (pattern: RegExp): string | undefined => {
    const at = texts.findIndex((text) => pattern.test(text));
    return at < 0 ? undefined : /^(?:--\w[\w-]*=)/.test(texts[at] ?? '') ? (texts[at] ?? '').replace(/^[^=]*=/, '') : texts[at + 1];
  };
  const here = command.redirects.find(({ sign }) => sign === '<<' || sign === '<<<')?.target;
  const opaque = command.redirects.some(({ sign }) => sign === '<')
    ? finding('destructive', `${name} runs a file that is not seen`, false)
    : finding('destructive', `${name} session`, false);
  switch (name) {
    case 'psql':
    case 'mysql':
    case 'mariadb':
    case 'sqlcmd':
    case 'clickhouse-client':
    case 'duckdb':
    case 'snowsql':
    case 'cqlsh':
    case 'bq': {
      // Of BigQuery's own commands one runs a statement.
      if (name === 'bq' && texts.find((text) => !text.startsWith('-')) !== 'query') return undefined;
      if (texts.some((text) => /^(?:-l|--list|-V|--version)$/.test(text))) return finding('read', name);
      const sql =
        after(/^(?:-c|-e|-Q|-q|--command|--execute|--query|--command=.*|--execute=.*|--query=.*|-ce|query)$/) ??
        texts.find((text) => /^-e./.test(text))?.slice(2) ??
        (here?.literal ? here.text : undefined);
      return sql === undefined
        ? opaque
        : inner.sql(sql, name === 'psql' ? 'postgres' : name === 'sqlcmd' ? 'mssql' : /^(?:mysql|mariadb)$/.test(name) ? 'mysql' : 'other');
    }
    case 'sqlite3': {
      const sql = texts.filter((text) => !text.startsWith('-'))[1] ?? (here?.literal ? here.text : undefined);
      return sql === undefined ? opaque : inner.sql(sql, 'sqlite');
    }
    case 'redis-cli':
    case 'valkey-cli': {
      const at = firstWord(texts, /^-(?:h|p|a|n|u|s|-user|-pass)$/);
      if (texts.includes('--rdb')) return finding('exfiltrative', 'copies the whole database');
      // Nothing but names of keys and figures, whatever command stands beside.
      if (texts.some((text) => /^--(?:scan|bigkeys|memkeys|hotkeys|stat|latency(?:-history|-dist)?)$/.test(text)))
        return finding('read', `${name} that only looks`);
      return at >= texts.length ? opaque : inner.redis(texts[at] ?? '', texts.slice(at + 1));
    }
    case 'mongo':
    case 'mongosh': {
      const text = after(/^--eval(?:=.*)?$/);
      return text === undefined ? opaque : inner.mongo(text);
    }
    default:
      return undefined;
  }
}
