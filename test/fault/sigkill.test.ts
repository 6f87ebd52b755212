// SIGKILL of the gateway at random moments under load, on both stores: no effect at a server without a durable decision, no acknowledged
// result without a durable outcome, a log that verifies after every restart, and nothing left behind.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogVerifier } from '../../src/audit/verify.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, launchHosted, startHosted } from '../support/hosted-gateway.ts';
import { type LoggedCall, loggedCalls, verifyStore } from '../support/log-lines.ts';
import { legacyCaller, modernCaller, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES, type StoreKind } from '../support/store-kind.ts';

/** Kills under load per store; and kills while the gateway is starting. */
const KILLS = 100;
const START_KILLS = 10;
/** Answers of a round before its kill: on a slow machine, too, there are more of them than kills. */
const WARM_ANSWERS = 2;
/** A kill comes within this time after the last of those; in every third round after its first call instead. Milliseconds. */
const MAX_LOAD_MS = 80;
const MAX_COLD_MS = 200;
const MAX_START_MS = 500;
const LIMIT_MS = 1_800_000;

const agent = tokenObject('worker', 'worker');
const policy = policyObject('notes', [{ name: 'note', match: { tool: ['note'] }, effect: 'allow' }]);
const recorder = new URL('../support/recorder-server.ts', import.meta.url).pathname;
const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.concurrent.each(STORES)('killed at any moment, on %s', (kind) => {
  it(`loses no evidence in ${KILLS + START_KILLS} kills`, { timeout: LIMIT_MS }, async () => {
    const batch = await prepare(kind);
    try {
      for (let round = 0; round < KILLS + START_KILLS; round++) {
        if (round % (KILLS / START_KILLS + 1) === 3) await killWhileStarting(batch);
        else await killUnderLoad(batch, round % 3 !== 0);
      }
      await checkEverything(batch);
    } finally {
      await batch.httpRecorder.stop();
    }
  });
});

interface Batch {
  kind: StoreKind;
  place: Place;
  notes: string;
  httpRecorder: { stop(): Promise<unknown> };
  /** Follows the log from restart to restart. */
  verifier: LogVerifier;
  read: number;
  sent: number;
  acknowledged: Set<string>;
  onAnswer: () => void;
  /** Control revisions that a writer was told are in force. */
  revision: number;
}

async function prepare(kind: StoreKind): Promise<Batch> {
  const place = await freshPlace(kind);
  places.push(place);
  const notes = join(place.dataDir, 'notes.txt');
  const http = await startChild({
    command: process.execPath,
    args: [recorder, 'http', notes],
    ready: (line) => jsonReady(line, ['url'] as const),
  });
  const stdio = {
    transport: 'stdio' as const,
    url: undefined,
    command: process.execPath,
    args: [recorder, 'stdio', notes],
    era: 'legacy' as const,
  };
  await place.seed(
    agentObject('worker'),
    agent.object,
    policy,
    httpServer('web', http.ready.url, { era: 'modern' }),
    withoutUrl(httpServer('local', http.ready.url, stdio)),
  );
  return {
    kind,
    place,
    notes,
    httpRecorder: http,
    verifier: new LogVerifier(),
    read: 0,
    sent: 0,
    acknowledged: new Set(),
    onAnswer: () => undefined,
    revision: 0,
  };
}

function withoutUrl(object: ReturnType<typeof httpServer>): ReturnType<typeof httpServer> {
  const { url: _url, ...spec } = object.spec;
  return { ...object, spec };
}

async function killWhileStarting({ place }: Batch): Promise<void> {
  const launch = launchHosted(place);
  await sleep(Math.random() * MAX_START_MS);
  await launch.kill();
}

async function killUnderLoad(batch: Batch, warm: boolean): Promise<void> {
  const gateway = await startHosted(batch.place);
  await checkRestart(batch, gateway);
  const load = [
    ...[1, 2, 3].map(() => modernCaller(`${gateway.url}/mcp/web`, agent.token)).map((caller) => callUntilGone(batch, caller, 'note')),
    callUntilGone(batch, modernCaller(`${gateway.url}/mcp/local`, agent.token), 'note'),
    callUntilGone(batch, modernCaller(`${gateway.url}/mcp`, agent.token), 'web__note'),
    legacyCaller(`${gateway.url}/mcp/web`, agent.token).then((caller) => caller && callUntilGone(batch, caller, 'note')),
    changeUntilGone(batch, gateway),
  ];
  let answers = 0;
  if (warm)
    await new Promise<void>((resolve) => {
      batch.onAnswer = () => void (++answers === WARM_ANSWERS && resolve());
    });
  await sleep(Math.random() * (warm ? MAX_LOAD_MS : MAX_COLD_MS));
  await gateway.kill();
  await Promise.all(load);
}

