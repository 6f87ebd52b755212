// `sallyport log export` in every format against a running gateway: filtered, whole, and gone on with after any interruption without loss or doubles.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_EXPORT_SPAN } from '../../src/admin/contract.ts';
import { decisionContent, outcomeContent } from '../../src/audit/entry.ts';
import { parseCef } from '../support/cef-text.ts';
import { CLI_ENTRY, type CliResult, runCli } from '../support/cli-process.ts';
import { ocsfProblems } from '../support/ocsf-shape.ts';
import { type OrgGateway, startOrgGateway, type Tenant } from '../support/org-gateway.ts';
import { readOtlp } from '../support/otlp-shape.ts';
import { parseSyslog, splitFrames } from '../support/rfc5424.ts';

/** Calls written into the log before anything is exported. */
const CALLS = 2_500;
const BATCH = 500;

let orgs: OrgGateway;
let acme: Tenant;
let folder: string;
let env: Record<string, string>;
let head: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-export-'));
  orgs = await startOrgGateway(['acme']);
  acme = orgs.tenants.acme as Tenant;
  env = { SALLYPORT_ADMIN_URL: orgs.gateway.adminUrl, SALLYPORT_OPERATOR_TOKEN: acme.operator };
  await writeCalls(CALLS);
  head = await headOf();
});
afterAll(async () => {
  await orgs?.close();
  await rm(folder, { recursive: true, force: true });
});

async function headOf(): Promise<number> {
  return (await orgs.gateway.store.log.head('acme')).seq;
}

/** Calls of two agents, straight into the log: the outcome of each comes long after its decision. */
async function writeCalls(count: number): Promise<void> {
  const { log } = orgs.gateway.store;
  const { revision } = await log.head('acme');
  for (let from = 0; from < count; from += BATCH) {
    const calls = Array.from({ length: Math.min(BATCH, count - from) }, (_, i) => from + i);
    const receipts = await log.append(
      'acme',
      calls.map((n) => ({ content: decision(n, revision), callId: `call_${n}`, payloads: [] })),
    );
    await log.append(
      'acme',
      calls.map((n, i) => ({ content: outcome(n, receipts[i]?.seq ?? 0), callId: `call_${n}`, payloads: [] })),
    );
  }
}

function decision(n: number, judged: number): string {
  return decisionContent({
    timeMs: Date.UTC(2026, 0, 2) + n,
    call: `call_${n}`,
    principal: { agent: n % 10 === 0 ? 'rare' : 'bot', user: 'ann' },
    ...{
      surface: 'all',
      method: 'tools/call',
      server: 'desk',
      tool: `tool_${n % 3}`,
      effect: 'allow',
      rule: 'p/r',
      code: 'allowed',
      judged,
    },
    ...{ credential: 'none', client: { era: 'modern', version: '2026-07-28' }, origin: 'agent' },
  });
}

function outcome(n: number, seq: number): string {
  return outcomeContent({ timeMs: Date.UTC(2026, 0, 2) + n, call: `call_${n}`, decision: seq, status: 'ok', latencyMs: 1 });
}

