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
import { knownWords } from './words.ts';

const HELP = `Usage: npm run -s bench [-- OPTION…]

The same work direct, through a bare byte proxy and through Sallyport, and what decisions, inspection, evidence and long messages cost by themselves.

  --json           one JSON object of named figures
  --processes=N    N processes of each gateway and proxy one after another instead of one; prints medians and ranges over all their rounds
  --quick          one short round
  --full           the evidence part with a generated log of ten million entries
  --only=A,B       only these of the works c1 c16 c64 c256 c64-32k and the parts policy dlp injection intent evidence large
  --subjects=A,B   only these gateways: sqlite sqlite-many sqlite-rules sqlite-quota sqlite-all sqlite-tree postgres
  --no-postgres    without the gateway on PostgreSQL
  --no-parts       without the parts
  --part-s=N       a part that does not get on for N seconds is cut short, and the run fails; 120 unless given, 300 with --full
  --help           this text
`;
if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(HELP);
  process.exit(0);
}
knownWords('bench', [
  '--json',
  '--quick',
  '--full',
  '--no-postgres',
  '--no-parts',
  '--processes=…',
  '--only=…',
  '--subjects=…',
  '--part-s=…',
]);

const json = process.argv.includes('--json');
const quick = process.argv.includes('--quick');
const withPostgres = !process.argv.includes('--no-postgres');
const withParts = !process.argv.includes('--no-parts');
const only = optionOf('only')?.split(',');
const onlySubjects = optionOf('subjects')?.split(',');
const processes = Number(optionOf('processes') ?? 1);
if (!Number.isInteger(processes) || processes < 1) throw new Error('--processes takes a whole number from 1 on');
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
  evidence: process.argv.includes('--full') ? ['--generated=10000000'] : ['--entries=20000', '--generated=250000'],
};
/** Calls before those that count: the engine compiles the same code again and again until then, and more of it the longer the way of a call is. */
const WARM_CALLS = quick ? 4_000 : 12_000;
/** A part that does not get on for so long is cut short, milliseconds. */
const MAX_PART_MS = Number(optionOf('part-s') ?? (process.argv.includes('--full') ? 300 : 120)) * 1_000;
if (!(MAX_PART_MS > 0)) throw new Error('--part-s takes a number of seconds above 0');
const MAX_WARM_MS = 10_000;
const MAX_ROUND_MS = quick ? 2_000 : 4_000;
/** After this only the first round of each work is made, then only the first processes: leaves time for the parts, milliseconds. */
const MAX_WORK_MS = 360_000;
/** Per process. */
const ROUNDS = quick ? 1 : Math.max(1, Math.ceil(3 / processes));
const NAME_CHARS = 14;

interface Subject {
  name: string;
  url: string;
  token: string | undefined;
  process: BenchProcess;
}

type Row = LoadResult & { cpuUs: number };
/** One round of one piece of work: every subject after the other. */
type Round = ReadonlyMap<string, Row>;

/** Of one subject at one piece of work, against the bare proxy. */
interface Compared {
  perSecond: number;
  cpuUs: number;
  p50Ms: number;
  p99Ms: number;
  rateRatio: number;
  cpuRatio: number;
  addedP50Ms: number;
  /** Smallest and largest of the rounds. */
  rateRange: Range;
  cpuRange: Range;
}

type Range = readonly [least: number, most: number];

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
const running: { stop(): Promise<void> }[] = [];
try {
  const compared = await compareWork();
  report(compared, await measureParts());
} finally {
  await stopAll();
  rmSync(folder, { recursive: true, force: true });
}
// Said outright: what starts PostgreSQL for us would end a run that failed with 0.
process.exit(process.exitCode ?? 0);

/** What a process does best or worst by chance (where its code lands, when it is compiled) is as much of the noise as what else the machine does. */
async function compareWork(): Promise<Map<string, Map<string, Compared>>> {
  const rounds = new Map<string, Round[]>(WORK.map(({ name }) => [name, []]));
  for (let nth = 1; WORK.length > 0 && nth <= processes && (nth === 1 || !isLate()); nth++) {
    await measure(await subjectsOf(nth), rounds);
    await stopAll();
  }
  return new Map([...rounds].map(([work, all]) => [work, new Map(namesOf(all).map((name) => [name, compare(all, name)]))]));
}

function isLate(): boolean {
  return performance.now() > MAX_WORK_MS;
}

function namesOf(rounds: readonly Round[]): string[] {
  return [...(rounds[0]?.keys() ?? [])];
}

async function stopAll(): Promise<void> {
  for (const each of running.splice(0).reverse()) await each.stop();
}

function optionOf(name: string): string | undefined {
  return process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3);
}

async function subjectsOf(nth: number): Promise<Subject[]> {
  const echo = await begin('./echo-server.ts', []);
  const upstream = echo.ready.url ?? '';
  const bare = await begin('./bare-proxy.ts', [upstream]);
  const few = { upstream, agents: 10, rules: 10 };
  const subjects: Subject[] = [
    { name: 'direct', url: upstream, token: undefined, process: echo },
    { name: 'bare', url: bare.ready.url ?? '', token: undefined, process: bare },
  ];
  const gateways: [name: string, options: object][] = [
    ['sqlite', few],
    ['sqlite-many', { upstream, agents: 10_000, rules: 1_000 }],
    ['sqlite-rules', { ...few, governance: 'rules' }],
    ['sqlite-quota', { ...few, governance: 'quota' }],
    ['sqlite-all', { ...few, governance: 'all' }],
    ['sqlite-tree', { ...few, checkpointIntervalMs: 1_000 }],
  ];
  for (const [name, options] of gateways.filter(([name]) => isAsked(name))) subjects.push(await gateway(name, nth, options));
  if (withPostgres && isAsked('postgres')) {
    const postgres = await startPostgres();
    running.push(postgres);
    subjects.push(await gateway('postgres', nth, { ...few, databaseUrl: postgres.url }));
  }
  return subjects;
}

