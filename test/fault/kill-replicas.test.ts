// The kill switch on three gateways that share one PostgreSQL: set through one, it stops what runs on all of them, and the log proves that nothing
// was forwarded after it. Also when notifications are lost, and when connections die.
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_DRILL_WAIT_MS } from '../../src/admin/contract.ts';
import { newOperatorToken } from '../../src/admin/operator.ts';
import type { FreezeSpec, StoredObject } from '../../src/object/kinds.ts';
import { type Child, jsonReady, startChild } from '../support/child.ts';
import { frozenForwards } from '../support/freeze-proof.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { type OpenStream, openStream } from '../support/http-agent.ts';
import { verifyStore } from '../support/log-lines.ts';
import { modernCaller, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const worker = tokenObject('worker', 'worker');
const operator = newOperatorToken();
const ops: StoredObject<'operator'> = {
  kind: 'operator',
  metadata: { name: 'ops' },
  spec: { role: 'admin', hash: operator.hash, hint: operator.hint, createdAt: '2026-01-01T00:00:00Z' },
};
const GATEWAYS = 3;
const CROWD = 4;

interface Side {
  gateway: HostedGateway;
  caller: RawCaller;
}

let place: Place;
let recorder: Child<{ url: string }>;
let sides: Side[] = [];

beforeAll(async () => {
  place = await freshPlace('postgres');
  const file = new URL('../support/recorder-server.ts', import.meta.url).pathname;
  recorder = await startChild({
    command: process.execPath,
    args: [file, 'http', join(place.dataDir, 'notes.txt')],
    ready: (line) => jsonReady(line, ['url'] as const),
  });
  const allow = policyObject('main', [{ name: 'note', match: { tool: ['note'] }, effect: 'allow' }]);
  await place.seed(agentObject('worker'), worker.object, ops, allow, httpServer('web', recorder.ready.url, { era: 'modern' }));
  for (let i = 0; i < GATEWAYS; i++) {
    const gateway = await startHosted(place);
    sides.push({ gateway, caller: modernCaller(`${gateway.url}/mcp/web`, worker.token) });
  }
}, 120_000);

afterAll(async () => {
  for (const { caller, gateway } of sides) {
    await caller.close();
    await gateway.kill();
  }
  await recorder?.stop();
  await place?.remove();
});

beforeEach(async () => {
  for (const side of sides) await untilAllowed(side);
});

/** Of one gateway's admin API. */
async function admin<T>({ gateway }: Side, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${gateway.adminUrl}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${operator.token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (response.status !== 200) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

const freeze = (at: Side, scope: FreezeSpec['scope']) => admin(at, 'POST', 'freezes', { name: 'stop', scope, reason: 'incident' });
const lift = (at: Side) => admin(at, 'DELETE', 'freezes/stop');

/** A listen stream on the endpoint for all, acknowledged. */
async function listen({ gateway, caller }: Side): Promise<OpenStream> {
  const { headers, body } = caller.compose('subscriptions/listen', { notifications: { toolsListChanged: true } });
  const stream = await openStream(`${gateway.url}/mcp`, { headers, body });
  expect(await stream.message()).toMatchObject({ method: 'notifications/subscriptions/acknowledged' });
  return stream;
}

/** Resolves when it is over. How soon that is, bench/kill.ts measures. */
async function isOver(stream: OpenStream): Promise<void> {
  while ((await stream.next()) !== undefined);
}

async function note({ caller }: Side): Promise<string> {
  return JSON.stringify((await caller.ask('tools/call', { name: 'note', arguments: { n: 'x' } })) ?? 'no answer');
}

async function untilAllowed(at: Side): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (!(await note(at)).includes('"code":')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`still refused: ${await note(at)}`);
}

const [first, second] = [() => sides[0] as Side, () => sides[1] as Side];

describe('a freeze set through one of three gateways', () => {
  it('closes the streams on all of them, and denies the next call on each', async () => {
    const streams = await Promise.all(sides.map(listen));
    const over = streams.map(isOver);
    await freeze(first(), { agent: 'worker' });
    for (const side of sides) expect(await note(side)).toContain('"code":"frozen"');
    await Promise.all(over);
    await lift(second());
  });

  it('lets nothing of its scope be forwarded after its place in the log, however busy they are', async () => {
    let [letIn, refused] = [0, 0];
    const calls = async (going: () => boolean): Promise<void> => {
      await Promise.all(
        sides.flatMap((side) =>
          Array.from({ length: CROWD }, async () => {
            while (going()) {
              if ((await note(side)).includes('"code":')) refused++;
              else letIn++;
            }
          }),
        ),
      );
    };
    /** As many calls of the crowd as each of it may have had under way, and some more. */
    const until = async (count: () => number): Promise<void> => {
      for (const enough = count() + 2 * GATEWAYS * CROWD; count() < enough; ) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    for (const scope of [
      { agent: 'worker' },
      { everyone: true },
      { tool: { server: 'web', name: 'note' } },
      { server: 'web' },
    ] as FreezeSpec['scope'][]) {
      let isGoing = true;
      const crowd = calls(() => isGoing);
      await until(() => letIn);
      await freeze(first(), scope);
      await until(() => refused);
      await lift(second());
      isGoing = false;
      await crowd;
    }
    const lines = await first().gateway.lines(1);
    const { forwards, frozenAt, allowed } = frozenForwards(lines);
    expect(forwards).toEqual([]);
    expect(frozenAt.length).toBeGreaterThanOrEqual(4);
    expect(allowed).toBeGreaterThan(50);
  });

  it('is measured by a drill on every one of them, which stops nothing', async () => {
    const streams = await Promise.all(sides.map(listen));
    const reply = await admin<{ gateways: number; reports: { instance: string; elapsedMs: number; counts: object }[] }>(
      second(),
      'POST',
      'drills',
      { scope: { agent: 'worker' }, reason: 'drill', waitMs: MAX_DRILL_WAIT_MS },
    );
    expect(reply.gateways).toBe(GATEWAYS);
    expect(new Set(reply.reports.map(({ instance }) => instance)).size).toBe(GATEWAYS);
    for (const { elapsedMs, counts } of reply.reports) {
      expect(elapsedMs).toBeGreaterThanOrEqual(0);
      expect(counts).toMatchObject({ calls: 1 });
    }
    for (const side of sides) expect(await note(side)).not.toContain('"code":');
    for (const stream of streams) stream.leave();
  });
});

describe('a freeze of which a gateway is not told', () => {
  it('because its listening connection was cut, stops its streams as soon as it listens again', async () => {
    const sql = postgres(place.databaseUrl ?? '', { max: 1, onnotice: () => {} });
    try {
      const stream = await listen(second());
      const over = isOver(stream);
      const killed = await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'sallyport' AND pid <> pg_backend_pid() AND query ILIKE '%listen%'`;
      expect(killed.length).toBeGreaterThanOrEqual(GATEWAYS);
      await freeze(first(), { agent: 'worker' });
      await over;
      expect(await note(second())).toContain('"code":"frozen"');
    } finally {
      await sql.end();
      await lift(first());
    }
  });

  it('because no notification comes at all, still stops its streams within the poll', async () => {
    const sql = postgres(place.databaseUrl ?? '', { max: 1, onnotice: () => {} });
    const [{ text } = { text: '' }] = await sql<{ text: string }[]>`SELECT pg_get_functiondef('sallyport_write'::regproc) AS text`;
    const mute = text.replace(/PERFORM pg_notify\([^;]*;/, '');
    expect(mute).not.toBe(text);
    await sql.unsafe(mute);
    try {
      const stream = await listen(second());
      const over = isOver(stream);
      await freeze(first(), { agent: 'worker' });
      await over;
    } finally {
      await sql.unsafe(text);
      await sql.end();
      await lift(first());
    }
  });
});

it('the log is sound, and the check of it can fail', async () => {
  const lines = await first().gateway.lines(1);
  const stop = lines.findIndex((line) => line.includes('"freezes":[') && line.includes('"worker"'));
  const allowed = lines.find((line) => line.includes('"effect":"allow"') && line.includes('"agent":"worker"')) ?? '';
  const { header } = JSON.parse(lines[stop] ?? '{}') as { header: { revision: number } };
  const forged = JSON.parse(allowed) as { header: { revision: number }; content: { judged: number } };
  forged.header.revision = forged.content.judged = header.revision;
  expect(frozenForwards([...lines.slice(0, stop + 1), JSON.stringify(forged)]).forwards).toHaveLength(1);
  for (const { gateway } of sides) expect(await gateway.stop()).toBe(0);
  const core = await place.open();
  try {
    expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
  } finally {
    await core.store.lifecycle.close();
    sides = [];
  }
});
