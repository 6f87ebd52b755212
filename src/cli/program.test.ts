// The tree of commands: complete help, quick to load, no secrets, usage errors with one exit code and one JSON value.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { jsonOf, runCli } from '../../test/support/cli-process.ts';
import { newOperatorToken } from '../admin/operator.ts';
import { VERSION as GATEWAY_VERSION } from '../app.ts';
import { settings } from '../config.ts';
import { cliReference } from './cli-reference.ts';
import type { CommandSpec } from './command.ts';
import { commands } from './commands.ts';
import { exitCodeMeaning } from './exit-code.ts';
import { buildProgram } from './program.ts';
import { VERSION } from './version.ts';

const leaves = (specs: readonly CommandSpec[]): CommandSpec[] => specs.flatMap((spec) => (spec.commands ? leaves(spec.commands) : [spec]));

it('every command can be run, has a summary and an example that starts with its name', () => {
  const wrong = leaves(commands).filter(({ usage, load, examples, summary }) => {
    const name = usage.split(' ')[0] ?? '';
    return load === undefined || summary === '' || !examples?.length || !examples.every(([line]) => line.split(' ').includes(name));
  });
  expect(wrong.map(({ usage }) => usage)).toEqual([]);
  expect(leaves(commands).length).toBeGreaterThan(20);
});

it('every action can be loaded', async () => {
  for (const { usage, load } of leaves(commands)) expect(await load?.(), usage).toBeTypeOf('function');
});

