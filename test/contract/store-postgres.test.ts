// The PostgreSQL driver against the store contract, and what only it promises: several processes on one database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANYTHING, MAX_FACTS } from '../../src/detect/flow/port.ts';
import { paceOf, roomOf, waitMsOf } from '../../src/limit/gcra.ts';
import { backupStore, restoreStore } from '../../src/store/open.ts';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { appendUntilKilled } from './append-until-killed.ts';
import { approvalCases, ticketEntry, usedBefore } from './approval-cases.ts';
import { flowFactCases } from './flow-fact-cases.ts';
import { forwardCases } from './forward-cases.ts';
import { limitCases, quotaItem } from './limit-cases.ts';
import { outboxCases } from './outbox-cases.ts';
import { passkeyCases } from './passkey-cases.ts';
import { retentionCases } from './retention-cases.ts';
import { type Driver, decision, entries, ORG, storeCases, verdict } from './store-cases.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await startPostgres();
}, 240_000);
afterAll(() => server?.stop());

const driver: Driver = {
  name: 'postgres',
  place: async () => {
    const url = await server.freshUrl();
    return {
      open: (failWrite) => openPostgresStore({ url, failWrite }),
      restore: (fromPath) => restoreStore({ dataDir: '', databaseUrl: url }, fromPath),
      makeSchemaNewer: async () => {
        const sql = postgres(url, { max: 1 });
        await sql`INSERT INTO migration (number, name, checksum) VALUES (9999, 'later', 'x')`;
        await sql.end();
      },
      dispose: async () => {},
    };
  },
};

storeCases(driver);
limitCases(driver);
approvalCases(driver);
passkeyCases(driver);
flowFactCases(driver);
outboxCases(driver);
forwardCases(driver);
retentionCases(driver);

