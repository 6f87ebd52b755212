// Runs one leg: starts what it needs, runs the suite, reads the checks, judges them, stops everything.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startFixtureProcess } from '../support/fixture-process.ts';
import { startGateway } from '../support/gateway-process.ts';
import { type BaselineEntry, readBaseline, suiteBaseline } from './baseline.ts';
import { type Judgement, judge } from './judge.ts';
import type { ClientLeg, Leg, ServerLeg } from './leg.ts';
import { openSlots } from './slot.ts';
import { readResults, runSuite, type SuiteRun, scenariosOf } from './suite.ts';

const CLIENT_TIMEOUT_MS = 200_000;
const SERVER_TIMEOUT_MS = 60_000;
/** How many gateways of a client leg run at a time, and how many single scenarios of a server leg. */
const WIDTH = 3;
const FIXTURE_NAME = 'fixture';

export interface LegReport extends Judgement {
  leg: string;
  exitCode: number;
  durationMs: number;
  /** Where the checks and the outputs of the suite are. */
  results: string;
}

export interface RunOptions {
  signal: AbortSignal;
  /** Stands in for the built gateway. */
  entry?: string;
}

export async function runLeg(leg: Leg, options: RunOptions): Promise<LegReport> {
  const started = performance.now();
  const results = join(fileURLToPath(new URL('../../results/conformance/', import.meta.url)), leg.name);
  await rm(results, { recursive: true, force: true });
  await mkdir(results, { recursive: true });
  const baseline = leg.direct ? [] : readBaseline(leg.name);
  const expected = leg.scenarios ?? scenariosOf(leg.revision, leg.role);
  const args = await suiteArguments(leg, results, baseline);
  const run = leg.role === 'server' ? await runServerLeg(leg, args, options) : await runClientLeg(leg, args, options);
  await writeFile(join(results, 'suite.log'), run.output);
  const judgement = judge(readResults(results, leg.role, expected), expected, baseline);
  if (run.exitCode !== 0 && judgement.surprises.length === 0) judgement.surprises.push(`the suite exited with ${run.exitCode}`);
  return { leg: leg.name, exitCode: run.exitCode, durationMs: Math.round(performance.now() - started), results, ...judgement };
}

async function suiteArguments(leg: Leg, results: string, baseline: readonly BaselineEntry[]): Promise<string[]> {
  const args = ['-o', results, '--timeout', String(leg.role === 'server' ? SERVER_TIMEOUT_MS : CLIENT_TIMEOUT_MS)];
  if (baseline.length === 0) return args;
  const file = join(results, 'expected-failures.yaml');
  await writeFile(file, suiteBaseline(baseline, leg.role));
  return [...args, '--expected-failures', file];
}

async function runServerLeg(leg: ServerLeg, args: readonly string[], options: RunOptions): Promise<SuiteRun> {
  const fixture = await startFixtureProcess(leg.fixture);
  const gateway = leg.direct
    ? undefined
    : await startFor(fixture.ready.url, options).catch(async (error: unknown) => {
        await fixture.stop();
        throw error;
      });
  try {
    const url = gateway ? `${gateway.mcpUrl}/mcp/${FIXTURE_NAME}` : fixture.ready.url;
    const run = await runScenarios(leg, ['server', '--url', url, ...args], { signal: options.signal });
    const log = gateway ? gateway.output().stderr : fixture.output().stderr;
    return { ...run, output: `${run.output}\n--- log ---\n${log}` };
  } finally {
    await gateway?.stop();
    await fixture.stop();
  }
}

function startFor(url: string, options: RunOptions) {
  return startGateway({
    args: ['--profile', 'conformance', '--upstream', `${FIXTURE_NAME}=${url}`],
    ...(options.entry ? { entry: options.entry } : {}),
  });
}

async function runClientLeg(leg: ClientLeg, args: readonly string[], options: RunOptions): Promise<SuiteRun> {
  const slots = await openSlots(WIDTH);
  const env = {
    SALLYPORT_CONFORMANCE_SLOTS: String(slots.port),
    SALLYPORT_CONFORMANCE_AGENT: leg.agent,
    SALLYPORT_CONFORMANCE_DIRECT: leg.direct ? '1' : undefined,
    SALLYPORT_CONFORMANCE_ENTRY: options.entry,
  };
  try {
    const command = ['client', '--command', 'node test/conformance/as-client.ts', ...args];
    return await runScenarios(leg, command, { env, signal: options.signal });
  } finally {
    await slots.close();
  }
}

/** The requirement set in one run of the suite, or the named scenarios in one run each. */
async function runScenarios(leg: Leg, args: readonly string[], how: { env?: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<SuiteRun> {
  if (!leg.scenarios) return runSuite([...args, '--requirements', leg.revision], how);
  const waiting = [...leg.scenarios];
  const runs: SuiteRun[] = [];
  const work = async () => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
      runs.push(await runSuite([...args, '--scenario', scenario, '--spec-version', leg.revision, '--force'], how));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  return { exitCode: Math.max(0, ...runs.map((run) => run.exitCode)), output: runs.map((run) => run.output).join('\n') };
}
