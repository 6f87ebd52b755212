// `npm run -s bench`: the same work direct, through a bare byte proxy, and through Sallyport on SQLite and on PostgreSQL, in one run; and what
// decisions and inspection cost by themselves. Prints ratios to the bare proxy; `-- --json` prints one JSON object of named figures.
// `-- --help` says what leaves things out and what asks for more.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/support/postgres.ts';
import { type LoadResult, load } from './load.ts';
import { figuresOf } from './part.ts';
import { type BenchProcess, start } from './process.ts';

const HELP = `Usage: npm run -s bench [-- OPTION…]

The same work direct, through a bare byte proxy and through Sallyport, and what decisions, inspection, evidence and long messages cost by themselves.

  --json           one JSON object of named figures
  --quick          one short round; generated logs of a million entries
  --full           the evidence part with a generated log of ten million entries
  --only=A,B       only these of the works c1 c16 c64 c256 c64-32k and the parts policy dlp injection intent evidence large
  --no-postgres    without the gateway on PostgreSQL
  --no-parts       without the parts
  --help           this text
`;
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}

const json = process.argv.includes('--json');
const quick = process.argv.includes('--quick');
const withPostgres = !process.argv.includes('--no-postgres');
const withParts = !process.argv.includes('--no-parts');
const only = process.argv
  .find((word) => word.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
interface Work {
  name: string;
  connections: number;
  requests: number;
  large: boolean;
}

const ALL_WORK: Work[] = [
  { name: 'c1', connections: 1, requests: 3_000, large: false },
  { name: 'c16', connections: 16, requests: 12_000, large: false },
  { name: 'c64', connections: 64, requests: 20_000, large: false },
  { name: 'c256', connections: 256, requests: 20_000, large: false },
  { name: 'c64-32k', connections: 64, requests: 6_000, large: true },
];
const WORK = ALL_WORK.filter(({ name }) => !only || only.includes(name));
/** What is measured beside the path: decisions by number of rules, detection by size of text, how long a long message holds up others. */
const ALL_PARTS = ['policy', 'dlp', 'injection', 'intent', 'evidence', 'large'];
const PARTS = ALL_PARTS.filter((name) => withParts && (!only || only.includes(name) || !only.some((one) => ALL_PARTS.includes(one))));
/** What a part is told beside `--json`. */
const PART_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  evidence: process.argv.includes('--full') ? ['--generated=10000000'] : ['--entries=50000', '--generated=1000000'],
};
const WARM_CALLS = 4_000;
const MAX_MS = 60_000;
const ROUNDS = quick ? 1 : 5;
const NAME_CHARS = 14;

interface Subject {
  name: string;
  url: string;
  token: string | undefined;
  process: BenchProcess;
}

type Row = LoadResult & { cpuUs: number };

