// `npm run dev` as a developer uses it, in a copy of the working tree: it starts, starts again after a sound change and only then, and Ctrl-C leaves
// nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { freshCopy, newcomer, processesOf } from './support/fresh-copy.ts';

const LIMIT_MS = 240_000;
const STEP_MS = 90_000;
const READY = 'Stop with Ctrl-C';

let copy = '';
let dev: ChildProcess | undefined;

afterEach(async () => {
  if (dev?.pid !== undefined && dev.exitCode === null && dev.signalCode === null) {
    process.kill(-dev.pid, 'SIGTERM');
    await once(dev, 'close');
  }
  await rm(copy, { recursive: true, force: true });
});

it('starts, follows sound changes, survives broken ones, and ends with Ctrl-C', { timeout: LIMIT_MS }, async () => {
  copy = await freshCopy();
  const environment = await newcomer();
  const status = `http://127.0.0.1:${environment.SALLYPORT_ADMIN_PORT}/api/v1/status`;
  const child = spawn('npm', ['run', 'dev'], { cwd: copy, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  dev = child;
  const closed = once(child, 'close');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      printed += chunk;
    });
  }
  const count = (text: string) => printed.split(text).length - 1;
  const starts = (times: number) => expect.poll(() => count(READY), { timeout: STEP_MS, message: printed.slice(-2_000) }).toBe(times);
  const version = async () => {
    const token = (await readFile(join(copy, '.sallyport', 'operator.token'), 'utf8')).trim();
    const answer = await fetch(status, { headers: { authorization: `Bearer ${token}` } });
    return ((await answer.json()) as { version: string }).version;
  };

  await starts(1);
  const first = await version();
  const file = join(copy, 'src', 'app.ts');
  const source = await readFile(file, 'utf8');

  await writeFile(file, source.replace(`VERSION = '${first}'`, "VERSION = '9.9.9'"));
  await starts(2);
  expect(await version()).toBe('9.9.9');
  // The token is shown once, at the very first start: the data outlive the restart.
  expect(new Set(printed.match(/sp_[A-Za-z0-9_-]{49}/g)).size).toBe(1);

  await writeFile(file, `${source}\nexport const broken: number = 'no number';\n`);
  await expect.poll(() => count('error TS'), { timeout: STEP_MS }).toBeGreaterThan(0);
  expect(await version()).toBe('9.9.9');
  expect(count(READY)).toBe(2);

  await writeFile(file, source);
  await starts(3);
  expect(await version()).toBe(first);

  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  await closed;
  expect(await processesOf(copy)).toEqual([]);
  await expect(fetch(status)).rejects.toThrow();
});
