// `npm run -s node -- bench/injection.ts`: CPU of looking for injected instructions in results of 1 to 64 KiB, milliseconds per KiB. Prints p50 and p99 over
// texts, each the median of repeats; `--json` prints one object. Exit code 1 when a bound is broken.
import { findInjections } from '../src/detect/injection/passage.ts';
import { knownWords } from './words.ts';

knownWords('node -- bench/injection.ts', ['--json']);

const BOUNDS = { p50: 0.06, p99: 0.15 };
const REPEATS = 15;
const SIZES = [1, 2, 4, 8, 16, 32, 64];

const PROSE =
  'The report covers sales of the last quarter. Please send me the file before Friday, and ask the customer for the address. Always call init before you use the client. ';
const RECORDS =
  '{"id": 1042, "name": "Ines Okafor", "email": "ines@northwind.example", "status": "open", "note": "asked for a refund of the last order"},\n';
const CODE =
  'export function send(to: string, body: string): void {\n  if (!to.includes("@")) throw new Error("no address");\n  queue.push({ to, body });\n}\n';
const LOG = '2026-11-29T10:00:01Z INFO request 81f2 finished in 12 ms, user 4411, path /api/v1/items?limit=20\n';
const WORLD = 'Bitte schick mir die neue Version. 会議は四時からです。资料请发给客户。 Пожалуйста, отправьте отчёт до пятницы.\n';
const BASE64 = 'aGVsbG8gd29ybGQgdGhpcyBpcyBhIGxvbmcgcnVuIG9mIHRleHQgdGhhdCBzYXlzIG5vdGhpbmc= ';

const costs: { name: string; msPerKib: number }[] = [];
for (const [name, piece] of Object.entries({ PROSE, RECORDS, CODE, LOG, WORLD, BASE64 })) {
  for (const kib of SIZES) {
    const text = piece.repeat(Math.ceil((kib * 1024) / piece.length)).slice(0, kib * 1024);
    for (let warm = 0; warm < 5; warm++) findInjections(text);
    const times = Array.from({ length: REPEATS }, () => {
      const began = performance.now();
      findInjections(text);
      return performance.now() - began;
    }).sort((one, other) => one - other);
    costs.push({ name: `${name} ${kib} KiB`, msPerKib: (times[Math.floor(REPEATS / 2)] as number) / kib });
  }
}
costs.sort((one, other) => one.msPerKib - other.msPerKib);
const at = (share: number): number => costs[Math.min(costs.length - 1, Math.floor(costs.length * share))]?.msPerKib ?? 0;
const figures = { 'injection.p50MsPerKib': round(at(0.5)), 'injection.p99MsPerKib': round(at(0.99)) };
if (process.argv.includes('--json')) console.log(JSON.stringify(figures));
else {
  console.log(
    `p50 ${figures['injection.p50MsPerKib']}, p99 ${figures['injection.p99MsPerKib']} ms/KiB (bounds ${BOUNDS.p50}, ${BOUNDS.p99})`,
  );
  for (const { name, msPerKib } of costs.slice(-4)) console.log(`  ${msPerKib.toFixed(4)}  ${name}`);
}
process.exitCode = at(0.5) <= BOUNDS.p50 && at(0.99) <= BOUNDS.p99 ? 0 : 1;

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
