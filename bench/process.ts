// A process of the benchmark: started with node, ready when it prints its first JSON line, its CPU time read from /proc, ended by us.
import { type ChildProcess, fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const NANOSECONDS_PER_S = 1e9;

export interface BenchProcess {
  ready: Record<string, string>;
  pid: number | undefined;
  /** CPU seconds used so far, user and system, all threads. */
  cpuSeconds(): number;
  /** Sends a message and waits for one. */
  ask(request: string): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

/** `flags`: options of node itself. */
export function start(file: string, args: readonly string[], flags: readonly string[] = []): Promise<BenchProcess> {
  const child = fork(new URL(file, import.meta.url), args, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [...process.execArgv, ...flags],
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((part) => part.startsWith('{'));
      if (line && text.includes('\n'))
        resolve({
          ready: JSON.parse(line) as Record<string, string>,
          pid: child.pid,
          cpuSeconds: () => cpuOf(child),
          ask: (request) =>
            new Promise((resolve) => {
              child.once('message', (answer) => resolve(answer as Record<string, number>));
              child.send(request);
            }),
          stop: () => stop(child),
        });
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    child.once('error', reject);
  });
}

/** From the scheduler's own account of each thread, which is exact where the usual figures count in hundredths of a second. */
function cpuOf({ pid }: ChildProcess): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + ranOf(`/proc/${pid}/task/${thread}/schedstat`), 0) / NANOSECONDS_PER_S;
}

/** Nanoseconds; 0 for a thread that has just ended. */
function ranOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