it('every example is understood by the parser', () => {
  for (const { usage, examples, needs } of leaves(commands)) {
    for (const [line] of examples ?? []) {
      const program = buildProgram({ terminal: undefined, settings: needs === 'settings' ? settings() : [], onExit: () => undefined });
      const words = (line.replace(/ >>? \S+$/, '').match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      quiet(program);
      expect(() => program.parse(words, { from: 'user' }), `${usage}: ${line}`).not.toThrow();
    }
  }
});

it('the reference names every command and every exit code, and holds nothing like a token', () => {
  const text = cliReference();
  for (const { usage } of leaves(commands)) expect(text).toContain(usage);
  for (const [code, meaning] of exitCodeMeaning) expect(text).toContain(`| ${code} | ${meaning} |`);
  expect(text).not.toMatch(/s[po]_[A-Za-z0-9_-]{10}/);
  expect(text).not.toMatch(/postgres:\/\/\S+:\S+@/);
});

it('help loads neither schemas, nor YAML, nor a network, nor the gateway', () => {
  const loaded = staticImports(resolve(import.meta.dirname, 'program.ts'));
  const heavy = [...loaded].filter((name) =>
    /^(zod|yaml|undici|hono|postgres|pino)|\/(config|app)\.ts$|\/(store|vault|admin|pipeline|object)\//.test(name),
  );
  expect(heavy).toEqual([]);
  expect([...loaded].some((name) => name.endsWith('commands.ts'))).toBe(true);
});

it('the version is that of the gateway and of the package', async () => {
  const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string };
  expect([VERSION, GATEWAY_VERSION]).toEqual([version, version]);
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

it('help goes to standard output with exit code 0, no command at all is a usage error', async () => {
  const help = await runCli(['get', '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toContain('sallyport get policy quickstart');
  expect(help.stdout).not.toContain('\u001b');
  const none = await runCli([]);
  expect(none).toMatchObject({ code: 2, stdout: '' });
  expect(none.stderr).toContain('Usage: sallyport');
});

it.each([
  [['aply', '-f', 'x'], 'Did you mean apply?'],
  [['token', 'creat', 'x'], 'Did you mean create?'],
  [['get', 'polcy'], 'Did you mean \\"policy\\"?'],
  [['apply'], 'Name the files with -f'],
  [['freeze', '--reason', 'x'], 'exactly one of'],
  [['freeze', '--everyone', '--agent', 'a'], 'exactly one of'],
  [['freeze', '--everyone'], '--reason'],
  [['freeze', '--everyone', '--reason', ' '], '--reason'],
  [['freeze', '--tool', 'db', '--reason', 'x'], 'SERVER/NAME'],
  [['freeze', '--everyone', '--reason', 'x', '--wait', '1s'], '--drill'],
  [['token', 'create', 'a', '--expires', 'soon'], '--expires'],
  [['token', 'create', 'a', '--agent', 'b'], 'one agent'],
  [['token', 'create', 'a', '--tool', ''], 'Give at least one value'],
  [['token', 'create', 'a', '--servers', ' , '], 'Give at least one value'],
  [['token', 'create', 'a', '--network', ''], 'Give at least one value'],
  [['token', 'create', 'a', '--resource', ''], 'Give at least one value'],
  [['rollback', 'policy', 'x', '--to', 'first'], '--to'],
  [['policy', 'diff', 'now', 'none.yaml'], 'There is no file or folder none.yaml (ENOENT). Check the name'],
  [['policy', 'simulate', '--policy', 'none.yaml'], 'There is no file or folder none.yaml (ENOENT). Check the name'],
  [['dlp', 'scan', 'none.txt'], 'There is no file or folder none.txt (ENOENT). Check the name'],
  [['risk', 'backtest', '-f', 'none.yaml'], 'There is no file or folder none.yaml (ENOENT). Check the name'],
  [['history', 'policy', 'x', '--limit', '-1'], '--limit'],
  [['key', 'rotate', 'everything'], 'data or master'],
  [['serve', '--listen', 'here'], '--listen'],
  [['serve', '--agent-port', '99999999'], 'agent.port'],
  [['serve', '--profil', 'x'], '--profil'],
  [['get', 'agents', '--url', 'gateway'], 'http://127.0.0.1:7861'],
])('%j is a usage error that says what to do', async (args, message) => {
  const env = { SALLYPORT_OPERATOR_TOKEN: `so_${'x'.repeat(43)}` };
  const json = await runCli([...args, '--json'], { env });
  expect(json).toMatchObject({ code: 2, stderr: '' });
  const { error } = jsonOf(json) as { error: { code: string; message: string } };
  expect(['usage', 'settings_invalid', 'file_unreadable']).toContain(error.code);
  expect(json.stdout).toContain(message);
  const text = await runCli(args, { env });
  expect(text).toMatchObject({ code: 2, stdout: '' });
  expect(text.stderr).toMatch(/^sallyport: /);
});

it.each([
  [[], 'sallyport start | '],
  [['token'], 'sallyport token create | list | revoke | rotate'],
  [['policy'], 'sallyport policy '],
])('%j alone with --json says which commands there are', async (words, message) => {
  const { code, stdout, stderr } = await runCli([...words, '--json']);
  expect([code, stderr]).toEqual([2, '']);
  expect(JSON.parse(stdout)).toEqual({ error: { code: 'usage', message: expect.stringContaining(`Say which command: ${message}`) } });
});

it('--json may stand before the command it is for', async () => {
  const after = await runCli(['dlp', 'profile', '--json']);
  expect(JSON.parse(after.stdout)).not.toEqual([]);
  expect(await runCli(['--json', 'dlp', 'profile'])).toEqual(after);
  expect(await runCli(['dlp', '--json', 'profile'])).toEqual(after);
});

it('a secret is not taken from a flag, and not repeated', async () => {
  const result = await runCli(['serve', '--database-url', 'postgres://me:geheim@127.0.0.1/x']);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain('DATABASE_URL');
  expect(result.stderr).not.toContain('geheim');
});

function quiet(command: Command): void {
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const child of command.commands) quiet(child);
}

/** What is loaded with a file: its imports that are not types, and theirs. */
function staticImports(file: string, seen = new Set<string>()): Set<string> {
  for (const [, typeOnly, names = '', target = ''] of readFileSync(file, 'utf8').matchAll(
    /^import\s+(type\s+)?(?:([^;'"]*?)\s+from\s+)?'([^']+)'/gms,
  )) {
    const onlyTypes = typeOnly !== undefined || /^\{(\s*type [^,}]+,?)+\s*\}$/.test(names.trim());
    if (onlyTypes) continue;
    const path = target.startsWith('.') ? join(dirname(file), target) : target;
    if (seen.has(path)) continue;
    seen.add(path);
    if (target.startsWith('.')) staticImports(path, seen);
  }
  return seen;
}

it('an argument that is passed on to a program may be empty', async () => {
  const nobody = ['--url', 'http://127.0.0.1:9', '--data', tmpdir()];
  const added = await runCli(['server', 'add', 'x', '--run', 'program', '--arg=--prefix', '--arg', '', '--arg', ' ', ...nobody], {
    env: { SALLYPORT_OPERATOR_TOKEN: newOperatorToken().token },
  });
  expect(added.stderr).not.toContain('Give at least one value');
  expect(added.stderr).toContain('127.0.0.1:9');
});

it('what the system refuses names the file or the port and the next step, never a call of the system', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-cli-refused-'));
  try {
    await writeFile(join(folder, 'file'), '');
    const under = await runCli(['init', '--data', join(folder, 'file', 'data')]);
    expect([under.code, under.stderr]).toEqual([
      2,
      expect.stringMatching(/^sallyport: A part of this path is no folder: .*ENOTDIR.*Check the path\.\n$/),
    ]);
    const absent = await runCli(['policy', 'test', join(folder, 'absent.yaml')]);
    expect([absent.code, absent.stderr]).toEqual([2, expect.stringMatching(/^sallyport: There is no file or folder .*absent\.yaml/)]);
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const taken = await runCli(['serve', '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`, '--admin', '127.0.0.1:0']);
    holder.close();
    expect([taken.code, taken.stderr]).toEqual([5, expect.stringContaining(`Port ${port} of 127.0.0.1 is in use by another program.`)]);
    expect(taken.stderr).not.toContain('EADDRINUSE');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
