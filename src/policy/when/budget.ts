// What one evaluation of a condition may cost, in steps; and the functions whose cost grows with what they are given, charging for it.
// INVARIANT: no argument makes a condition run for long: past its steps it is an error, which denies the call (when.test.ts, "the budget").
import { RE2JS } from 're2js';

/** Steps of one evaluation: a turn of a loop is TURN_STEPS, sixteen characters of text or one compared value are one. */
export const MAX_STEPS = 50_000;
/** Steps of one turn of a macro. */
export const TURN_STEPS = 10;
/** Characters that count as one step. */
const CHARS_PER_STEP = 16;
/** Characters of a regular expression. */
export const MAX_PATTERN_CHARS = 512;
/** Instructions of a compiled regular expression. */
export const MAX_PATTERN_SIZE = 2_000;
/** Steps for each character × twenty instructions of a regular expression. */
const PLAIN_PROGRAM = 20;

/** Evaluation is synchronous: one budget is enough. It stays spent until the next evaluation begins, whatever an `||` makes of the error. */
let left = 0;
let spent = false;

export function openBudget(steps = MAX_STEPS): void {
  left = steps;
  spent = false;
}

export function budgetSpent(): boolean {
  return spent;
}

/** Throws when there is nothing left. */
export function charge(steps: number): void {
  left -= steps;
  if (left >= 0) return;
  spent = true;
  throw new Error(`the condition takes more than ${MAX_STEPS} steps`);
}

export function chargeText(chars: number): void {
  charge(1 + Math.floor(chars / CHARS_PER_STEP));
}

/** A regular expression that is linear in the text; it matches when it is found anywhere in it, as CEL says. Throws on what is no such pattern. */
export function compilePattern(source: string): (text: string) => boolean {
  if (source.length > MAX_PATTERN_CHARS) throw new Error(`a pattern has at most ${MAX_PATTERN_CHARS} characters`);
  const engine = RE2JS.compile(source);
  const size = engine.programSize();
  if (size > MAX_PATTERN_SIZE) throw new Error('the pattern is too large: repeat less');
  const weight = Math.max(1, size / PLAIN_PROGRAM);
  return (text) => {
    charge(1 + Math.ceil(text.length * weight * STEPS_PER_CHAR));
    return engine.test(text);
  };
}

/** A character of a matched text costs much more than one of a compared text. */
const STEPS_PER_CHAR = 0.25;
