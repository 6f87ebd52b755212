// SQL as an argument: what does running it do? PostgreSQL texts must be accepted by PostgreSQL's own parser, whole, to be believed;
// other dialects are read by our tokenizer. Never throws; what is not understood is said to be not whole.
import { withoutInvisible } from '../invisible.ts';
import type { Finding } from '../verdict.ts';
import { finding, join } from '../verdict.ts';
import { classifyStatement } from './statement.ts';
import { type SqlFamily, type SqlToken, sqlTokens } from './token.ts';

/** Does PostgreSQL's parser accept the text? Undefined: no parser at hand. */
export type AcceptsPostgres = ((sql: string) => boolean) | undefined;

/** Levels of SQL in strings of SQL. */
const MAX_NESTING = 3;
/** Statements in one text. */
export const MAX_STATEMENTS = 500;

export function analyseSql(text: string, dialect: string | undefined, accepts: AcceptsPostgres): Finding {
  const family = familyOf(dialect, text);
  const seen = withoutInvisible(text);
  // Full-width letters and the like become plain.
  const plain = seen.text.normalize('NFKC');
  const found = analyse(plain, family, 0);
  if (!found.whole || seen.hidden) return { ...found, whole: false };
  if (family === 'postgres')
    return acceptedBy(accepts, plain) ? found : { ...found, whole: false, why: `${found.why}; PostgreSQL's parser rejects the text` };
  return found;
}

function acceptedBy(accepts: AcceptsPostgres, text: string): boolean {
  return accepts?.(text) ?? false;
}

function analyse(text: string, family: SqlFamily, level: number): Finding {
  const dotted = dotCommand(text, family);
  if (dotted) return dotted;
  const { tokens, clean } = sqlTokens(text, family);
  let found: Finding | undefined;
  const inner = (sql: string): Finding =>
    level < MAX_NESTING ? analyse(sql, family, level + 1) : finding('destructive', 'nested too deep', false);
  let count = 0;
  for (const statement of split(tokens)) {
    if (++count > MAX_STATEMENTS) return finding('destructive', 'too many statements', false);
    found = join(found, classifyStatement(statement, inner));
  }
  found ??= finding('read', 'no statement');
  return clean ? found : { ...found, whole: false };
}

function* split(tokens: readonly SqlToken[]): Generator<readonly SqlToken[]> {
  let from = 0;
  for (let index = 0; index <= tokens.length; index++) {
    const token = tokens[index];
    if (token && !(token.kind === 'sign' && token.text === ';')) continue;
    if (index > from) yield tokens.slice(from, index);
    from = index + 1;
  }
}

/** Commands of the SQLite and psql shells. */
function dotCommand(text: string, family: SqlFamily): Finding | undefined {
  const name = /^\s*[.\\]([a-z!?+]{1,12})/i.exec(text)?.[1]?.toLowerCase();
  if (name === undefined) return undefined;
  if (
    /^(?:tables|schema|databases|indexes|indices|help|mode|headers|show|d|dt|du|dn|l|di|df|dv|\?|conninfo|timing|x)\+?$/.test(name) &&
    !text.trim().includes('\n')
  )
    return finding('read', `shell command ${name}`);
  if (/^(?:dump|output|once|clone|backup|save|o|copy|archive)$/.test(name)) return finding('exfiltrative', `shell command ${name}`);
  if (/^(?:import|i|ir|read|restore)$/.test(name)) return finding('write', `shell command ${name}`, false);
  return finding('destructive', `shell command ${name}`, family === 'sqlite');
}

const FAMILY: Readonly<Record<string, SqlFamily>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  pg: 'postgres',
  psql: 'postgres',
  supabase: 'postgres',
  neon: 'postgres',
  timescale: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
  tidb: 'mysql',
  planetscale: 'mysql',
  mssql: 'mssql',
  tsql: 'mssql',
  sqlserver: 'mssql',
  'sql-server': 'mssql',
  sqlite: 'sqlite',
  sqlite3: 'sqlite',
  d1: 'sqlite',
  turso: 'sqlite',
  oracle: 'oracle',
  plsql: 'oracle',
};

function familyOf(dialect: string | undefined, text: string): SqlFamily {
  const known = dialect === undefined ? undefined : FAMILY[dialect.toLowerCase()];
  return known ?? (/\/\*M?!/.test(text) ? 'mysql' : 'other');
}
