// Injected instructions in a text that comes back from a server: passages with their place, so that they can be taken out. Looks through encodings and
// hidden characters. Linear and bounded; texts are never kept.
import { decodeRuns } from './encoded.ts';
import { findHidden } from './hidden.ts';
import { linedRuns } from './lined.ts';
import { sawTurned } from './reading-state.ts';
import { scoreHidden, scorePassages, scoreText } from './score.ts';

export type InjectionType = 'injection.instruction' | 'injection.hidden-text' | 'injection.encoded' | 'injection.terminal-code';

export interface InjectedPassage {
  type: InjectionType;
  /** UTF-16 offsets in the text. */
  start: number;
  end: number;
  /** 0 to 1; from 0.5 on. */
  score: number;
}

/** In the order of their place; they do not overlap. */
export function findInjections(text: string): InjectedPassage[] {
  const found: InjectedPassage[] = scorePassages(text, 'result').map((passage) => ({ type: 'injection.instruction', ...passage }));
  const mayBeTurned = sawTurned();
  for (const run of findHidden(text)) {
    if (run.kind === 'text') found.push({ type: 'injection.hidden-text', start: run.start, end: run.end, score: 0.97 });
    else if (run.kind === 'terminal-hide') found.push({ type: 'injection.terminal-code', start: run.start, end: run.end, score: 0.95 });
  }
  for (const run of decodeRuns(text, mayBeTurned)) {
    const score = scoreHidden(run.text, 'disguised-result');
    if (score >= 0.5) found.push({ type: 'injection.encoded', start: run.start, end: run.end, score });
  }
  for (const { start, end, text: said } of linedRuns(text)) {
    const { score } = scoreText(said, 'result');
    if (score >= 0.5) found.push({ type: 'injection.instruction', start, end, score });
  }
  return found.length < 2 ? found : united(found);
}

/** In the order of their place; those that overlap are one. */
export function united(found: readonly InjectedPassage[]): InjectedPassage[] {
  const sorted = [...found].sort((one, other) => one.start - other.start || other.end - one.end);
  const kept: InjectedPassage[] = [];
  for (const passage of sorted) {
    const last = kept.at(-1);
    if (!last || passage.start >= last.end) kept.push({ ...passage });
    else {
      last.end = Math.max(last.end, passage.end);
      if (passage.score > last.score) Object.assign(last, { type: passage.type, score: passage.score });
    }
  }
  return kept;
}

/** The score of the text as a whole, below the operating point too. */
export function injectionScore(text: string): number {
  let most = scoreText(text, 'result').score;
  const mayBeTurned = sawTurned();
  for (const { score } of findInjections(text)) most = Math.max(most, score);
  for (const run of decodeRuns(text, mayBeTurned)) most = Math.max(most, scoreHidden(run.text, 'disguised-result'));
  for (const run of linedRuns(text)) most = Math.max(most, scoreText(run.text, 'result').score);
  return most;
}
