// A call that ran on an approval and that no rule holds any more, on both stores with a played server: who retries gets its answer and runs nothing,
// for as long as answers are kept, on every gateway; after that it is a call like any other.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/approval/deliveries.ts';
import { TicketEvents } from '../../src/approval/events.ts';
import type { Reviewer } from '../../src/approval/ticket.ts';
import { UsedBook } from '../../src/approval/used-book.ts';
import type { CallOutcome } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { PolicyRule, StoredObject } from '../../src/object/kinds.ts';
import { verifyStore } from '../support/log-lines.ts';
import { type CallOptions, callOf, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const MINUTE_MS = 60_000;
const writer = tokenObject('writer', 'writer');
const other = tokenObject('other', 'other');
const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };
const held: PolicyRule = { name: 'held', match: { tool: ['write_note'] }, effect: 'hold', reason: 'A person looks at this.' };
const rest: PolicyRule = { name: 'rest', match: {}, effect: 'allow' };

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('a call that no rule holds any more, on %s', (kind) => {
  let h: Harness;
  let clock: ManualClock;
  afterEach(() => h?.close());

  async function open(): Promise<void> {
    const place = await freshPlace(kind);
    places.push(place);
    clock = new ManualClock(Date.UTC(2026, 10, 29));
    const objects = [
      ...[agentObject('writer', { owner: 'otto' }), writer.object, agentObject('other'), other.object],
      ...[httpServer('notes', 'http://127.0.0.1:9'), policyObject('p', [held, rest])],
    ];
    const { dataDir, databaseUrl } = place;
    h = await harness({ clock, objects, dataDir, ...(databaseUrl ? { databaseUrl } : {}) });
  }

  const write = (text: string, more: JsonObject = {}, options: CallOptions = {}): Promise<CallOutcome> =>
    h.pipeline.run(
      callOf('tools/call', { bearer: writer.token, params: { name: 'write_note', arguments: { text }, ...more }, ...options }),
    );
  const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
  const approve = (id: string) => h.approvals.vote(h.org, id, ANNA, 'approve', undefined);
  const unhold = () => h.seed(policyObject('p', [rest]));

  it('does not run again while its answer is kept, and runs like any other afterwards', async () => {
    await open();
    const id = ticketOf(await write('x'));
    await approve(id);
    expect((await write('x')).type).toBe('result');
    await unhold();
    for (let n = 0; n < 3; n++) {
      const again = await write('x');
      expect(again).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'p/held', approval: { id, state: 'used' } });
      expect(again).toMatchObject({ answer: { type: 'result' } });
    }
    expect(ran()).toBe(1);
    // Of this agent and with these arguments only.
    expect((await write('y')).type).toBe('result');
    expect((await write('x', {}, { bearer: other.token })).type).toBe('result');
    expect(ran()).toBe(3);
    clock.advance(5 * MINUTE_MS);
    for (let n = 0; n < 2; n++) expect((await write('x')).type).toBe('result');
    expect(ran()).toBe(5);
    expect(await verifyStore(h.core, h.org)).toMatchObject({ state: 'sound' });
  });

  it('is told that it still runs, and that nobody knows when its gateway ended', async () => {
    await open();
    const id = ticketOf(await write('x'));
    await approve(id);
    const reached = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    h.answer(async (request) => {
      if (request.method !== 'tools/call') return echoServer(request);
      reached.resolve();
      await answer.promise;
      return ok({ content: [{ type: 'text', text: 'done' }] });
    });
    const running = write('x');
    await reached.promise;
    await unhold();
    expect(await write('x')).toMatchObject({
      type: 'denied',
      approval: { id, state: 'used' },
      hint: expect.stringContaining('not there yet'),
    });
    answer.resolve();
    expect((await running).type).toBe('result');
    expect(ran()).toBe(1);
    const lost = ticketOf(await h.seed(policyObject('p', [held, rest])).then(() => write('z')));
    await approve(lost);
    const ticket = await h.approvals.find(h.org, lost);
    if (!ticket) throw new Error('no ticket');
    // A gateway that uses the grant up and ends there.
    await h.approvals.consume(h.org, ticket, ticket.binding, { id: 'call_gone', revision: (await h.control.any()).revision });
    await unhold();
    clock.advance(LEASE_MS);
    expect(await write('z')).toMatchObject({ type: 'denied', approval: { id: lost }, hint: expect.stringContaining('Find out whether') });
    expect(ran()).toBe(1);
    clock.advance(5 * MINUTE_MS);
    expect((await write('z')).type).toBe('result');
  });

  it('runs again where no answers are kept, but not when it names its ticket', async () => {
    await open();
    await h.seed({ kind: 'organization', metadata: { name: h.org }, spec: { approvals: { keepAnswerMs: 0 } } } as StoredObject);
    const id = ticketOf(await write('x'));
    await approve(id);
    await write('x');
    await unhold();
    const named = { _meta: { 'io.sallyport/approval': id } };
    expect(await write('x', named)).toMatchObject({ type: 'denied', code: 'approval_required' });
    expect(ran()).toBe(1);
    expect((await write('x')).type).toBe('result');
    // A name that is of another call is no reason to refuse this one.
    expect((await write('y', named)).type).toBe('result');
    expect(ran()).toBe(3);
  });

  it('is known to a gateway that was started since, or that another one used the grant of', async () => {
    await open();
    const lately = { revision: 7, sinceMs: clock.nowMs() - MINUTE_MS };
    const elsewhere = new UsedBook(h.core.store.approvals, new TicketEvents(), clock);
    expect(elsewhere.isNone(h.org, 'writer', lately)).toBe(false);
    expect(await elsewhere.mayHave(h.org, 'writer', lately, 'ab')).toBe(false);
    expect(elsewhere.isNone(h.org, 'writer', lately)).toBe(true);
    const id = ticketOf(await write('x'));
    await approve(id);
    await write('x');
    const { binding = '' } = (await h.approvals.find(h.org, id)) ?? {};
    // Under the same revision with the next look; under a later one at once.
    expect(elsewhere.isNone(h.org, 'writer', lately)).toBe(true);
    await elsewhere.refresh(h.org);
    expect(elsewhere.isNone(h.org, 'writer', lately)).toBe(false);
    expect(elsewhere.isNone(h.org, 'other', lately)).toBe(true);
    expect(await elsewhere.mayHave(h.org, 'writer', lately, binding)).toBe(true);
    const later = { ...lately, revision: 8 };
    const started = new UsedBook(h.core.store.approvals, new TicketEvents(), clock);
    for (const book of [elsewhere, started]) {
      expect(book.isNone(h.org, 'writer', later)).toBe(false);
      expect(await book.mayHave(h.org, 'writer', later, binding)).toBe(true);
      expect(await book.mayHave(h.org, 'writer', later, 'ab')).toBe(false);
    }
    clock.advance(5 * MINUTE_MS);
    expect(started.isNone(h.org, 'writer', { revision: 8, sinceMs: clock.nowMs() - MINUTE_MS })).toBe(true);
    const small = new UsedBook(h.core.store.approvals, new TicketEvents(), clock, 1);
    expect(await small.mayHave(h.org, 'writer', lately, 'ab')).toBe(true);
    expect(small.isNone(h.org, 'other', lately)).toBe(false);
  });

  it('is known to the process that used the grant under the very same rules', async () => {
    await open();
    const lately = { revision: 1, sinceMs: clock.nowMs() };
    expect(await h.usedGrants.mayHave(h.org, 'writer', { ...lately, revision: (await h.control.any()).revision }, 'ab')).toBe(false);
    const revision = (await h.control.any()).revision;
    expect(h.usedGrants.isNone(h.org, 'writer', { ...lately, revision })).toBe(true);
    const id = ticketOf(await write('x'));
    await approve(id);
    await write('x');
    const { binding = '' } = (await h.approvals.find(h.org, id)) ?? {};
    expect(h.usedGrants.isNone(h.org, 'writer', { ...lately, revision })).toBe(false);
    expect(await h.usedGrants.mayHave(h.org, 'writer', { ...lately, revision }, binding)).toBe(true);
  });
});

function ticketOf(outcome: CallOutcome): string {
  if (outcome.type !== 'denied' || !outcome.approval) throw new Error(`no ticket: ${JSON.stringify(outcome)}`);
  return outcome.approval.id;
}
