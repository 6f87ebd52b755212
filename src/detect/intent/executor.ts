// Finds tools that do whatever their arguments say: SQL, shell, code, HTTP, queries of graph and document databases, whole APIs.
// Errs towards calling a tool an executor: what it is called with then decides, and what is not understood keeps the upper bound.
import { withObjects } from './lexicon-object.ts';
import type { Phrase } from './phrase.ts';
import type { Executor, Language } from './profile.ts';
import type { SchemaFacts } from './schema-facts.ts';

const LANGUAGE_WORDS: readonly (readonly [Language, ReadonlySet<string>])[] = [
  ['cypher', words('cypher opencypher')],
  ['gremlin', words('gremlin')],
  ['graphql', words('graphql gql')],
  ['elasticsearch', words('elasticsearch opensearch')],
  ['redis', words('redis valkey')],
  ['mongo', words('mongodb mongo mongosh')],
  [
    'sql',
    words(
      'sql psql bq googlesql mysql postgres postgresql sqlite bigquery snowflake athena clickhouse duckdb mssql redshift trino cql soql plsql tsql',
    ),
  ],
  ['shell', words('shell bash command terminal cli ssh cmd powershell console sh zsh exec kubectl process')],
  ['code', words('code python javascript script js typescript notebook repl eval evaluate jupyter snippet function lambda_code ruby node')],
  ['http', words('http api rest endpoint curl aws')],
];

const RUNNERS = words('run execute exec call invoke eval evaluate query perform submit send make raw arbitrary do request interact start');
const RAW_KEY: readonly (readonly [Language, RegExp])[] = [
  ['sql', /^(?:sql|sql_query|sqlquery|sql_statement|statement|statements|sql_text|soql|query_sql)$/],
  ['shell', /^(?:command|cmd|cli_command|shell_command|commandline|command_line|bash)$/],
  ['code', /^(?:code|script|python_code|source_code|javascript|js|expression|snippet|python|program)$/],
  ['cypher', /^(?:cypher|cypher_query)$/],
  ['graphql', /^(?:graphql|gql|graphql_query|mutation)$/],
];

const READ_ONLY_TEXT =
  /\bread[- ]?only\b|\bonly (?:select|read|get)\b|\bselect[- ]only\b|\b(?:select|get) (?:queries|statements|requests|commands) only\b|\bsafe (?:read|select)\b|\bwithout modifying\b|\bnon-?mutating\b|\bno (?:writes|mutations|modifications)\b|\bread (?:queries|commands|tier|cypher)\b/i;
