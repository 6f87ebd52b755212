// Statements that maintain: `VACUUM t RETAIN 0 HOURS` of lakehouses takes old versions away for good, `DBCC` mostly looks. Looks at tokens only.
import { type Finding, finding } from '../verdict.ts';
import type { SqlToken } from './token.ts';

/** Hours for which old versions are kept unless somebody says so. */
const KEPT_HOURS = 168;

/** With `DRY RUN` at its end it only lists them. */
export function vacuumOfVersions(tokens: readonly SqlToken[]): Finding {
  const [last, end] = tokens.slice(-2);
  if (last?.kind === 'word' && last.text === 'dry' && end?.kind === 'word' && end.text === 'run') return finding('read', 'VACUUM, dry run');
  const hours = tokens.find(({ kind }) => kind === 'number')?.text;
  return Number(hours) >= KEPT_HOURS ? finding('write', 'VACUUM statement') : finding('destructive', 'VACUUM of versions that are kept');
}

/** `DBCC` mostly looks; some of it repairs at the cost of data, shrinks, or empties caches. */
export function dbcc(tokens: readonly SqlToken[], at: number): Finding {
  const words = tokens.slice(at + 1).map(({ text }) => text.toLowerCase());
  if (words.some((word) => /^(?:repair_\w+|shrink\w+|free\w*cache|dropcleanbuffers|writepage)$/.test(word)))
    return finding('destructive', 'DBCC that repairs, shrinks or empties');
  return finding(/^(?:check|show|sqlperf|inputbuffer|opentran|useroptions|trace|help)/.test(words[0] ?? '') ? 'read' : 'write', 'DBCC');
}
