// How soon a lost database is tried again: the driver's own way would leave a freeze waiting long after the database is back.
import { expect, it } from 'vitest';
import { connect, reconnectDelayS } from './database.ts';

it('tries again after ever longer times, never longer than half a second, however often it failed', () => {
  expect([0, 1, 2, 3, 4, 5, 100, 5_000].map(reconnectDelayS)).toEqual([0.02, 0.04, 0.08, 0.16, 0.32, 0.5, 0.5, 0.5]);
});

it('tells the driver so', async () => {
  const sql = connect('postgres://nobody@127.0.0.1:9/none', 1);
  expect(sql.options.backoff).toBe(reconnectDelayS);
  await sql.end();
});
