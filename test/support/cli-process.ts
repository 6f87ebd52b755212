// Runs the command line as a child process, from its sources, with an environment of its own: what a developer has set decides nothing.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const CLI_ENTRY = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** Of a program that hangs; a loaded machine takes half a minute to start one. */
const TIMEOUT_MS = 120_000;
const LOOK_EVERY_MS = 20;

export interface CliResult {
  /** null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  env?: Readonly<Record<string, string>>;
  stdin?: string | Uint8Array;
  cwd?: string;
  /** Called with everything printed so far, whenever there is more; returns a signal to send, which is sent once. */
  onOutput?: (stdout: string) => NodeJS.Signals | undefined;
  /** Reads one piece of standard output and closes it, as `| head` does. */
  closeOutput?: true;
  /** Ctrl-C as soon as this is so. */
  signalWhen?: () => Promise<boolean>;
}

export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI_ENTRY, ...args], {
      cwd: options.cwd,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    let sent = false;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk;
      if (options.closeOutput) child.stdout.destroy();
      const signal = sent ? undefined : options.onOutput?.(stdout);
      if (signal === undefined) return;
      sent = true;
      child.kill(signal);
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    // A command that fails before it reads its input closes it.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    if (options.signalWhen) void interrupt(child, options.signalWhen);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

async function interrupt(child: ChildProcess, when: () => Promise<boolean>): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await when()) {
      child.kill('SIGINT');
      return;
    }
    await pause(LOOK_EVERY_MS);
  }
}

/** The one JSON value a command printed with --json. */
export function jsonOf(result: CliResult): unknown {
  return JSON.parse(result.stdout);
}