describe('PostgreSQL store', () => {
  it('rates in the database: two processes share one count, all items or none, and say how long to wait', async () => {
    const url = await server.freshUrl();
    const [first, second] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    const item = { key: 'k', pace: paceOf({ max: 20, windowMs: 60_000, burst: 10 }) };
    const work = Array.from({ length: 40 }, (_, i) => (i % 2 ? first : second).limits.rates?.take(ORG, [item]));
    const answers = await Promise.all(work);
    expect(answers.filter((refused) => refused === undefined)).toHaveLength(10);
    const refused = answers.find((one) => one);
    expect(refused).toMatchObject({ index: 0 });
    expect(refused?.retryAfterMs).toBeGreaterThan(0);
    expect(refused?.retryAfterMs).toBeLessThanOrEqual(60_000 / 11 + 1);
    const other = { key: 'other', pace: paceOf({ max: 1, windowMs: 60_000 }) };
    expect(await first.limits.rates?.take(ORG, [other, item])).toMatchObject({ index: 1 });
    expect(await first.limits.rates?.take(ORG, [other])).toBeUndefined();
    await Promise.all([first.lifecycle.close(), second.lifecycle.close()]);
  });

  it('facts of readings past the bound, however they came there, are told as anything', async () => {
    const url = await server.freshUrl();
    const store = await openPostgresStore({ url });
    await store.objects.createOrganization(ORG);
    const sql = postgres(url, { max: 1 });
    await sql`INSERT INTO flow_source (org, subject, source, labels, server, agent, process, private, untrusted, at_ms, other_ms)
      SELECT o.id, 's1', 'crm.t' || n, '["internal"]', 'crm', 'bot', 'p1', 0, 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, 0
      FROM organization o, generate_series(1, ${MAX_FACTS + 2}::integer) AS n WHERE o.name = ${ORG}`;
    await sql.end();
    const facts = await store.flowFacts.list(ORG, 's1', 86_400_000);
    expect(facts).toHaveLength(MAX_FACTS + 1);
    expect(facts.at(-1)).toMatchObject({ source: ANYTHING, process: '', isShared: true, isPrivate: true, isUntrusted: true });
    await store.lifecycle.close();
  });

  it('rates in the database are looked at without taking anything', async () => {
    const url = await server.freshUrl();
    const [first, second] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    const pace = paceOf({ max: 20, windowMs: 60_000, burst: 10 });
    const item = { key: 'k', pace };
    const [taking, looking] = [first.limits.rates, second.limits.rates];
    if (!taking || !looking) throw new Error('no rates in the database');
    expect(await looking.ahead(ORG, [item])).toEqual([0]);
    for (let i = 0; i < 10; i++) await taking.take(ORG, [item]);
    for (let i = 0; i < 20; i++) await looking.ahead(ORG, [item]);
    const [never = -1, full = 0] = await looking.ahead(ORG, [{ ...item, key: 'never' }, item]);
    expect([never, roomOf(pace, full), await looking.ahead('other', [item])]).toEqual([0, 0, [0]]);
    const refused = await taking.take(ORG, [item]);
    expect(waitMsOf(pace, full)).toBeGreaterThanOrEqual(refused?.retryAfterMs ?? Number.POSITIVE_INFINITY);
    // After the clock was put back nobody is told to wait longer than one who has used up everything.
    const sql = postgres(url, { max: 1 });
    await sql`UPDATE rate SET tat_us = tat_us + 86400000000`;
    await sql.end();
    const [late = 0] = await looking.ahead(ORG, [item]);
    expect(waitMsOf(pace, late)).toBeLessThanOrEqual(60_000 / 11 + 1);
    await Promise.all([first.lifecycle.close(), second.lifecycle.close()]);
  });

  it('quotas that share locks in any order do not wait in a circle', async () => {
    const url = await server.freshUrl();
    const [first, second] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    await first.objects.createOrganization(ORG);
    const items = ['a', 'b', 'c', 'd'].map((name) => quotaItem({ name, maxUnits: 1_000 }));
    const work = Array.from({ length: 200 }, (_, i) =>
      (i % 2 ? first : second).limits.quotas.reserve(ORG, i % 3 ? items : items.toReversed()),
    );
    expect((await Promise.all(work)).every((full) => full === undefined)).toBe(true);
    await Promise.all([first.lifecycle.close(), second.lifecycle.close()]);
  });

  it('gives two gateways one chain, and a change through one binds the other', async () => {
    const url = await server.freshUrl();
    const [first, second] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    await first.objects.createOrganization(ORG);
    const seen = new Promise<[string, number]>((resolve) => second.objects.onChange((org, revision) => resolve([org, revision])));
    const work = Array.from({ length: 400 }, (_, i) => (i % 2 ? first : second).log.append(ORG, [decision(`call_${i}`, 0, 'deny')]));
    await Promise.all(work);
    const entry = {
      content: '{"author":"a","changes":[],"time":"2026-01-01T00:00:00.000Z","type":"object"}',
      callId: undefined,
      payloads: [],
    };
    await first.objects.write(ORG, [], 'a', 0, entry);
    const [receipt] = await second.log.append(ORG, [decision('call_next', 1)]);
    expect(receipt?.revision).toBe(1);
    expect(await seen).toEqual([ORG, 1]);
    expect(await verdict(first)).toMatchObject({ state: 'sound', entries: 402 });
    await Promise.all([first.lifecycle.close(), second.lifecycle.close()]);
  });

  it('is told of a change by notification alone', async () => {
    const url = await server.freshUrl();
    const [first, second] = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })]);
    await first.objects.createOrganization(ORG);
    const seen = new Promise<number>((resolve) => second.objects.onChange((_org, revision) => resolve(revision)));
    const entry = {
      content: '{"author":"a","changes":[],"time":"2026-01-01T00:00:00.000Z","type":"object"}',
      callId: undefined,
      payloads: [],
    };
    await first.objects.write(ORG, [], 'a', 0, entry);
    expect(await seen).toBe(1);
    await Promise.all([first.lifecycle.close(), second.lifecycle.close()]);
  });

  it('migrates once when several gateways start at the same time', async () => {
    const url = await server.freshUrl();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore({ url })));
    await stores[0]?.objects.createOrganization(ORG);
    expect(await stores[3]?.objects.organizations()).toEqual([ORG]);
    await Promise.all(stores.map((store) => store.lifecycle.close()));
  });

  it('knows of grants that were used before it had a place for that, and of those that gateways of that version still use', async () => {
    const url = await server.freshUrl();
    const before = await openPostgresStore({ url });
    await before.objects.createOrganization(ORG);
    await before.approvals.put(ORG, usedBefore(1, 10), ticketEntry, {});
    await before.approvals.put(ORG, { ...usedBefore(2, 20), live: true, text: '{"state":"open"}' }, ticketEntry, {});
    await before.lifecycle.close();
    const sql = postgres(url, { max: 1, onnotice: () => undefined });
    await sql`ALTER TABLE approval DROP COLUMN used_ms`;
    await sql`DROP FUNCTION sallyport_approval(text, text, text, boolean, text, integer, bigint, bigint, text, bytea, text, text, bigint, bigint)`;
    await sql`DROP FUNCTION forget_flow_of_agent CASCADE`;
    await sql`DROP TABLE flow_source`;
    await sql`DELETE FROM migration WHERE number >= 20`;
    const store = await openPostgresStore({ url });
    expect(await store.approvals.used(ORG, 0, 10)).toEqual([{ agent: 'a', binding: 'b1', usedMs: 10 }]);
    for (const [n, usedMs, version] of [
      [2, 30, 2],
      [3, 40, 1],
    ] as const) {
      const { id, binding, live, agent, createdMs, expiresMs, text } = usedBefore(n, usedMs);
      const rows =
        await sql`SELECT * FROM sallyport_approval(${ORG}, ${id}, ${binding}, ${live}, ${agent}, ${version}, ${createdMs}, ${expiresMs},
        ${text}, ${null}, ${ticketEntry.content}, ${''}, ${null})`;
      expect(rows).toHaveLength(1);
    }
    await sql.end();
    expect((await store.approvals.used(ORG, 0, 10)).map(({ usedMs }) => usedMs)).toEqual([40, 30, 10]);
    await store.lifecycle.close();
  });

  it('fails closed and without its password when there is no server', async () => {
    const error = await openPostgresStore({ url: 'postgres://someone:hunter2@127.0.0.1:9/none' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'store_unavailable' });
    expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
  });

  it('goes on after its connections were cut', async () => {
    const url = await server.freshUrl();
    const store = await openPostgresStore({ url });
    await store.objects.createOrganization(ORG);
    const sql = postgres(url, { max: 1 });
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sallyport' AND datname = current_database()`;
    await sql.end();
    await expect.poll(() => store.lifecycle.healthy(), { timeout: 60_000 }).toBe(true);
    expect(await store.log.append(ORG, [decision('call_1', 0)])).toHaveLength(1);
    await store.lifecycle.close();
  });

  it('moves to the embedded store by backup and restore', async () => {
    const scratch = mkdtempSync(join(tmpdir(), 'sallyport-move-'));
    const url = await server.freshUrl();
    const store = await openPostgresStore({ url });
    await store.objects.createOrganization(ORG);
    await store.log.append(ORG, [decision('call_1', 0), decision('call_2', 0)]);
    await backupStore({ dataDir: '', databaseUrl: url }, join(scratch, 'copy.jsonl'));
    await restoreStore({ dataDir: join(scratch, 'data'), databaseUrl: undefined }, join(scratch, 'copy.jsonl'));
    const moved = await openSqliteStore({ dataDir: join(scratch, 'data') });
    expect(await entries(moved)).toEqual(await entries(store));
    await Promise.all([store.lifecycle.close(), moved.lifecycle.close()]);
    rmSync(scratch, { recursive: true, force: true });
  });

  it('loses no acknowledged entry when the gateway is killed', { timeout: 180_000 }, async () => {
    const url = await server.freshUrl();
    await appendUntilKilled({ url }, () => openPostgresStore({ url }));
  });
});
