// Classifies one SQL statement from its tokens. A head that is not known is not understood.
// Strings that are run (EXECUTE IMMEDIATE '…', DO $$ … $$) are judged by `inner`, which the caller bounds.
import type { Intent } from '../../../call.ts';
import { type Finding, finding, join, stronger } from '../verdict.ts';
import { sqlFunction } from './function.ts';
import { givesTopRights } from './right.ts';
import { isTautology } from './tautology.ts';
import type { SqlToken } from './token.ts';
import { dbcc, vacuumOfVersions } from './vacuum.ts';

export type Inner = (sql: string) => Finding;

/** Rows from which a read counts as bulk. */
export const BULK_ROWS = 10_000;

export function classifyStatement(tokens: readonly SqlToken[], inner: Inner): Finding {
  let at = 0;
  while (isSign(tokens[at], '(')) at++;
  const head = tokens[at]?.kind === 'word' ? (tokens[at] as SqlToken).text : '';
  const judge = HEADS.get(head);
  // `sp_who2` runs a procedure without EXEC.
  const own = judge
    ? judge(tokens, at, inner)
    : /^[sx]p_/.test(head)
      ? call(tokens, at - 1, inner)
      : finding('destructive', `unknown statement ${head.slice(0, 24)}`, false);
  return withFunctions(own, tokens);
}

type Judge = (tokens: readonly SqlToken[], at: number, inner: Inner) => Finding;

const HEADS = new Map<string, Judge>();

function heads(words: string, judge: Judge): void {
  for (const word of words.split(' ')) HEADS.set(word, judge);
}

const plain =
  (intent: Intent): Judge =>
  (tokens, at) =>
    finding(intent, `${word(tokens, at).toUpperCase()} statement`);

heads(
  'values table show describe desc help list ls start commit rollback savepoint end release listen unlisten fetch move close deallocate handler print go if else declare summarize from waitfor pivot unpivot',
  (tokens, at, inner) => embedded(tokens, at + 1, finding('read', `${word(tokens, at)} statement`), inner),
);
heads('begin', begin);
heads('select', select);
heads('with', withClause);
heads('explain', explain);
heads('insert replace upsert', insert);
heads('update', update);
heads('merge', (tokens, at) =>
  after(tokens, at, 'delete') ? finding('destructive', 'MERGE that deletes') : finding('write', 'MERGE statement'),
);
heads('delete', plain('destructive'));
heads('drop truncate purge kill shutdown revoke restore undo flush deny system remove kick', plain('destructive'));
heads('create', create);
heads('alter', alter);
heads(
  'grant comment lock notify refresh reindex cluster analyze vacuum optimize rename attach detach set reset use import load lo_import put checkpoint discard reassign msck undrop repair install cache uncache clear security audit noaudit check pause resume unlock checksum define mount async rebuild enable',
  simpleWrite,
);
heads('copy', copy);
heads('unload export', plain('exfiltrative'));
heads('backup', (tokens, at) => finding(after(tokens, at, 'url') ? 'exfiltrative' : 'write', 'BACKUP statement'));
heads('get', plain('exfiltrative'));
heads('bulk', plain('write'));
heads('dbcc', (tokens, at) => dbcc(tokens, at));
heads('pragma', pragma);
heads('call exec execute', call);
heads('do', (tokens, at, inner) => block(tokens, at, inner));
heads('prepare', (tokens, at, inner) => prepared(tokens, at, inner));

function simpleWrite(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const head = word(tokens, at);
  const why = `${head.toUpperCase()} statement`;
  if (head === 'vacuum' && after(tokens, at, 'into')) return finding('exfiltrative', 'VACUUM INTO copies the database');
  if (head === 'vacuum' && after(tokens, at, 'retain')) return vacuumOfVersions(tokens.slice(at));
  if (head === 'grant' && (after(tokens, at, 'all') || givesTopRights(tokens, at))) return finding('destructive', 'GRANT of all rights');
  if (head === 'reset' && after(tokens, at, 'master')) return finding('destructive', 'RESET MASTER');
  if (head === 'set' && after(tokens, at, 'global')) return finding('destructive', 'SET GLOBAL');
  if ((head === 'check' || head === 'analyze' || head === 'checksum' || head === 'use') && !after(tokens, at, 'update'))
    return finding(head === 'analyze' ? 'write' : 'read', why);
  return embedded(tokens, at + 1, finding('write', why), inner);
}

