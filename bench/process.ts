// A process of the benchmark: started with node, ready when it prints its first JSON line, its CPU time read from /proc, ended by us.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_S = 100;

export interface BenchProcess {
  ready: Record<string, string>;
  pid: number | undefined;
  /** CPU seconds used so far, user and system, all threads. */
  cpuSeconds(): number;
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
          stop: () => stop(child),
        });
    });
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    child.once('error', reject);
  });
}

function cpuOf(child: ChildProcess): number {
  const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
