// Notifications to a receiver that fails half of the time, from gateways that are killed: no event is lost, what comes twice comes with the same id,
// and events about one subject come in their order. A subscription that collects has each in one digest, in the order of the log. Every event that the log calls for is asked for; on PostgreSQL two gateways deliver at once.
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { newOperatorToken } from '../../src/admin/operator.ts';
import { eventsOf } from '../../src/notify/entry-event.ts';
import type { NotifyEvent } from '../../src/notify/event.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { jsonReady, startChild } from '../support/child.ts';
import { type HostedGateway, startHosted } from '../support/hosted-gateway.ts';
import { modernCaller } from '../support/raw-caller.ts';
import { agentObject, httpServer, policyObject, seed, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';
import { secretObject, webhookObject, webhookSecret } from '../support/subscription-object.ts';
import { type Answer, type ReceivedEvent, startReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

/** Kills per store; SALLYPORT_KILLS asks for more. */
const KILLS = Number(process.env.SALLYPORT_KILLS ?? 2);
const TICKETS_PER_ROUND = 3;
const DIGEST_PATH = '/digest';
const ORG = 'default';
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

const BAD: readonly Answer[] = [500, 503, 'reset', 429, { status: 302, headers: { location: 'http://127.0.0.1:1/' } }];

describe.each(STORES)('a receiver that fails and gateways that are killed, on %s', (kind) => {
  it(`loses nothing, repeats only with the same id, keeps the order of each subject, and has each event in one digest, in ${KILLS} kills`, {
    timeout: 300_000,
  }, async () => {
    const place = await freshPlace(kind);
    places.push(place);
    const receiver = await startReceiver(webhookSecret());
    let n = 0;
    // The first answer is a bad one, so something is sent twice whatever chance says later.
    receiver.answer = () => (n > 0 && Math.random() < 0.5 ? 200 : (BAD[n++ % BAD.length] as Answer));
    const recorder = await startChild({
      command: process.execPath,
      args: [new URL('../support/recorder-server.ts', import.meta.url).pathname, 'http', join(place.dataDir, 'notes.txt')],
      ready: (line) => jsonReady(line, ['url'] as const),
    });
    await prepare(place, receiver, recorder.ready.url);
    const count = kind === 'postgres' ? 2 : 1;
    const gateways: HostedGateway[] = [];
    try {
      for (let round = 0; round <= KILLS; round++) {
        while (gateways.length < count) gateways.push(await startHosted(place));
        await Promise.all(
          Array.from({ length: TICKETS_PER_ROUND }, (_, i) => askAndApprove(gateways[i % count] as HostedGateway, `${round}-${i}`)),
        );
        // Killed while it delivers, not before it began.
        await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(0), { timeout: 60_000, interval: 20 });
        if (round < KILLS) await gateways.shift()?.kill();
      }
      // What killed ones had comes back when its lease runs out, or, sooner, with a start that finds nobody else.
      if (count > 1) for (const gateway of gateways.splice(0)) await gateway.kill();
      if (gateways.length === 0) gateways.push(await startHosted(place));
      receiver.answer = () => 200;
      const expected = await told(gateways[0] as HostedGateway);
      const accepted = (): Set<string> => new Set(single(receiver.accepted()).map(({ id }) => id));
      await vi.waitFor(() => expect(digested(receiver).length).toBeGreaterThanOrEqual(expected.length), {
        timeout: 120_000,
        interval: 250,
      });
      await vi.waitFor(() => expect(expected.filter(({ id }) => !accepted().has(id)).map(({ type }) => type)).toEqual([]), {
        timeout: 120_000,
        interval: 250,
      });
      check(receiver, expected);
    } finally {
      for (const gateway of gateways) await gateway.kill();
      await receiver.close();
      await recorder.stop();
    }
  });
});

async function prepare(place: Place, receiver: WebhookReceiver, server: string): Promise<void> {
  const core = await place.open();
  try {
    await seed(core, ORG, [
      ...[agentObject('worker'), agent.object, operator, httpServer('web', server, { era: 'modern' })],
      policyObject('notes', [{ name: 'held', match: { tool: ['note'] }, effect: 'hold' }]),
      secretObject(core, ORG, 'hook-key', webhookSecret()),
    ]);
    const collected = webhookObject('collected', new URL(DIGEST_PATH, receiver.url).href, { digest: { everyMs: 1_000 } });
    await seed(core, ORG, [webhookObject('everything', receiver.url), collected]);
  } finally {
    await core.store.lifecycle.close();
  }
}

/** A held call and its approval: several events about one ticket. What a gateway that goes away does not answer is no matter. */
async function askAndApprove(gateway: HostedGateway, n: string): Promise<void> {
  const caller = modernCaller(`${gateway.url}/mcp/web`, agent.token);
  try {
    const held = await caller.ask('tools/call', { name: 'note', arguments: { n } });
    const decision = held?.result?._meta?.['io.sallyport/decision'] as { approval?: { id: string } } | undefined;
    expect(decision?.approval?.id).toBeDefined();
    const headers = { authorization: `Bearer ${reviewer.token}`, 'content-type': 'application/json' };
    const url = `${gateway.adminUrl}/api/v1/approvals/${decision?.approval?.id}/approve`;
    expect((await fetch(url, { method: 'POST', headers, body: '{}' })).status).toBe(200);
  } finally {
    await caller.close();
  }
}

/** What the log calls for, from the entry that made the subscription on. */
async function told(gateway: HostedGateway): Promise<NotifyEvent[]> {
  const events: NotifyEvent[] = [];
  for (const line of await gateway.lines(1)) {
    const { content, header, hash } = JSON.parse(line) as { content: object; header: { seq: number }; hash: string };
    events.push(...eventsOf(ORG, { seq: header.seq, hash, header: JSON.stringify(header), content: JSON.stringify(content) }, true));
  }
  const made = events.findIndex(({ data }) => JSON.stringify(data.changes ?? '').includes('"everything"'));
  expect(made).toBeGreaterThan(-1);
  return events.slice(made);
}

const single = (events: readonly ReceivedEvent[]) => events.filter(({ path }) => path !== DIGEST_PATH);

/** Ids of the events in the digests that were accepted, each digest once. */
function digested(receiver: WebhookReceiver): string[] {
  const digests = new Map(receiver.accepted('events.digest').map((digest) => [digest.id, digest]));
  return [...digests.values()].flatMap(({ data }) => (data.events as { data: { event: string } }[]).map((event) => event.data.event));
}

function check(receiver: WebhookReceiver, expected: readonly NotifyEvent[]): void {
  expect(receiver.unverified).toEqual([]);
  expect(digested(receiver)).toEqual(expected.map(({ id }) => id));
  const received = single(receiver.received);
  const byId = new Map<string, string>();
  for (const { id, text } of receiver.received) {
    // The same id is the same event, to the last byte.
    expect(byId.get(id) ?? text).toBe(text);
    byId.set(id, text);
  }
  const first = new Map<string, number>();
  single(receiver.accepted()).forEach(({ id }, index) => {
    if (!first.has(id)) first.set(id, index);
  });
  expect(new Set(first.keys())).toEqual(new Set(expected.map(({ id }) => id)));
  const subjects = Map.groupBy(expected, ({ subject }) => subject);
  expect([...subjects.values()].some((events) => events.length >= 3)).toBe(true);
  for (const [subject, events] of subjects) {
    const order = events.map(({ id }) => first.get(id) ?? -1);
    expect(order, subject).toEqual([...order].sort((a, b) => a - b));
  }
  expect(received.length).toBeGreaterThan(expected.length);
}
