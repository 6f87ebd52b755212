// `npm run -s bench:profile -- [CALLS] [--large] [--governance=rules]`: one gateway under load with the CPU profiler, then what each call cost, by file and function.
// Shares, not times, are to be believed: the profiler slows everything down. Bounded in calls and time; nothing is left behind.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { load } from './load.ts';
import { start } from './process.ts';
import { knownWords } from './words.ts';

knownWords('bench:profile', ['N', '--large', '--governance=…']);

/** As in a .cpuprofile file. */
interface Profile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
}

/** Calls before those that count: code is compiled and caches are filled. */
const WARM_CALLS = 4_000;
const MAX_CALLS = 50_000;
const MAX_MS = 60_000;
const ROWS = 40;
/** Share of the samples, from the start, that belongs to starting and warming up. */
const SKIPPED = 0.5;

const calls = Math.min(Number(process.argv.find((word) => /^\d+$/.test(word)) ?? 8_000), MAX_CALLS);
const large = process.argv.includes('--large');
/** As in governance.ts. */
const governance = process.argv.find((word) => word.startsWith('--governance='))?.slice('--governance='.length) ?? 'none';
const folder = mkdtempSync(join(tmpdir(), 'sallyport-profile-'));
try {
  await run();
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'));
  if (file === undefined) throw new Error('the gateway left no profile');
  report(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function run(): Promise<void> {
  const echo = await start('./echo-server.ts', []);
  const options = JSON.stringify({ upstream: echo.ready.url, agents: 10, rules: 10, governance, dataDir: join(folder, 'data') });
  const gateway = await start('./gateway.ts', [options], ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval=200']);
  try {
    const asked = { url: gateway.ready.url ?? '', token: gateway.ready.token, connections: 64, large, maxMs: MAX_MS };
    await load({ ...asked, requests: WARM_CALLS });
    await load({ ...asked, requests: Math.max(calls, WARM_CALLS) });
  } finally {
    await gateway.stop();
    await echo.stop();
  }
}

function report({ nodes, samples }: Profile): void {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const busy = samples.filter((id) => frames.get(id)?.functionName !== '(idle)');
  const counted = busy.slice(Math.floor(busy.length * SKIPPED));
  const [byFile, byFunction] = [new Map<string, number>(), new Map<string, number>()];
  for (const id of counted) {
    const { functionName = '', url = '' } = frames.get(id) ?? {};
    const file = url.replace(/^.*\/(?=(?:src|node_modules|bench)\/)/, '') || functionName;
    add(byFile, file);
    add(byFunction, `${functionName} ${file}`);
  }
  print('by file, % of the main thread', byFile, counted.length);
  print('by function', byFunction, counted.length);
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function print(title: string, counts: Map<string, number>, all: number): void {
  console.log(`\n${title}`);
  const rows = [...counts].sort(([, a], [, b]) => b - a).slice(0, ROWS);
  for (const [key, count] of rows) console.log(`${((100 * count) / all).toFixed(2).padStart(7)}  ${key}`);
}
