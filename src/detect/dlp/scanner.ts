// Scans the texts of one call: short ones at once, long ones on a thread of their own with a deadline, so that nobody else waits.
// What is longer than the budget or takes longer is not scanned: the caller is told and must fail closed.
import { TextThread } from '../text-thread.ts';
import { MAX_UNPACKED_BYTES, type Room } from './decode-run.ts';
import type { DlpType, Match } from './finding-kind.ts';
import type { DlpPlan, PatternSources } from './model.ts';
import { scanText } from './scan.ts';

/** Texts of one call up to this length are scanned on the main thread, UTF-16 code units: less than a millisecond. */
export const INLINE_CHARS = 16_384;
/** Most finds of one call; more is treated like a text that is too long. */
export const MAX_MATCHES = 20_000;

/** What the texts of one call may hold packed and still be read, bytes, on the other thread. */
export const MAX_UNPACKED_IN_ALL = 1_048_576;

export interface ScanJob {
  wanted: readonly DlpType[];
  sources: PatternSources;
}

/** Matches of each text; `partly`: of what could be read, which is not all of it. */
export type Scanned = Match[][] | { partly: Match[][] } | 'exceeded';

export interface DlpScanner {
  /** Matches of each text, in order. */
  scan(texts: readonly string[], plan: DlpPlan): Scanned | Promise<Scanned>;
  close(): Promise<void>;
}

export function createDlpScanner(threads = 1): DlpScanner {
  const pool = Array.from({ length: threads }, () => new TextThread<ScanJob, Scanned>('./scan-worker', import.meta.url, 'dlp'));
  const onThread = (texts: readonly string[], plan: DlpPlan): Promise<Scanned> => {
    const thread = pool.reduce((best, one) => (one.waiting < best.waiting ? one : best));
    return thread.run(texts, { wanted: [...plan.wanted], sources: plan.sources }, plan.budget.deadlineMs);
  };
  return {
    scan(texts, plan) {
      let chars = 0;
      for (const text of texts) chars += text.length;
      if (chars > plan.budget.maxChars) return 'exceeded';
      if (chars > INLINE_CHARS) return onThread(texts, plan);
      const found: Match[][] = [];
      for (const text of texts) {
        const room: Room = { left: MAX_UNPACKED_BYTES + text.length };
        found.push(scanText(text, plan, room));
        // Little text that holds much is a long one.
        if (room.isShort) return onThread(texts, plan);
      }
      return found;
    },
    close: async () => {
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}
