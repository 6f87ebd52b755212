// A forward under SIGKILL of its gateway, and two gateways on one PostgreSQL: no entry is lost, what comes twice is the same entry, and no two
// gateways send at the same time.
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StoredObject } from '../../src/object/kinds.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { type HttpSink, startHttpSink } from '../support/log-sink.ts';
import { agentObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const WAIT = { timeout: 60_000, interval: 50 };
const LIMIT_MS = 600_000;
/** A receiver that takes its time: a kill finds a batch on its way. */
const ANSWER_MS = 30;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function sinkOf(): Promise<HttpSink> {
  const sink = await startHttpSink();
  ends.push(() => sink.close());
  sink.answer = async () => {
    await pause(ANSWER_MS);
    return { status: 200 };
  };
  return sink;
}

async function placeOf(kind: 'sqlite' | 'postgres', sink: HttpSink): Promise<Place> {
  const place = await freshPlace(kind);
  ends.push(() => place.remove());
  const spec = {
    target: { type: 'http', url: `${sink.url}/in`, envelope: 'none', allowPlain: false },
    match: {},
    start: 'beginning',
    disabled: false,
  };
  await place.seed({ kind: 'forward', metadata: { name: 'lines' }, spec } as StoredObject);
  return place;
}

async function started(place: Place): Promise<HostedGateway> {
  const gateway = await startHosted(place);
  ends.push(() => gateway.kill());
  return gateway;
}

/** Lines as they came, batch after batch. */
function received(sink: HttpSink): string[] {
  return sink.requests.flatMap(({ body }) => body.trimEnd().split('\n'));
}

async function expectWhole(gateway: HostedGateway, sink: HttpSink): Promise<void> {
  const lines = await gateway.lines(1);
  await vi.waitFor(() => expect(new Set(received(sink)).size).toBeGreaterThanOrEqual(lines.length), WAIT);
  // Whatever came twice is the same line: the set holds each entry once, in the order of the log.
  expect([...new Set(received(sink))].slice(0, lines.length)).toEqual(lines);
}

describe.each(STORES)('on %s', (kind) => {
  it('a gateway that is killed while it sends loses nothing', { timeout: LIMIT_MS }, async () => {
    const sink = await sinkOf();
    const place = await placeOf(kind, sink);
    for (let round = 0; round < 2; round++) {
      const gateway = await started(place);
      const asked = sink.asked;
      const writing = (async () => {
        for (let n = 0; n < 200; n++) await gateway.write(agentObject(`agent-${round}-${n}`));
      })().catch(() => undefined); // the kill ends it
      await vi.waitFor(() => expect(sink.asked).toBeGreaterThan(asked), WAIT);
      await gateway.kill();
      await writing;
    }
    const last = await started(place);
    await expectWhole(last, sink);
    expect(sink.mostAtOnce).toBe(1);
  });
});

describe('two gateways on one PostgreSQL', () => {
  it('send one after the other, and one takes over from the other', { timeout: LIMIT_MS }, async () => {
    const sink = await sinkOf();
    const place = await placeOf('postgres', sink);
    const [a, b] = [await started(place), await started(place)];
    for (let n = 0; n < 40; n++) await (n % 2 === 0 ? a : b).write(agentObject(`agent-${n}`));
    await expectWhole(b, sink);
    const before = received(sink);
    expect(new Set(before).size).toBe(before.length); // nobody died: nothing came twice
    await a.kill(); // whether it had the lease or not
    for (let n = 0; n < 10; n++) await b.write(agentObject(`later-${n}`));
    await expectWhole(b, sink);
    const c = await started(place);
    expect(await b.stop()).toBe(0);
    for (let n = 0; n < 10; n++) await c.write(agentObject(`last-${n}`));
    await expectWhole(c, sink);
    expect(sink.mostAtOnce).toBe(1);
  });
});
