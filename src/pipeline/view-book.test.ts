// Who watches lists is judged again when the rules change: one whose judging fails takes the news from nobody else.
import { expect, it } from 'vitest';
import type { Call } from '../call.ts';
import type { Control } from './control.ts';
import type { Flight } from './flight.ts';
import { ViewBook } from './view-book.ts';

const ORG = 'acme';

it('an agent that cannot be told is reported, and the others are told all the same', async () => {
  const reported: unknown[] = [];
  const book = new ViewBook((error) => reported.push(error));
  const told: number[] = [];
  const failure = new Error('broken');
  // More than are judged in one go: what fails first and what fails later are caught alike.
  for (let i = 0; i < 60; i++) {
    const watch = book.open(flightOf(`session-${i}`));
    if (!watch) throw new Error('it asked to hear of lists');
    watch.onControl = () => {
      if (i === 1 || i === 50) throw failure;
      told.push(i);
    };
  }
  book.controlChanged({ org: ORG, view: { changedKinds: new Set(['policy']) } } as unknown as Control);
  await expect.poll(() => told.length, { timeout: 60_000 }).toBe(58);
  expect(reported).toEqual([failure, failure]);
});

function flightOf(sessionId: string): Flight {
  const call = { client: { era: 'legacy', sessionId }, principal: { org: ORG, agent: 'a' } } as unknown as Call;
  return { call, control: { org: ORG } } as unknown as Flight;
}
