// What `npm start` and `npm run build` say to a user who may not write where the compiler writes: one sentence, before the compiler.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';

const script = resolve(import.meta.dirname, '../scripts/may-write.ts');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-may-write-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'dist/deep'), { recursive: true });
  writeFileSync(join(folder, 'dist/deep/main.js'), '');
});

afterEach(() => {
  chmodSync(join(folder, 'dist/deep'), 0o755);
  rmSync(folder, { recursive: true, force: true });
});

/** As a user who is not the superuser: nothing is forbidden to that one. */
async function firstUnwritable(path: string): Promise<string> {
  const drop = process.getuid?.() === 0 ? 'process.setgroups([]); process.setgid(65534); process.setuid(65534);' : '';
  const code = `import { firstUnwritable } from ${JSON.stringify(script)}; ${drop} console.log(String(firstUnwritable(${JSON.stringify(path)})));`;
  return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])).stdout.trim();
}

it('finds a file that may not be written, however deep, and nothing where all may', async () => {
  for (const path of ['dist', 'dist/deep']) chmodSync(join(folder, path), 0o777);
  chmodSync(join(folder, 'dist/deep/main.js'), 0o666);
  expect(await firstUnwritable(join(folder, 'dist'))).toBe('undefined');
  chmodSync(join(folder, 'dist/deep/main.js'), 0o444);
  expect(await firstUnwritable(join(folder, 'dist'))).toBe(join(folder, 'dist/deep/main.js'));
});

it('of a folder that is not there, asks about the one it would be made in', async () => {
  chmodSync(join(folder, 'dist/deep'), 0o555);
  expect(await firstUnwritable(join(folder, 'dist/deep/new'))).toBe(join(folder, 'dist/deep'));
  chmodSync(join(folder, 'dist/deep'), 0o777);
  expect(await firstUnwritable(join(folder, 'dist/deep/new'))).toBe('undefined');
});

it('says it in one sentence with the next step, and ends with 1', async () => {
  // What lies in a file can be written by nobody, the superuser included.
  const run = promisify(execFile)(process.execPath, [script, join(folder, 'dist/deep/main.js/dist')]);
  const failed = await run.then(
    () => undefined,
    (error: { code: number; stderr: string }) => error,
  );
  expect(failed?.code).toBe(1);
  expect(failed?.stderr.trim().split('\n')).toHaveLength(1);
  expect(failed?.stderr).toMatch(/^Nothing was compiled: .*main\.js.*npm run build.*node dist\/main\.js start/);
});

it('stands before the compiler in the build, which is what npm start begins with', () => {
  const { scripts } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(scripts.build).toMatch(/^node scripts\/may-write\.ts dist && tsc /);
  expect(scripts.prestart).toContain('build');
});
