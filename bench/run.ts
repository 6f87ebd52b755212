// `npm run -s bench`: the same work direct, through a bare byte proxy, and through Sallyport on SQLite and on PostgreSQL, in one run.
// Prints ratios to the bare proxy; `-- --json` prints one JSON object of named figures; `-- --quick` is a shorter run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/support/postgres.ts';
import { type LoadResult, load } from './load.ts';
import { type BenchProcess, start } from './process.ts';

const json = process.argv.includes('--json');
const quick = process.argv.includes('--quick');
const withPostgres = !process.argv.includes('--no-postgres');
const WORK: { name: string; connections: number; requests: number; large: boolean }[] = [
  { name: 'c1', connections: 1, requests: 3_000, large: false },
  { name: 'c16', connections: 16, requests: 12_000, large: false },
  { name: 'c64', connections: 64, requests: 20_000, large: false },
  { name: 'c256', connections: 256, requests: 20_000, large: false },
  { name: 'c64-32k', connections: 64, requests: 6_000, large: true },
];
const MAX_MS = 60_000;
const ROUNDS = quick ? 1 : 3;

interface Subject {
  name: string;
  url: string;
  token: string | undefined;
  process: BenchProcess;
}

type Row = LoadResult & { cpuUs: number };

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const running: { stop(): Promise<void> }[] = [];
try {
  const echo = await begin('./echo-server.ts', []);
  const upstream = echo.ready.url ?? '';
  const bare = await begin('./bare-proxy.ts', [upstream]);
  const subjects: Subject[] = [
    { name: 'direct', url: upstream, token: undefined, process: echo },
    { name: 'bare', url: bare.ready.url ?? '', token: undefined, process: bare },
    await gateway('sqlite', { upstream, agents: 10, rules: 10 }),
    await gateway('sqlite-many', { upstream, agents: 10_000, rules: 1_000 }),
  ];
  if (withPostgres) {
    const postgres = await startPostgres();
    running.push(postgres);
    subjects.push(await gateway('postgres', { upstream, agents: 10, rules: 10, databaseUrl: postgres.url }));
  }
  report(await measure(subjects));
} finally {
  for (const each of running.reverse()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function begin(file: string, args: string[]): Promise<BenchProcess> {
  const process_ = await start(file, args);
  running.push(process_);
  return process_;
}

async function gateway(name: string, options: { upstream: string; agents: number; rules: number; databaseUrl?: string }): Promise<Subject> {
  const process_ = await begin('./gateway.ts', [JSON.stringify({ ...options, dataDir: join(folder, name) })]);
  return { name, url: process_.ready.url ?? '', token: process_.ready.token, process: process_ };
}

/** Rounds interleave the subjects, so that a noisy minute hits all of them; the best round of each counts. */
async function measure(subjects: Subject[]): Promise<Map<string, Map<string, Row>>> {
  const best = new Map<string, Map<string, Row>>(subjects.map(({ name }) => [name, new Map()]));
  for (const { url, token } of subjects) await load({ url, token, connections: 16, requests: 2_000, large: false, maxMs: MAX_MS });
  for (const work of WORK) {
    for (let round = 0; round < ROUNDS; round++) {
      for (const subject of subjects) {
        const before = subject.process.cpuSeconds();
        const requests = quick ? Math.ceil(work.requests / 4) : work.requests;
        const result = await load({ ...work, requests, url: subject.url, token: subject.token, maxMs: MAX_MS });
        const row = { ...result, cpuUs: ((subject.process.cpuSeconds() - before) / result.done) * 1e6 };
        const known = best.get(subject.name)?.get(work.name);
        best.get(subject.name)?.set(work.name, known ? merge(known, row) : row);
      }
    }
  }
  return best;
}

function merge(a: Row, b: Row): Row {
  const faster = a.perSecond >= b.perSecond ? a : b;
  return { ...faster, cpuUs: Math.min(a.cpuUs, b.cpuUs), p50Ms: Math.min(a.p50Ms, b.p50Ms), p99Ms: Math.min(a.p99Ms, b.p99Ms) };
}

function report(rows: Map<string, Map<string, Row>>): void {
  const figures: Record<string, number> = {};
  const lines: string[] = [];
  for (const work of WORK) {
    const bare = rows.get('bare')?.get(work.name);
    if (!bare) continue;
    lines.push('', `${work.name}: ${work.connections} connections, ${work.large ? '32 KB results' : '~300 B'}`);
    for (const [name, byWork] of rows) {
      const row = byWork.get(work.name);
      if (!row) continue;
      const rate = row.perSecond / bare.perSecond;
      const cpu = row.cpuUs / bare.cpuUs;
      const key = `${work.name}.${name}`;
      Object.assign(figures, {
        [`${key}.rateRatio`]: round(rate),
        [`${key}.cpuRatio`]: round(cpu),
        [`${key}.addedP50Ms`]: round(row.p50Ms - bare.p50Ms),
      });
      lines.push(
        `  ${name.padEnd(12)} ${row.perSecond.toFixed(0).padStart(7)} calls/s  rate ×${rate.toFixed(2)}  CPU ${row.cpuUs.toFixed(0).padStart(4)} µs ×${cpu.toFixed(2)}` +
          `  p50 ${row.p50Ms.toFixed(2)} ms (${(row.p50Ms - bare.p50Ms >= 0 ? '+' : '') + (row.p50Ms - bare.p50Ms).toFixed(2)})  p99 ${row.p99Ms.toFixed(2)} ms`,
      );
    }
  }
  console.log(json ? JSON.stringify(figures) : `Ratios are to the bare proxy of this run.${lines.join('\n')}`);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
