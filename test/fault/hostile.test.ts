// Servers that hang, die, lie and flood, and agents that leave at any moment, thousands of times: every call ends with an outcome in the log,
// no rejection goes unhandled, and afterwards the gateway holds what it held before.
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Child, jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, type HostedMeasure, startHosted } from '../support/hosted-gateway.ts';
import { HUGE, MISDEEDS } from '../support/hostile-server.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { legacyCaller, modernCaller, type RawAnswer, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const CALLS = 10_000;
const WARM_UP = 2_000;
const AT_ONCE = 24;
/** What may remain after CALLS calls beyond what remained after the warm-up. */
const MAX_HEAP_GROWTH_BYTES = 6 * 1024 * 1024;
const MAX_RESOURCE_GROWTH = 8;
/** A server's silence ends after this time, milliseconds: soon where thousands of calls meet it, late where each must get its answer. */
const RUSH_PATIENCE_MS = 300;
const PATIENCE_MS = 4_000;
const LIMIT_MS = 900_000;

const file = new URL('../support/hostile-server.ts', import.meta.url).pathname;
const worker = tokenObject('worker', 'worker');
const SURFACES = ['legacy', 'modern'] as const;
/** Servers of the rush, by surface. */
const RUSHED = { legacy: 'rushed-legacy', modern: 'rushed-modern' } as const;

let place: Place;
let server: Child<{ url: string }>;
let gateway: HostedGateway;
let sessions: RawCaller[] = [];
let stateless: RawCaller[] = [];

beforeAll(async () => {
  place = await freshPlace('sqlite');
  server = await startChild({ command: process.execPath, args: [file, 'http'], ready: (line) => jsonReady(line, ['url'] as const) });
  const over = (era: (typeof SURFACES)[number]) => [
    httpServer(era, server.ready.url, { era, timeoutMs: PATIENCE_MS, maxConcurrency: 64 }),
    httpServer(RUSHED[era], server.ready.url, { era, timeoutMs: RUSH_PATIENCE_MS, maxConcurrency: 64 }),
  ];
  const { url: _url, ...stdio } = httpServer('local', '', {
    transport: 'stdio',
    command: process.execPath,
    args: [file, 'stdio'],
    era: 'legacy',
    timeoutMs: 5_000,
  }).spec;
  await place.seed(
    agentObject('worker'),
    worker.object,
    ...SURFACES.flatMap(over),
    { kind: 'server', metadata: { name: 'local' }, spec: stdio },
    policyObject('all', [{ name: 'all', match: { tool: ['*'] }, effect: 'allow' }]),
  );
  gateway = await startHosted({ ...place, flags: { logLevel: 'error' } });
});

afterAll(async () => {
  for (const caller of [...sessions, ...stateless]) await caller.close();
  await gateway?.kill();
  await server?.stop();
  await place?.remove();
});

describe('servers that misbehave', () => {
  it.each(MISDEEDS)('%s: every agent gets an answer it can read', async (name) => {
    await openCallers();
    for (const caller of [...sessions, ...stateless]) {
      const answer = await caller.ask('tools/call', { name, arguments: {} });
      expect(readable(answer)).toBe(true);
      if (name === 'fine' || name === 'never-close' || name === 'noisy') expect(textOf(answer)).toBe('done');
      expect((await caller.ask('tools/call', { name: 'fine', arguments: {} }))?.result).toMatchObject({ content: [{ text: 'done' }] });
    }
  });

  it.each(HUGE)('%s: a hundred megabytes or a million events do not fill the memory', { timeout: LIMIT_MS }, async (name) => {
    await openCallers();
    for (const caller of [sessions[0], stateless[1]]) {
      const answer = await caller?.ask('tools/call', { name, arguments: {}, _meta: { progressToken: 'p' } });
      expect(readable(answer)).toBe(true);
      if (name === 'million') expect(textOf(answer)).toBe('done');
      else expect(JSON.stringify(answer)).toContain('upstream_');
    }
    const { heapBytes } = await gateway.measure();
    expect(heapBytes).toBeLessThan(150 * 1024 * 1024);
  });

  it.each(['die', 'garbage', 'wrong-id', 'huge-line', 'die-in-body', 'noisy'])(
    'over stdio, %s: the call ends, and the next finds a server',
    { timeout: LIMIT_MS },
    async (name) => {
      const caller = modernCaller(`${gateway.url}/mcp/local`, worker.token);
      try {
        expect(readable(await caller.ask('tools/call', { name, arguments: {} }))).toBe(true);
        for (let tries = 0; tries < 240; tries++) {
          if (textOf(await caller.ask('tools/call', { name: 'fine', arguments: {} })) === 'done') return;
          await sleep(250);
        }
        throw new Error('the server did not come back');
      } finally {
        await caller.close();
      }
    },
  );
});