/** A transaction, or the first statement of a block. */
function begin(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  let first = at + 1;
  while (word(tokens, first) === 'begin') first++;
  const next = word(tokens, first);
  if (first >= tokens.length || /^(?:transaction|work|tran|isolation|read|deferred|immediate|exclusive|concurrent)$/.test(next))
    return finding('read', 'BEGIN');
  return classifyStatement(tokens.slice(first), inner);
}

function select(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  let found = finding('read', 'SELECT statement');
  const into = indexOf(tokens, at, 'into', tokens[at]?.depth ?? 0);
  if (into >= 0) {
    const target = word(tokens, into + 1);
    if (target === 'outfile' || target === 'dumpfile') return finding('exfiltrative', 'SELECT INTO a file');
    if (!target.startsWith('@')) found = finding('write', 'SELECT INTO a table');
  }
  return join(embedded(tokens, at + 1, found, inner), bulk(tokens, at));
}

const COLLAPSE = new Set([
  'string_agg',
  'array_agg',
  'json_agg',
  'jsonb_agg',
  'group_concat',
  'listagg',
  'xmlagg',
  'json_object_agg',
  'json_arrayagg',
  'json_group_array',
  'json_group_object',
  'array_to_json',
  'to_json',
  'grouparray',
  'wm_concat',
  'list',
]);

/** Very many rows at once, or a whole column folded into one. */
function bulk(tokens: readonly SqlToken[], at: number): Finding {
  const filtered = tokens.some(({ kind, text }) => kind === 'word' && (text === 'where' || text === 'group' || text === 'having'));
  for (let index = at; index < tokens.length; index++) {
    const token = tokens[index] as SqlToken;
    if (token.kind !== 'word') continue;
    if (token.text === 'limit' || token.text === 'top' || (token.text === 'fetch' && /^(?:first|next)$/.test(word(tokens, index + 1)))) {
      const amount = tokens.slice(index + 1, index + 4).find(({ kind }) => kind === 'number');
      if (amount && Number(amount.text.replaceAll('_', '')) >= BULK_ROWS) return finding('exfiltrative', 'asks for very many rows');
    }
    if (!filtered && COLLAPSE.has(token.text) && isSign(tokens[index + 1], '(') && hasFrom(tokens))
      return finding('exfiltrative', 'folds a whole column into one value');
    if (!filtered && token.text === 'for' && /^(?:xml|json)$/.test(word(tokens, index + 1)))
      return finding('exfiltrative', 'whole table as one value');
    if (/(?:^|\.)(?:pg_shadow|pg_authid)$/.test(token.text) || token.text === 'mysql.user' || token.text === 'sys.sql_logins')
      return finding('exfiltrative', 'reads password hashes');
  }
  return finding('read', 'SELECT statement');
}

function hasFrom(tokens: readonly SqlToken[]): boolean {
  return tokens.some(({ kind, text }) => kind === 'word' && text === 'from');
}

/** The statement after the common table expressions, and those of them that write. */
function withClause(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const depth = tokens[at]?.depth ?? 0;
  for (let index = at + 1; index < tokens.length; index++) {
    const token = tokens[index] as SqlToken;
    if (
      token.depth !== depth ||
      token.kind !== 'word' ||
      !/^(?:select|insert|update|delete|merge|replace|values|table|from)$/.test(token.text)
    )
      continue;
    if (word(tokens, index - 1) === 'as') continue;
    return join(embedded(tokens, at + 1, finding('read', 'WITH'), inner), (HEADS.get(token.text) as Judge)(tokens, index, inner));
  }
  return finding('destructive', 'WITH without a statement', false);
}