async function cli(...args: string[]): Promise<CliResult> {
  const result = await runCli(['log', 'export', ...args], { env });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

/** Numbers of the entries in a file of this format. */
async function seqsIn(path: string, format: string): Promise<number[]> {
  const bytes = await readFile(path);
  if (format === 'syslog') {
    const { messages, rest } = splitFrames(bytes);
    expect(rest.length).toBe(0);
    return messages.map((text) => Number(parseSyslog(text).data['sallyport@32473']?.seq));
  }
  const text = bytes.toString('utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => seqOf(line, format));
}

function seqOf(line: string, format: string): number {
  if (format === 'cef') return Number(parseCef(line).extension.externalId);
  if (format === 'otlp') return Number(readOtlp(line)[0]?.attributes['sallyport.seq']);
  const value = JSON.parse(line);
  if (format === 'jsonl') return value.header.seq;
  expect(ocsfProblems(value)).toEqual([]);
  return value.metadata.sequence;
}

const whole = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

describe('the log in every format', () => {
  it.each(['jsonl', 'ocsf', 'cef', 'syslog', 'otlp'])('%s: every entry once, and counted', async (format) => {
    const path = join(folder, `whole.${format}`);
    const { stdout } = await cli('--format', format, '-o', path, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ entries: head, next: head + 1, bytes: (await stat(path)).size });
    expect(await seqsIn(path, format)).toEqual(whole(head));
  });

  it('a filter takes an outcome where its decision is', async () => {
    const path = join(folder, 'rare.jsonl');
    await cli('--agent', 'ra?e', '--tool', 'tool_0,tool_2', '-o', path);
    const entries = (await readFile(path, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).content);
    const numbers = whole(CALLS)
      .map((n) => n - 1)
      .filter((n) => n % 10 === 0 && n % 3 !== 1);
    for (const type of ['decision', 'outcome'])
      expect(entries.filter((one) => one.type === type).map(({ call }) => call)).toEqual(numbers.map((n) => `call_${n}`));
    expect(entries).toHaveLength(2 * numbers.length);
    const since = new Date(Date.UTC(2026, 0, 2) + CALLS - 10).toISOString();
    const { stdout } = await cli('--since', since, '--until', '2026-01-03T00:00:00Z', '--type', 'outcome');
    expect(stdout.trimEnd().split('\n')).toHaveLength(10);
  });

  it('an answer covers what its headers say, and no more', async () => {
    const { headers, text } = await acme.admin('GET', '/api/v1/log/export?from=11&span=20&format=cef');
    expect([headers['sallyport-next'], headers['sallyport-head'], text.trimEnd().split('\n').length]).toEqual(['31', String(head), 20]);
    const beyond = await acme.admin('GET', `/api/v1/log/export?from=${head + 5}&span=${MAX_EXPORT_SPAN}`);
    expect([beyond.headers['sallyport-next'], beyond.text]).toEqual([String(head + 5), '']);
    expect((await acme.admin('GET', `/api/v1/log/export?span=${MAX_EXPORT_SPAN + 1}`)).status).toBe(400);
    expect((await acme.admin('GET', '/api/v1/log/export?format=xml')).status).toBe(400);
  });
});

describe('an export that is gone on with', () => {
  it.each(['jsonl', 'syslog'])('%s: killed at any moment, it has every entry once in the end', async (format) => {
    const path = join(folder, `killed.${format}`);
    const args = ['log', 'export', '--format', format, '-o', path, '--continue'];
    let kills = 0;
    for (let size = 0; kills < 2; kills++) size = await killWhenGrown(args, path, size);
    const { stdout } = await cli('--format', format, '-o', path, '--continue', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ next: (await headOf()) + 1 });
    expect(await seqsIn(path, format)).toEqual(whole(await headOf()));
    await writeCalls(3);
    await cli('--format', format, '-o', path, '--continue');
    expect(await seqsIn(path, format)).toEqual(whole(await headOf()));
  });

  it('cuts off what was written beyond the cursor, and refuses what it does not know', async () => {
    const path = join(folder, 'torn.jsonl');
    await cli('-o', path, '--continue', '--to', '10');
    await appendFile(path, '{"content":{"to');
    await cli('-o', path, '--continue', '--to', '10');
    expect(await seqsIn(path, 'jsonl')).toEqual(whole(10));
    const other = await runCli(['log', 'export', '-o', path, '--continue', '--format', 'cef'], { env });
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('another export')]);
    await truncate(path, 20);
    expect((await runCli(['log', 'export', '-o', path, '--continue', '--to', '10'], { env })).stderr).toContain('shorter');
    const foreign = join(folder, 'foreign.txt');
    await writeFile(foreign, 'mine');
    expect((await runCli(['log', 'export', '-o', foreign, '--continue'], { env })).code).toBe(5);
    expect(await readFile(foreign, 'utf8')).toBe('mine');
  });
});

/** Starts the command and kills it as soon as the file is longer than before. Resolves with its length. */
async function killWhenGrown(args: string[], path: string, size: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [CLI_ENTRY, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  let now = size;
  while (!isOver && now <= size) {
    now = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  child.kill('SIGKILL');
  await ended;
  return now;
}
