// The main-thread end of one SQLite worker: numbers requests, matches answers, fails everything when the worker is gone.
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../lib/error.ts';
import { Roster } from '../../lib/roster.ts';
import type { Failure, ReadJob, Request, Response, Row, WorkerSetting, WriteJob, WriteReply } from './job.ts';
import { packAppends, unpackReceipts } from './pack.ts';

type Unnumbered<T> = T extends { id: number } ? Omit<T, 'id'> : never;

interface Pending {
  resolve: (response: Response) => void;
  reject: (error: Error) => void;
}

export class SqliteThread {
  readonly #worker: Worker;
  /** A request's place is its number: the worker answers each exactly once. */
  readonly #pending = new Roster<Pending>();
  #dead: GatewayError | undefined;

  constructor(setting: WorkerSetting) {
    // From source the file is TypeScript, from the build it is JavaScript.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: setting, execArgv: [], name: `sqlite ${setting.role}` });
    this.#worker.on('message', (response: Response) => this.#answer(response));
    this.#worker.on('error', (error) => this.#die(error instanceof Error ? error.message : String(error)));
    this.#worker.on('exit', () => this.#die('the database thread has ended'));
  }

  async write(jobs: WriteJob[]): Promise<WriteReply[]> {
    const appends = packAppends(jobs);
    const response = await (appends ? this.#ask({ type: 'append', appends }, [appends.bytes]) : this.#ask({ type: 'write', jobs }));
    if (response.type === 'appended') return unpackReceipts(response.receipts);
    return response.type === 'written' ? response.replies : [];
  }

  async read(job: ReadJob): Promise<Row[]> {
    const response = await this.#ask({ type: 'read', job });
    return response.type === 'rows' ? response.rows : [];
  }

  /** Resolves when the worker has closed its connection and ended. */
  async close(): Promise<void> {
    if (this.#dead) return;
    const ended = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    await this.#ask({ type: 'close' });
    await ended;
  }

  #ask(request: Unnumbered<Request>, transfer: ArrayBuffer[] = []): Promise<Response> {
    if (this.#dead) return Promise.reject(this.#dead);
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const id = this.#pending.enter({ resolve, reject });
    this.#worker.postMessage({ ...request, id }, transfer);
    return promise;
  }

  #answer(response: Response): void {
    const pending = this.#pending.at(response.id);
    if (!pending) return;
    this.#pending.leave(response.id, pending);
    if (response.type === 'failed') pending.reject(toError(response.failure));
    else pending.resolve(response);
  }

  #die(detail: string): void {
    this.#dead ??= new GatewayError('store_unavailable', 'The database has stopped. Restart the gateway.', { detail });
    for (const { reject } of this.#pending) reject(this.#dead);
    this.#pending.clear();
  }
}

/** The error a worker reported, as it would have been thrown here. */
export function toError({ code, message, detail }: Failure): GatewayError {
  return new GatewayError(code, message, detail === undefined ? {} : { detail });
}
