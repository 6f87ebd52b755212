// `npm run bench` as a script sees it: a part that was cut short makes the run fail, and so does a word that is not known.
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

const STARTED = ['dlp', 'evidence', 'flow', 'injection', 'intent', 'kill', 'large', 'policy', 'profile', 'rehearse', 'run', 'start']
  .map((name) => `bench/${name}.ts`)
  .concat('scripts/train-injection.ts');

it.each(STARTED)('%s does nothing when a word is not known, and tells what is', { timeout: 240_000 }, async (file) => {
  const run = (word: string) =>
    new Promise<{ code: unknown; text: string }>((done) => {
      execFile(process.execPath, [resolve(import.meta.dirname, '..', file), word], (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, text: stdout + stderr }),
      );
    });
  const [refused, helped] = await Promise.all([run('--no-such-word'), run('--help')]);
  expect(refused.text).toContain('--no-such-word');
  expect(refused.text).toContain('Usage: npm run -s');
  expect(refused.code).toBe(2);
  expect(helped.text).toMatch(/^Usage: npm run -s/);
  expect(helped.code).toBe(0);
});
