// Hands a text to the analyser of its language, with the analysers of languages it may contain. Never throws.
import type { Json } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { parseJson } from '../../mcp/parse-json.ts';
import { analyseCode } from './code.ts';
import { analyseCypher, analyseGremlin } from './cypher.ts';
import { analyseElasticsearch } from './elasticsearch.ts';
import { analyseGraphql } from './graphql.ts';
import { analyseHttp, type HttpRequest } from './http.ts';
import { analyseMongoCommand, analyseMongoShell } from './mongo.ts';
import type { Parsers } from './parser.ts';
import type { Language } from './profile.ts';
import { analyseRedis } from './redis.ts';
import { analyseShell } from './shell/analyse.ts';
import type { Inner } from './shell/script.ts';
import { analyseSql } from './sql/analyse.ts';
import { type Finding, finding, join } from './verdict.ts';

const SHELL_NAME =
  /^(?:ba|z|da|k|fi|c|tc)?sh(?:ell)?$|^(?:shell[-_ ]?script|terminal|console|command|cmd|bat|batch|powershell|pwsh|ps1|posix)$/i;
const SQL_NAME =
  /^(?:sql|mysql|mariadb|postgres|postgresql|psql|plpgsql|sqlite|sqlite3|tsql|t-sql|mssql|plsql|oracle|bigquery|snowflake|duckdb|spark[-_ ]?sql)$/i;

/** Shells within programs within shells. */
const MAX_LEVEL = 4;

export class Languages {
  readonly #parsers: Parsers;
  #level = 0;

  constructor(parsers: Parsers) {
    this.#parsers = parsers;
  }

  sql(text: string, dialect: string | undefined): Finding {
    return analyseSql(text, dialect, this.#parsers.acceptsPostgres);
  }

  shell(text: string): Finding {
    return this.#nested(() => analyseShell(text, this.#parsers.parseBash, this.#inner));
  }

  code(text: string, language: string | undefined): Finding {
    if (language !== undefined && SHELL_NAME.test(language)) return this.shell(text);
    if (language !== undefined && SQL_NAME.test(language)) return this.sql(text, language.toLowerCase());
    const found = this.#nested(() =>
      analyseCode(text, language, { shell: (inner) => this.shell(inner), sql: (inner) => this.sql(inner, undefined) }),
    );
    // A program in no language that was named may be a statement.
    const seen = language === undefined ? languageOf(text) : undefined;
    return seen === undefined || seen === 'graphql' ? found : join(found, this.text(seen, text, undefined));
  }

  http(request: HttpRequest): Finding {
    return analyseHttp(request, {
      graphql: analyseGraphql,
      elasticsearch: (method, path, body) => this.elasticsearch(method, path, body),
    });
  }

  elasticsearch(method: string, path: string, body: Json | undefined): Finding {
    return analyseElasticsearch(method, path, body, (text) => this.sql(text, undefined));
  }

  /** A text whose language is known only by its looks. */
  any(text: string, dialect: string | undefined): Finding {
    const language = languageOf(text);
    return language ? this.text(language, text, dialect) : finding('destructive', 'language not known', false);
  }

  text(language: Language, text: string, dialect: string | undefined): Finding {
    switch (language) {
      case 'sql':
        return this.sql(text, dialect);
      case 'shell':
        return this.shell(text);
      case 'code':
        return this.code(text, dialect);
      case 'graphql':
        return analyseGraphql(text, undefined);
      case 'cypher':
        return analyseCypher(text);
      case 'gremlin':
        return analyseGremlin(text);
      case 'redis':
        return analyseRedis(text, []);
      case 'mongo':
        return mongoText(text);
      default:
        return this.any(text, dialect);
    }
  }

  readonly #inner: Inner = {
    shell: (text) => this.shell(text),
    sql: (text, dialect) => this.sql(text, dialect),
    code: (text, language) => this.code(text, language),
    redis: analyseRedis,
    mongo: analyseMongoShell,
    http: (request) => this.http(request),
  };

  #nested(analyse: () => Finding): Finding {
    if (this.#level >= MAX_LEVEL) return finding('destructive', 'nested too deep', false);
    this.#level++;
    try {
      return analyse();
    } finally {
      this.#level--;
    }
  }
}

function mongoText(text: string): Finding {
  if (!text.trimStart().startsWith('{') || text.length > 65_536) return analyseMongoShell(text);
  try {
    const value = parseJson(text);
    return isObject(value) ? analyseMongoCommand(value) : finding('destructive', 'no command document', false);
  } catch {
    return analyseMongoShell(text);
  }
}

const SQL_TEXT =
  /^[\s(;]*(?:(?:--[^\n]*\n|\/\*[^*]{0,200}\*\/)\s*)*(?:select\b[\s\S]{0,4000}?(?:\bfrom\b|\d|\()|insert\s+(?:into|overwrite|ignore)\b|update\s+\S+\s+set\b|delete\s+from\b|drop\s+(?:table|database|schema|view|index|user|role|column|function)\b|truncate\s+(?:table\s+)?\w|alter\s+(?:table|database|user|role|system|schema)\b|create\s+(?:or\s+replace\s+)?(?:table|database|schema|view|index|user|role|function|temp\w*|unique|materialized)\b|with\s+(?:recursive\s+)?\w+\s*(?:\([^)]{0,200}\)\s*)?as\s*\(|merge\s+into\b|grant\s+\w+|revoke\s+\w+|copy\s+\S+\s+(?:from|to)\b|explain\s|pragma\s+\w|show\s+(?:tables|databases|schemas|create|columns)\b|exec(?:ute)?\s+\w|export\s+(?:data|database|model)\b|unload\s*\(|replace\s+into\b|rename\s+table\b|load\s+data\b|bulk\s+insert\b|(?:restore|backup|attach)\s+database\b|kill\s+\d|set\s+global\b|declare\s+@\w|desc(?:ribe)?\s+(?:history|detail|extended|formatted|table|database|schema)\s+[\w`"[.]|vacuum\s+\S+\s+retain\s+\d)/i;

/** How everything that `languageOf` knows begins; one look rules out nearly all plain text. */
const MAYBE_CODE =
  /^(?:[\s(;]*(?:--|\/\*|(?:select|insert|update|delete|drop|truncate|alter|create|with|merge|grant|revoke|copy|explain|pragma|show|exec|export|unload|replace|rename|load|bulk|restore|backup|attach|kill|set\s|declare\s+@|desc|vacuum\s))|\s*(?:\{|g\.|db\.|query|mutation|subscription|match|optional|unwind|detach|call\s+(?:apoc|db|dbms|gds)\.))/i;

/** Undefined: plain words, as far as can be seen. */
export function languageOf(text: string): Language | undefined {
  if (!MAYBE_CODE.test(text)) return undefined;
  const start = text.slice(0, 4_200);
  if (/^\s*(?:query|mutation|subscription)\b[^{]{0,400}\{|^\s*\{\s*\w+[\s({]/.test(start)) return 'graphql';
  if (
    /^\s*(?:match|merge|optional\s+match|unwind|detach|create)\s*\(/i.test(start) ||
    /^\s*(?:call\s+(?:apoc|db|dbms|gds)\.|unwind\s)/i.test(start)
  )
    return 'cypher';
  if (/^\s*g\.(?:V|E|addV|addE|inject)\s*\(/.test(start)) return 'gremlin';
  if (/^\s*db\.\w+[.(]/.test(start)) return 'mongo';
  return SQL_TEXT.test(start) ? 'sql' : undefined;
}
