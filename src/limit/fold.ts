// Names and values as limits compare them: letters that look or mean the same are the same. Matching more than was meant stops too much,
// never too little; policies, which must not, compare exactly.
import { compileGlob, type Glob } from '../lib/glob.ts';

/** Compatibility form, without case, without what cannot be seen, without blanks at the ends. */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFKC')
    .replace(/[\p{Default_Ignorable_Code_Point}\p{Cc}]/gu, '')
    .trim();
}

/** Folded already: the names most servers use. */
const PLAIN = /^[a-z0-9_.:/-]*$/;

export function foldedGlobs(sources: readonly string[] | undefined): readonly Glob[] | undefined {
  return sources?.map((source) => compileGlob(foldText(source)));
}

export function anyMatches(globs: readonly Glob[], name: string | undefined): boolean {
  if (name === undefined) return false;
  for (const glob of globs) if (glob.test(name)) return true;
  return false;
}
