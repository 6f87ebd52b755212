// Told to stop under load: what is running ends with its outcome, what comes later is not begun, nothing is left open, and the exit code is 0.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { jsonReady, startChild } from '../support/child.ts';
import { startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { legacyCaller, modernCaller, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const ROUNDS = 4;
const worker = tokenObject('worker', 'worker');
const ended: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

it.each(STORES)('on %s', { timeout: 180_000 }, async (kind) => {
  const place = await freshPlace(kind);
  ended.push(() => place.remove());
  const file = new URL('../support/recorder-server.ts', import.meta.url).pathname;
  const args = [file, 'http', join(place.dataDir, 'notes.txt')];
  const recorder = await startChild({ command: process.execPath, args, ready: (line) => jsonReady(line, ['url'] as const) });
  ended.push(() => recorder.stop());
  const policy = policyObject('main', [{ name: 'note', match: { tool: ['note'] }, effect: 'allow' }]);
  await place.seed(agentObject('worker'), worker.object, policy, httpServer('web', recorder.ready.url, { era: 'modern' }));
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) await stopUnderLoad(place, round, acknowledged);

  const core = await place.open();
  try {
    const org = place.config.organization;
    expect(await verifyStore(core, org)).toMatchObject({ state: 'sound', openCalls: 0, lostCalls: 0 });
    const calls = new Map(
      (await loggedCalls(core, org))
        .filter(({ effect, isVoid }) => effect === 'allow' && !isVoid)
        .map((call) => [numberOf(call.argumentsText), call]),
    );
    const effects = readFileSync(join(place.dataDir, 'notes.txt'), 'utf8').trimEnd().split('\n');
    expect(acknowledged.length).toBeGreaterThan(ROUNDS);
    expect(effects.filter((n) => calls.get(n)?.outcome === undefined)).toEqual([]);
    expect(acknowledged.filter((n) => calls.get(n)?.outcome !== 'ok')).toEqual([]);
  } finally {
    await core.store.lifecycle.close();
  }
});

async function stopUnderLoad(place: Place, round: number, acknowledged: string[]): Promise<void> {
  const gateway = await startHosted(place);
  ended.push(() => gateway.kill());
  const session = await legacyCaller(`${gateway.url}/mcp/web`, worker.token);
  const callers = [session, ...[1, 2, 3, 4].map(() => modernCaller(`${gateway.url}/mcp/web`, worker.token))];
  let answered: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const load = callers.map(async (caller, at) => {
    for (let turn = 0; caller !== undefined; turn++) {
      const n = `r${round}c${at}t${turn}`;
      if (!(await isNoted(caller, n))) return caller.close();
      acknowledged.push(n);
      answered();
    }
    return undefined;
  });
  await first;
  expect(await gateway.stop()).toBe(0);
  await Promise.all(load);
}

async function isNoted(caller: RawCaller, n: string): Promise<boolean> {
  const answer = await caller.ask('tools/call', { name: 'note', arguments: { n } });
  return answer?.result?.content?.[0]?.text === `noted ${n}`;
}

function numberOf(argumentsText: string | undefined): string {
  return /"n":"(\w+)"/.exec(argumentsText ?? '')?.[1] ?? '';
}
