// `npm run -s bench:start`: how long `sallyport start` takes behind the build, until it says that it is ready, with its two sample servers: the first
// time, into an empty data directory, and again. `--json` prints one object. Exit code 1 above the bound. A busy machine adds to it: the least counts.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { newcomer } from '../test/support/fresh-copy.ts';
import { knownWords } from './words.ts';

knownWords('bench:start', ['--json']);

const BOUND_MS = 2_000;
const ROUNDS = 5;
const root = resolve(import.meta.dirname, '..');

const figures: Record<string, number> = { 'start.firstMs': Number.POSITIVE_INFINITY, 'start.againMs': Number.POSITIVE_INFINITY };
const environment = await newcomer();
for (let round = 0; round < ROUNDS; round++) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-start-'));
  for (const name of Object.keys(figures)) figures[name] = Math.min(figures[name] ?? Number.NaN, await startOnce(folder));
  await rm(folder, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else for (const [name, value] of Object.entries(figures)) console.log(`${name}: ${value} (bound ${BOUND_MS})`);
process.exitCode = Math.max(...Object.values(figures)) > BOUND_MS ? 1 : 0;

/** Milliseconds until it is ready. It has ended, children included, when this resolves. */
async function startOnce(folder: string): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ['dist/main.js', 'start'], {
    cwd: root,
    env: { ...environment, SALLYPORT_DATA_DIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const closed = once(child, 'close');
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('Stop with Ctrl-C')) break;
  }
  const tookMs = Math.round(performance.now() - began);
  if (!text.includes('Stop with Ctrl-C')) throw new Error(`sallyport start ended: ${text}`);
  process.kill(-(child.pid ?? Number.NaN), 'SIGINT');
  await closed;
  return tookMs;
}