function isAsked(subject: string): boolean {
  return !onlySubjects || onlySubjects.includes(subject);
}

async function begin(file: string, args: string[]): Promise<BenchProcess> {
  const process_ = await start(file, args);
  running.push(process_);
  return process_;
}

async function gateway(name: string, nth: number, options: object): Promise<Subject> {
  const process_ = await begin('./gateway.ts', [JSON.stringify({ ...options, dataDir: join(folder, `${name}-${nth}`) })]);
  return { name, url: process_.ready.url ?? '', token: process_.ready.token, process: process_ };
}

/** Rounds interleave the subjects, so that a noisy minute hits all of them, and each is compared with the bare proxy of its own round. */
async function measure(subjects: Subject[], rounds: Map<string, Round[]>): Promise<void> {
  for (const { url, token } of subjects)
    await load({ url, token, connections: 64, requests: WARM_CALLS, large: false, maxMs: MAX_WARM_MS });
  for (let round = 0; round < ROUNDS; round++) {
    for (const work of WORK) {
      if (round > 0 && isLate()) return;
      const rows = new Map<string, Row>();
      for (const subject of subjects) rows.set(subject.name, await measureOne(subject, work));
      rounds.get(work.name)?.push(rows);
    }
  }
}

async function measureOne({ url, token, process: process_ }: Subject, work: Work): Promise<Row> {
  const before = process_.cpuSeconds();
  const requests = quick ? Math.ceil(work.requests / 4) : work.requests;
  const result = await load({ ...work, requests, url, token, maxMs: MAX_ROUND_MS });
  return { ...result, cpuUs: ((process_.cpuSeconds() - before) / result.done) * 1e6 };
}

/** Times are those of the best round; ratios the median over rounds. */
function compare(rounds: readonly Round[], name: string): Compared {
  const pairs = rounds.flatMap((rows) => {
    const [own, bare] = [rows.get(name), rows.get('bare')];
    return own && bare ? [{ own, bare }] : [];
  });
  const own = pairs.map((pair) => pair.own);
  const rates = pairs.map((pair) => pair.own.perSecond / pair.bare.perSecond);
  const cpus = pairs.map((pair) => pair.own.cpuUs / pair.bare.cpuUs);
  return {
    perSecond: Math.max(...own.map(({ perSecond }) => perSecond)),
    cpuUs: Math.min(...own.map(({ cpuUs }) => cpuUs)),
    p50Ms: Math.min(...own.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.min(...own.map(({ p99Ms }) => p99Ms)),
    rateRatio: median(rates),
    cpuRatio: median(cpus),
    addedP50Ms: median(pairs.map((pair) => pair.own.p50Ms - pair.bare.p50Ms)),
    rateRange: [Math.min(...rates), Math.max(...rates)],
    cpuRange: [Math.min(...cpus), Math.max(...cpus)],
  };
}

async function measureParts(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const part of PARTS) {
    try {
      Object.assign(figures, await figuresOf(part, PART_OPTIONS[part] ?? [], MAX_PART_MS));
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  const both = (share: string): number => round((figures[`dlp.${share}MsPerKib`] ?? 0) + (figures[`injection.${share}MsPerKib`] ?? 0), 4);
  if (figures['dlp.p50MsPerKib'] === undefined || figures['injection.p50MsPerKib'] === undefined) return figures;
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
      for (const [end, at] of [
        ['least', 0],
        ['most', 1],
      ] as const) {
        figures[`${work.name}.${name}.rateRatio.${end}`] = round(one.rateRange[at], 3);
        figures[`${work.name}.${name}.cpuRatio.${end}`] = round(one.cpuRange[at], 3);
      }
      lines.push(lineOf(name, one));
    }
  }
  for (const part of [...PARTS, 'inspection']) {
    if (!Object.keys(parts).some((name) => name.startsWith(`${part}.`))) continue;
    lines.push('', part === 'inspection' ? 'inspection: dlp and injection together' : `${part}:`);
    for (const [name, value] of Object.entries(parts))
      if (name.startsWith(`${part}.`)) lines.push(`  ${name.padEnd(NAME_CHARS * 2)} ${value}`);
  }
  console.log(
    json
      ? JSON.stringify({ ...figures, ...parts })
      : `Ratios are to the bare proxy of the same round: the median, and from the smallest to the largest.${lines.join('\n')}`,
  );
}

function lineOf(name: string, one: Compared): string {
  const added = `${one.addedP50Ms >= 0 ? '+' : ''}${one.addedP50Ms.toFixed(2)}`;
  return (
    `  ${name.padEnd(NAME_CHARS)} ${one.perSecond.toFixed(0).padStart(7)} calls/s ×${one.rateRatio.toFixed(2)} ${rangeOf(one.rateRange)}  ` +
    `CPU ${one.cpuUs.toFixed(0).padStart(4)} µs ×${one.cpuRatio.toFixed(2)} ${rangeOf(one.cpuRange)}  ` +
    `p50 ${one.p50Ms.toFixed(2)} ms (${added})  p99 ${one.p99Ms.toFixed(2)} ms`
  );
}

function rangeOf([least, most]: Range): string {
  return `[${least.toFixed(2)}–${most.toFixed(2)}]`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}
