// SQL: the tokenizer at its edges and bounds, and our reading of statements against PostgreSQL's own syntax tree.
import { readFileSync } from 'node:fs';
import { loadModule, parseSync } from 'libpg-query';
import { beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../lib/json.ts';
import { analyseSql, MAX_STATEMENTS } from './analyse.ts';
import { MAX_SQL_CHARS, MAX_SQL_DEPTH, MAX_SQL_TOKENS, sqlTokens } from './token.ts';

beforeAll(() => loadModule());

const judge = (sql: string, dialect = 'sqlite') => analyseSql(sql, dialect, () => true);

describe('tokens', () => {
  it.each([
    ['\'it\'\'s\' "a""b" `c`', ["it''s", 'a""b', 'c']],
    ["E'a\\'b'", ['e', "a\\'b"]],
    ['$a$x $$ y$a$', ['x $$ y']],
    ['[Order Details]', ['Order Details']],
  ] as const)('%s', (sql, texts) => {
    expect(sqlTokens(sql, sql.startsWith('[') ? 'mssql' : 'postgres').tokens.map(({ text }) => text)).toEqual(texts);
  });

  it('comments are gone, what MySQL runs in them is not', () => {
    const words = (sql: string, family: 'mysql' | 'postgres') => sqlTokens(sql, family).tokens.map(({ text }) => text);
    expect(words('a /* b /* c */ d */ e', 'postgres')).toEqual(['a', 'e']);
    expect(words('a /*!50000 b */ c', 'mysql')).toEqual(['a', 'b', 'c']);
    expect(words('a -- b\nc # d', 'mysql')).toEqual(['a', 'c']);
    expect(words('1--1', 'mysql')).toEqual(['1', '-', '-', '1']);
  });

  it.each(["'a", '"a', '/* a', '$$ a', '(', ')', "'a\\'b'"])('%s is not clean', (sql) => expect(sqlTokens(sql, 'other').clean).toBe(false));
});

describe('bounds', () => {
  it('length, tokens, depth, statements', () => {
    expect(sqlTokens(`x${' '.repeat(MAX_SQL_CHARS - 1)}`, 'other').clean).toBe(true);
    expect(sqlTokens(`x${' '.repeat(MAX_SQL_CHARS)}`, 'other').clean).toBe(false);
    expect(sqlTokens('a '.repeat(MAX_SQL_TOKENS), 'other').clean).toBe(true);
    expect(sqlTokens('a '.repeat(MAX_SQL_TOKENS + 1), 'other').clean).toBe(false);
    const nested = (depth: number) => sqlTokens('('.repeat(depth) + ')'.repeat(depth), 'other').clean;
    expect([nested(MAX_SQL_DEPTH), nested(MAX_SQL_DEPTH + 1)]).toEqual([true, false]);
    expect(judge('SELECT 1;'.repeat(MAX_STATEMENTS))).toMatchObject({ intent: 'read', whole: true });
    expect(judge('SELECT 1;'.repeat(MAX_STATEMENTS + 1)).whole).toBe(false);
  });
});

const KIND: Record<string, RegExp> = {
  SelectStmt: /^(?:read|write|exfiltrative|destructive)$/,
  InsertStmt: /^(?:write|destructive|exfiltrative)$/,
  UpdateStmt: /^(?:write|destructive)$/,
  DeleteStmt: /^destructive$/,
  DropStmt: /^destructive$/,
  TruncateStmt: /^destructive$/,
  CopyStmt: /^(?:write|exfiltrative|destructive)$/,
  VariableShowStmt: /^read$/,
  CreateStmt: /^write$/,
};

describe('against the syntax tree of PostgreSQL', () => {
  const texts = readFileSync(new URL('../../../../test/cases/intent/calls.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.includes('"dialect":"postgres"'))
    .map((line) => (JSON.parse(line.slice(line.indexOf(' | ') + 3, line.lastIndexOf(' | '))) as { query: string }).query);

  it.each(texts)('%s', (sql) => {
    let tree: { stmts?: { stmt?: JsonObject }[] };
    try {
      tree = parseSync(sql) as unknown as typeof tree;
    } catch {
      expect(analyseSql(sql, 'postgres', () => false).whole).toBe(false);
      return;
    }
    const found = judge(sql, 'postgres');
    for (const { stmt } of tree.stmts ?? []) {
      const kind = KIND[Object.keys(stmt ?? {})[0] ?? ''];
      if (kind && tree.stmts?.length === 1) expect(found.intent).toMatch(kind);
    }
    // A statement that changes data anywhere in the tree is never taken for a read.
    if (
      /"(?:InsertStmt|UpdateStmt|DeleteStmt|MergeStmt|DropStmt|TruncateStmt|intoClause)"/.test(JSON.stringify(tree)) &&
      !/^\s*explain\s+(?!analyze)/i.test(sql)
    )
      expect(found.intent).not.toBe('read');
  });
});
