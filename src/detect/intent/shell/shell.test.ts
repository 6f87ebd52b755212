// Shell: our lexer against the bash grammar on the same texts, their bounds, and single commands.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadParsers } from '../parser.ts';
import { finding } from '../verdict.ts';
import { analyseShell } from './analyse.ts';
import { simpleScript } from './lexer.ts';
import { type Inner, MAX_COMMANDS, MAX_SHELL_CHARS, MAX_SHELL_DEPTH, MAX_TREE_CHARS, type ShellScript } from './script.ts';
import { type ParseBash, treeScript } from './tree.ts';

/** What a parser makes of a text must not depend on how busy the machine is. */
const STILL = (): number => 0;

let parse: ParseBash;
beforeAll(async () => {
  parse = (await loadParsers(STILL)).parseBash as ParseBash;
});

const inner: Inner = {
  shell: (text) => analyseShell(text, parse, inner),
  sql: () => finding('read', 'sql'),
  code: () => finding('read', 'code'),
  redis: () => finding('read', 'redis'),
  mongo: () => finding('read', 'mongo'),
  http: () => finding('read', 'http'),
};
const judge = (text: string) => analyseShell(text, parse, inner);

const texts = readFileSync(new URL('../../../../test/cases/intent/calls.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('run_command | {"command"'))
  .map((line) => (JSON.parse(line.slice(line.indexOf(' | ') + 3, line.lastIndexOf(' | '))) as { command: string }).command);

const words = ({ pipelines }: ShellScript) =>
  pipelines
    .map((commands) => commands.map((command) => command.words.map(({ text }) => text)))
    .filter((commands) => commands.flat().length > 0);

describe('the lexer and the grammar agree', () => {
  const simple = texts.filter((text) => simpleScript(text) !== undefined && !/\\|<<|^>|C:|^export|^\[/.test(text));
  it('on many texts', () => expect(simple.length).toBeGreaterThan(120));
  it.each(simple)('%s', (text) => {
    const tree = parse(text, treeScript);
    if (!tree?.whole) return;
    expect(words(simpleScript(text) as ShellScript)).toEqual(words(tree));
  });
});

describe('the lexer gives up on', () => {
  it.each([
    'echo $(date)',
    'echo `date`',
    '(ls)',
    'if true; then ls; fi',
    'diff <(a) b',
    'cat <<EOF\n$(x)\nEOF',
    "echo 'a",
    'for x in a; do b; done',
    'a <<EOF',
  ])('%s', (text) => expect(simpleScript(text)).toBeUndefined());
});

describe('commands', () => {
  it.each([
    ['sudo -u bob env A=1 nohup nice -n 5 timeout 3 rm x', 'destructive', true],
    ['command -v rm', 'read', true],
    ["sed 's/a/b/e' x", 'destructive', false],
    ['git -c core.sshCommand=x fetch', 'destructive', true],
    ['kubectl get secret a', 'read', true],
    ['docker exec -it web ls', 'read', true],
    ['frobnicate', 'destructive', false],
    ['frobnicate --version', 'read', true],
    ['true && frobnicate', 'destructive', false],
    ['cat a | sh', 'destructive', true],
    ['f() { ls; }; f', 'destructive', false],
  ] as const)('%s', (text, intent, whole) => expect(judge(text)).toMatchObject({ intent, whole }));
});

describe('bounds', () => {
  it('length, commands, depth', () => {
    const pad = (head: string, chars: number) => head + ' '.repeat(chars - head.length);
    expect(judge(pad('ls', MAX_SHELL_CHARS)).whole).toBe(true);
    expect(judge(pad('ls', MAX_SHELL_CHARS + 1)).whole).toBe(false);
    expect(judge(pad('echo $(date)', MAX_TREE_CHARS)).whole).toBe(true);
    expect(judge(pad('echo $(date)', MAX_TREE_CHARS + 1)).whole).toBe(false);
    expect(judge('ls;'.repeat(MAX_COMMANDS)).whole).toBe(true);
    expect(judge('ls;'.repeat(MAX_COMMANDS + 1)).whole).toBe(false);
    const nested = (levels: number): string => (levels === 0 ? 'date' : `echo $(${nested(levels - 1)})`);
    expect(judge(nested(MAX_SHELL_DEPTH / 2)).whole).toBe(true);
    expect(judge(nested(MAX_SHELL_DEPTH + 1)).whole).toBe(false);
  });
});
