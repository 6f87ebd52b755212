// Calls at once on PostgreSQL, counted over two stores as if they were two gateways: never more than the maximum, all keys or none, free again when
// given back, when the session of the owner ends, and after the database was away.
import driver from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PlaceStore } from '../../src/limit/port.ts';
import { PostgresPlaces } from '../../src/store/postgres/places.ts';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { startPostgres } from '../support/postgres.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let first: PostgresPlaces;
let second: PostgresPlaces;
let url: string;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  url = await postgres.freshUrl();
  await (await openPostgresStore({ url })).lifecycle.close();
  [first, second] = [new PostgresPlaces(url), new PostgresPlaces(url)];
});
afterEach(async () => {
  await Promise.all([first.close(1), second.close(1)]);
});

let tickets = 0;
const take = (places: PlaceStore, keys: Record<string, number>, ticket = `t${tickets++}`) =>
  places.take(
    'acme',
    ticket,
    Object.entries(keys).map(([key, max]) => ({ key, max })),
  );

describe('places on PostgreSQL', () => {
  it('are never more than the maximum, whoever takes them', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => take(i % 2 ? first : second, { a: 7 })));
    expect(answers.filter((full) => full === undefined)).toHaveLength(7);
    expect(answers.filter((full) => full === 0)).toHaveLength(53);
  });

  it('are taken under all keys or none', async () => {
    expect(await take(first, { a: 2, b: 1 })).toBeUndefined();
    expect(await take(second, { a: 2, b: 1 })).toBe(1);
    expect(await take(second, { a: 2 })).toBeUndefined();
    expect(await take(second, { a: 2 })).toBe(0);
  });

  it('of one organization are none of another', async () => {
    expect(await first.take('acme', 'x', [{ key: 'a', max: 1 }])).toBeUndefined();
    expect(await first.take('other', 'y', [{ key: 'a', max: 1 }])).toBeUndefined();
  });

  it('are counted for whoever looks, without being taken', async () => {
    const third = new PostgresPlaces(url);
    expect(await second.inUse('acme', 'a')).toBe(0);
    await take(first, { a: 3 }, 'one');
    await take(third, { a: 3, b: 3 }, 'two');
    expect([await second.inUse('acme', 'a'), await second.inUse('acme', 'b'), await second.inUse('other', 'a')]).toEqual([2, 1, 0]);
    await first.leave('one');
    expect(await second.inUse('acme', 'a')).toBe(1);
    // Nobody holds what a process that is gone took.
    await third.close(1);
    await expect.poll(() => second.inUse('acme', 'a'), { timeout: 60_000 }).toBe(0);
    expect(await take(second, { a: 1 })).toBeUndefined();
  });

  it('are free when they are given back, however often', async () => {
    await take(first, { a: 1, b: 1 }, 'mine');
    first.leave('mine');
    first.leave('mine');
    await expect.poll(() => take(second, { a: 1, b: 1 })).toBeUndefined();
    expect(await take(first, { a: 1 })).toBe(0);
  });

  it('are free when the session of the owner ends', async () => {
    await take(first, { a: 1 });
    expect(await take(second, { a: 1 })).toBe(0);
    await first.close(1);
    await expect.poll(() => take(second, { a: 1 })).toBeUndefined();
  });

  it('are taken under a new session after the old one was cut, and what was owed is given back', async () => {
    const sql = driver(url, { max: 1 });
    await take(first, { a: 1 }, 'old');
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sallyport'`;
    first.leave('old');
    await expect.poll(() => take(first, { a: 1 }, 'new').catch(() => 'not yet'), { timeout: 60_000 }).toBeUndefined();
    expect(await take(second, { a: 1 })).toBe(0);
    await sql.end();
  });
});
