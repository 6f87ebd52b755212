// `VACUUM t RETAIN 0 HOURS` of lakehouses: old versions of a table are taken away for good. Looks at tokens only.
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
