// The thread that scans long texts. Keeps compiled patterns, never a text.
import { answerTexts } from '../text-thread.ts';
import type { CustomPattern } from './customer-pattern.ts';
import { compilePatterns } from './model.ts';
import { scanTexts } from './scan-texts.ts';
import { MAX_MATCHES, type ScanJob, type Scanned } from './scanner.ts';

let compiledFrom = '';
let patterns: readonly CustomPattern[] = [];

answerTexts<ScanJob, Scanned>((texts, job) => {
  const from = JSON.stringify(job.sources);
  if (from !== compiledFrom) {
    patterns = compilePatterns(job.sources);
    compiledFrom = from;
  }
  const wanted = new Set(job.wanted);
  const matches = scanTexts(texts, { wanted, patterns }, job.chain);
  // Told here: a million finds would take longer to hand over than to make.
  const count = matches.reduce((sum, one) => sum + one.length, 0);
  return count > MAX_MATCHES ? 'exceeded' : matches;
});
