// SIGKILL of the gateway at random moments while calls are held, approved and made again, on both stores: nothing runs without a grant, nothing
// runs twice on one, no ticket is lost without an entry, and the log is sound after every restart.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { LogVerifier } from '../../src/audit/verify.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { startHosted } from '../support/hosted-gateway.ts';
import { modernCaller, type RawAnswer } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

/** Kills per store; SALLYPORT_KILLS asks for more. */
const KILLS = Number(process.env.SALLYPORT_KILLS ?? 4);
/** A kill comes within this time after the first call of a round has run, milliseconds. */
const MAX_LOAD_MS = 250;
const agent = tokenObject('worker', 'worker');
const reviewer = newOperatorToken();
const operator: StoredObject = {
  kind: 'operator',
  metadata: { name: 'rita' },
  spec: { role: 'reviewer', hash: reviewer.hash, hint: reviewer.hint, createdAt: '2026-01-01T00:00:00Z' },
};
const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('killed at any moment between asking and running, on %s', (kind) => {
  it(`never runs a held call twice or without its grant, in ${KILLS} kills`, { timeout: 400_000 }, async () => {
    const place = await freshPlace(kind);
    places.push(place);
    const notes = join(place.dataDir, 'notes.txt');
    const recorder = await startChild({
      command: process.execPath,
      args: [new URL('../support/recorder-server.ts', import.meta.url).pathname, 'http', notes],
      ready: (line) => jsonReady(line, ['url'] as const),
    });
    await place.seed(
      ...[agentObject('worker'), agent.object, operator, httpServer('web', recorder.ready.url, { era: 'modern' })],
      policyObject('notes', [{ name: 'held', match: { tool: ['note'] }, effect: 'hold' }]),
    );
    const verifier = new LogVerifier();
    const contents: Record<string, unknown>[] = [];
    let sent = 0;
    try {
      for (let round = 0; round <= KILLS; round++) {
        const gateway = await startHosted(place);
        for (const line of await gateway.lines(contents.length + 1)) {
          verifier.take(line);
          contents.push((JSON.parse(line) as { content: Record<string, unknown> }).content);
        }
        expect(verifier.verdict(), `round ${round}`).toMatchObject({ state: 'sound', entries: contents.length });
        if (round === KILLS) await gateway.stop();
        else {
          let isGone = false;
          const isWarm = Promise.withResolvers<void>();
          const load = [0, 1, 2].map(async () => {
            while (!isGone) {
              isGone ||= !(await askApproveRun(gateway, `n-${++sent}`));
              isWarm.resolve();
            }
          });
          await isWarm.promise;
          await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_LOAD_MS));
          await gateway.kill();
          isGone = true;
          await Promise.all(load);
        }
      }
    } finally {
      await recorder.stop();
    }
    check(contents, readFileSync(notes, 'utf8').split('\n').filter(Boolean));
  });
});

/** False when the gateway did not answer any more. Some calls are made again and again, as agents do. */
async function askApproveRun(gateway: { url: string; adminUrl: string }, n: string): Promise<boolean> {
  const caller = modernCaller(`${gateway.url}/mcp/web`, agent.token);
  const call = (): Promise<RawAnswer | undefined> => caller.ask('tools/call', { name: 'note', arguments: { n } });
  try {
    const held = await call();
    const decision = held?.result?._meta?.['io.sallyport/decision'] as { approval?: { id: string } } | undefined;
    if (!decision?.approval) return false;
    const url = `${gateway.adminUrl}/api/v1/approvals/${decision.approval.id}/approve`;
    const headers = { authorization: `Bearer ${reviewer.token}`, 'content-type': 'application/json' };
    const approved = await fetch(url, { method: 'POST', headers, body: '{}' }).catch(() => undefined);
    if (!approved?.ok) return false;
    const answers = await Promise.all([call(), call()]);
    return answers.every((answer) => answer !== undefined);
  } finally {
    await caller.close();
  }
}

function check(contents: readonly Record<string, unknown>[], effects: readonly string[]): void {
  expect(new Set(effects).size).toBe(effects.length);
  const approvals = contents.filter(({ event }) => event === 'approval');
  const tickets = (what: string): unknown[] => approvals.filter((one) => one.what === what).map(({ ticket }) => ticket);
  const consumed = approvals.filter(({ what }) => what === 'consumed');
  expect(new Set(tickets('consumed')).size).toBe(consumed.length);
  expect(tickets('consumed').filter((ticket) => !tickets('granted').includes(ticket))).toEqual([]);
  const allowed = contents.filter(({ type, effect, tool }) => type === 'decision' && effect === 'allow' && tool === 'note');
  for (const { call, approval } of allowed) expect(consumed.filter((one) => one.ticket === approval && one.call === call)).toHaveLength(1);
  expect(effects.length).toBeLessThanOrEqual(allowed.length);
  expect(effects.length).toBeGreaterThanOrEqual(KILLS);
}
