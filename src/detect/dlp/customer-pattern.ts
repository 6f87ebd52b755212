// Patterns and word lists that an operator adds. Patterns have RE2 syntax and run on an engine that is linear in the text; most never run,
// because a literal that every match must hold is looked for first. What does not compile is refused with its reason when it is applied.
import { RE2JS } from 're2js';
import type { DlpType, Match } from './finding-kind.ts';

export const MAX_PATTERN_CHARS = 1000;
/** Most matches of one pattern in one text. */
export const MAX_PATTERN_MATCHES = 1000;

export interface CustomPattern {
  name: string;
  type: DlpType;
  /** Matches in `text`, in order; stops after MAX_PATTERN_MATCHES or when the text is longer than the pattern's byte budget allows. */
  find(text: string, out: Match[]): void;
}

export type Compiled = { pattern: CustomPattern } | { problem: string };

export function compileCustomPattern(name: string, source: string, type: DlpType = 'CUSTOM'): Compiled {
  if (source.length > MAX_PATTERN_CHARS) return { problem: `the pattern is longer than ${MAX_PATTERN_CHARS} characters` };
  let engine: RE2JS;
  try {
    engine = RE2JS.compile(RE2JS.translateRegExp(source));
  } catch (error) {
    return { problem: `not a pattern in RE2 syntax: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (engine.matcher('').matches()) return { problem: 'the pattern matches the empty text' };
  const literal = requiredLiteral(source);
  const native = isSimple(source) ? new RegExp(source, 'g') : undefined;
  return {
    pattern: {
      name,
      type,
      find(text, out) {
        if (literal !== '' && !text.includes(literal)) return;
        if (native) findNative(native, text, name, type, out);
        else findLinear(engine, text, name, type, out);
      },
    },
  };
}

function findNative(pattern: RegExp, text: string, name: string, type: DlpType, out: Match[]): void {
  pattern.lastIndex = 0;
  for (let count = 0; count < MAX_PATTERN_MATCHES; count++) {
    const found = pattern.exec(text);
    if (found === null) return;
    out.push({ type, start: found.index, end: found.index + found[0].length, confidence: 1, rule: name });
  }
}

function findLinear(engine: RE2JS, text: string, name: string, type: DlpType, out: Match[]): void {
  const matcher = engine.matcher(text);
  for (let count = 0; count < MAX_PATTERN_MATCHES && matcher.find(); count++)
    if (matcher.end() > matcher.start()) out.push({ type, start: matcher.start(), end: matcher.end(), confidence: 1, rule: name });
}

/** Literals, classes and counts only: nothing that can be tried in two ways, so the native engine is linear too. */
function isSimple(source: string): boolean {
  return /^(?:\\b)?(?:[A-Za-z0-9 _:#@/-]|\\[dwsDWS.\-/]|\[[A-Za-z0-9_.-]+\](?:\{\d{1,2}\})?|\\d\{\d{1,2}\}|\{\d{1,2}\})+(?:\\b)?$/.test(
    source,
  );
}

/** The longest literal at the start of a pattern without alternatives: every match begins with it. */
function requiredLiteral(source: string): string {
  if (/[|(]/.test(source)) return '';
  const head = /^(?:\\b|\^)?((?:[A-Za-z0-9 _:#@/-])+)/.exec(source)?.[1] ?? '';
  const next = source[source.indexOf(head) + head.length];
  return next === '?' || next === '*' || next === '{' ? head.slice(0, -1) : head;
}

/** Words and phrases of a customer's own, found as whole words in any case. */
export function compileDictionary(name: string, words: readonly string[], type: DlpType = 'CUSTOM'): CustomPattern | undefined {
  const wanted = words.map((word) => word.trim()).filter((word) => word.length > 1);
  if (wanted.length === 0) return undefined;
  const escaped = [...new Set(wanted)]
    .sort((one, other) => other.length - one.length)
    .map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const all = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join('|')})(?![\\p{L}\\p{N}_])`, 'giu');
  return { name, type, find: (text, out) => findNative(all, text, name, type, out) };
}
