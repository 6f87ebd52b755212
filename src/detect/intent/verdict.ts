// What every analyser answers, and how answers are joined: the stronger class counts, and all evidence is kept up to a bound.
// Pure; an analyser that understood only part of its input must say so (`whole: false`), never guess low.
import type { Evidence, ShownEvidence } from '../../call.ts';
import type { Category, Intent } from '../../object/intent-name.ts';

/** Pieces of evidence kept in one verdict. */
export const MAX_EVIDENCE = 12;
/** Characters of one `why`. */
export const MAX_WHY_CHARS = 160;

export interface Finding {
  intent: Intent;
  /** Was the whole input understood? What was not keeps the upper bound of the tool. */
  whole: boolean;
  category?: Category | undefined;
  why: string;
}

const RANK: Readonly<Record<Intent, number>> = { read: 0, write: 1, destructive: 2, exfiltrative: 3 };

export function rank(intent: Intent): number {
  return RANK[intent];
}

export function stronger(a: Intent, b: Intent): Intent {
  return RANK[b] > RANK[a] ? b : a;
}

export function finding(intent: Intent, why: string, whole = true, category?: Category): Finding {
  return { intent, whole, why, category };
}

/** Of two parts of one input: the stronger class with its reason; whole only when both were. */
export function join(a: Finding | undefined, b: Finding): Finding {
  if (!a) return b;
  const top = RANK[b.intent] > RANK[a.intent] ? b : a;
  const whole = a.whole && b.whole;
  return top.whole === whole ? top : { ...top, whole };
}

/** What speaks before a call is made. All other signals are of arguments (call-intent.test.ts, "without arguments"). */
const OF_DEFINITION: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'annotation', 'catalogue', 'override']);

/** Was it read from the arguments of a call? Then its reason may quote them, and its path names their keys. */
export function isOfArguments({ signal }: Pick<Evidence, 'signal'>): boolean {
  return !OF_DEFINITION.has(signal);
}

/** For whoever may not read arguments. */
export function withoutArguments(all: readonly Evidence[]): ShownEvidence[] {
  return all.map((one) => (isOfArguments(one) ? { signal: one.signal } : one));
}

export function evidence(signal: string, path: string, why: string): Evidence {
  return { signal, path, why: why.length > MAX_WHY_CHARS ? `${why.slice(0, MAX_WHY_CHARS)}…` : why };
}
