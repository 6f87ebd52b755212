// Two gateway processes on one PostgreSQL: a token revoked, a policy changed or a freeze set through one binds the very next call on the
// other. Real processes, real sockets, a server that notes what it did.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type Child, jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { loggedCalls, verifyStore } from '../support/log-lines.ts';
import { modernCaller, type RawAnswer, type RawCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place } from '../support/store-kind.ts';

const ROUNDS = 12;
const CROWD = 8;
const worker = tokenObject('worker', 'worker');
const allow = policyObject('main', [{ name: 'note', match: { tool: ['note'] }, effect: 'allow' }]);
const forbid = policyObject('main', [{ name: 'none', match: {}, effect: 'deny' }]);
const revoked: StoredObject = { ...worker.object, spec: { ...worker.object.spec, revokedAt: '2026-01-01T00:00:00.000Z' } };
const freeze = (scope: StoredObject<'freeze'>['spec']['scope']): StoredObject => ({
  kind: 'freeze',
  metadata: { name: 'stop' },
  spec: { scope, reason: 'drill' },
});
const thawed = freeze({ agent: 'nobody' });

interface Side {
  gateway: HostedGateway;
  caller: RawCaller;
}

let place: Place;
let recorder: Child<{ url: string }>;
let sides: [Side, Side];
let count = 0;

beforeAll(async () => {
  place = await freshPlace('postgres');
  const file = new URL('../support/recorder-server.ts', import.meta.url).pathname;
  recorder = await startChild({
    command: process.execPath,
    args: [file, 'http', join(place.dataDir, 'notes.txt')],
    ready: (line) => jsonReady(line, ['url'] as const),
  });
  await place.seed(agentObject('worker'), worker.object, allow, thawed, httpServer('web', recorder.ready.url, { era: 'modern' }));
  sides = [await side(), await side()];
});

afterAll(async () => {
  for (const { caller, gateway } of sides ?? []) {
    await caller.close();
    await gateway.kill();
  }
  await recorder?.stop();
  await place?.remove();
});

async function side(): Promise<Side> {
  const gateway = await startHosted(place);
  return { gateway, caller: modernCaller(`${gateway.url}/mcp/web`, worker.token) };
}

const changes: { what: string; stop: StoredObject; lift: StoredObject; codes: string[] }[] = [
  { what: 'a token revoked', stop: revoked, lift: worker.object, codes: ['token_revoked', 'unauthenticated'] },
  { what: 'a policy changed', stop: forbid, lift: allow, codes: ['denied_by_rule'] },
  { what: 'a freeze set', stop: freeze({ agent: 'worker' }), lift: thawed, codes: ['frozen'] },
];

describe('two gateways on one PostgreSQL', () => {
  it.each(changes)('$what through one binds the very next call on the other', async ({ stop, lift, codes }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = round % 2 === 0 ? sides : [sides[1], sides[0]];
      await untilAllowed(there);
      await here.gateway.write(stop);
      const before = effects().length;
      expect(codes).toContain(codeOf(await note(there)));
      expect(codes).toContain(codeOf(await note(here)));
      expect(effects().length).toBe(before);
      await there.gateway.write(lift);
      await untilAllowed(here);
    }
  });

  it.each(changes)('$what while both are busy: no call that began after it reaches the server', async ({ stop, lift, codes }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const [here, there] = round % 2 === 0 ? sides : [sides[1], sides[0]];
      await untilAllowed(here);
      await untilAllowed(there);
      let going = true;
      const crowd = [...Array(CROWD).keys()].map(async (at) => {
        while (going) await note(at % 2 === 0 ? here : there);
      });
      await new Promise((resolve) => setTimeout(resolve, 20));
      await here.gateway.write(stop);
      const late = await Promise.all([...Array(CROWD).keys()].map((at) => note(at % 2 === 0 ? here : there)));
      going = false;
      await Promise.all(crowd);
      expect(late.map(codeOf).filter((code) => !codes.includes(code))).toEqual([]);
      await there.gateway.write(lift);
    }
  });

  it('leaves a log that proves it', async () => {
    for (const { gateway } of sides) expect(await gateway.stop()).toBe(0);
    const core = await place.open();
    try {
      const org = place.config.organization;
      expect(await verifyStore(core, org)).toMatchObject({ state: 'sound', openCalls: 0 });
      const allowed = new Map<string, number>();
      for (const { argumentsText, effect, isVoid } of await loggedCalls(core, org)) {
        const n = /"n":"(\w+)"/.exec(argumentsText ?? '')?.[1];
        if (n !== undefined && effect === 'allow' && !isVoid) allowed.set(n, (allowed.get(n) ?? 0) + 1);
      }
      expect(effects().length).toBeGreaterThan(3 * ROUNDS);
      expect(effects().filter((n) => allowed.get(n) !== 1)).toEqual([]);
    } finally {
      await core.store.lifecycle.close();
    }
  });
});

function note({ caller }: Side): Promise<RawAnswer | undefined> {
  return caller.ask('tools/call', { name: 'note', arguments: { n: `n${++count}` } });
}

/** `ok`, or the code of the refusal. */
function codeOf(answer: RawAnswer | undefined): string {
  if (answer === undefined) return 'no answer';
  const decision = answer.result?._meta?.['io.sallyport/decision'] as { code?: string } | undefined;
  return String(decision?.code ?? answer.error?.data?.code ?? (answer.error ? answer.error.message : 'ok'));
}

/** What was lifted may take a moment to be known everywhere; what stops may not. */
async function untilAllowed(at: Side): Promise<void> {
  for (let tries = 0; tries < 3_000; tries++) {
    if (codeOf(await note(at)) === 'ok') return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`still refused: ${codeOf(await note(at))}`);
}

function effects(): string[] {
  return readFileSync(join(place.dataDir, 'notes.txt'), 'utf8').trimEnd().split('\n');
}
