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
const ofCall = newTicket('o', { ...asking, params: '2', findings: [{ ...finding, where: 'arguments' }] }, made);

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
