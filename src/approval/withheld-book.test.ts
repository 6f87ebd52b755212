// What is known of answers that wait: nothing is said to be absent before it was looked, at another revision, or beyond what was looked through.
import { expect, it } from 'vitest';
import { newTicket, rowOf } from './ticket.ts';
import { WithheldBook } from './withheld-book.ts';

const asking = {
  ...{ requester: { org: 'o', agent: 'a', token: 't' } as never, owner: undefined, method: 'tools/call', server: 's' },
  ...{ capability: undefined, definition: undefined, rule: 'r', ruleHash: '00', reason: '', revision: 1, callId: 'c' },
  ...{ approvers: undefined, intent: undefined, risk: undefined },
};
const made = { id: 'appr_1', nonce: 'n', createdMs: 0, expiresMs: 1 };
const finding = { type: 'pii.email', path: '/a', count: 1, confidence: 1, action: 'hold' } as const;
const ofAnswer = newTicket('o', { ...asking, params: '1', findings: [{ ...finding, where: 'result' }] }, made);
const ofCall = newTicket(
  'o',
  { ...asking, params: '2', reason: 'says "where":"result"', findings: [{ ...finding, where: 'arguments' }] },
  made,
);

function book(tickets: (typeof ofCall)[], max?: number): { book: WithheldBook; looks: () => number } {
  let looks = 0;
  const list = async (_org: string, { limit }: { limit: number }) => {
    looks++;
    return tickets.map(rowOf).slice(0, limit);
  };
  return { book: new WithheldBook({ list }, max), looks: () => looks };
}

it('knows which calls have an answer that waits, and asks the store once a revision', async () => {
  const { book: known, looks } = book([ofCall, ofAnswer]);
  expect(known.isNone('o', 1)).toBe(false);
  expect(await known.mayHave('o', 1, () => ofAnswer.binding)).toBe(true);
  expect(await known.mayHave('o', 1, () => ofCall.binding)).toBe(false);
  expect(known.isNone('o', 1)).toBe(false);
  expect(looks()).toBe(1);
});

it('says that there is none when there is none, of this organization at this revision alone', async () => {
  const { book: known, looks } = book([ofCall]);
  expect(await known.mayHave('o', 1, () => ofCall.binding)).toBe(false);
  expect([known.isNone('o', 1), known.isNone('o', 2), known.isNone('p', 1)]).toEqual([true, false, false]);
  await known.mayHave('o', 2, () => '');
  expect(looks()).toBe(2);
});

it('has every call looked up where there are more tickets than are looked through', async () => {
  const { book: known } = book([ofCall, ofCall, ofCall], 3);
  expect(await known.mayHave('o', 1, () => 'any')).toBe(true);
  expect(known.isNone('o', 1)).toBe(false);
});

it('asks the store once for all calls that come at the same time, and again when that failed', async () => {
  let [looks, isDown] = [0, true];
  const list = async () => {
    looks++;
    await new Promise(setImmediate);
    if (isDown) throw new Error('down');
    return [rowOf(ofAnswer)];
  };
  const known = new WithheldBook({ list });
  const ask = () => Promise.allSettled(['o', 'o', 'o', 'p'].map((org) => known.mayHave(org, 1, () => ofAnswer.binding)));
  expect((await ask()).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  expect(looks).toBe(2);
  isDown = false;
  expect(await ask()).toEqual(Array(4).fill({ status: 'fulfilled', value: true }));
  expect(looks).toBe(4);
  const later = known.mayHave('o', 2, () => '');
  expect(await known.mayHave('o', 3, () => ofAnswer.binding)).toBe(true);
  expect(await later).toBe(false);
  expect([looks, known.isNone('o', 3), known.isNone('o', 2)]).toEqual([6, false, false]);
});
