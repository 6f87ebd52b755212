// Looks through the texts of one message for injected instructions: short ones at once, long ones on a thread of their own with a deadline, so that
// nobody else waits. What takes longer than the budget is not looked at: the caller is told and must fail closed.
import { TextThread } from '../text-thread.ts';
import { type Looked, lookAt } from './strip.ts';

/** Texts of one message up to this length are looked at on the main thread, UTF-16 code units: about two milliseconds. */
export const INLINE_CHARS = 32_768;

export interface LookJob {
  minScore: number;
}

/** `stripped` is absent where nothing was found. */
export type LookedAt = (Pick<Looked, 'found'> & Partial<Looked>)[] | 'exceeded';

export interface InjectionLooker {
  look(texts: readonly string[], minScore: number, deadlineMs: number): LookedAt | Promise<LookedAt>;
  close(): Promise<void>;
}

export function createInjectionLooker(): InjectionLooker {
  const thread = new TextThread<LookJob, LookedAt>('./look-worker', import.meta.url, 'injection');
  return {
    look(texts, minScore, deadlineMs) {
      let chars = 0;
      for (const text of texts) chars += text.length;
      return chars > INLINE_CHARS ? thread.run(texts, { minScore }, deadlineMs) : lookAtAll(texts, minScore);
    },
    close: () => thread.close(),
  };
}

export function lookAtAll(texts: readonly string[], minScore: number): Exclude<LookedAt, 'exceeded'> {
  return texts.map((text) => {
    const { found, stripped } = lookAt(text, minScore);
    return found.length === 0 ? { found } : { found, stripped };
  });
}
