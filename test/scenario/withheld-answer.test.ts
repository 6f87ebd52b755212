// Answers that a rule on content holds, on both stores with a played server: withheld, asked about with what was found, released once to its agent or
// refused. The call runs once, whatever is decided, and the log stays sound and says nothing of a value.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { TaskRunner } from '../../src/app/task-runner.ts';
import type { Reviewer } from '../../src/approval/ticket.ts';
import type { CallOutcome, CallReply } from '../../src/call.ts';
import { ManualClock } from '../../src/lib/clock.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import type { StoredObject } from '../../src/object/kinds.ts';
import { createLogger } from '../../src/observe/log.ts';
import { dlpFor, dlpObject } from '../support/dlp-object.ts';
import { exportLines, verifyStore } from '../support/log-lines.ts';
import { callOf, callOutcomes, echoServer, type Harness, harness, ok } from '../support/pipeline-harness.ts';
import { agentObject, httpServer, policyObject, tokenObject } from '../support/seed.ts';
import { freshPlace, type Place, STORES } from '../support/store-kind.ts';

const MAIL = 'ines.okafor@northwind-traders.com';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const OTHER_IBAN = 'GB82 WEST 1234 5698 7654 32';
const ANSWER = { content: [{ type: 'text', text: `Customer Ines Okafor, ${MAIL}, account ${IBAN}` }] };
const POLL = { timeout: 60_000 };
const HOUR_MS = 3_600_000;
const reader = tokenObject('reader', 'reader');
const other = tokenObject('other', 'other');
const ANNA: Reviewer = { operator: 'anna', user: undefined, teams: [], roles: [] };
const HELD = { name: 'bank', types: ['financial'], direction: 'result', action: 'hold' };
const MASKED = { name: 'mail', types: ['pii.email'], action: 'mask' };

const places: Place[] = [];
afterAll(async () => {
  for (const place of places) await place.remove();
});

