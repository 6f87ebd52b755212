// The thread that scans long texts. Keeps compiled patterns, never a text.
import { parentPort } from 'node:worker_threads';
import type { CustomPattern } from './customer-pattern.ts';
import { compilePatterns } from './model.ts';
import { scanText } from './scan.ts';
import type { ScanAnswer, ScanJob } from './scanner.ts';

const port = parentPort;
if (!port) throw new Error('scan-worker runs as a worker thread only');

let compiledFrom = '';
let patterns: readonly CustomPattern[] = [];

port.on('message', (job: ScanJob) => {
  const from = JSON.stringify(job.sources);
  if (from !== compiledFrom) {
    patterns = compilePatterns(job.sources);
    compiledFrom = from;
  }
  const wanted = new Set(job.wanted);
  const answer: ScanAnswer = { id: job.id, matches: job.texts.map((text) => scanText(text, { wanted, patterns })) };
  port.postMessage(answer);
});