describe('agents that leave', () => {
  it('takes nothing with it', { timeout: LIMIT_MS }, async () => {
    await closeCallers();
    await openCallers(SURFACES.map((surface) => RUSHED[surface]));
    await rush(WARM_UP);
    const before = await settle();
    await rush(CALLS);
    const after = await settle();
    console.log(
      `after ${CALLS} calls: heap ${mib(before.heapBytes)} → ${mib(after.heapBytes)} MiB, handles ${total(before)} → ${total(after)}`,
    );
    expect(after).toMatchObject({ calls: 0, inFlight: 0 });
    expect(after.sessions).toBe(before.sessions);
    for (const { inFlight } of after.upstreams) expect(inFlight).toBe(0);
    expect(after.heapBytes - before.heapBytes).toBeLessThan(MAX_HEAP_GROWTH_BYTES);
    expect(total(after) - total(before)).toBeLessThan(MAX_RESOURCE_GROWTH);
  });

  it('leaves every call with its outcome in a sound log, and an orderly end', { timeout: LIMIT_MS }, async () => {
    await closeCallers();
    expect(await gateway.stop()).toBe(0);
    expect(gateway.stderr()).not.toMatch(/unhandled|uncaught|the pipeline failed|a stage failed/i);
    const core = await place.open();
    try {
      expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0, lostCalls: 0 });
      const calls = await loggedCalls(core, place.config.organization, false);
      expect(calls.filter(({ method }) => method === 'tools/call').length).toBeGreaterThan(CALLS / 2);
      expect(
        calls.filter(({ effect, single, outcome, isVoid }) => effect === 'allow' && !isVoid && !single && outcome === undefined),
      ).toEqual([]);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});

/** Calls with every misdeed, and every way to leave, in both eras towards both eras. */
async function rush(count: number): Promise<void> {
  let at = 0;
  const one = async () => {
    while (at < count) {
      const turn = at++;
      const name = MISDEEDS[turn % MISDEEDS.length] ?? 'fine';
      const kind = Math.floor(turn / MISDEEDS.length) % (LEAVES.length + 2);
      const leave = LEAVES[kind];
      const index = turn % 2;
      if (leave) await leaveAt(leave, RUSHED[SURFACES[index] ?? 'modern'], (turn % 4 < 2 ? sessions : stateless)[index], name);
      else {
        const callers = kind === LEAVES.length ? sessions : stateless;
        const answer = await callers[index]?.ask('tools/call', { name, arguments: {} });
        if (!readable(answer)) throw new Error(`${name}: ${JSON.stringify(answer)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

const LEAVES = ['before-body', 'mid-body', 'after-body', 'later', 'mid-stream', 'standing'] as const;

/** One request of either era that is broken off at the given place. */
function leaveAt(where: (typeof LEAVES)[number], surface: string, caller: RawCaller | undefined, name: string): Promise<void> {
  // A standing stream is a GET of a session, and a listen without one.
  const standing = where === 'standing';
  const asksByGet = standing && caller !== undefined && sessions.includes(caller);
  const composed = standing
    ? caller?.compose('subscriptions/listen', { notifications: { toolsListChanged: true } })
    : caller?.compose('tools/call', { name, arguments: {}, _meta: { progressToken: 1 } });
  if (!composed) throw new Error('no caller');
  const { body } = composed;
  const headers = asksByGet ? composed.headers : { ...composed.headers, 'content-length': String(body.length) };
  return new Promise((resolve) => {
    const outgoing = httpRequest(`${gateway.url}/mcp/${surface}`, { method: asksByGet ? 'GET' : 'POST', headers, agent: false });
    outgoing.on('error', () => undefined);
    outgoing.on('close', () => resolve());
    outgoing.on('response', (response) => {
      response.on('error', () => undefined);
      if (where === 'mid-stream') response.once('data', () => outgoing.destroy());
      response.resume();
    });
    outgoing.flushHeaders();
    const gone = (afterMs: number) => setTimeout(() => outgoing.destroy(), afterMs);
    if (where === 'before-body') gone(2);
    else if (standing) outgoing.end(asksByGet ? undefined : body, () => gone(Math.random() * 300));
    else if (where === 'mid-body') outgoing.write(body.slice(0, 40), () => gone(2));
    else if (where === 'after-body') outgoing.end(body, () => gone(0));
    else if (where === 'later') outgoing.end(body, () => gone(Math.random() * 30));
    else outgoing.end(body, () => gone(2_000));
  });
}

async function openCallers(servers: readonly string[] = SURFACES): Promise<void> {
  if (sessions.length > 0) return;
  for (const name of servers) {
    const session = await legacyCaller(`${gateway.url}/mcp/${name}`, worker.token);
    if (!session) throw new Error('no session');
    sessions.push(session);
    stateless.push(modernCaller(`${gateway.url}/mcp/${name}`, worker.token));
  }
}

async function closeCallers(): Promise<void> {
  for (const caller of [...sessions, ...stateless]) await caller.close();
  sessions = [];
  stateless = [];
}

/** Measured once nothing runs any more, or after a generous wait. */
async function settle(): Promise<HostedMeasure> {
  let found = await gateway.measure();
  for (let tries = 0; tries < 600 && (found.calls > 0 || found.inFlight > 0); tries++) {
    await sleep(200);
    found = await gateway.measure();
  }
  await sleep(3_000); // servers' connections linger for two seconds
  return gateway.measure();
}

function readable(answer: RawAnswer | undefined): boolean {
  return answer !== undefined && (answer.result !== undefined) !== (answer.error !== undefined);
}

function textOf(answer: RawAnswer | undefined): string | undefined {
  return answer?.result?.content?.[0]?.text;
}

function total({ resources }: HostedMeasure): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0);
}

function mib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
