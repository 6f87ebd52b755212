// The sample HTTP server of the quick start: a child in a process group of its own, on a free loopback port, ended with us.
// It gets PATH and nothing else of our environment; nothing it prints reaches the terminal.
import { type ChildProcess, spawn } from 'node:child_process';
import { GatewayError } from '../lib/error.ts';
import { ProcessGroup } from '../upstream/process-group.ts';

export interface SampleServer {
  url: string;
  /** Resolves when the process is gone; `expected` says that we ended it. */
  exited: Promise<{ expected: boolean }>;
  stop(): Promise<void>;
}

export interface SampleOptions {
  /** Entry file of the server. */
  script: string;
  /** File preloaded into it (examples/quickstart/loopback-only.mjs). */
  preload: string;
  path: string | undefined;
}

const READY_TIMEOUT_MS = 15_000;
const STOP = { graceMs: 0, termMs: 2_000 };
const MAX_KEPT_CHARS = 4_000;

/** Throws GatewayError `sample_server_failed` when it does not get ready. */
export async function startSample(options: SampleOptions): Promise<SampleServer> {
  const child = spawn(process.execPath, ['--import', options.preload, options.script, 'streamableHttp'], {
    detached: true,
    env: { PORT: '0', ...(options.path === undefined ? {} : { PATH: options.path }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const stderr = keepTail(child);
  let expected = false;
  const exited = new Promise<{ expected: boolean }>((resolve) => {
    child.once('close', () => resolve({ expected }));
    child.once('error', () => resolve({ expected }));
  });
  const stop = async (): Promise<void> => {
    expected = true;
    if (child.pid !== undefined) await new ProcessGroup(child.pid).end(STOP);
  };
  try {
    const port = await whenListening(child, exited);
    return { url: `http://127.0.0.1:${port}/mcp`, exited, stop };
  } catch (error) {
    await stop();
    const message = 'The sample server did not start. Run `npm ci` again, or register servers of your own with `sallyport apply`.';
    throw new GatewayError('sample_server_failed', message, { detail: stderr(), cause: error });
  }
}

function whenListening(child: ChildProcess, exited: Promise<unknown>): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('not ready in time')), READY_TIMEOUT_MS);
    child.once('error', reject);
    child.once('message', (message) => {
      clearTimeout(timer);
      const { port } = message as { port?: unknown };
      if (typeof port === 'number') resolve(port);
      else reject(new Error('said something else than its port'));
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error('ended before it was ready'));
    });
  });
}

function keepTail(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-MAX_KEPT_CHARS);
  });
  return () => text;
}
