// Completion as bash itself asks for it: the printed script is sourced by a real shell, which is then asked what would complete a line.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../../test/support/cli-process.ts';

let folder: string;
let script: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-completion-'));
  script = join(folder, 'completion.bash');
  const printed = await runCli(['completion', 'bash']);
  expect(printed).toMatchObject({ code: 0, stderr: '' });
  await writeFile(script, printed.stdout);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What bash offers for the last word. */
function offered(...words: string[]): string[] {
  const ask = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sallyport; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync('bash', ['-c', ask, 'bash', script, 'sallyport', ...words], { encoding: 'utf8' });
  return text.split('\n').filter((line) => line !== '');
}

it('offers commands, commands beneath them, options, kinds and choices', () => {
  expect(offered('app')).toEqual(['apply', 'approval']);
  expect(offered('server', '')).toEqual(expect.arrayContaining(['list', 'add', 'review', 'approve', 'reject']));
  expect(offered('server', 'rev')).toEqual(['review']);
  expect(offered('approval', 'grant', 'cr')).toEqual(['create']);
  expect(offered('token', 'create', '--ex')).toEqual(['--expires']);
  expect(offered('get', 'pol')).toEqual(['policy']);
  expect(offered('log', 'show', '--effect', 'd')).toEqual(['deny']);
  expect(offered('serve', '--agent-po')).toEqual(['--agent-port']);
});

it('offers no flag of a secret, and is refused for a shell that it does not know', async () => {
  expect(offered('serve', '--master-')).toEqual([]);
  expect(offered('serve', '--database-')).toEqual([]);
  const unknown = await runCli(['completion', 'tcsh']);
  expect([unknown.code, unknown.stderr.includes('Name bash or zsh')]).toEqual([2, true]);
  expect(JSON.parse((await runCli(['completion', 'zsh', '--json'])).stdout)).toMatchObject({
    shell: 'zsh',
    script: expect.stringContaining('bashcompinit'),
  });
});