/** EXPLAIN runs its statement only with ANALYZE. */
function explain(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  let index = at + 1;
  let analyzes = false;
  while (index < tokens.length) {
    const text = word(tokens, index);
    if (
      /^(?:select|insert|update|delete|merge|replace|with|values|create|execute|table|declare|refresh|copy|alter|drop|truncate|call)$/.test(
        text,
      ) &&
      tokens[index]?.depth === tokens[at]?.depth
    )
      break;
    if (text === 'analyze' || text === 'analyse') analyzes = !/^(?:false|off|0)$/.test(tokens[index + 1]?.text ?? '');
    index++;
  }
  if (index >= tokens.length || !analyzes) return finding('read', 'EXPLAIN without running');
  return (HEADS.get(word(tokens, index)) as Judge | undefined)?.(tokens, index, inner) ?? finding('destructive', 'EXPLAIN ANALYZE', false);
}

function insert(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  if (word(tokens, at + 1) === 'overwrite')
    return after(tokens, at, 'directory') ? finding('exfiltrative', 'INSERT into a directory') : finding('destructive', 'INSERT OVERWRITE');
  const outside = intoOutside(tokens, at);
  if (outside) return outside;
  return embedded(tokens, at + 1, finding('write', 'INSERT statement'), inner);
}

/** `INSERT INTO FUNCTION s3(…)`, `INSERT INTO OPENROWSET(…)`. */
function intoOutside(tokens: readonly SqlToken[], at: number): Finding | undefined {
  const outside = [2, 3, 4].some((step) => {
    const name = word(tokens, at + step);
    return OUTSIDE.test(name) && (name.startsWith('open') || word(tokens, at + step - 1) === 'function');
  });
  return outside ? finding('exfiltrative', 'INSERT into something outside') : undefined;
}

const OUTSIDE = /^(?:s3|url|remote|file|gcs|azureblobstorage|hdfs|mysql|postgresql|openrowset|opendatasource)$/;

function update(tokens: readonly SqlToken[], at: number): Finding {
  const where = indexOf(tokens, at, 'where', tokens[at]?.depth ?? 0);
  if (where < 0) return after(tokens, at, 'set') ? finding('destructive', 'UPDATE without WHERE') : finding('write', 'UPDATE statement');
  return isTautology(tokens, where + 1)
    ? finding('destructive', 'UPDATE whose WHERE is always true')
    : finding('write', 'UPDATE with WHERE');
}

function create(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  if (
    word(tokens, at + 1) === 'or' &&
    word(tokens, at + 2) === 'replace' &&
    /^(?:table|database|schema|transient)$/.test(word(tokens, at + 3))
  )
    return finding('destructive', 'CREATE OR REPLACE of a table');
  if (
    /^(?:function|procedure|trigger|event|rule)$/.test(word(tokens, at + 1)) ||
    /^(?:function|procedure|trigger)$/.test(word(tokens, at + 3))
  )
    return finding('write', 'CREATE of code');
  if (/^(?:user|role|login)$/.test(word(tokens, at + 1)) && givesTopRights(tokens, at))
    return finding('destructive', 'CREATE with all rights');
  return embedded(tokens, at + 1, finding('write', 'CREATE statement'), inner);
}

function alter(tokens: readonly SqlToken[], at: number): Finding {
  if (word(tokens, at + 1) === 'system') {
    const calls = tokens.some(({ kind, text }) => kind === 'string' && /\b(?:curl|wget|nc|scp|rsync|aws|gsutil|https?:)/i.test(text));
    return calls ? finding('exfiltrative', 'ALTER SYSTEM that sends data') : finding('destructive', 'ALTER SYSTEM');
  }
  const drops = tokens.some(
    ({ kind, text }, index) =>
      kind === 'word' &&
      index > at &&
      /^(?:drop|truncate|delete|superuser)$/.test(text) &&
      !/^(?:not|default)$/.test(word(tokens, index + 1)),
  );
  if (drops) return finding('destructive', 'ALTER that drops or truncates');
  const rights = /^(?:user|role|login|server|group|authorization)$/.test(word(tokens, at + 1)) && givesTopRights(tokens, at);
  return rights ? finding('destructive', 'ALTER that gives all rights') : finding('write', 'ALTER statement');
}

