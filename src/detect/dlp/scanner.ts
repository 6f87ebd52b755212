// Scans the texts of one call: short ones at once, long ones on a thread of their own with a deadline, so that nobody else waits.
// What is longer than the budget or takes longer is not scanned: the caller is told and must fail closed.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { DlpType, Match } from './finding-kind.ts';
import type { DlpPlan, PatternSources } from './model.ts';
import { scanText } from './scan.ts';

/** Texts of one call up to this length are scanned on the main thread, UTF-16 code units: less than a millisecond. */
export const INLINE_CHARS = 16_384;
/** Most finds of one call; more is treated like a text that is too long. */
export const MAX_MATCHES = 20_000;
/** Longest piece of a text handed over at once, UTF-16 code units. */
const PIECE_CHARS = 131_072;
/** Calls that wait for a thread at most; more exceed the budget at once. */
const MAX_WAITING = 64;

/** A job goes over in pieces, so that handing over a long text never holds up the main thread. */
export interface ScanPiece {
  id: number;
  /** Which text of the job it belongs to. */
  index: number;
  piece: string;
}

export interface ScanJob {
  id: number;
  /** How many texts its pieces make. */
  count: number;
  wanted: readonly DlpType[];
  sources: PatternSources;
}

export interface ScanAnswer {
  id: number;
  matches: Scanned;
}

export type Scanned = Match[][] | 'exceeded';

export interface DlpScanner {
  /** Matches of each text, in order. */
  scan(texts: readonly string[], plan: DlpPlan): Scanned | Promise<Scanned>;
  close(): Promise<void>;
}

export function createDlpScanner(threads = 1): DlpScanner {
  const pool = Array.from({ length: threads }, () => new ScanThread());
  return {
    scan(texts, plan) {
      let chars = 0;
      for (const text of texts) chars += text.length;
      if (chars > plan.budget.maxChars) return 'exceeded';
      if (chars > INLINE_CHARS) {
        const thread = pool.reduce((best, one) => (one.waiting < best.waiting ? one : best));
        return thread.run(texts, plan);
      }
      return texts.map((text) => scanText(text, plan));
    },
    close: async () => {
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}

interface Waiting {
  resolve: (answer: Scanned) => void;
  timer: NodeJS.Timeout;
}

/** One worker, started when it is first needed, ended and started anew when a job overstays. */
class ScanThread {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 1;

  get waiting(): number {
    return this.#waiting.size;
  }

  run(texts: readonly string[], plan: DlpPlan): Promise<Scanned> {
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve('exceeded');
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Scanned>();
    const timer = setTimeout(() => this.#restart(), plan.budget.deadlineMs);
    this.#waiting.set(id, { resolve, timer });
    void this.#send(id, texts, { id, count: texts.length, wanted: [...plan.wanted], sources: plan.sources });
    return promise;
  }

  async #send(id: number, texts: readonly string[], job: ScanJob): Promise<void> {
    const worker = this.#started();
    for (const [index, text] of texts.entries()) {
      for (let at = 0; at < text.length; at += PIECE_CHARS) {
        const piece: ScanPiece = { id, index, piece: text.slice(at, at + PIECE_CHARS) };
        worker.postMessage(piece);
        if (text.length > PIECE_CHARS) await nextTurn();
        if (this.#worker !== worker || !this.#waiting.has(id)) return;
      }
    }
    worker.postMessage(job);
  }

  async close(): Promise<void> {
    this.#giveUp();
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    // From source the file is TypeScript, from the build it is JavaScript.
    const file = import.meta.url.endsWith('.ts') ? './scan-worker.ts' : './scan-worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { execArgv: [], name: 'dlp' });
    worker.unref();
    worker.on('message', (answer: ScanAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      if (!waiting) return;
      this.#waiting.delete(answer.id);
      clearTimeout(waiting.timer);
      waiting.resolve(answer.matches);
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
