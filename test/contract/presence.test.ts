// Who is alone on a store: the first PostgreSQL process is, the second is not and waits for the first to settle, and after both are gone one is again.
import driver from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { startPostgres } from '../support/postgres.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

describe('presence on PostgreSQL', () => {
  it('is taken up again after connections were lost', async () => {
    const url = await postgres.freshUrl();
    const first = await openPostgresStore({ url });
    const sql = driver(url, { max: 1 });
    try {
      await first.presence.claim();
      await first.presence.settle();
      const held = async () =>
        (await sql`SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND classid = 1396788298`)[0]?.held;
      expect(await held()).toBe(1);
      await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sallyport'`;
      await expect.poll(held, { timeout: 60_000 }).toBe(1);
    } finally {
      await sql.end();
      await first.lifecycle.close();
    }
  });

  it('tells the only process from the others', async () => {
    const url = await postgres.freshUrl();
    const first = await openPostgresStore({ url });
    const second = await openPostgresStore({ url });
    try {
      expect(await first.presence.claim()).toBe(true);
      let claimed = false;
      const waiting = second.presence.claim().then((alone) => {
        claimed = true;
        return alone;
      });
      await first.log.head('nobody').catch(() => undefined); // a round trip, so that the second has asked by now
      expect(claimed).toBe(false);
      await first.presence.settle();
      expect(await waiting).toBe(false);
      await second.presence.settle();
    } finally {
      await second.lifecycle.close();
      await first.lifecycle.close();
    }
    const third = await openPostgresStore({ url });
    expect(await third.presence.claim()).toBe(true);
    await third.lifecycle.close();
  });
});
