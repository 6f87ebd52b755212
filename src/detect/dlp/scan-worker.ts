// The thread that scans long texts. Keeps compiled patterns, never a text.
import { parentPort } from 'node:worker_threads';
import type { CustomPattern } from './customer-pattern.ts';
import { compilePatterns } from './model.ts';
import { scanText } from './scan.ts';
import { MAX_MATCHES, type ScanAnswer, type ScanJob, type ScanPiece } from './scanner.ts';

const port = parentPort;
if (!port) throw new Error('scan-worker runs as a worker thread only');

let compiledFrom = '';
let patterns: readonly CustomPattern[] = [];

/** Texts of jobs that are still coming. */
const arriving = new Map<number, string[][]>();

port.on('message', (message: ScanPiece | ScanJob) => {
  if ('piece' in message) {
    const texts = arriving.get(message.id) ?? [];
    arriving.set(message.id, texts);
    texts[message.index] ??= [];
    texts[message.index]?.push(message.piece);
  } else scan(message);
});

function scan(job: ScanJob): void {
  const pieces = arriving.get(job.id) ?? [];
  arriving.delete(job.id);
  const texts = Array.from({ length: job.count }, (_, index) => (pieces[index] ?? []).join(''));
  const from = JSON.stringify(job.sources);
  if (from !== compiledFrom) {
    patterns = compilePatterns(job.sources);
    compiledFrom = from;
  }
  const wanted = new Set(job.wanted);
  const matches = texts.map((text) => scanText(text, { wanted, patterns }));
  // Told here: a million finds would take longer to hand over than to make.
  const count = matches.reduce((sum, one) => sum + one.length, 0);
  const answer: ScanAnswer = { id: job.id, matches: count > MAX_MATCHES ? 'exceeded' : matches };
  parentPort?.postMessage(answer);
}