/** Of one subject at one piece of work, against the bare proxy. */
interface Compared {
  perSecond: number;
  cpuUs: number;
  p50Ms: number;
  p99Ms: number;
  rateRatio: number;
  cpuRatio: number;
  addedP50Ms: number;
}

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const running: { stop(): Promise<void> }[] = [];
try {
  const compared = WORK.length > 0 ? await measure(await subjectsOf()) : new Map<string, Map<string, Compared>>();
  report(compared, await measureParts());
} finally {
  for (const each of running.reverse()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function subjectsOf(): Promise<Subject[]> {
  const echo = await begin('./echo-server.ts', []);
  const upstream = echo.ready.url ?? '';
  const bare = await begin('./bare-proxy.ts', [upstream]);
  const few = { upstream, agents: 10, rules: 10 };
  const subjects: Subject[] = [
    { name: 'direct', url: upstream, token: undefined, process: echo },
    { name: 'bare', url: bare.ready.url ?? '', token: undefined, process: bare },
    await gateway('sqlite', few),
    await gateway('sqlite-many', { upstream, agents: 10_000, rules: 1_000 }),
    await gateway('sqlite-rules', { ...few, governance: 'rules' }),
    await gateway('sqlite-quota', { ...few, governance: 'quota' }),
    await gateway('sqlite-all', { ...few, governance: 'all' }),
    await gateway('sqlite-tree', { ...few, checkpointIntervalMs: 1_000 }),
  ];
  if (withPostgres) {
    const postgres = await startPostgres();
    running.push(postgres);
    subjects.push(await gateway('postgres', { ...few, databaseUrl: postgres.url }));
  }
  return subjects;
}

async function begin(file: string, args: string[]): Promise<BenchProcess> {
  const process_ = await start(file, args);
  running.push(process_);
  return process_;
}

async function gateway(name: string, options: object): Promise<Subject> {
  const process_ = await begin('./gateway.ts', [JSON.stringify({ ...options, dataDir: join(folder, name) })]);
  return { name, url: process_.ready.url ?? '', token: process_.ready.token, process: process_ };
}

/** Rounds interleave the subjects, so that a noisy minute hits all of them, and each is compared with the bare proxy of its own round. */
async function measure(subjects: Subject[]): Promise<Map<string, Map<string, Compared>>> {
  for (const { url, token } of subjects) await load({ url, token, connections: 64, requests: WARM_CALLS, large: false, maxMs: MAX_MS });
  const compared = new Map<string, Map<string, Compared>>();
  for (const work of WORK) {
    const rounds: Map<string, Row>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const rows = new Map<string, Row>();
      for (const subject of subjects) rows.set(subject.name, await measureOne(subject, work));
      rounds.push(rows);
    }
    compared.set(work.name, new Map(subjects.map(({ name }) => [name, compare(rounds, name)])));
  }
  return compared;
}

async function measureOne({ url, token, process: process_ }: Subject, work: Work): Promise<Row> {
  const before = process_.cpuSeconds();
  const requests = quick ? Math.ceil(work.requests / 4) : work.requests;
  const result = await load({ ...work, requests, url, token, maxMs: MAX_MS });
  return { ...result, cpuUs: ((process_.cpuSeconds() - before) / result.done) * 1e6 };
}

/** Times are those of the best round; ratios the median over rounds. */
function compare(rounds: readonly Map<string, Row>[], name: string): Compared {
  const pairs = rounds.flatMap((rows) => {
    const [own, bare] = [rows.get(name), rows.get('bare')];
    return own && bare ? [{ own, bare }] : [];
  });
  const own = pairs.map((pair) => pair.own);
  return {
    perSecond: Math.max(...own.map(({ perSecond }) => perSecond)),
    cpuUs: Math.min(...own.map(({ cpuUs }) => cpuUs)),
    p50Ms: Math.min(...own.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.min(...own.map(({ p99Ms }) => p99Ms)),
    rateRatio: median(pairs.map((pair) => pair.own.perSecond / pair.bare.perSecond)),
    cpuRatio: median(pairs.map((pair) => pair.own.cpuUs / pair.bare.cpuUs)),
    addedP50Ms: median(pairs.map((pair) => pair.own.p50Ms - pair.bare.p50Ms)),
  };
}

async function measureParts(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const part of PARTS) Object.assign(figures, await figuresOf(part, PART_OPTIONS[part]));
  const both = (share: string): number => round((figures[`dlp.${share}MsPerKib`] ?? 0) + (figures[`injection.${share}MsPerKib`] ?? 0), 4);
  if (!PARTS.includes('dlp') || !PARTS.includes('injection')) return figures;
  return { ...figures, 'inspection.p50MsPerKib': both('p50'), 'inspection.p99MsPerKib': both('p99') };
}

function report(compared: Map<string, Map<string, Compared>>, parts: Record<string, number>): void {
  const figures: Record<string, number> = {};
  const lines: string[] = [];
  for (const work of WORK) {
    lines.push('', `${work.name}: ${work.connections} connections, ${work.large ? '32 KB results' : '~300 B'}`);
    for (const [name, one] of compared.get(work.name) ?? []) {
      for (const figure of ['rateRatio', 'cpuRatio', 'addedP50Ms', 'cpuUs'] as const)
        figures[`${work.name}.${name}.${figure}`] = round(one[figure], 3);
      lines.push(lineOf(name, one));
    }
  }
  for (const part of [...PARTS, 'inspection']) {
    if (!Object.keys(parts).some((name) => name.startsWith(`${part}.`))) continue;
    lines.push('', part === 'inspection' ? 'inspection: dlp and injection together' : `${part}:`);
    for (const [name, value] of Object.entries(parts))
      if (name.startsWith(`${part}.`)) lines.push(`  ${name.padEnd(NAME_CHARS * 2)} ${value}`);
  }
  console.log(json ? JSON.stringify({ ...figures, ...parts }) : `Ratios are to the bare proxy of this run.${lines.join('\n')}`);
}

function lineOf(name: string, one: Compared): string {
  const added = `${one.addedP50Ms >= 0 ? '+' : ''}${one.addedP50Ms.toFixed(2)}`;
  return (
    `  ${name.padEnd(NAME_CHARS)} ${one.perSecond.toFixed(0).padStart(7)} calls/s ×${one.rateRatio.toFixed(2)}  CPU ${one.cpuUs.toFixed(0).padStart(4)} µs ` +
    `×${one.cpuRatio.toFixed(2)}  p50 ${one.p50Ms.toFixed(2)} ms (${added})  p99 ${one.p99Ms.toFixed(2)} ms`
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
