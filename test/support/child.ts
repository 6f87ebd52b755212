// Child processes of tests and of the conformance run: started, awaited until they say they are ready, stopped by pid. None may
// outlive its parent, whatever way the parent ends short of SIGKILL.

import { type ChildProcess, spawn } from 'node:child_process';

const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_CHARS = 2_000_000;

export interface ChildOptions<Ready> {
  command: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Given every line of stdout until it returns something else than undefined. */
  ready(line: string): Ready | undefined;
  readyTimeoutMs?: number;
}

export interface ChildOutput {
  stdout: string;
  stderr: string;
}

export interface Child<Ready> {
  readonly pid: number;
  readonly ready: Ready;
  /** SIGTERM, then waits; SIGKILL only after ten seconds. Resolves with the exit code, or null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL, then waits. */
  kill(): Promise<void>;
  output(): ChildOutput;
  /** Resolves when the process is gone. */
  readonly exited: Promise<number | null>;
}

/** Starts a process and waits for its ready line. Throws with what it printed if it ends or stays silent. */
export async function startChild<Ready extends object>(options: ChildOptions<Ready>): Promise<Child<Ready>> {
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  watch(child);
  const output: ChildOutput = { stdout: '', stderr: '' };
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const code = await exited;
    clearTimeout(timer);
    return code;
  };
  try {
    const ready = await whenReady(child, output, options, exited);
    return {
      pid: child.pid ?? -1,
      ready,
      exited,
      stop: () => end('SIGTERM'),
      kill: () => end('SIGKILL').then(() => undefined),
      output: () => ({ ...output }),
    };
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

/** Reads a ready line that is one JSON object with the given text members. */
export function jsonReady<Name extends string>(line: string, names: readonly Name[]): Record<Name, string> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return names.every((name) => typeof value[name] === 'string') ? (value as Record<Name, string>) : undefined;
  } catch {
    return undefined;
  }
}

function whenReady<Ready>(
  child: ChildProcess,
  output: ChildOutput,
  options: ChildOptions<Ready>,
  exited: Promise<number | null>,
): Promise<Ready> {
  return new Promise<Ready>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${options.args[0] ?? options.command}: ${reason}\n${tail(output)}`));
    const timer = setTimeout(() => fail('not ready in time'), options.readyTimeoutMs ?? READY_TIMEOUT_MS);
    let pending = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output.stdout = keep(output.stdout + chunk);
      pending += chunk;
      const lines = pending.split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        const ready = options.ready(line.trim());
        if (ready === undefined) continue;
        clearTimeout(timer);
        resolve(ready);
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      output.stderr = keep(output.stderr + chunk);
    });
    child.once('error', (error) => fail(error.message));
    void exited.then((code) => {
      clearTimeout(timer);
      fail(`ended with ${code} before it was ready`);
    });
  });
}

const living = new Set<ChildProcess>();
let watching = false;

function watch(child: ChildProcess): void {
  living.add(child);
  child.once('close', () => living.delete(child));
  if (watching) return;
  watching = true;
  process.on('exit', killAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

function killAll(): void {
  for (const child of living) child.kill('SIGKILL');
}

function keep(text: string): string {
  return text.length > MAX_OUTPUT_CHARS ? text.slice(-MAX_OUTPUT_CHARS) : text;
}

function tail(output: ChildOutput): string {
  return `${output.stdout}\n${output.stderr}`.trim().slice(-2000);
}
