// SIGKILL of the gateway at random moments while it deletes one person's values, on both stores: after the restart it goes on by itself, each value
// is deleted once, with its entry, nobody else's is touched, and the log is sound.
import { afterAll, describe, expect, it } from 'vitest';
import { ErasureTally } from '../../src/audit/erasure-tally.ts';
import { LogVerifier } from '../../src/audit/verify.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

/** Kills per store; SALLYPORT_KILLS asks for more. */
const KILLS = Number(process.env.SALLYPORT_KILLS ?? 2);
/** A kill comes within this time after the work may have begun, milliseconds. */
const MAX_WORK_MS = 120;
/** Values of eva: several batches. Every fifth entry is of max. */
const ENTRIES = 4_000;
const request: StoredObject<'erasure'> = {
  kind: 'erasure',
  metadata: { name: 'gone' },
  spec: { match: { user: ['eva'] }, reason: 'asked for it', at: new Date().toISOString() },
};
const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('killed while it deletes, on %s', (kind) => {
  it(`goes on where it was, in ${KILLS} kills`, { timeout: 300_000 }, async () => {
    const place = await freshPlace(kind);
    places.push(place);
    const { config } = place;
    const core = await place.open();
    await fill(core, config.organization);
    await core.store.lifecycle.close();
    for (let round = 0; round < KILLS; round++) {
      const gateway = await startHosted(place);
      if (round === 0) await gateway.write(request);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_WORK_MS));
      await gateway.kill();
    }
    const last = await startHosted(place);
    await expect.poll(() => isDone(last), { timeout: 100_000, interval: 300 }).toBe(true);
    const lines = await last.lines(1);
    await last.stop();
    const verifier = new LogVerifier();
    const tally = new ErasureTally();
    for (const line of lines) {
      verifier.take(line);
      const { header, content } = JSON.parse(line);
      if (content.type === 'system') tally.take(header.seq, content);
    }
    expect(verifier.verdict()).toMatchObject({ state: 'sound' });
    const named = (tally.facts()?.newest ?? []).flatMap(({ entries }) => entries.flatMap(({ from, to }) => numbers(from, to)));
    expect(named.length).toBe((ENTRIES * 4) / 5);
    expect(new Set(named).size).toBe(named.length);
    const after = await place.open();
    const left: number[] = [];
    for (let id = 0; ; ) {
      const page = await after.store.retention.sealedValues(config.organization, id, 1_000);
      left.push(...page.map(({ seq }) => seq));
      const end = page.at(-1);
      if (!end) break;
      id = end.id;
    }
    expect(left.length).toBe(ENTRIES / 5);
    expect(left.some((seq) => named.includes(seq))).toBe(false);
    await after.store.lifecycle.close();
  });
});

async function isDone(gateway: HostedGateway): Promise<boolean> {
  const lines = await gateway.lines(ENTRIES);
  return lines.some((line) => line.includes('"event":"erasure"') && line.includes('"what":"completed"'));
}

async function fill({ log }: Awaited<ReturnType<Place['open']>>, org: string): Promise<void> {
  const record = (n: number) =>
    log.record(org, {
      type: 'decision',
      arguments: { text: `{"words":"${n}"}` },
      fields: {
        timeMs: Date.parse(request.spec.at) - 1_000,
        call: `call_${n}`,
        principal: { agent: 'bot', user: n % 5 === 0 ? 'max' : 'eva' },
        surface: 'all',
        method: 'tools/call',
        effect: 'deny',
        rule: 'builtin/default',
        code: 'denied_by_default',
        judged: 0,
        credential: 'none',
        client: { era: 'modern', version: '2026-07-28' },
        origin: 'agent',
      },
    });
  await Promise.all(numbers(1, ENTRIES).map(record));
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