function copy(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const depth = tokens[at]?.depth ?? 0;
  if (word(tokens, at + 1) === 'into') {
    const target = tokens[at + 2];
    const out = target?.kind === 'string' || target?.text.startsWith('@') === true;
    return out ? finding('exfiltrative', 'COPY INTO a location') : finding('write', 'COPY INTO a table');
  }
  const to = indexOf(tokens, at, 'to', depth);
  const from = indexOf(tokens, at, 'from', depth);
  if (to >= 0 && (from < 0 || to < from)) return finding('exfiltrative', 'COPY … TO');
  if (from >= 0 && word(tokens, from + 1) === 'program') return finding('destructive', 'COPY … FROM PROGRAM runs a command');
  return from >= 0 ? embedded(tokens, at + 1, finding('write', 'COPY … FROM'), inner) : finding('destructive', 'COPY', false);
}

const FATAL_PRAGMAS = new Set([
  'writable_schema',
  'journal_mode',
  'synchronous',
  'key',
  'rekey',
  'foreign_keys',
  'ignore_check_constraints',
  'trusted_schema',
  'temp_store_directory',
  'wal_checkpoint',
]);

function pragma(tokens: readonly SqlToken[], at: number): Finding {
  const name = word(tokens, at + 1);
  const sets = tokens.some((token) => isSign(token, '=')) || (isSign(tokens[at + 2], '(') && FATAL_PRAGMAS.has(name));
  if (!sets) return finding('read', 'PRAGMA that reads');
  return /^(?:writable_schema|key|rekey|trusted_schema|ignore_check_constraints)$/.test(name)
    ? finding('destructive', 'PRAGMA that weakens')
    : finding('write', 'PRAGMA that sets');
}

/** Procedures: known ones by name, strings that are run by what they hold, others not understood. */
function call(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const strings = tokens.slice(at + 1).filter(({ kind }) => kind === 'string');
  const name = tokens[at + 1]?.kind === 'word' || tokens[at + 1]?.kind === 'quoted' ? (tokens[at + 1] as SqlToken).text.toLowerCase() : '';
  const bare = name.replace(/^.*\./, '');
  const runsText = isSign(tokens[at + 1], '(') || /^(?:immediate|sp_executesql|dynamic)$/.test(bare) || name === '';
  if (runsText) {
    let found: Finding | undefined;
    for (const { text } of strings.slice(0, 4)) found = join(found, inner(text));
    return found?.whole && strings.length === 1
      ? found
      : finding(stronger('destructive', found?.intent ?? 'read'), 'runs SQL made at run time', false);
  }
  const known = sqlFunction(bare);
  return known ? finding(known, `procedure ${bare.slice(0, 32)}`) : finding('destructive', 'a procedure whose effect is not known', false);
}

function block(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const body = tokens.slice(at + 1).find(({ kind }) => kind === 'string');
  const statements = (body?.text ?? '').replace(/\b(?:perform)\b/gi, 'select').split(/\bbegin\b|;|\bthen\b|\bloop\b|\belse\b/i);
  let found: Finding = finding('write', 'procedural block');
  for (const text of statements.slice(0, 100)) {
    const part = text.trim();
    if (/^(?:drop|truncate|delete|update|insert|alter|create|grant|revoke|copy|execute|call|select|with)\b/i.test(part))
      found = join(found, inner(part));
  }
  return { ...found, whole: false };
}