describe.each(STORES)('an answer that a rule holds, on %s', (kind) => {
  let h: Harness;
  let clock: ManualClock;
  afterEach(() => h?.close());

  async function open(rules: object[] = [HELD, MASKED], more: JsonObject = {}): Promise<void> {
    const place = await freshPlace(kind);
    places.push(place);
    clock = new ManualClock(Date.UTC(2026, 10, 29));
    h = await harness({
      clock,
      dataDir: place.dataDir,
      ...(place.databaseUrl ? { databaseUrl: place.databaseUrl } : {}),
      objects: [
        ...[agentObject('reader'), reader.object, agentObject('other'), other.object, httpServer('crm', 'http://127.0.0.1:9/mcp')],
        policyObject('all', [{ name: 'all', match: { server: ['*'] }, effect: 'allow' }]),
        dlpObject('dlp', { rules }),
      ],
      inspectors: [dlpFor(() => h.core.vault, { clock })],
      ...more,
    });
    answering(ANSWER);
  }

  function answering(result: JsonObject): void {
    h.answer((request) => (request.method === 'tools/call' ? ok(result) : echoServer(request)));
  }

  function read(id = 1, more: JsonObject = {}, bearer = reader.token): Promise<CallOutcome> {
    const params = { name: 'read_note', arguments: { id }, ...more };
    return h.pipeline.run(callOf('tools/call', { bearer, params, surface: { type: 'server', server: 'crm' } }));
  }
  /** Its client waits; `decide` is done when it is told which ticket it waits for. */
  function readPatiently(decide: (ticket: string) => Promise<void>): Promise<CallOutcome> {
    const call = callOf('tools/call', {
      bearer: reader.token,
      params: { name: 'read_note', arguments: { id: 1 }, _meta: { progressToken: 7 } },
      surface: { type: 'server', server: 'crm' },
      peer: {
        notify: (_method: string, params: unknown) => decide(/appr_[a-z0-9]+/i.exec(JSON.stringify(params))?.[0] ?? ''),
        request: undefined,
      },
    });
    return h.pipeline.run(call);
  }
  const ran = (): number => h.sent.filter(({ method }) => method === 'tools/call').length;
  const vote = (id: string, verdict: 'approve' | 'refuse') =>
    h.approvals.vote(h.org, id, ANNA, verdict, verdict === 'refuse' ? 'not this one' : undefined);

  async function expectSoundLog(...never: string[]): Promise<void> {
    for await (const line of exportLines(h.core.store.log.read({ org: h.org })))
      for (const value of never) expect(line).not.toContain(value);
    expect(await verifyStore(h.core, h.org)).toMatchObject({ state: 'sound' });
  }

  it('is withheld, shown by what was found, and handed out when a person releases it; the call runs once', async () => {
    await open();
    const held = await read();
    expect(held).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'dlp/dlp/bank', approval: { state: 'open' } });
    expect(JSON.stringify(held)).not.toContain('3704 0044 0532');
    expect(JSON.stringify(held)).not.toContain(MAIL);
    const id = ticketOf(held);
    const ticket = await h.approvals.find(h.org, id);
    expect(ticket?.findings).toContainEqual(expect.objectContaining({ type: 'financial.iban', where: 'result', count: 1, action: 'hold' }));
    expect(JSON.stringify(ticket)).not.toContain('3704 0044 0532');

    expect(ticketOf(await read())).toBe(id);
    expect(ran()).toBe(1);
    await vote(id, 'approve');
    for (let time = 0; time < 2; time++) {
      const released = await read();
      expect(released).toMatchObject({ type: 'denied', approval: { id, state: 'approved' }, answer: { type: 'result' } });
      const text = JSON.stringify((released as { answer: unknown }).answer);
      expect(text).toContain(IBAN);
      // What other rules mask stays masked.
      expect(text).toContain('[redacted:pii.email]');
      expect(text).not.toContain(MAIL);
    }
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532', MAIL);
    const row = await h.core.store.deliveries.find(h.org, id);
    expect(Buffer.from(row?.answer ?? []).toString('latin1')).not.toContain('3704 0044 0532');
  });

  it('is not handed out on a release from before the organization demanded a passkey', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    const spec = { approvals: { approvers: { passkey: true } } };
    await h.seed({ kind: 'organization', metadata: { name: h.org }, spec } as StoredObject);
    const outcome = await read();
    expect(outcome).toMatchObject({ type: 'denied', rule: 'dlp/dlp/bank' });
    expect(JSON.stringify(outcome)).not.toContain('3704 0044 0532');
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('is of its agent and of its call alone', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    expect(ticketOf(await read(1, {}, other.token))).not.toBe(id);
    expect(ticketOf(await read(2))).not.toBe(id);
    expect(ran()).toBe(3);
    await expectSoundLog('3704 0044 0532');
  });

  it('stays withheld when it is refused, and the call does not run again meanwhile', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'refuse');
    const refused = await read();
    expect(refused).toMatchObject({ type: 'denied', code: 'approval_required', approval: { id, state: 'refused' } });
    expect(JSON.stringify(refused)).not.toContain('3704 0044 0532');
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('is not had by a retry after its release was taken back, or a freeze ended its ticket: the call does not run for it', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    await h.approvals.revoke(h.org, id, 'anna', 'by mistake');
    const again = await read();
    expect(again).toMatchObject({ type: 'denied', approval: { id, state: 'refused' }, hint: expect.stringContaining('taken back') });
    expect(JSON.stringify(again)).not.toContain('3704 0044 0532');
    const other = ticketOf(await read(2));
    await h.approvals.drain(h.org, other, 'a freeze');
    expect(await read(2)).toMatchObject({ type: 'denied', approval: { id: other, state: 'refused' } });
    expect(ran()).toBe(2);
    clock.advance(HOUR_MS);
    expect(ticketOf(await read())).not.toBe(id);
    expect(ran()).toBe(3);
    await expectSoundLog('3704 0044 0532', MAIL);
  });

  it('is gone when nobody decides in time: the call is a new one then', async () => {
    await open();
    const id = ticketOf(await read());
    clock.advance(HOUR_MS);
    expect(ticketOf(await read())).not.toBe(id);
    expect((await vote(id, 'approve')).type).not.toBe('voted');
    await h.deliveries.forget();
    expect(await h.core.store.deliveries.find(h.org, id)).toBeUndefined();
    await expectSoundLog('3704 0044 0532');
  });

  it('is not released by an approval under rules that are others now', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    await h.seed(dlpObject('dlp', { rules: [{ ...HELD, action: 'block' }, MASKED] }));
    const blocked = await read();
    expect(blocked).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect(JSON.stringify(blocked)).not.toContain('3704 0044 0532');
  });

  it('of another rule, found since, is not let out by it either', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    await h.seed(
      dlpObject('more', { rules: [{ name: 'people', types: ['pii.email'], action: 'hold' }] }),
      dlpObject('dlp', { rules: [HELD] }),
    );
    const again = await read();
    expect(JSON.stringify(again)).not.toContain('3704 0044 0532');
    expect(again).toMatchObject({ type: 'denied' });
  });

  it('of the same type at another place, held by a rule since, is not let out by it either', async () => {
    const spelled = 'ben.amari [at] southgate-mills [dot] com';
    await open([{ name: 'people', types: ['pii.email'], minConfidence: 0.9, action: 'hold' }]);
    answering({ content: [{ type: 'text', text: `write to ${MAIL} or ${spelled}` }] });
    const id = ticketOf(await read());
    await vote(id, 'approve');
    expect(JSON.stringify(await read())).toContain(MAIL);
    await h.seed(dlpObject('more', { order: 2000, rules: [{ name: 'spelled', types: ['pii.email'], action: 'hold' }] }));
    const again = await read();
    expect(again).toMatchObject({ type: 'denied', rule: 'dlp/dlp/people' });
    expect(JSON.stringify(again)).not.toContain('southgate');
    expect(ran()).toBe(1);
  });

  it('that is no longer held by any rule waits on: the call does not run again, before or after the decision', async () => {
    await open();
    const id = ticketOf(await read());
    await h.seed(dlpObject('dlp', { rules: [MASKED] }));
    for (let time = 0; time < 2; time++) expect(await read()).toMatchObject({ type: 'denied', approval: { id, state: 'open' } });
    expect(ran()).toBe(1);
    // Others are not kept from anything.
    expect(await read(2)).toMatchObject({ type: 'result' });
    expect(ran()).toBe(2);
    await vote(id, 'approve');
    const released = await read();
    expect(released).toMatchObject({ type: 'denied', approval: { id, state: 'approved' }, answer: { type: 'result' } });
    expect(JSON.stringify(released)).toContain(IBAN);
    expect(JSON.stringify(released)).not.toContain(MAIL);
    expect(ran()).toBe(2);
    clock.advance(HOUR_MS);
    expect(await read()).toMatchObject({ type: 'result' });
    expect(ran()).toBe(3);
    await expectSoundLog('3704 0044 0532', MAIL);
  });

  it('is withheld by the rules in force when it comes, so that no later rule hides its ticket', async () => {
    await open();
    const isCall = ({ method }: { method: string }): boolean => method === 'tools/call';
    const whenAsked = async (rules: object[]): Promise<CallOutcome> => {
      h.answer(async (request) => {
        if (!isCall(request)) return echoServer(request);
        await h.seed(dlpObject('dlp', { rules }));
        return ok(ANSWER);
      });
      return read();
    };
    expect(JSON.stringify(await whenAsked([MASKED]))).toContain(IBAN);
    await h.seed(dlpObject('dlp', { rules: [HELD] }));
    const blocked = await whenAsked([{ ...HELD, action: 'block' }]);
    expect(blocked).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect((await h.approvals.list(h.org, { live: true, limit: 10 })).length).toBe(0);
    await expectSoundLog('3704 0044 0532');
  });

  it.each([
    ['resources/read', { uri: 'crm://customer/1' }, { contents: [{ uri: 'crm://customer/1', text: `account ${IBAN}` }] }],
    [
      'prompts/get',
      { name: 'letter', arguments: { to: '1' } },
      { messages: [{ role: 'user', content: { type: 'text', text: `account ${IBAN}` } }] },
    ],
  ])('of %s is withheld and released as that of a tool', async (method, params, result) => {
    await open();
    h.answer((request) => {
      if (request.method === method) return ok(result as JsonObject);
      if (request.method === 'prompts/list') return ok({ prompts: [{ name: 'letter', arguments: [{ name: 'to' }] }] });
      if (request.method === 'resources/list') return ok({ resources: [{ uri: 'crm://customer/1', name: 'one' }] });
      return request.method === 'resources/templates/list' ? ok({ resourceTemplates: [] }) : echoServer(request);
    });
    const get = () => h.pipeline.run(callOf(method, { bearer: reader.token, params, surface: { type: 'server', server: 'crm' } }));
    const times = (): number => h.sent.filter((request) => request.method === method).length;
    const held = await get();
    expect(held).toMatchObject({ type: 'denied', code: 'approval_required', rule: 'dlp/dlp/bank', approval: { state: 'open' } });
    expect(JSON.stringify(held)).not.toContain('3704 0044 0532');
    expect(ticketOf(await get())).toBe(ticketOf(held));
    await vote(ticketOf(held), 'approve');
    const released = await get();
    expect(released).toMatchObject({ type: 'denied', answer: { type: 'result' } });
    expect(JSON.stringify(released)).toContain(IBAN);
    expect(times()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('says in the log that the gateway withheld it', async () => {
    await open();
    await read();
    await h.seed(dlpObject('dlp', { rules: [{ ...HELD, action: 'block' }] }));
    await read(2);
    const outcomes = callOutcomes(await h.entries()).map(({ status }) => status);
    expect(outcomes).toEqual(['withheld', 'withheld']);
  });

  it('comes in the same call, where the client waits for it', async () => {
    await open([HELD], { approvalWaitMs: 60_000 });
    const outcome = await readPatiently((id) => vote(id, 'approve').then(() => undefined));
    expect(outcome).toMatchObject({ type: 'result' });
    expect(JSON.stringify(outcome)).toContain(IBAN);
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('is let go by the decision about it, never by the one about another answer of the identical call', async () => {
    await open();
    let answerLate: (reply: CallReply) => void = () => undefined;
    const late = new Promise<CallReply>((resolve) => {
      answerLate = resolve;
    });
    const isCall = ({ method }: { method: string }): boolean => method === 'tools/call';
    h.answer((request) => (isCall(request) ? late : echoServer(request)));
    const second = read();
    await expect.poll(ran, POLL).toBe(1);
    answering(ANSWER);
    const id = ticketOf(await read());
    await vote(id, 'approve');
    answerLate(ok({ content: [{ type: 'text', text: `accounts ${IBAN} and ${OTHER_IBAN}` }] }));
    const outcome = await second;
    expect(outcome).toMatchObject({ type: 'denied', code: 'approval_required', approval: { id } });
    expect(JSON.stringify(outcome)).not.toContain(OTHER_IBAN);
    const released = JSON.stringify(await read());
    expect(released).toContain(IBAN);
    expect(released).not.toContain(OTHER_IBAN);
    expect(ran()).toBe(2);
    await expectSoundLog('3704 0044 0532', OTHER_IBAN);
  });

  it('that is released while its call waits is judged by the rules that are in force then', async () => {
    await open([HELD], { approvalWaitMs: 60_000 });
    const outcome = await readPatiently(async (id) => {
      const revision = await h.seed(dlpObject('dlp', { rules: [{ ...HELD, action: 'block' }] }));
      await h.control.atLeast(h.org, revision);
      await vote(id, 'approve');
    });
    expect(outcome).toMatchObject({ type: 'denied' });
    expect(JSON.stringify(outcome)).not.toContain('3704 0044 0532');
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('lets nothing else go when its release ends while the rules move', async () => {
    await open();
    const id = ticketOf(await read());
    await vote(id, 'approve');
    answering({ content: [{ type: 'text', text: `account ${OTHER_IBAN}` }] });
    const { find } = h.deliveries;
    h.deliveries.find = async (org, ticket) => {
      const found = await find.call(h.deliveries, org, ticket);
      h.deliveries.find = find;
      await h.approvals.revoke(org, ticket, 'anna', 'a mistake');
      await h.seed(agentObject('third'));
      return found;
    };
    const outcome = await read();
    expect(JSON.stringify(outcome)).not.toContain(OTHER_IBAN);
    expect(JSON.stringify(outcome)).not.toContain('3704 0044 0532');
    expect(ticketOf(outcome)).toBe(id);
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532', OTHER_IBAN);
  });

  it('of a task is told by the task, and waits under its own ticket', async () => {
    await open();
    await h.seed(policyObject('all', [{ name: 'ask', match: { server: ['*'], tool: ['read_note'] }, effect: 'hold' }]));
    const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const meta = { _meta: { 'io.modelcontextprotocol/clientCapabilities': capabilities } };
    const asked = callOf('tools/call', {
      ...{ bearer: reader.token, era: 'modern', surface: { type: 'server', server: 'crm' } },
      params: { name: 'read_note', arguments: { id: 1 }, ...meta },
    });
    const held = await h.pipeline.run({ ...asked, client: { ...asked.client, capabilities } });
    const id = ticketOf(held);
    const runner = new TaskRunner({ ...h, clock, logger: createLogger({ level: 'silent' }) });
    try {
      await vote(id, 'approve');
      await expect.poll(async () => (await h.deliveries.find(h.org, id))?.kept !== undefined, POLL).toBe(true);
    } finally {
      await runner.stop();
    }
    const { kept } = (await h.deliveries.find(h.org, id)) ?? {};
    const { ticketId } = /its answer waits as (?<ticketId>appr_\w+)/.exec(JSON.stringify(kept))?.groups ?? {};
    expect(kept?.ending.type).toBe('refused');
    expect(ticketId).not.toBe(id);
    expect((await h.deliveries.find(h.org, ticketId ?? ''))?.kept?.ending.type).toBe('withheld');
    expect(ran()).toBe(1);
    await expectSoundLog('3704 0044 0532');
  });

  it('is refused like a blocked one when it is too long to be kept', async () => {
    await open();
    answering({ content: [{ type: 'text', text: `account ${IBAN}, ${'all is well. '.repeat(90_000)}` }] });
    const refused = await read();
    expect(refused).toMatchObject({ type: 'denied', code: 'blocked_content' });
    expect(JSON.stringify(refused)).not.toContain('3704 0044 0532');
  });
});

function ticketOf(outcome: CallOutcome): string {
  return (outcome as { approval?: { id: string } }).approval?.id ?? `none: ${JSON.stringify(outcome)}`;
}
