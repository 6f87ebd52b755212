// `npm run -s node -- bench/dlp.ts`: what looking for every type of sensitive data costs, on documents of 1 to 64 KiB: this project's own files, and
// files packed with things to find. Prints p50 and p99 over documents, each the fastest of its repeats, so that a busy machine does not decide;
// `--json` prints one object. Exit code 1 when the p99 is above its bound.
import { readFileSync } from 'node:fs';
import { EVERYTHING, scanText } from '../src/detect/dlp/scan.ts';
import { TEMPLATES } from '../test/support/dlp-layout.ts';
import { makeItems } from '../test/support/dlp-variation.ts';

/** DLP and injection together, milliseconds a KiB. */
const P99_MS_PER_KIB = 0.3;
const SIZES_KIB = [1, 4, 16, 64];
const REPEATS = 25;
const OWN = [
  'README.md',
  'ARCHITECTURE.md',
  'docs/cli.md',
  'docs/policy.md',
  'docs/audit-format.md',
  'src/app.ts',
  'src/config.ts',
  'package-lock.json',
  'docs/schema/sallyport.schema.json',
  'LICENSE',
];

const documents = [...own(), ...dense()];
for (let round = 0; round < 5; round++) for (const { text } of documents) scan(text);
const costs = documents.map(cost).sort((one, other) => one - other);
const at = (share: number): number =>
  Math.round((costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? 0) * 10_000) / 10_000;
const figures = { 'dlp.documents': costs.length, 'dlp.p50MsPerKib': at(0.5), 'dlp.p99MsPerKib': at(0.99) };
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(figures)
    : `${costs.length} documents: p50 ${at(0.5)} ms/KiB, p99 ${at(0.99)} ms/KiB (bound ${P99_MS_PER_KIB})`,
);
process.exitCode = at(0.99) > P99_MS_PER_KIB ? 1 : 0;

function scan(text: string): void {
  scanText(text, { wanted: EVERYTHING, patterns: [] });
}

function cost({ text }: { text: string }): number {
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const began = performance.now();
    scan(text);
    best = Math.min(best, performance.now() - began);
  }
  return best / (text.length / 1024);
}

function cut(text: string): { text: string }[] {
  return SIZES_KIB.filter((kib) => text.length >= kib * 1024).map((kib) => ({ text: text.slice(0, kib * 1024) }));
}

function own(): { text: string }[] {
  return OWN.flatMap((path) => cut(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')));
}

/** Answers of tools as JSON: rows with a text each, one in eight of them with something in it. */
function dense(): { text: string }[] {
  const items = makeItems(TEMPLATES, 'bench', 4);
  return [0, 1, 2, 3].flatMap((start) => {
    const rows = items.filter((_, index) => index % 4 === start).map(({ text }, index) => ({ id: index, state: 'open', body: text }));
    return cut(JSON.stringify({ rows }));
  });
}
