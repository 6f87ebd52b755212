// SIGKILL of the gateway between every two steps of a held call, on both stores, for an agent that comes back and for a task: what was approved is
// never done twice, nothing is done without its grant, and whoever asks afterwards gets the answer, is told that nobody knows, or is asked anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LogVerifier } from '../../src/audit/verify.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import type { KillPoint } from '../support/kill-point.ts';
import { modernCaller, type RawAnswer } from '../support/raw-caller.ts';
import { reviewerSide } from '../support/reviewer.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

/** Each store is killed at every other step, unless SALLYPORT_KILLS asks for all. */
const ALL = process.env.SALLYPORT_KILLS !== undefined;
const agent = tokenObject('worker', 'worker');
const rita = reviewerSide('rita');
const RECORDER = new URL('../support/recorder-server.ts', import.meta.url).pathname;
const TASKS = { _meta: { 'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } } } };
const POLL = { timeout: 60_000 };

/** Where the gateway dies, and what whoever asks afterwards may be told. */
type Row = [...KillPoint[`${'step' | 'when'}`][], ends: string[]];
const PULLED: Row[] = [
  ['requested', 'after', ['waits']],
  ['granted', 'before', ['waits']],
  ['granted', 'after', ['answer']],
  ['consumed', 'before', ['answer']],
  ['consumed', 'after', ['unknown']],
  ['decision', 'after', ['unknown']],
  // The server did it, and the answer was on its way.
  ['outcome', 'before', ['unknown']],
  ['outcome', 'after', ['unknown']],
  ['kept', 'after', ['answer']],
];
const TASK: Row[] = [
  ['parked', 'after', ['waits']],
  ['granted', 'after', ['answer']],
  ['consumed', 'after', ['unknown']],
  ['outcome', 'before', ['unknown']],
  ['kept', 'after', ['answer']],
];

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('on %s', (kind) => {
  it.each([
    ['an agent that comes back', PULLED, false],
    ['a task', TASK, true],
  ] as const)('%s loses nothing and repeats nothing', { timeout: 400_000 }, async (_name, rows, isTask) => {
    const place = await freshPlace(kind);
    places.push(place);
    const notes = join(place.dataDir, 'notes.txt');
    const recorder = await startChild({
      command: process.execPath,
      args: [RECORDER, 'http', notes],
      ready: (line) => jsonReady(line, ['url'] as const),
    });
    await place.seed(
      ...[agentObject('worker'), agent.object, rita.object, httpServer('web', recorder.ready.url, { era: 'modern' })],
      policyObject('notes', [{ name: 'held', match: { tool: ['note'] }, effect: 'hold' }]),
    );
    const ended = new Map<string, { expected: string[]; found: string }>();
    try {
      let gateway: HostedGateway | undefined;
      for (const [step, when, expected] of rows.filter((_, at) => ALL || at % STORES.length === STORES.indexOf(kind))) {
        const n = `${step} ${when}`;
        await gateway?.kill();
        const doomed = await startHosted({ ...place, killAt: { step: step as KillPoint['step'], when: when as KillPoint['when'] } });
        const task = await walk(doomed, n, isTask);
        expect((await doomed.ended).signal, n).toBe('SIGKILL');
        gateway = await startHosted(place);
        ended.set(n, { expected: expected as string[], found: await endOf(gateway, n, task) });
      }
      const lines = (await gateway?.lines(1)) ?? [];
      await gateway?.stop();
      check(lines, readFileSync(notes, 'utf8').split('\n').filter(Boolean));
    } finally {
      await recorder.stop();
    }
    for (const [n, { expected, found }] of ended) expect([n, found]).toEqual([n, expected.find((one) => one === found) ?? expected[0]]);
  });
});

/** Asks, has it approved, and comes back, until the gateway is gone. Returns the task, when one was made. */
async function walk(gateway: HostedGateway, n: string, isTask: boolean): Promise<unknown> {
  const asked = await ask(gateway, 'tools/call', { name: 'note', arguments: { n }, ...(isTask ? TASKS : {}) });
  const ticket = ticketOf(asked);
  if (ticket === undefined) return undefined;
  await rita.decide(gateway.adminUrl, ticket).catch(() => undefined);
  if (!isTask) await ask(gateway, 'tools/call', { name: 'note', arguments: { n } });
  else await gateway.ended;
  return asked?.result?.taskId;
}

/** What whoever asks afterwards is told: by the task when there is one, else by making the call again. */
async function endOf(gateway: HostedGateway, n: string, task: unknown): Promise<string> {
  if (task !== undefined) {
    const look = async (): Promise<RawAnswer['result']> => (await ask(gateway, 'tasks/get', { taskId: task, ...TASKS }))?.result;
    await expect.poll(async () => JSON.stringify(await look()), POLL).toMatch(/"completed"|"failed"|Waits for a person|it runs\./);
    const seen = JSON.stringify(await look());
    if (seen.includes('"completed"')) return 'answer';
    // A gateway that died in the middle is believed for a minute before that is said.
    return seen.includes('Waits for a person') ? 'waits' : 'unknown';
  }
  const answer = await ask(gateway, 'tools/call', { name: 'note', arguments: { n } });
  const text = answer?.result?.content?.[0]?.text ?? '';
  if (text === `noted ${n}`) return 'answer';
  return text.includes('It waits for a person') ? 'waits' : text.includes('its answer is not there yet') ? 'unknown' : text;
}

async function ask(gateway: HostedGateway, method: string, params: Record<string, unknown>): Promise<RawAnswer | undefined> {
  const caller = modernCaller(`${gateway.url}/mcp/web`, agent.token);
  try {
    return await caller.ask(method, params);
  } finally {
    await caller.close();
  }
}

function ticketOf(answer: RawAnswer | undefined): string | undefined {
  const decision = answer?.result?._meta?.['io.sallyport/decision'] as { approval?: { id: string } } | undefined;
  return decision?.approval?.id;
}

function check(lines: readonly string[], effects: readonly string[]): void {
  const verifier = new LogVerifier();
  const contents = lines.map((line) => {
    verifier.take(line);
    return (JSON.parse(line) as { content: Record<string, unknown> }).content;
  });
  expect(verifier.verdict()).toMatchObject({ state: 'sound' });
  expect(new Set(effects).size).toBe(effects.length);
  const approvals = contents.filter(({ event }) => event === 'approval');
  const consumed = approvals.filter(({ what }) => what === 'consumed').map(({ ticket }) => ticket);
  expect(new Set(consumed).size).toBe(consumed.length);
  const granted = approvals.filter(({ what }) => what === 'granted').map(({ ticket }) => ticket);
  expect(consumed.filter((ticket) => !granted.includes(ticket))).toEqual([]);
  const allowed = contents.filter(
    ({ type, effect, tool, method }) => type === 'decision' && effect === 'allow' && tool === 'note' && method === 'tools/call',
  );
  for (const { call, approval } of allowed)
    expect(approvals.filter((one) => one.what === 'consumed' && one.ticket === approval && one.call === call)).toHaveLength(1);
  expect(effects.length).toBeLessThanOrEqual(allowed.length);
}
