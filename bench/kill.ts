// `npm run -s bench:kill`: how fast a freeze stops everything. One and three gateways (processes on one PostgreSQL), STREAMS open
// streams over all of them and callers that never pause: flag → first denial and flag → last byte. `--json` prints one object of named figures;
// `--rounds N`, `--agents N`,
// `--replicas 1,3` and `--sqlite` (the embedded store, one gateway) change the run. Times are taken by the bench alone, from before the request.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frozenForwards } from '../test/support/freeze-proof.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { type BenchProcess, start } from './process.ts';
import { knownWords } from './words.ts';

knownWords('bench:kill', ['--json', '--sqlite', '--rounds', '--replicas', '--agents', 'N', 'N,N…']);

const STREAMS = 500;
const CALLERS_EACH = 2;
const SETTLE_MS = 400;
/** A round that takes longer failed. */
const ROUND_LIMIT_MS = 20_000;
const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };

interface Replica {
  mcp: string;
  admin: string;
  process: BenchProcess;
}

interface Crowd {
  token: string;
  operator: string;
  replicas: Replica[];
}

interface Round {
  firstDenialMs: number;
  lastByteMs: number;
  freezeAnsweredMs: number;
}

const rounds = Number(argument('--rounds') ?? 20);
const agents = Number(argument('--agents') ?? 10);
const folder = mkdtempSync(join(tmpdir(), 'sallyport-kill-'));
const running: { stop(): Promise<void> }[] = [];
const figures: Record<string, number> = {};
const lines: string[] = [];
try {
  if (process.argv.includes('--sqlite')) await measure('sqlite-1', 1, undefined);
  else {
    const postgres = await startPostgres();
    running.push(postgres);
    for (const count of (argument('--replicas') ?? '1,3').split(',').map(Number))
      await measure(`replicas-${count}`, count, await postgres.freshUrl());
  }
  console.log(process.argv.includes('--json') ? JSON.stringify(figures) : lines.join('\n'));
} finally {
  for (const each of running.reverse()) await each.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function measure(name: string, count: number, databaseUrl: string | undefined): Promise<void> {
  const echo = await start('./echo-server.ts', []);
  const replicas: Replica[] = [];
  let crowd: Crowd | undefined;
  for (let i = 0; i < count; i++) {
    const dataDir = join(folder, name);
    const options = { upstream: echo.ready.url, agents, rules: 10, dataDir, ...(databaseUrl ? { databaseUrl } : {}), keep: i > 0 };
    const gateway = await start('./gateway.ts', [JSON.stringify(options)]);
    const { url = '', admin = '', token = '', operator = '' } = gateway.ready;
    replicas.push({ mcp: new URL(url).origin, admin, process: gateway });
    crowd ??= { token, operator, replicas };
  }
  if (!crowd) throw new Error('no gateway');
  const results: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    const result = await within(ROUND_LIMIT_MS, one(crowd, round));
    if (round > 0) results.push(result); // the first one warms up
  }
  figures[`${name}.longestTurnMs`] = await longestTurn(crowd);
  const { forwards, frozenAt, allowed } = frozenForwards(await exported(crowd));
  report(name, results, { forwards: forwards.length, freezes: frozenAt.length, allowed });
  for (const { process: gateway } of replicas) await gateway.stop();
  await echo.stop();
}

/** One more round, with the turns of each gateway's loop measured, which costs the others time: the one in which most was done, CPU time. */
async function longestTurn(crowd: Crowd): Promise<number> {
  await Promise.all(crowd.replicas.map(({ process: gateway }) => gateway.ask('watch')));
  await within(ROUND_LIMIT_MS, one(crowd, rounds + 1));
  const asked = await Promise.all(crowd.replicas.map(({ process: gateway }) => gateway.ask('longest')));
  return round(Math.max(...asked.map(({ workedMs = Number.NaN }) => workedMs)));
}

