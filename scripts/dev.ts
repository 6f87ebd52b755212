// `npm run dev`: compiles on every change and starts the gateway with its sample servers again after each sound compilation. A compilation
// with errors leaves the running gateway alone. Arguments go to `sallyport start`. Ctrl-C ends all of it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(import.meta.dirname, '..');
const SOUND = /Found 0 errors\. Watching for file changes/;

const compiler = spawn(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
let gateway: ChildProcess | undefined;
let stopping = false;
/** Restarts one after the other. */
let turn: Promise<void> = Promise.resolve();

createInterface({ input: compiler.stdout }).on('line', (line) => {
  if (line.trim() !== '') process.stdout.write(`tsc  ${line}\n`);
  if (SOUND.test(line)) turn = turn.then(restart);
});
compiler.once('close', () => void stop(1));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0));

async function restart(): Promise<void> {
  await endGateway();
  if (stopping) return;
  const assets = spawnSync(process.execPath, [join(root, 'scripts', 'copy-assets.ts')], { cwd: root, stdio: 'inherit' });
  if (assets.status !== 0) return;
  const child = spawn(process.execPath, [join(root, 'dist', 'main.js'), 'start', ...process.argv.slice(2)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  gateway = child;
  child.once('close', () => {
    if (gateway === child) gateway = undefined;
  });
}

async function endGateway(): Promise<void> {
  const child = gateway;
  if (!child) return;
  const closed = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  await closed;
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await turn;
  await endGateway();
  if (compiler.exitCode === null) compiler.kill('SIGTERM');
  process.exitCode = code;
}