const NOT_READ_ONLY_TEXT =
  /\b(?:not|isn't|disable[sd]?|unless|without) (?:in )?read[- ]?only\b|\bread[- ]?only mode\b|\bdisabled in readonly\b/i;
const HEAD_CHARS = 400;

export function executorOf(
  name: readonly string[],
  description: string,
  schema: SchemaFacts,
  byName: Phrase | undefined,
  head: Phrase | undefined,
): Executor | undefined {
  const found = byNameWords(name, byName) ?? bySchema(name, schema, byName, head) ?? byText(name, description, byName, head);
  if (!found) return undefined;
  const text = description.slice(0, HEAD_CHARS);
  const readOnly = name.includes('read') || name.includes('readonly') || (READ_ONLY_TEXT.test(text) && !NOT_READ_ONLY_TEXT.test(text));
  return { ...found, dialect: dialectOf(name, text), readOnly };
}

type Found = Omit<Executor, 'dialect' | 'readOnly'>;

/** `run_sql`, `execute-query`, `call_api`, `pods_exec`, `browser_evaluate`. */
function byNameWords(name: readonly string[], byName: Phrase | undefined): Found | undefined {
  const [only] = name.length === 1 ? name : [];
  const alone = only === undefined ? undefined : LANGUAGE_WORDS.find(([, known]) => known.has(only) && SOLO.has(only));
  if (alone) return { language: alone[0], path: '/name', why: `runs what it is given (${only})` };
  if (name.includes('exec')) {
    const own = LANGUAGE_WORDS.find(
      ([language, known]) => language !== 'shell' && name.some((word) => known.has(word) && !RUNNERS.has(word)),
    );
    return { language: own?.[0] ?? 'shell', path: '/name', why: 'runs commands' };
  }
  if (/^(?:make|send|raw|perform|execute)$/.test(name.at(-2) ?? '') && name.at(-1) === 'request')
    return { language: 'http', path: '/name', why: 'sends any request' };
  if (name.some((word) => TYPED_INTO.test(word)) && name.some((word) => TYPES.test(word)))
    return { language: 'shell', path: '/name', why: 'types into a terminal' };
  const runs = name.some((word) => RUNNERS.has(word));
  // `fetch_call`, `list_api_calls`: a true verb in front has what looks like a runner for its object.
  if (byName?.sure && byName.isVerb && !byName.runs && !RUNNERS.has(byName.verb) && !runsToo(name, byName)) return undefined;
  // `start_sql_warehouse` starts no statement.
  if (byName?.verb === 'start' && name.some((word) => STARTED.test(word))) return undefined;
  if (!runs || (byName && !byName.runs && !RUNNERS.has(byName.verb) && !RUNNERS.has(name.at(-1) ?? '') && !runsToo(name, byName)))
    return undefined;
  for (const [language, known] of LANGUAGE_WORDS) {
    const word = name.find((part) => known.has(part) && !(part === 'process' && name.includes('list')));
    // `API-query-a-thing`: what all names of a server begin with.
    if (language === 'http' && word === 'api' && name[0] === 'api' && name.length > 2) continue;
    // `evaluate_policy` reads by what is evaluated.
    if (word === 'evaluate' && withObjects(word, 'write', name) === 'read') continue;
    if (!word || (RUNNERS.has(word) && name.length > 1 && !ALONE.has(word))) continue;
    if (language === 'shell' && word === 'process' && !name.some((part) => /^(?:start|interact|run|spawn|launch|execute)$/.test(part)))
      continue;
    return { language, path: '/name', why: `runs what it is given (${word})` };
  }
  return undefined;
}

const STARTED = /^(?:warehouse|server|instance|cluster|database|engine|pool|service|replica|proxy|emulator)$/;
const TYPED_INTO = /^(?:terminal|tmux|pty|tty)$/;
const TYPES = /^(?:write|send|type|input|paste|keys)$/;

/** `insert_execute_cell`, `save_and_run_code`: it is run as well. */
function runsToo(name: readonly string[], byName: Phrase): boolean {
  return name.some((word) => ALONE.has(word)) || (byName.intent === 'write' && name.some((word) => /^(?:run|execute|eval)$/.test(word)));
}

/** Names that say all by themselves. */
const SOLO = words(
  'shell bash sh zsh terminal console cmd powershell kubectl aws sql psql duckdb mysql sqlite python javascript node jupyter notebook ipython repl eval evaluate graphql cypher gremlin curl ssh',
);

const ALONE = words('evaluate eval exec');

/** An argument called sql, command, code, or a query with a runner in the name. */
function bySchema(name: readonly string[], schema: SchemaFacts, byName: Phrase | undefined, head: Phrase | undefined): Found | undefined {
  const runs = byName ? byName.runs || byName.verb === 'query' : head?.runs === true;
  for (const [language, pattern] of RAW_KEY)
    for (const [key, path] of schema.all)
      if (pattern.test(key) && (runs || language === 'sql' || (!byName && !head)) && !isAbout(name, language) && !tellsAbout(byName, head))
        return { language, path, why: `argument "${key}" is run` };
  if (!schema.all.has('query') || !runs || byName?.verb === 'search') return undefined;
  const language = LANGUAGE_WORDS.find(([, known]) => name.some((word) => known.has(word)))?.[0];
  if (!language && head?.sure && !head.runs && head.verb !== 'query') return undefined;
  if (!language && name.some((word) => OBSERVED.test(word))) return undefined;
  if (!language && !name.some((word) => word === 'query' || word === 'queries' || word === 'database' || word === 'statement'))
    return undefined;
  return { language: language ?? 'any', path: schema.all.get('query') ?? '/inputSchema', why: 'argument "query" is run' };
}

/** What a text is like, not what it does when it is run: the description must say so, and the name nothing else. */
function tellsAbout(byName: Phrase | undefined, head: Phrase | undefined): boolean {
  return byName?.runs !== true && byName?.verb !== 'query' && head?.sure === true && head.intent === 'read' && TELLING.test(head.verb);
}

const TELLING =
  /^(?:identify|explain|analyz|analys|validate|check|verify|estimate|review|suggest|recommend|parse|lint|diagnose|detect|assess|compare|format|simulate|preview)/;

/** What is measured is asked for in a language that only reads. */
const OBSERVED = /^(?:metrics?|logs?|traces?|spans?|events?|timeseries|series|analytics|telemetry|prometheus|loki|promql|logql|insights)$/;

/** `create_function(code)` stores code, `explain_query(sql)` explains it. */
function isAbout(name: readonly string[], language: Language): boolean {
  return (
    /^(?:explain|validate|format|lint|parse|analyze|generate|create|update|save|add|get|translate|check|dry|estimate)$/.test(
      name[0] ?? '',
    ) ||
    (!name.some((word) => RUNNERS.has(word)) && name.some((word) => /^(?:explain|validate|lint|parse|format)$/.test(word))) ||
    (language === 'code' && name.includes('get'))
  );
}

const ANY_TEXT =
  /\b(?:any|arbitrary|raw|custom|all|directly|ad-?hoc)\b[^.\n]{0,60}\b(?:sql|quer(?:y|ies)|commands?|api|operations?|requests?|scripts?|code|tools?)\b|\bunified tool\b|\b(?:operations?|api) directly\b/i;
const EXECUTE_TEXT =
  /^\W*(?:this tool |tool to |use this (?:tool )?to )?(?:can |will )?(?:execut|run|invok|call|send|perform|submit)(?:e|es|s|ing|ning)?\b/i;
const TYPED_TEXT =
  /^\W*(?:sends?|writes?|types?|pass(?:es)?|feeds?|enters?|submits?|pipes?|inputs?)\b[^.\n]{0,60}\b(?:to|into|in) (?:the |a |an )?(?:\w{1,20} ){0,3}(?:shell|terminal|console|command[- ]line|bash|powershell|tty)\b/i;
const COMMAND_TEXT =
  /^\W*(?:execut|run)(?:e|es|s|ning|ing)?\b(?:(?! (?:on|against|over|across|for|in|inside|within|from)\b)[^.\n]){0,40}\b(?:commands?|shell|scripts?|code|sql|quer(?:y|ies)|gremlin|cypher|statements?|operations?|available)\b/i;

function byText(name: readonly string[], description: string, byName: Phrase | undefined, head: Phrase | undefined): Found | undefined {
  if (byName?.sure && byName.isVerb && !byName.runs) return undefined;
  const text = description.slice(0, HEAD_CHARS).trimStart();
  if (TYPED_TEXT.test(text)) return { language: 'shell', path: '/description', why: 'the description says that it types into a shell' };
  if (head && !head.runs && head.verb !== 'call' && head.verb !== 'send') return undefined;
  if (COMMAND_TEXT.test(text) || (EXECUTE_TEXT.test(text) && ANY_TEXT.test(text.slice(0, 160))) || /^\W*unified tool\b/i.test(text)) {
    const language = LANGUAGE_WORDS.find(([, known]) => name.some((word) => known.has(word)))?.[0] ?? 'any';
    return { language, path: '/description', why: 'the description says that it runs what it is given' };
  }
  return undefined;
}

const DIALECTS = words(
  'postgres postgresql mysql mariadb sqlite mssql sqlserver tsql bigquery snowflake redshift clickhouse duckdb oracle athena trino presto databricks cockroach cockroachdb supabase neon timescale cassandra cql spark hive d1 turso planetscale tidb python javascript typescript node bash powershell ruby',
);

function dialectOf(name: readonly string[], text: string): string | undefined {
  const said = [...name, ...(text.toLowerCase().match(/[a-z0-9]+/g) ?? [])].filter((word) => DIALECTS.has(word));
  // Also the name of the house that other databases are from.
  return said.find((word) => word !== 'oracle') ?? said[0];
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(' '));
}