async function one(crowd: Crowd, round: number): Promise<Round> {
  const { replicas } = crowd;
  const streams = await Promise.all(Array.from({ length: STREAMS }, (_, i) => openListen(crowd, replicas[i % replicas.length] as Replica)));
  let flaggedMs = Number.POSITIVE_INFINITY;
  let firstDenialMs = Number.POSITIVE_INFINITY;
  let isGoing = true;
  const callers = replicas.flatMap((replica) =>
    Array.from({ length: CALLERS_EACH }, async () => {
      while (isGoing) {
        const isDenied = (await post(`${replica.mcp}/mcp/echo`, crowd.token, callBody())).includes('"frozen"');
        if (isDenied) firstDenialMs = Math.min(firstDenialMs, performance.now() - flaggedMs);
      }
    }),
  );
  await pause(SETTLE_MS);
  flaggedMs = performance.now();
  const name = `round-${round}`;
  const body = JSON.stringify({ name, scope: { agent: 'bench' }, reason: 'bench' });
  const at = replicas[round % replicas.length] as Replica;
  const frozen = post(`${at.admin}/api/v1/freezes`, crowd.operator, body).then(() => performance.now() - flaggedMs);
  const ended = await Promise.all(streams.map((stream) => stream.ended));
  const freezeAnsweredMs = await frozen;
  await pause(50);
  isGoing = false;
  await Promise.all(callers);
  await post(`${at.admin}/api/v1/freezes/${name}`, crowd.operator, undefined, 'DELETE');
  await untilThawed(crowd);
  return { firstDenialMs, freezeAnsweredMs, lastByteMs: Math.max(...ended) - flaggedMs };
}

/** Resolves when the stream is acknowledged; `ended` with the time of its end. */
function openListen(crowd: Crowd, { mcp }: Replica): Promise<{ ended: Promise<number> }> {
  const params = { notifications: { toolsListChanged: true }, _meta: META };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params });
  const headers = { ...headersOf(crowd.token), 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${mcp}/mcp`, { method: 'POST', headers, agent: false }, (response) => {
      const ended = new Promise<number>((done) => response.once('close', () => done(performance.now())));
      response.once('data', () => resolve({ ended }));
      response.on('data', () => undefined);
      response.on('error', () => undefined);
      if (response.statusCode !== 200) reject(new Error(`a stream was refused: ${response.statusCode}`));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function callBody(): string {
  const params = { name: 'echo', arguments: { text: 'x', size: 'small' }, _meta: META };
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
}

function headersOf(token: string): Record<string, string> {
  return { 'content-type': 'application/json', accept: 'application/json, text/event-stream', authorization: `Bearer ${token}` };
}

async function post(url: string, token: string, body: string | undefined, method = 'POST'): Promise<string> {
  const call = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'echo' };
  const isCall = url.includes('/mcp/');
  const response = await fetch(url, { method, headers: { ...headersOf(token), ...(isCall ? call : {}) }, ...(body ? { body } : {}) });
  const text = await response.text();
  if (!isCall && response.status !== 200) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return text;
}

async function untilThawed(crowd: Crowd): Promise<void> {
  for (const { mcp } of crowd.replicas)
    while ((await post(`${mcp}/mcp/echo`, crowd.token, callBody())).includes('"frozen"')) await pause(5);
}

async function exported({ replicas, operator }: Crowd): Promise<string[]> {
  const response = await fetch(`${replicas[0]?.admin}/api/v1/log/export`, { headers: { authorization: `Bearer ${operator}` } });
  return (await response.text()).split('\n').filter((line) => line.includes('"content"'));
}

function report(name: string, results: Round[], log: { forwards: number; freezes: number; allowed: number }): void {
  lines.push(
    `${name}: ${STREAMS} streams, ${results.length} freezes; the log has ${log.allowed} allowed calls, forwarded after a freeze: ${log.forwards}`,
  );
  for (const what of ['firstDenialMs', 'lastByteMs', 'freezeAnsweredMs'] as const) {
    const sorted = results.map((result) => result[what]).sort((a, b) => a - b);
    const at = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
    figures[`${name}.${what}.p50`] = round(at(0.5));
    figures[`${name}.${what}.p99`] = round(at(0.99));
    lines.push(`  ${what.padEnd(17)} p50 ${at(0.5).toFixed(1).padStart(7)} ms   p99 ${at(0.99).toFixed(1).padStart(7)} ms`);
  }
  lines.push(`  longest turn of the event loop, in a round of its own: ${figures[`${name}.longestTurnMs`]} ms`);
  figures[`${name}.forwardedAfterFreeze`] = log.forwards;
}

function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`a round took longer than ${limitMs} ms`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function argument(name: string): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}
