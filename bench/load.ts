// Load from one process: a fixed number of tools/call over a fixed number of keep-alive connections, with latencies.
// Bounded in count and time; every answer is checked.
import { type Dispatcher, Pool } from 'undici';

export interface LoadOptions {
  url: string;
  token: string | undefined;
  connections: number;
  requests: number;
  large: boolean;
  /** Stops the run whatever is left, milliseconds. */
  maxMs: number;
}

export interface LoadResult {
  done: number;
  seconds: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
}

const PADDING = 'p'.repeat(40);

export async function load(options: LoadOptions): Promise<LoadResult> {
  const target = new URL(options.url);
  const pool = new Pool(target.origin, { connections: options.connections, pipelining: 1 });
  const latencies: number[] = [];
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < options.requests && performance.now() - began < options.maxMs) {
      const id = ++next;
      const at = performance.now();
      await once(pool, target.pathname, id, options);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: options.connections }, worker));
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  latencies.sort((a, b) => a - b);
  return {
    done: latencies.length,
    seconds,
    perSecond: latencies.length / seconds,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

function quantile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

function once(pool: Pool, path: string, id: number, options: LoadOptions): Promise<void> {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: 'echo',
      arguments: { text: `call ${id} ${PADDING}`, size: options.large ? 'large' : 'small' },
      _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} },
    },
  });
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'echo',
  };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  return new Promise((resolve, reject) => {
    pool.dispatch({ path, method: 'POST', headers, body }, new Answer(id, resolve, reject));
  });
}

class Answer implements Dispatcher.DispatchHandler {
  readonly #id: number;
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  constructor(id: number, resolve: () => void, reject: (error: Error) => void) {
    this.#id = id;
    this.#resolve = resolve;
    this.#reject = reject;
  }
  onRequestStart(): void {}
  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }
  onResponseEnd(): void {
    const text = Buffer.concat(this.#chunks).toString();
    if (this.#status === 200 && text.includes(`"id":${this.#id}`) && text.includes('"content"') && !text.includes('"isError":true'))
      this.#resolve();
    else this.#reject(new Error(`unexpected answer ${this.#status}: ${text.slice(0, 400)}`));
  }
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}
