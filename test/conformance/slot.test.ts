// Slots: never more holders than the size, and a turn is given back by whoever goes away.

import { expect, it } from 'vitest';
import { openSlots, takeSlot } from './slot.ts';

it('admits as many as the size, the next when one leaves, and tells a holder when the server closes', async () => {
  const slots = await openSlots(2);
  const lost: string[] = [];
  const first = await takeSlot(slots.port, () => lost.push('first'));
  await takeSlot(slots.port, () => lost.push('second'));
  let third = false;
  const waiting = takeSlot(slots.port, () => lost.push('third')).then((release) => {
    third = true;
    return release;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(third).toBe(false);
  first();
  (await waiting)();
  await slots.close();
  await expect.poll(() => lost).toEqual(['second']);
});
