// `npm test` and `npm run check`: everything a pull request needs, in order. Goes on after a failure, so one run shows all of them, and
// ends with the line `N passed, N failed` (tests and conformance legs; a step that fails without a count adds one). Needs no terminal.
// Options: --fast leaves out conformance and fault tests.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

interface Count {
  passed: number;
  failed: number;
}

interface Step {
  name: string;
  command: string;
  args: readonly string[];
  /** Leaves this out of `--fast`. */
  slow?: true;
  timeoutMs: number;
  /** Reads the counts once the step has ended; `stdout` is what it printed. */
  count?(stdout: string): Count;
}

interface Outcome extends Count {
  name: string;
  ok: boolean;
  seconds: number;
  why: string;
}

const MINUTE_MS = 60_000;
const STOP_GRACE_MS = 5_000;
const root = resolve(import.meta.dirname, '..');
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
/** The tools of the project come first, Node itself among them. */
const environment = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };
const { values: options } = parseArgs({ options: { fast: { type: 'boolean', default: false } } });
const scratch = mkdtempSync(join(tmpdir(), 'sallyport-check-'));
const vitestReport = join(scratch, 'vitest.json');

const steps: readonly Step[] = [
  {
    name: 'lint',
    command: bin('biome'),
    args: ['check', '.', '--diagnostic-level=warn', '--max-diagnostics=none'],
    timeoutMs: 5 * MINUTE_MS,
  },
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '-p', 'tsconfig.json'], timeoutMs: 5 * MINUTE_MS },
  { name: 'dead code', command: bin('knip'), args: [], timeoutMs: 5 * MINUTE_MS },
  { name: 'build', command: 'npm', args: ['run', '-s', 'build'], timeoutMs: 5 * MINUTE_MS },
  {
    name: 'tests',
    command: bin('vitest'),
    args: [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${vitestReport}`,
      ...(options.fast ? ['--exclude', 'test/fault/**'] : []),
    ],
    timeoutMs: 45 * MINUTE_MS,
    count: countTests,
  },
  {
    name: 'conformance',
    command: process.execPath,
    args: [join(root, 'test', 'conformance', 'run.ts')],
    slow: true,
    timeoutMs: 20 * MINUTE_MS,
    count: countLegs,
  },
];

/** The step that is running. */
let current: ChildProcess | undefined;

async function main(): Promise<number> {
  const outcomes: Outcome[] = [];
  try {
    for (const step of steps) {
      if (options.fast && step.slow) continue;
      outcomes.push(await run(step));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  process.stdout.write('\n');
  for (const { name, ok, seconds, why } of outcomes) {
    process.stdout.write(
      `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s${why === '' ? '' : `  ${why}`}\n`,
    );
  }
  const sum = (pick: keyof Count) => outcomes.reduce((total, outcome) => total + outcome[pick], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed\n`);
  return outcomes.every(({ ok }) => ok) ? 0 : 1;
}

async function run(step: Step): Promise<Outcome> {
  process.stdout.write(`\n== ${step.name} ==\n`);
  const startedMs = performance.now();
  const { stdout, why } = await runCommand(step);
  const seconds = (performance.now() - startedMs) / 1000;
  const counted = step.count?.(stdout) ?? { passed: 0, failed: 0 };
  const ok = why === '' && counted.failed === 0;
  process.stdout.write(`== ${step.name}: ${ok ? 'ok' : `FAILED (${why || `${counted.failed} failed`})`}, ${seconds.toFixed(1)} s ==\n`);
  return { name: step.name, ok, seconds, why, passed: counted.passed, failed: ok ? 0 : Math.max(1, counted.failed) };
}

/** Runs in a process group of its own, so that a step that hangs ends with all it started. `why` is empty when it exited with 0. */
function runCommand(step: Step): Promise<{ stdout: string; why: string }> {
  return new Promise((done) => {
    const child = spawn(step.command, step.args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let stdout = '';
    let why = '';
    current = child;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      process.stdout.write(chunk);
      if (step.count) stdout += chunk;
    });
    const timer = setTimeout(() => {
      why = `stopped after ${step.timeoutMs / MINUTE_MS} minutes`;
      endGroup(child);
    }, step.timeoutMs);
    child.once('error', (error) => {
      why = error.message;
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      current = undefined;
      if (why === '' && code !== 0) why = signal ? `ended by ${signal}` : `exit code ${code}`;
      done({ stdout, why });
    });
  });
}

function countTests(): Count {
  try {
    const report = JSON.parse(readFileSync(vitestReport, 'utf8')) as { numPassedTests: number; numFailedTests: number };
    return { passed: report.numPassedTests, failed: report.numFailedTests };
  } catch {
    return { passed: 0, failed: 1 };
  }
}

/** Lines of test/conformance/run.ts: leg, passed/failed, exit code, surprises. A leg passes when it has no surprise. */
function countLegs(stdout: string): Count {
  const surprises = [...stdout.matchAll(/^[\w-]+ +\d+\/\d+ +\S+ +(\d+)$/gm)].map((line) => Number(line[1]));
  const passed = surprises.filter((count) => count === 0).length;
  return { passed, failed: surprises.length - passed };
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_GRACE_MS).unref();
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    if (current) signalGroup(current, signal);
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  });
}

process.exitCode = await main();
