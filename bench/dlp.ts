// `npm run -s node -- bench/dlp.ts`: what looking for every type of sensitive data and for injected instructions costs together, CPU time on documents of 1
// to 64 KiB: this project's own files, and files packed with things to find. Prints p50 and p99 over documents, each the fastest of its repeats, so that
// a busy machine does not decide; `--json` prints one object. Exit code 1 when a figure is above its bound.
import { readFileSync } from 'node:fs';
import { EVERYTHING, scanText } from '../src/detect/dlp/scan.ts';
import { findInjections } from '../src/detect/injection/passage.ts';
import { TEMPLATES } from '../test/support/dlp-layout.ts';
import { makeItems } from '../test/support/dlp-variation.ts';
import { knownWords } from './words.ts';

knownWords('node -- bench/dlp.ts', ['--json']);

/** DLP and injection together, milliseconds a KiB. */
const P50_MS_PER_KIB = 0.12;
const P99_MS_PER_KIB = 0.3;
const SIZES_KIB = [1, 4, 16, 64];
/** How much is looked at for one figure, and how often that is done: the fastest counts. */
const MEASURED_KIB = 256;
const ROUNDS = 2;
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
const measured = documents.map((document) => ({ ...document, ms: cost(document) })).sort((one, other) => one.ms - other.ms);
const costs = measured.map(({ ms }) => ms);
const at = (share: number): number =>
  Math.round((costs[Math.min(costs.length - 1, Math.floor(costs.length * share))] ?? 0) * 10_000) / 10_000;
const figures = { 'dlp.documents': costs.length, 'dlp.p50MsPerKib': at(0.5), 'dlp.p99MsPerKib': at(0.99) };
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(figures)
    : `${costs.length} documents: p50 ${at(0.5)} ms/KiB, p99 ${at(0.99)} ms/KiB (bounds ${P50_MS_PER_KIB}, ${P99_MS_PER_KIB})`,
);
if (!process.argv.includes('--json'))
  for (const { name, ms, text } of measured.slice(-5)) console.log(`  ${ms.toFixed(4)}  ${name}, ${text.length} characters`);
process.exitCode = at(0.5) > P50_MS_PER_KIB || at(0.99) > P99_MS_PER_KIB ? 1 : 0;

function scan(text: string): void {
  scanText(text, { wanted: EVERYTHING, patterns: [] });
  findInjections(text);
}

/** CPU time of the thread, which is counted in steps of milliseconds: over many repeats. */
function cost({ text }: { text: string }): number {
  const kib = text.length / 1024;
  const repeats = Math.ceil(MEASURED_KIB / kib);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.threadCpuUsage();
    for (let repeat = 0; repeat < repeats; repeat++) scan(text);
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1000 / repeats / kib);
  }
  return best;
}

function cut(name: string, text: string): { name: string; text: string }[] {
  return SIZES_KIB.filter((kib) => text.length >= kib * 1024).map((kib) => ({ name, text: text.slice(0, kib * 1024) }));
}

function own(): { name: string; text: string }[] {
  return OWN.flatMap((path) => cut(path, readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')));
}

/** Answers of tools as JSON: rows with a text each, one in eight of them with something in it. */
function dense(): { name: string; text: string }[] {
  const items = makeItems(TEMPLATES, 'bench', 4);
  return [0, 1, 2, 3].flatMap((start) => {
    const rows = items.filter((_, index) => index % 4 === start).map(({ text }, index) => ({ id: index, state: 'open', body: text }));
    return cut(`rows ${start}`, JSON.stringify({ rows }));
  });
}
