// Following the log: one look at its head for all who follow, then only what is new. Bounded in followers; slow readers slow only themselves.
import { setTimeout as pause } from 'node:timers/promises';
import { entryLine } from '../audit/chain.ts';
import type { AdminContext } from './context.ts';

/** Followers at once. */
export const MAX_TAILS = 64;
const LOOK_EVERY_MS = 300;
const KEEP_ALIVE_MS = 15_000;

export class LogTails {
  #count = 0;
  /** By organization. */
  readonly #looks = new Map<string, Promise<number>>();

  /**
   * Server-sent events, `id` = sequence number, `data` = the line of an export. undefined at the limit. `fromSeq` undefined: only what comes.
   * INVARIANT: asks `stillAllowed` before every batch of entries, so a revoked operator reads nothing that was written after the revocation
   * (admin.test.ts).
   */
  open(
    context: AdminContext,
    fromSeq: number | undefined,
    signal: AbortSignal,
    stillAllowed: () => Promise<boolean>,
  ): ReadableStream<Uint8Array> | undefined {
    if (this.#count >= MAX_TAILS) return undefined;
    this.#count++;
    const source = this.#events(context, fromSeq, signal, stillAllowed);
    const encoder = new TextEncoder();
    return new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { value, done } = await source.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        await source.return(undefined);
      },
    });
  }

  async *#events(
    context: AdminContext,
    fromSeq: number | undefined,
    signal: AbortSignal,
    stillAllowed: () => Promise<boolean>,
  ): AsyncGenerator<string, void, undefined> {
    const { org, logStore, clock } = context;
    try {
      let next = fromSeq ?? (await logStore.head(org)).seq + 1;
      let spokenMs = clock.monotonicMs();
      yield ': following the log\n\n';
      while (!signal.aborted) {
        const head = await this.#head(context);
        if (head >= next) {
          if (!(await stillAllowed())) return;
          for await (const entry of logStore.read({ org, fromSeq: next, toSeq: head })) {
            if (signal.aborted) return;
            yield `id: ${entry.seq}\nevent: entry\ndata: ${entryLine(entry)}\n\n`;
            next = entry.seq + 1;
          }
          spokenMs = clock.monotonicMs();
        } else if (clock.monotonicMs() - spokenMs > KEEP_ALIVE_MS) {
          yield ': still here\n\n';
          spokenMs = clock.monotonicMs();
        }
        await pause(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    } finally {
      this.#count--;
    }
  }

  /** Shared by all followers of one organization: a look that is under way serves everybody. */
  #head({ org, logStore }: AdminContext): Promise<number> {
    const running = this.#looks.get(org);
    if (running) return running;
    const look = logStore
      .head(org)
      .then(({ seq }) => seq)
      .finally(() => this.#looks.delete(org));
    this.#looks.set(org, look);
    return look;
  }
}
