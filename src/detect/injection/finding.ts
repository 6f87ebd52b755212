// What the checks of definitions and results report. Findings name a type, a place and a score; an excerpt is for the operator who reviews, never for
// entries, metrics or logs.

export type PoisonType =
  | 'poison.hidden-text'
  | 'poison.hidden-character'
  | 'poison.terminal-code'
  | 'poison.encoded'
  | 'poison.disguised'
  | 'poison.instruction'
  | 'poison.parameter'
  | 'poison.default'
  | 'poison.name'
  | 'poison.unchecked'
  | 'poison.change'
  | 'shadow.name'
  | 'shadow.description'
  | 'shadow.steering';

export interface DefinitionFinding {
  type: PoisonType;
  /** JSON pointer in the definition. */
  path: string;
  /** 0 to 1; 0.5 and above counts. */
  score: number;
  /** At most `EXCERPT_CHARS`, printable. */
  excerpt: string;
}

/** From here on a finding counts. */
export const COUNTS = 0.5;

export const EXCERPT_CHARS = 120;

export function excerptOf(text: string, start = 0, end: number = text.length): string {
  return text
    .slice(start, Math.min(end, start + EXCERPT_CHARS))
    .replace(/[^\P{C}\n]|\uFFFD/gu, (hidden) => `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, EXCERPT_CHARS);
}

export function worst(findings: readonly { score: number }[]): number {
  return findings.reduce((most, { score }) => Math.max(most, score), 0);
}
