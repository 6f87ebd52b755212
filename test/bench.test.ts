// `npm run bench` as a script sees it: a part that was cut short makes the run fail.
import { execFile, fork } from 'node:child_process';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const bench = resolve(import.meta.dirname, '../bench/run.ts');

it('a part that is not over in its time is named, and the run ends with 1', { timeout: 240_000 }, async () => {
  const options = ['--json', '--no-postgres', '--only=policy', '--part-s=0.01'];
  const ended = await new Promise<{ code: unknown; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, [bench, ...options], (error, stdout, stderr) => done({ code: error?.code ?? 0, stdout, stderr }));
  });
  expect(ended.stderr).toContain('policy: not over within 0.01 s');
  expect(JSON.parse(ended.stdout)).toEqual({});
  expect(ended.code).toBe(1);
});

it('a part with much to do says that it gets on, for which it is given time', { timeout: 240_000 }, async () => {
  const options = ['--json', '--entries=1000', '--generated=100000'];
  const part = fork(resolve(import.meta.dirname, '../bench/evidence.ts'), options, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let said = 0;
  part.on('message', () => void said++);
  let text = '';
  for await (const chunk of part.stdout ?? []) text += String(chunk);
  expect(JSON.parse(text)).toMatchObject({ treePerSecond: expect.any(Number) });
  expect(said).toBeGreaterThan(0);
});
