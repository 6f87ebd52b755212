// Events collected into one message per interval: when it is made, what is in it, over restarts and two gateways, beyond what one message holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { objectContent, signinContent } from '../audit/entry.ts';
import { ManualClock } from '../lib/clock.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { Store } from '../store/port.ts';
import { openSqliteStore } from '../store/sqlite/store.ts';
import { MAX_DIGEST_EVENTS } from './digest.ts';
import type { EventBody } from './event.ts';
import { Follower } from './follower.ts';
import { subscriptionsOf } from './subscription.ts';
import { summaryOf } from './summary.ts';

const ORG = 'acme';
const EVERY_MS = 900_000;
const clock = new ManualClock();
let dataDir: string;
let store: Store;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sallyport-digest-'));
  store = await openSqliteStore({ dataDir });
  await store.objects.createOrganization(ORG);
});
afterEach(async () => {
  await store.lifecycle.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const subscription = (spec: Partial<StoredObject<'subscription'>['spec']> = {}, name = 'quiet'): StoredObject<'subscription'> => ({
  kind: 'subscription',
  metadata: { name },
  revision: 0,
  spec: {
    events: ['signin.*'],
    digest: { everyMs: EVERY_MS },
    channel: { type: 'webhook', url: 'https://hooks.example/in', secrets: ['key'] },
    disabled: false,
    ...spec,
  },
});

/** A gateway that has just started. */
function gateway(objects: StoredObject<'subscription'>[] = [subscription()]): () => Promise<void> {
  const set = subscriptionsOf(objects);
  const follower = new Follower({ log: store.log, objects: store.objects, outbox: store.outbox, clock, subscriptions: async () => set });
  return async () => {
    for (let steps = 0; steps < 1_000; steps++) if (!(await follower.step(ORG, await store.outbox.waiting(ORG)))) return;
    throw new Error('it never comes to an end');
  };
}

const failed = (user: string) => signinContent({ timeMs: clock.nowMs(), user, method: 'operator-token', result: 'failed' });
const passed = () => signinContent({ timeMs: clock.nowMs(), user: 'ada', method: 'operator-token', result: 'ok' });
const append = (...contents: string[]) =>
  store.log.append(
    ORG,
    contents.map((content) => ({ content, callId: undefined, payloads: [] })),
  );

interface Digest extends EventBody {
  id: string;
  users: string[];
}

async function digests(name = 'quiet'): Promise<Digest[]> {
  const rows = (await store.outbox.list(ORG, { subscription: name, limit: 500 })).reverse();
  return rows.map(({ body, event }) => {
    const parsed = JSON.parse(body) as EventBody;
    const events = (parsed.data.events ?? [parsed]) as unknown as EventBody[];
    return { ...parsed, id: event, users: events.map(({ data }) => String(data.user)) };
  });
}

describe('a digest', () => {
  it('is made one interval after its first event, with all that came until then, in order', async () => {
    const look = gateway();
    await append(passed(), failed('one'), passed());
    await look();
    clock.advance(EVERY_MS - 1);
    await append(failed('two'));
    await look();
    expect(await digests()).toEqual([]);
    clock.advance(1);
    await look();
    await look();
    const [made, ...more] = await digests();
    expect(more).toEqual([]);
    expect(made).toMatchObject({ type: 'events.digest', users: ['one', 'two'] });
    expect(made?.data).toMatchObject({ event: made?.id, subject: 'digest', severity: 'warning', count: 2 });
    expect(made?.data.types).toEqual([{ type: 'signin.failed', count: 2 }]);
    await append(failed('three'));
    await look();
    clock.advance(EVERY_MS);
    await look();
    expect((await digests()).map(({ users }) => users)).toEqual([['one', 'two'], ['three']]);
  });

  it('loses and repeats nothing when gateways go away at any moment, or are two', async () => {
    const expected: string[] = [];
    let looks = [gateway(), gateway()];
    for (let round = 0; round < 60; round++) {
      if (round % 7 === 3) looks = [gateway(), gateway()];
      await append(passed(), failed(`user-${round}`));
      expected.push(`user-${round}`);
      clock.advance(EVERY_MS / 4);
      await Promise.all(looks.map((look) => look()));
    }
    clock.advance(EVERY_MS);
    await gateway()();
    const made = await digests();
    expect(made.flatMap(({ users }) => users)).toEqual(expected);
    expect(made.length).toBeLessThan(expected.length / 3);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  });

  it('holds so many events, and what is beyond comes in further ones', async () => {
    const look = gateway();
    const names = Array.from({ length: 2 * MAX_DIGEST_EVENTS + 7 }, (_, n) => `user-${n}`);
    for (let at = 0; at < names.length; at += 50) await append(...names.slice(at, at + 50).map(failed));
    await look();
    expect(await digests()).toEqual([]);
    clock.advance(EVERY_MS);
    await look();
    clock.advance(EVERY_MS);
    await look();
    const made = await digests();
    expect(made.flatMap(({ users }) => users)).toEqual(names);
    expect(Math.max(...made.map(({ users }) => users.length))).toBe(MAX_DIGEST_EVENTS);
  });

  it('keeps nobody else waiting, and collects only what it is for', async () => {
    const single = subscription({ digest: undefined }, 'single');
    const grave = subscription({ only: { severityAtLeast: 'critical' } }, 'grave');
    const light = subscription({ only: { severityAtMost: 'info' } }, 'light');
    const look = gateway([subscription(), single, grave, light]);
    for (let n = 0; n < 3; n++) await append(...Array.from({ length: 400 }, passed), failed(`user-${n}`));
    await look();
    expect((await digests('single')).map(({ users }) => users)).toEqual([['user-0'], ['user-1'], ['user-2']]);
    clock.advance(EVERY_MS);
    await look();
    expect((await digests()).map(({ users }) => users)).toEqual([['user-0', 'user-1', 'user-2']]);
    expect([await digests('grave'), await digests('light')]).toEqual([[], []]);
  });

  it('is told event by event from where it was, when it is no digest any more', async () => {
    await gateway()();
    await append(failed('one'));
    await gateway()();
    await append(failed('two'));
    await gateway([subscription({ digest: undefined })])();
    expect((await digests()).map(({ type, users }) => [type, users])).toEqual([
      ['signin.failed', ['one']],
      ['signin.failed', ['two']],
    ]);
  });

  it('holds what came before its subscription was disabled, and nothing that came after', async () => {
    const write = async (spec: Partial<StoredObject<'subscription'>['spec']>): Promise<() => Promise<void>> => {
      const document = subscription(spec);
      const change = { kind: 'subscription', name: 'quiet', action: 'write' as const };
      const content = objectContent({ timeMs: clock.nowMs(), author: 'ada', changes: [change] });
      const entry = { content, callId: undefined, payloads: [] };
      const written = await store.objects.write(
        ORG,
        [{ ...{ kind: 'subscription', name: 'quiet', document }, expectedRevision: undefined }],
        'ada',
        clock.nowMs(),
        entry,
      );
      if (written.type !== 'written') throw new Error(JSON.stringify(written));
      return gateway([{ ...document, revision: written.revision }]);
    };
    await (await write({}))();
    await append(failed('one'), failed('two'));
    await (await write({}))();
    const look = await write({ disabled: true });
    await append(failed('unwanted'));
    await look();
    clock.advance(EVERY_MS);
    await append(failed('unwanted, too'));
    await look();
    expect((await digests()).map(({ users }) => users)).toEqual([['one', 'two']]);
    const again = await write({});
    await append(failed('three'));
    await again();
    clock.advance(EVERY_MS);
    await again();
    expect((await digests()).map(({ users }) => users)).toEqual([['one', 'two'], ['three']]);
  });

  it('is in words for people: how many of what, and a line for each', async () => {
    const look = gateway();
    await append(failed('one'), failed('two'));
    await look();
    clock.advance(EVERY_MS);
    await look();
    const [made] = await digests();
    const { title, facts } = summaryOf(made as EventBody);
    expect(title).toBe('What happened since the last message');
    expect(facts).toContainEqual(['A sign-in or token was refused', '2']);
    expect(facts.filter(([, value]) => value.startsWith('A sign-in or token was refused'))).toHaveLength(2);
  });
});
