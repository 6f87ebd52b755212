import { expect, it } from 'vitest';
import { ManualClock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import { HealthBoard, MAX_ERROR_CHARACTERS, MAX_HEALTH_RECORDS } from './health.ts';

it('keeps the last success and the last failure, with its detail, bounded', () => {
  const clock = new ManualClock(1000);
  const board = new HealthBoard(clock);
  expect(board.get('acme/a')).toMatchObject({ lastError: undefined, failuresInARow: 0 });
  board.failed('acme/a', new GatewayError('upstream_closed', 'gone', { detail: 'exit 1' }));
  board.failed('acme/a', 'x'.repeat(10_000));
  expect(board.get('acme/a')).toMatchObject({ lastError: 'x'.repeat(MAX_ERROR_CHARACTERS), lastFailureMs: 1000, failuresInARow: 2 });
  clock.advance(5);
  board.succeeded('acme/a');
  expect(board.get('acme/a')).toEqual({ lastSuccessMs: 1005, lastFailureMs: 1000, lastError: undefined, failuresInARow: 0 });
  board.failed('acme/b', new GatewayError('upstream_closed', 'gone', { detail: 'exit 1' }));
  expect(board.get('acme/b').lastError).toBe('upstream_closed: gone (exit 1)');
  board.forget('acme/b');
  expect(board.get('acme/b').lastError).toBeUndefined();
});

it('forgets the servers not heard of for longest', () => {
  const board = new HealthBoard(new ManualClock());
  for (let i = 0; i <= MAX_HEALTH_RECORDS; i++) board.failed(`acme/${i}`, 'x');
  expect(board.get('acme/0').lastError).toBeUndefined();
  expect(board.get('acme/1').lastError).toBe('x');
});
