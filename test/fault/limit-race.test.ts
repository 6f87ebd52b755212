// Two gateway processes on one PostgreSQL race for the last unit of a quota, a thousand times; rates and calls at once that are counted in the database.
// Real processes, real sockets, a server that notes what it did.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Child, jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { limitObject } from '../support/limits.ts';
import { modernCaller, type RawAnswer, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const RACES = 1_000;
/** Races under way at once. */
const ABREAST = 10;
/** Calls at once, on both gateways together. */
const FEW = 5;
const SLOW_MS = 300;
const worker = tokenObject('worker', 'worker');

let place: Place;
let recorder: Child<{ url: string }>;
const gateways: HostedGateway[] = [];
const callers: RawCaller[] = [];

beforeAll(async () => {
  place = await freshPlace('postgres');
  const file = new URL('../support/recorder-server.ts', import.meta.url).pathname;
  recorder = await startChild({
    command: process.execPath,
    args: [file, 'http', join(place.dataDir, 'notes.txt'), String(RACES)],
    ready: (line) => jsonReady(line, ['url'] as const),
  });
  await place.seed(
    agentObject('worker'),
    worker.object,
    policyObject('main', [{ name: 'note', match: { tool: ['note*'] }, effect: 'allow' }]),
    httpServer('web', recorder.ready.url, { era: 'modern' }),
    limitObject('once', { match: { tool: ['note_*'] }, per: ['tool'], quota: { max: 1, windowMs: 86_400_000 } }),
    limitObject('slow', { match: { tool: ['note'] }, rate: { max: 10, windowMs: 86_400_000, burst: 10 } }),
    limitObject('few', { match: { tool: ['note_1'] }, concurrency: FEW }),
  );
  for (let i = 0; i < 2; i++) {
    const gateway = await startHosted({ ...place, flags: { 'limits.rates': 'database' } });
    gateways.push(gateway);
    callers.push(modernCaller(`${gateway.url}/mcp/web`, worker.token));
  }
}, 120_000);

afterAll(async () => {
  for (const caller of callers) await caller.close();
  for (const gateway of gateways) await gateway.kill();
  await recorder?.stop();
  await place?.remove();
});

it(`exactly one of two gateways wins the last unit, ${RACES} times`, { timeout: 300_000 }, async () => {
  let next = 0;
  const wins: number[] = Array.from({ length: RACES }, () => 0);
  const codes = new Set<string>();
  await Promise.all(
    Array.from({ length: ABREAST }, async () => {
      while (next < RACES) {
        const race = next++;
        const answers = await Promise.all(
          callers.map((caller) => caller.ask('tools/call', { name: `note_${race}`, arguments: { n: `r${race}` } })),
        );
        for (const answer of answers) {
          const code = codeOf(answer);
          codes.add(code);
          if (code === 'ok') wins[race] = (wins[race] ?? 0) + 1;
        }
      }
    }),
  );
  expect([...codes].sort()).toEqual(['limit_exceeded', 'ok']);
  expect(wins.filter((won) => won !== 1)).toEqual([]);
  const effects = notes();
  expect(effects).toHaveLength(RACES);
  expect(new Set(effects).size).toBe(RACES);
});

it('a rate that is counted in the database is one rate for both', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => callers[i % 2]?.ask('tools/call', { name: 'note', arguments: { n: `s${i}` } })),
  );
  expect(answers.map((answer) => codeOf(answer)).filter((code) => code === 'ok')).toHaveLength(10);
});

it('calls at once are counted over both, and a gateway that is killed frees its places', { timeout: 120_000 }, async () => {
  await place.seed(limitObject('once', { match: { tool: ['none'] }, per: ['tool'], quota: { max: 1, windowMs: 86_400_000 } }));
  const slow = (caller: RawCaller | undefined, ms: number) => caller?.ask('tools/call', { name: 'note_1', arguments: { n: 'p', ms } });
  // A refusal that is only counted, not written (limit/flood.ts), follows the rules that this gateway has heard of.
  for (const caller of callers) while (codeOf(await slow(caller, 0)) !== 'ok');
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => slow(callers[i % 2], SLOW_MS)));
    const done = answers.filter((answer) => codeOf(answer) === 'ok');
    expect(answers.every((answer) => ['ok', 'limit_exceeded'].includes(codeOf(answer)))).toBe(true);
    expect(done.length).toBeGreaterThanOrEqual(FEW);
    const atOnce = done.map((answer) => Number((answer?.result?.content as { text: string }[] | undefined)?.[0]?.text));
    expect(Math.max(...atOnce)).toBeLessThanOrEqual(FEW);
  }
  // Whoever has an answer may call again at once, also through the other gateway.
  for (let n = 0; n < 50; n++) {
    const five = await Promise.all(Array.from({ length: FEW }, (_, i) => slow(callers[(n + i) % 2], 0)));
    expect(five.map((answer) => codeOf(answer))).toEqual(Array.from({ length: FEW }, () => 'ok'));
  }
  // All places are taken by the second, which dies: no answer ever comes.
  const lost = Array.from({ length: FEW }, (_, n) =>
    callers[1]?.ask('tools/call', { name: 'note_1', arguments: { n: `lost${n}`, ms: 60_000 } }).catch(() => undefined),
  );
  const begun = () => notes().filter((note) => note.startsWith('lost')).length;
  while (begun() < FEW) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(codeOf(await slow(callers[0], 0))).toBe('limit_exceeded');
  await gateways[1]?.kill();
  while (codeOf(await slow(callers[0], 0)) !== 'ok') await new Promise((resolve) => setTimeout(resolve, 20));
  await Promise.all(lost);
});

/** What the server has begun, one line per call. */
function notes(): string[] {
  return readFileSync(join(place.dataDir, 'notes.txt'), 'utf8').trim().split('\n');
}

function codeOf(answer: RawAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  const decision = answer.result?._meta?.['io.sallyport/decision'] as { code?: string } | undefined;
  return String(decision?.code ?? answer.error?.data?.code ?? (answer.error ? answer.error.message : 'ok'));
}
