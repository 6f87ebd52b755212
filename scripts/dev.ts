// `npm run dev`: compiles on every change of the sources and starts the gateway with its sample servers again after each sound compilation. A
// compilation with errors leaves the running gateway alone. Arguments go to `sallyport start`. Ctrl-C ends all of it.
// Watches by itself: the compiler's own watch (TypeScript 7.0) does not notice changes.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { watch } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
/** An editor writes several files at once, or one file in several steps, milliseconds. */
const QUIET_MS = 150;

let compiler: ChildProcess | undefined;
let gateway: ChildProcess | undefined;
let stopping = false;
let isDirty = true;
let quiet: NodeJS.Timeout | undefined;
/** One round after the other; resolves when nothing is left to compile. */
let turn: Promise<void> = Promise.resolve();

const watcher = watch(join(root, 'src'), { recursive: true }, (_event, name) => {
  if (name?.endsWith('.test.ts')) return;
  isDirty = true;
  clearTimeout(quiet);
  quiet = setTimeout(next, QUIET_MS);
});
watcher.on('error', (error) => {
  console.error(`src cannot be watched any more: ${error.message}`);
  void stop(1);
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stop(0));
next();

function next(): void {
  turn = turn.then(round);
}

async function round(): Promise<void> {
  if (!isDirty || stopping) return;
  isDirty = false;
  say('compiling');
  if (!(await compile())) return say(stopping || isDirty ? 'left unfinished' : 'errors: the running gateway is left alone');
  // What changed meanwhile is compiled before anything is started.
  if (isDirty || stopping) return;
  say('done');
  await restart();
}

/** True when it had no errors. */
async function compile(): Promise<boolean> {
  const child = spawn(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  compiler = child;
  const code = await ended(child);
  compiler = undefined;
  return code === 0;
}

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
  void ended(child).then(() => {
    if (gateway === child) gateway = undefined;
  });
}

async function endGateway(): Promise<void> {
  const child = gateway;
  if (!child) return;
  const closed = ended(child);
  child.kill('SIGTERM');
  await closed;
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  watcher.close();
  clearTimeout(quiet);
  compiler?.kill('SIGTERM');
  await turn;
  await endGateway();
  process.exitCode = code;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((done) => {
    child.once('close', done);
    child.once('error', () => done(null));
  });
}

function say(what: string): void {
  console.log(`dev  ${what}`);
}
