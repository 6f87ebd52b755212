// Starts the gateway in a process of its own over a prepared data directory, and talks to it: kill, stop, change objects, measure.
// Every process is ended by the test that started it; none may outlive it.
import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StoredObject } from '../../src/object/kinds.ts';
import type { KillPoint } from './kill-point.ts';

export interface HostedSettings {
  dataDir: string;
  databaseUrl?: string | undefined;
  /** Further settings by name, e.g. `limits.maxResultBytes`. */
  flags?: Record<string, string>;
  /** It ends there, by SIGKILL. */
  killAt?: KillPoint;
}

type Task =
  | { do: 'write'; objects: StoredObject[] }
  | { do: 'lines'; fromSeq: number }
  | { do: 'measure' }
  | { do: 'metrics' }
  | { do: 'stop' };
export type HostedRequest = { id: number } & Task;

export interface HostedMeasure {
  heapBytes: number;
  externalBytes: number;
  /** Active handles of the event loop by type. */
  resources: Record<string, number>;
  calls: number;
  sessions: number;
  inFlight: number;
  upstreams: { server: string; connections: number; inFlight: number }[];
}

export interface HostedGateway {
  /** Origin; a server named x is at `${url}/mcp/x`. */
  readonly url: string;
  /** Origin of the admin listener. */
  readonly adminUrl: string;
  readonly pid: number;
  /** How the process ended; resolves whenever it does. */
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** Everything it wrote to standard error. */
  stderr(): string;
  write(...objects: StoredObject[]): Promise<number>;
  measure(): Promise<HostedMeasure>;
  metrics(): Promise<string>;
  /** Lines of the log from this sequence number on, as an export has them. */
  lines(fromSeq: number): Promise<string[]>;
  /** Orderly end. Resolves with the exit code. */
  stop(): Promise<number | null>;
  kill(): Promise<void>;
}

const main = fileURLToPath(new URL('./hosted-gateway-main.ts', import.meta.url));
const START_LIMIT_MS = 60_000;
const MAX_STDERR_CHARS = 200_000;
/** Compiled sources are kept between starts: a restart should cost what a restart costs. */
const CACHE_DIR = join(tmpdir(), 'sallyport-test-compile-cache');

/** A process that was begun; `ready` may reject when it is killed before. */
export interface Launch {
  readonly pid: number;
  ready: Promise<HostedGateway>;
  kill(): Promise<void>;
}

export async function startHosted(settings: HostedSettings): Promise<HostedGateway> {
  return launchHosted(settings).ready;
}

export function launchHosted(settings: HostedSettings): Launch {
  const child = fork(main, [JSON.stringify(settings)], {
    execArgv: ['--expose-gc', '--unhandled-rejections=strict'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: CACHE_DIR },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-MAX_STDERR_CHARS);
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const kill = async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  };
  const ready = new Promise<HostedGateway>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the gateway did not get ready\n${stderr}`)), START_LIMIT_MS);
    void ended.then(({ code, signal }) => {
      clearTimeout(timer);
      reject(new Error(`the gateway ended with ${code ?? signal} before it was ready\n${stderr}`));
    });
    child.on('message', (message: { ready?: string; admin?: string }) => {
      if (message.ready === undefined) return;
      clearTimeout(timer);
      resolve(handleOf(child, { url: message.ready, adminUrl: message.admin ?? '' }, ended, () => stderr, kill));
    });
  });
  ready.catch(() => undefined); // whoever kills it before it is ready does not ask
  return { pid: child.pid ?? -1, ready, kill };
}

function handleOf(
  child: ChildProcess,
  urls: { url: string; adminUrl: string },
  ended: HostedGateway['ended'],
  stderr: () => string,
  kill: () => Promise<void>,
): HostedGateway {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  child.on('message', (message: { id?: number; value?: unknown; error?: string }) => {
    const pending = message.id === undefined ? undefined : waiting.get(message.id);
    if (!pending || message.id === undefined) return;
    waiting.delete(message.id);
    if (message.error === undefined) pending.resolve(message.value);
    else pending.reject(new Error(message.error));
  });
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the gateway has ended'));
  });
  const ask = <T>(request: Task): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id, ...request }, (error) => error && reject(error));
    });
  return {
    ...urls,
    pid: child.pid ?? -1,
    ended,
    stderr,
    write: (...objects) => ask<number>({ do: 'write', objects }),
    measure: () => ask<HostedMeasure>({ do: 'measure' }),
    lines: (fromSeq) => ask<string[]>({ do: 'lines', fromSeq }),
    metrics: () => ask<string>({ do: 'metrics' }),
    stop: async () => {
      await ask({ do: 'stop' });
      return (await ended).code;
    },
    kill,
  };
}
