// Two gateway processes on one PostgreSQL race for the last unit of a quota, a thousand times; and rates that are counted in the database.
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
  const effects = readFileSync(join(place.dataDir, 'notes.txt'), 'utf8').trim().split('\n');
  expect(effects).toHaveLength(RACES);
  expect(new Set(effects).size).toBe(RACES);
});

it('a rate that is counted in the database is one rate for both', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, i) => callers[i % 2]?.ask('tools/call', { name: 'note', arguments: { n: `s${i}` } })),
  );
  expect(answers.map((answer) => codeOf(answer)).filter((code) => code === 'ok')).toHaveLength(10);
});

function codeOf(answer: RawAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  const decision = answer.result?._meta?.['io.sallyport/decision'] as { code?: string } | undefined;
  return String(decision?.code ?? answer.error?.data?.code ?? (answer.error ? answer.error.message : 'ok'));
}
