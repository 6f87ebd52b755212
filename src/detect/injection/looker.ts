// Looks through the texts of one message for injected instructions: short ones at once, long ones on a thread of their own with a deadline, so that
// nobody else waits. What takes longer than the budget is not looked at: the caller is told and must fail closed.
import { TextThread } from '../text-thread.ts';
import { partedInjections } from './parted.ts';
import { type InjectedPassage, united } from './passage.ts';
import { type Looked, lookAt, withoutPassages } from './strip.ts';

/** Texts of one message up to this length are looked at on the main thread, UTF-16 code units: about two milliseconds. */
export const INLINE_CHARS = 32_768;

export interface LookJob {
  minScore: number;
  chain: readonly number[];
}

/** `stripped` is absent where nothing was found. */
export type LookedAt = (Pick<Looked, 'found'> & Partial<Looked>)[] | 'exceeded';

export interface InjectionLooker {
  /** `chain`: indexes of the texts that are read one after the other. */
  look(texts: readonly string[], minScore: number, deadlineMs: number, chain?: readonly number[]): LookedAt | Promise<LookedAt>;
  close(): Promise<void>;
}

export function createInjectionLooker(): InjectionLooker {
  const thread = new TextThread<LookJob, LookedAt>('./look-worker', import.meta.url, 'injection');
  return {
    look(texts, minScore, deadlineMs, chain = []) {
      let chars = 0;
      for (const text of texts) chars += text.length;
      return chars > INLINE_CHARS ? thread.run(texts, { minScore, chain }, deadlineMs) : lookAtAll(texts, minScore, chain);
    },
    close: () => thread.close(),
  };
}

export function lookAtAll(texts: readonly string[], minScore: number, chain: readonly number[] = []): Exclude<LookedAt, 'exceeded'> {
  const all = texts.map((text) => lookAt(text, minScore));
  if (chain.length > 1) {
    const read = chain.map((index) => texts[index] as string);
    const parted = new Map<number, InjectedPassage[]>();
    for (const { index, ...passage } of partedInjections(read, minScore)) {
      const pieces = parted.get(index);
      if (pieces) pieces.push(passage);
      else parted.set(index, [passage]);
    }
    for (const [order, passages] of parted) {
      const index = chain[order] as number;
      // A text that says something by itself may hold a piece of what is parted, too.
      const own = all[index]?.found ?? [];
      all[index] = withoutPassages(texts[index] as string, united([...own, ...passages]));
    }
  }
  return all.map(({ found, stripped }) => (found.length === 0 ? { found } : { found, stripped }));
}