/** What was durable before the kill is what is there now, and it holds together; nothing is left open that cannot end any more. */
async function checkRestart(batch: Batch, gateway: HostedGateway): Promise<void> {
  for (const line of await gateway.lines(batch.read + 1)) {
    batch.verifier.take(line);
    batch.read++;
  }
  const verdict = batch.verifier.verdict();
  expect(verdict).toMatchObject({ state: 'sound', entries: batch.read });
  expect(verdict.head?.revision).toBeGreaterThanOrEqual(batch.revision);
  if (batch.kind === 'sqlite') expect(verdict.openCalls).toBe(0);
}

async function callUntilGone(batch: Batch, caller: RawCaller, tool: string): Promise<void> {
  for (;;) {
    const n = `call-${++batch.sent}`;
    const answer = await caller.ask('tools/call', { name: tool, arguments: { n } });
    if (answer === undefined) break;
    const text = answer.result?.content?.[0]?.text;
    if (text === `noted ${n}`) {
      batch.acknowledged.add(n);
      batch.onAnswer();
    } else if (!isShutdown(answer) && !isRestless(text)) throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
  }
  await caller.close();
}

/** A server that could not be reached is an answer too. */
function isShutdown(answer: { error?: { data?: Record<string, unknown> } }): boolean {
  return String(answer.error?.data?.code).startsWith('upstream_');
}

/** Nor is one whose rules change faster than a machine under load judges calls. */
function isRestless(text: string | undefined): boolean {
  return /^The rules changed \d+ times while call \S+ was judged\./.test(text ?? '');
}

async function changeUntilGone(batch: Batch, gateway: HostedGateway): Promise<void> {
  try {
    for (;;) {
      await sleep(15);
      batch.revision = Math.max(batch.revision, await gateway.write(policy));
    }
  } catch {
    // The gateway is gone.
  }
}

async function checkEverything(batch: Batch): Promise<void> {
  const { place, acknowledged } = batch;
  const last = await startHosted(place);
  expect(await last.stop()).toBe(0);
  const core = await place.open();
  try {
    const org = place.config.organization;
    expect(await verifyStore(core, org)).toMatchObject({ state: 'sound' });
    const calls = (await loggedCalls(core, org)).filter(({ method }) => method === 'tools/call');
    const byNumber = group(calls);
    const effects = readFileSync(batch.notes, 'utf8').trimEnd().split('\n');
    // The load was real: servers were reached, answers came back, and kills caught calls in the middle.
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    expect(effects.length).toBeGreaterThan(acknowledged.size);
    expect(effects.filter((n) => !byNumber.get(n)?.some(isAllowance))).toEqual([]);
    expect(effects.length).toBe(new Set(effects).size);
    // Released only after the outcome was durable: a gap will not do.
    expect([...acknowledged].filter((n) => !byNumber.get(n)?.some((call) => isAllowance(call) && call.outcome === 'ok'))).toEqual([]);
    console.log(
      `${batch.kind}: ${KILLS} kills under load, ${START_KILLS} while starting; ${batch.sent} calls sent, ${effects.length} effects, ${acknowledged.size} acknowledged, ${calls.length} decisions, ${calls.filter(({ outcome }) => outcome === 'lost').length} in gaps`,
    );
  } finally {
    await core.store.lifecycle.close();
  }
  await noneAlive(batch);
}

function group(calls: readonly LoggedCall[]): Map<string, LoggedCall[]> {
  const found = new Map<string, LoggedCall[]>();
  for (const call of calls) {
    const { arguments: given } = JSON.parse(call.argumentsText ?? '{}') as { arguments?: { n?: string } };
    const n = given?.n ?? '';
    found.set(n, [...(found.get(n) ?? []), call]);
  }
  return found;
}

function isAllowance(call: LoggedCall): boolean {
  return call.effect === 'allow' && !call.isVoid;
}

/** Every process that any of the killed gateways had started is gone. */
async function noneAlive({ notes }: Batch): Promise<void> {
  const pids = readFileSync(`${notes}.pids`, 'utf8').trimEnd().split('\n').map(Number);
  expect(pids.length).toBeGreaterThan(0);
  const isAlive = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(notes);
    } catch {
      return false;
    }
  };
  for (let waitedMs = 0; waitedMs < 60_000 && pids.some(isAlive); waitedMs += 100) await sleep(100);
  expect(pids.filter(isAlive)).toEqual([]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
