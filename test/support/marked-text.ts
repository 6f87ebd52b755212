// Texts in which what must be found is marked, and what is found in a text, in the same words.
import { EVERYTHING, scanText } from '../../src/detect/dlp/scan.ts';

/** `⟦TYPE|value⟧` marks what must be found, all of it and nothing else. */
export function marked(text: string): { text: string; wanted: string[] } {
  const wanted: string[] = [];
  const plain = text.replace(/⟦([A-Z_]+)\|([^⟧]*)⟧/g, (_all, type: string, value: string) => {
    wanted.push(`${type} ${value}`);
    return value;
  });
  return { text: plain, wanted };
}

export function found(text: string): string[] {
  return scanText(text, { wanted: EVERYTHING, patterns: [] }).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
