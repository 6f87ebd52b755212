// Work on long texts on a thread of its own, with a deadline, so that nobody else waits. The thread is started when it is first needed, and ended and
// started anew when a job overstays. Never keeps a text after its job.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, Worker } from 'node:worker_threads';

/** Longest piece of a text handed over at once, UTF-16 code units. */
const PIECE_CHARS = 131_072;
/** Calls that wait for a thread at most; more exceed the budget at once. */
const MAX_WAITING = 64;

/** A job goes over in pieces, so that handing over a long text never holds up the main thread. */
interface Piece {
  id: number;
  /** Which text of the job it belongs to. */
  index: number;
  piece: string;
}

interface Order<Job> {
  id: number;
  /** How many texts its pieces make. */
  count: number;
  job: Job;
}

interface Reply<Answer> {
  id: number;
  answer: Answer;
}

interface Waiting<Answer> {
  resolve: (answer: Answer | 'exceeded') => void;
  timer: NodeJS.Timeout;
}

export class TextThread<Job, Answer> {
  readonly #file: URL;
  readonly #name: string;
  readonly #waiting = new Map<number, Waiting<Answer>>();
  #worker: Worker | undefined;
  #nextId = 1;

  /** `file`: a module that calls `answerTexts`, without its extension. */
  constructor(file: string, base: string, name: string) {
    // From source the file is TypeScript, from the build it is JavaScript.
    this.#file = new URL(`${file}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
    this.#name = name;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  run(texts: readonly string[], job: Job, deadlineMs: number): Promise<Answer | 'exceeded'> {
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve('exceeded');
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Answer | 'exceeded'>();
    const timer = setTimeout(() => this.#restart(), deadlineMs);
    this.#waiting.set(id, { resolve, timer });
    void this.#send(id, texts, { id, count: texts.length, job });
    return promise;
  }

  async close(): Promise<void> {
    this.#giveUp();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  async #send(id: number, texts: readonly string[], order: Order<Job>): Promise<void> {
    const worker = this.#started();
    for (const [index, text] of texts.entries()) {
      for (let at = 0; at < text.length; at += PIECE_CHARS) {
        const piece: Piece = { id, index, piece: text.slice(at, at + PIECE_CHARS) };
        worker.postMessage(piece);
        if (text.length > PIECE_CHARS) await nextTurn();
        if (this.#worker !== worker || !this.#waiting.has(id)) return;
      }
    }
    worker.postMessage(order);
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#file, { execArgv: [], name: this.#name });
    worker.unref();
    worker.on('message', ({ id, answer }: Reply<Answer>) => {
      const waiting = this.#waiting.get(id);
      if (!waiting) return;
      this.#waiting.delete(id);
      clearTimeout(waiting.timer);
      waiting.resolve(answer);
    });
    const lost = (): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#giveUp();
    };
    worker.on('error', lost);
    worker.on('exit', lost);
    this.#worker = worker;
    return worker;
  }

  /** A thread that is busy with one text serves nobody: all that wait are told, and the next call gets a new one. */
  #restart(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#giveUp();
    void worker?.terminate();
  }

  #giveUp(): void {
    for (const { resolve, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      resolve('exceeded');
    }
    this.#waiting.clear();
  }
}

/** What the module of a thread calls: every job that comes is done and answered. */
export function answerTexts<Job, Answer>(work: (texts: readonly string[], job: Job) => Answer): void {
  const port = parentPort;
  if (!port) throw new Error('this module runs as a worker thread only');
  /** Texts of jobs that are still coming. */
  const arriving = new Map<number, string[][]>();
  port.on('message', (message: Piece | Order<Job>) => {
    if ('piece' in message) {
      const texts = arriving.get(message.id) ?? [];
      arriving.set(message.id, texts);
      texts[message.index] ??= [];
      texts[message.index]?.push(message.piece);
      return;
    }
    const pieces = arriving.get(message.id) ?? [];
    arriving.delete(message.id);
    const texts = Array.from({ length: message.count }, (_, index) => (pieces[index] ?? []).join(''));
    const reply: Reply<Answer> = { id: message.id, answer: work(texts, message.job) };
    port.postMessage(reply);
  });
}
