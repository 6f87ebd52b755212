// Scans the texts of one call: short ones at once, long ones on a thread of their own with a deadline, so that nobody else waits.
// What is longer than the budget or takes longer is not scanned: the caller is told and must fail closed.
import { TextThread } from '../text-thread.ts';
import { MAX_UNPACKED_BYTES, type Room } from './decode-run.ts';
import type { DlpType, Match } from './finding-kind.ts';
import type { DlpPlan, PatternSources } from './model.ts';
import { scanTexts } from './scan-texts.ts';

/** What a text costs beside its length, in characters: many short ones are as much work as a long one. */
const TEXT_COST_CHARS = 64;
/** Texts of one call up to this length are scanned on the main thread, UTF-16 code units: less than a millisecond. */
export const INLINE_CHARS = 16_384;
/** Most finds of one call; more is treated like a text that is too long. */
export const MAX_MATCHES = 20_000;

/** What the texts of one call may hold packed and still be read, bytes, on the other thread. */
export const MAX_UNPACKED_IN_ALL = 1_048_576;

export interface ScanJob {
  wanted: readonly DlpType[];
  sources: PatternSources;
  chain: readonly number[];
}

/** Matches of each text; `partly`: of what could be read, which is not all of it. */
export type Scanned = Match[][] | { partly: Match[][] } | 'exceeded';

export interface DlpScanner {
  /** Matches of each text, in order. `chain`: indexes of the texts that are read one after the other. */
  scan(texts: readonly string[], plan: DlpPlan, chain?: readonly number[]): Scanned | Promise<Scanned>;
  close(): Promise<void>;
}

export function createDlpScanner(threads = 1): DlpScanner {
  const pool = Array.from({ length: threads }, () => new TextThread<ScanJob, Scanned>('./scan-worker', import.meta.url, 'dlp'));
  const onThread = (texts: readonly string[], plan: DlpPlan, chain: readonly number[]): Promise<Scanned> => {
    const thread = pool.reduce((best, one) => (one.waiting < best.waiting ? one : best));
    return thread.run(texts, { wanted: [...plan.wanted], sources: plan.sources, chain }, plan.budget.deadlineMs);
  };
  return {
    scan(texts, plan, chain = []) {
      let chars = 0;
      for (const text of texts) chars += text.length;
      if (chars > plan.budget.maxChars) return 'exceeded';
      if (chars + TEXT_COST_CHARS * texts.length > INLINE_CHARS) return onThread(texts, plan, chain);
      const room: Room = { left: MAX_UNPACKED_BYTES + chars };
      const found = scanTexts(texts, plan, chain, room);
      // Little text that holds much is a long one.
      return room.isShort ? onThread(texts, plan, chain) : found;
    },
    close: async () => {
      await Promise.all(pool.map((thread) => thread.close()));
    },
  };
}
