// Regular expressions from servers, on an engine that is linear in the text. Native RegExp never sees such a pattern.
// What the engine does not know (look-around, back-references) makes the schema unusable; it is never skipped.
import { RE2JS } from 're2js';
import { MATCH_COST_CHARS, MAX_PATTERN_CHARS } from './schema-limits.ts';
import type { Run } from './schema-run.ts';
import { shown, Unusable } from './schema-scope.ts';

export interface SafePattern {
  readonly source: string;
  /** Instructions of the compiled program. */
  readonly size: number;
  /** Does it match anywhere in the text? Pays for the match. */
  found(text: string, run: Run): boolean;
}

export function compilePattern(source: string): SafePattern {
  if (source.length > MAX_PATTERN_CHARS) throw new Unusable(`a pattern is longer than ${MAX_PATTERN_CHARS} characters`);
  const engine = compileEngine(source);
  // The engine's worst case is text × program; a plain pattern has a program of some twenty instructions.
  const size = engine.programSize();
  const weight = Math.max(1, size / PLAIN_PROGRAM);
  return {
    source,
    size,
    found: (text, run) => {
      run.spendMatch(Math.ceil((text.length + MATCH_COST_CHARS) * weight));
      return engine.test(text);
    },
  };
}

const PLAIN_PROGRAM = 20;

function compileEngine(source: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source));
  } catch {
    throw new Unusable(`the pattern ${shown(source)} is not supported (look-around and back-references are not)`);
  }
}
