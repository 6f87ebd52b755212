// Two gateways on one database: a task that is asked for at one and approved at the other is made once, whichever makes it; an agent that comes back
// to both at the same time with the same call gets one effect and one answer; a gateway that is frozen elsewhere runs nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StoredObject } from '../../src/object/kinds.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { verifyStore } from '../support/log-lines.ts';
import { modernCaller, type RawAnswer, type RawCaller } from '../support/raw-caller.ts';
import { reviewerSide } from '../support/reviewer.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const TASKS = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } } } };
const RECORDER = new URL('../support/recorder-server.ts', import.meta.url).pathname;
const POLL = { timeout: 60_000 };
const LIMIT = { timeout: 120_000 };
const agent = tokenObject('worker', 'worker');
const rita = reviewerSide('rita');

let place: Place;
let recorder: { ready: { url: string }; stop(): Promise<unknown> };
let a: HostedGateway;
let b: HostedGateway;
let callers: [RawCaller, RawCaller];

beforeAll(async () => {
  place = await freshPlace('postgres');
  recorder = await startChild({
    command: process.execPath,
    args: [RECORDER, 'http', join(place.dataDir, 'notes.txt')],
    ready: (line) => jsonReady(line, ['url'] as const),
  });
  await place.seed(
    ...[agentObject('worker'), agent.object, rita.object, httpServer('web', recorder.ready.url, { era: 'modern' })],
    policyObject('notes', [{ name: 'held', match: { tool: ['note'] }, effect: 'hold' }]),
  );
  [a, b] = [await startHosted(place), await startHosted(place)];
  callers = [modernCaller(`${a.url}/mcp/web`, agent.token), modernCaller(`${b.url}/mcp/web`, agent.token)];
}, 120_000);
afterAll(async () => {
  for (const caller of callers ?? []) await caller.close();
  await a?.kill();
  await b?.kill();
  await recorder?.stop();
  await place?.remove();
});

const effects = (n: string): number => {
  try {
    return readFileSync(join(place.dataDir, 'notes.txt'), 'utf8')
      .split('\n')
      .filter((line) => line === n).length;
  } catch {
    return 0;
  }
};

function ticketOf(answer: RawAnswer | undefined): string {
  const decision = answer?.result?._meta?.['io.sallyport/decision'] as { approval?: { id: string } } | undefined;
  return decision?.approval?.id ?? '';
}

it('a task is made once, wherever it was asked for and approved, and both tell its answer', LIMIT, async () => {
  const made = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const n = `task-${i}`;
      const held = await callers[i % 2]?.ask('tools/call', { name: 'note', arguments: { n }, ...TASKS });
      expect(await rita.decide((i % 4 < 2 ? a : b).adminUrl, ticketOf(held))).toBe(200);
      return { n, taskId: held?.result?.taskId };
    }),
  );
  for (const caller of callers)
    for (const { n, taskId } of made) {
      await expect.poll(async () => (await caller.ask('tasks/get', { taskId, ...TASKS }))?.result?.status, POLL).toBe('completed');
      expect((await caller.ask('tasks/get', { taskId, ...TASKS }))?.result).toMatchObject({
        result: { content: [{ text: `noted ${n}` }] },
      });
    }
  for (const { n } of made) expect([n, effects(n)]).toEqual([n, 1]);
});

it('one grant is one effect and one answer, however often and wherever the call comes back', LIMIT, async () => {
  for (let i = 0; i < 5; i++) {
    const n = `call-${i}`;
    const call = (caller: RawCaller) => caller.ask('tools/call', { name: 'note', arguments: { n } });
    await rita.decide(b.adminUrl, ticketOf(await call(callers[0])));
    const answers = await Promise.all([...callers, ...callers, ...callers].map(call));
    const texts = answers.map((answer) => String(answer?.result?.content?.[0]?.text));
    expect(texts).toContain(`noted ${n}`);
    for (const text of texts) expect(text === `noted ${n}` || text.includes('it does not run twice'), text).toBe(true);
    for (const caller of callers) expect((await call(caller))?.result?.content?.[0]?.text).toBe(`noted ${n}`);
    expect(effects(n)).toBe(1);
  }
});

it('what ran on a grant is not run by a retry at either, though its rule was taken away meanwhile', LIMIT, async () => {
  const call = (caller: RawCaller, n: string) => caller.ask('tools/call', { name: 'note', arguments: { n } });
  const names = Array.from({ length: 4 }, (_, i) => `unheld-${i}`);
  for (const [i, n] of names.entries()) {
    const caller = callers[i % 2] as RawCaller;
    await rita.decide((i < 2 ? a : b).adminUrl, ticketOf(await call(caller, n)));
    expect((await call(caller, n))?.result?.content?.[0]?.text).toBe(`noted ${n}`);
  }
  await a.write(policyObject('notes', [{ name: 'free', match: { tool: ['note'] }, effect: 'allow' }]));
  for (let time = 0; time < 3; time++)
    for (const caller of callers) for (const n of names) expect((await call(caller, n))?.result?.content?.[0]?.text).toBe(`noted ${n}`);
  expect(names.map(effects)).toEqual([1, 1, 1, 1]);
  // What nobody approved is a call like any other.
  for (const caller of callers) expect((await call(caller, 'free'))?.result?.content?.[0]?.text).toBe('noted free');
  expect(effects('free')).toBe(2);
  await a.write(policyObject('notes', [{ name: 'held', match: { tool: ['note'] }, effect: 'hold' }]));
});

it('a freeze that is set at one ends the tasks of both', LIMIT, async () => {
  const held = await callers[0].ask('tools/call', { name: 'note', arguments: { n: 'frozen' }, ...TASKS });
  const freeze: StoredObject = { kind: 'freeze', metadata: { name: 'stop' }, spec: { scope: { agent: 'worker' }, reason: 'drill' } };
  await a.write(freeze);
  const status = async () => {
    const response = await fetch(`${b.adminUrl}/api/v1/approvals/${ticketOf(held)}`, {
      headers: { authorization: `Bearer ${rita.token}` },
    });
    return ((await response.json()) as { state?: string }).state;
  };
  await expect.poll(status, POLL).toBe('drained');
  expect(await rita.decide(b.adminUrl, ticketOf(held))).toBe(409);
  expect(effects('frozen')).toBe(0);
});

it('leaves a sound log', LIMIT, async () => {
  expect(await a.stop()).toBe(0);
  expect(await b.stop()).toBe(0);
  const core = await place.open();
  try {
    expect(await verifyStore(core, place.config.organization)).toMatchObject({ state: 'sound', openCalls: 0 });
  } finally {
    await core.store.lifecycle.close();
  }
});