function prepared(tokens: readonly SqlToken[], at: number, inner: Inner): Finding {
  const as = indexOf(tokens, at, 'as', tokens[at]?.depth ?? 0);
  const text = tokens.slice(at + 1).find(({ kind }) => kind === 'string');
  if (as > 0) return classifyStatement(tokens.slice(as + 1), inner);
  return text ? inner(text.text) : finding('destructive', 'PREPARE', false);
}

/** Statements within statements: writing CTEs, and dialects that need no semicolon between two statements. */
function embedded(tokens: readonly SqlToken[], from: number, found: Finding, inner: Inner): Finding {
  let result = found;
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index] as SqlToken;
    if (token.kind !== 'word') continue;
    const next = tokens[index + 1];
    const nextWord = word(tokens, index + 1);
    const opens = isSign(tokens[index - 1], '(') || word(tokens, index - 1) === 'begin';
    if (token.text === 'delete' && nextWord === 'from' && !isSign(tokens[index - 1], ','))
      result = join(result, finding('destructive', 'DELETE inside'));
    else if (
      token.text === 'drop' &&
      /^(?:table|database|view|index|schema|user|role|procedure|function|column|trigger|login)$/.test(nextWord)
    )
      result = join(result, finding('destructive', 'DROP inside'));
    else if (token.text === 'truncate' && nextWord === 'table') result = join(result, finding('destructive', 'TRUNCATE inside'));
    else if (token.text === 'insert' && nextWord === 'into')
      result = join(result, intoOutside(tokens, index) ?? finding('write', 'INSERT inside'));
    else if (token.text === 'merge' && nextWord === 'into') result = join(result, finding('write', 'MERGE inside'));
    else if (token.text === 'update' && opens) result = join(result, update(rest(tokens, index), 0));
    else if (
      token.text === 'update' &&
      next?.kind !== 'sign' &&
      word(tokens, index + 2) === 'set' &&
      !/^(?:for|do|key|on)$/.test(word(tokens, index - 1))
    )
      result = join(result, update(tokens, index));
    else if (
      /^(?:exec|execute)$/.test(token.text) &&
      (isSign(next, '(') || next?.kind === 'word' || next?.kind === 'quoted') &&
      !/^(?:function|procedure|on|as)$/.test(nextWord)
    )
      result = join(result, call(tokens, index, inner));
    else if (token.text === 'shutdown' && next === undefined) result = join(result, finding('destructive', 'SHUTDOWN inside'));
  }
  return result;
}

/** The tokens of the parenthesis that `at` stands in. */
function rest(tokens: readonly SqlToken[], at: number): SqlToken[] {
  const depth = tokens[at]?.depth ?? 0;
  let end = at + 1;
  while (end < tokens.length && (tokens[end] as SqlToken).depth >= depth) end++;
  return tokens.slice(at, end);
}

function withFunctions(found: Finding, tokens: readonly SqlToken[]): Finding {
  let result = found;
  if (found.why === 'EXPLAIN without running') return found;
  for (let index = 0; index < tokens.length - 1; index++) {
    const token = tokens[index] as SqlToken;
    if ((token.kind !== 'word' && token.kind !== 'quoted') || !isSign(tokens[index + 1], '(')) continue;
    const previous = word(tokens, index - 1);
    if (/^(?:function|procedure|table|into|view|index|on|exists|references|trigger)$/.test(previous)) continue;
    const intent = sqlFunction(token.text.toLowerCase());
    if (intent && intent !== 'read') result = join(result, finding(intent, `function ${token.text.slice(0, 40)}`));
  }
  return result;
}

function word(tokens: readonly SqlToken[], at: number): string {
  const token = tokens[at];
  return token?.kind === 'word' ? token.text : '';
}

function after(tokens: readonly SqlToken[], at: number, text: string): boolean {
  return tokens.some((token, index) => index > at && token.kind === 'word' && token.text === text);
}

function indexOf(tokens: readonly SqlToken[], at: number, text: string, depth: number): number {
  return tokens.findIndex((token, index) => index > at && token.depth === depth && token.kind === 'word' && token.text === text);
}

function isSign(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}
