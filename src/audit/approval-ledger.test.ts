// The rules that tie an approval to what ran, on logs whose chain is right: what a forger with the whole log in hand could write.
import { describe, expect, it } from 'vitest';
import {
  approvedContents,
  consumed,
  decision,
  ended,
  HOUR_MS,
  linesOf,
  requested,
  step,
  TIME_MS,
  vote,
} from '../../test/support/approved-log.ts';
import { BEN, benVotes, CYD, passkeyContents, registration } from '../../test/support/passkey-log.ts';
import { ApprovalLedger, MAX_REMEMBERED_TICKETS } from './approval-ledger.ts';
import { objectContent, systemContent } from './entry.ts';
import { verifyLog } from './verify.ts';

const whole = approvedContents();
const verdictOf = (contents: readonly string[]) => verifyLog(linesOf(contents));
const ruleOf = async (contents: readonly string[]) => (await verdictOf(contents)).firstBad?.rule;
/** The whole log with one content in the place of another. */
const changed = (at: number, content: string) => whole.with(at - 1, content);
const GRANTED = 5;

describe('an approved call', () => {
  it('is sound, counted, and a property of its own', async () => {
    const verdict = await verdictOf(whole);
    expect(verdict).toMatchObject({ state: 'sound', approvedCalls: 1 });
    expect(verdict.properties).toContainEqual({ property: 'approvals', result: 'holds' });
    expect(verdict.properties).toContainEqual({ property: 'anchors', result: 'unchecked' });
  });

  it.each<[string, string, string[]]>([
    ['ran without a word of approval', 'grant-missing', [decision('call_ran')]],
    ['ran while it was asked for only', 'grant-missing', [...whole.slice(0, 2), decision('call_ran')]],
    ['ran with one approval of two', 'grant-missing', [...whole.slice(0, 4), decision('call_ran')]],
    ['ran with a grant that it did not use up', 'grant-missing', [...whole.slice(0, GRANTED), decision('call_ran')]],
    ['ran with the grant of another call', 'grant-missing', [...whole.slice(0, 6), decision('call_other')]],
    ['ran without saying so, after it used a grant up', 'grant-missing', changed(7, decision('call_ran', { approval: undefined }))],
    ['used a grant up that another used', 'approval-order', [...whole, consumed('call_again')]],
    ['ran twice under one grant', 'grant-twice', [...whole, decision('call_again')]],
    ['used a grant up that was never given', 'approval-order', [...whole.slice(0, 4), consumed('call_ran')]],
    [
      'used a grant up that was revoked',
      'approval-order',
      [...whole.slice(0, GRANTED), step({ what: 'revoked', by: 'ben' }), consumed('call_ran')],
    ],
    [
      'used a grant up that a freeze ended',
      'approval-order',
      [...whole.slice(0, GRANTED), step({ what: 'drained' }), consumed('call_ran')],
    ],
    [
      'used a grant up that its agent had taken back',
      'approval-order',
      [...whole.slice(0, GRANTED), step({ what: 'withdrawn' }), consumed('call_ran')],
    ],
    ['used a grant up that had expired', 'approval-expired', changed(6, consumed('call_ran', { timeMs: TIME_MS + HOUR_MS }))],
    ['used a grant up for nobody', 'approval-order', changed(6, step({ what: 'consumed' }))],
    ['was granted at the first of two approvals', 'approval-quorum', changed(4, vote('granted', 'ben'))],
    ['was approved twice by one operator', 'approval-voter', changed(GRANTED, vote('granted', 'ben'))],
    ['was approved twice by one user', 'approval-voter', [...whole.slice(0, 3), vote('approved', 'ben', { user: 'uma' }), whole[4] ?? '']],
    ['was approved by who asked', 'approval-voter', changed(GRANTED, vote('granted', 'cyd', { user: 'ada' }))],
    ['was approved by who answers for the agent', 'approval-voter', changed(4, vote('approved', 'otto'))],
    ['was approved by who is no approver', 'approval-voter', changed(4, vote('approved', 'ben', { roles: ['guest'], teams: ['sales'] }))],
    ['was approved by nobody', 'approval-voter', changed(4, step({ what: 'approved', roles: ['lead'] }))],
    ['was approved after it expired', 'approval-expired', changed(4, vote('approved', 'ben', { timeMs: TIME_MS + HOUR_MS }))],
    ['was approved after it was refused', 'approval-order', [...whole.slice(0, 3), vote('refused', 'ben'), vote('granted', 'cyd')]],
    ['was asked for twice', 'approval-order', [...whole.slice(0, 2), requested()]],
    ['was never asked for', 'approval-order', [vote('approved', 'ben')]],
    ['was approved as something else', 'approval-changed', changed(4, vote('approved', 'ben', { digest: '0'.repeat(64) }))],
    ['was approved for something else', 'approval-changed', changed(4, vote('approved', 'ben', { binding: '0'.repeat(64) }))],
    ['was asked for with another end', 'approval-digest', changed(2, requested({ expiresMs: TIME_MS + 2 * HOUR_MS }))],
    ['was asked for under another rule', 'approval-digest', changed(2, requested({ rule: 'p/other' }))],
    ['was another tool', 'grant-of-another', changed(7, decision('call_ran', { tool: 'pay_all' }))],
    ['was another server', 'grant-of-another', changed(7, decision('call_ran', { server: 'bank2' }))],
    ['was another definition', 'grant-of-another', changed(7, decision('call_ran', { definition: 'c'.repeat(64) }))],
    ['was of another agent', 'grant-of-another', changed(7, decision('call_ran', { principal: { agent: 'other', user: 'ada' } }))],
    ['was for another user', 'grant-of-another', changed(7, decision('call_ran', { principal: { agent: 'payer' } }))],
  ])('%s: %s', async (_what, rule, contents) => {
    expect(await ruleOf(contents)).toBe(rule);
  });

  it('may be voted on in the place of another, and once for each person', async () => {
    const asked = whole.slice(0, 2);
    const placed = (what: 'approved' | 'granted', by: string, user: string, onBehalfOf: string) =>
      vote(what, by, { user, onBehalfOf, roles: undefined, teams: ['finance'] });
    const first = placed('approved', 'ben', 'bob', 'fay');
    expect(await ruleOf([...asked, first, vote('granted', 'cyd')])).toBeUndefined();
    const again: [string, string][] = [
      [placed('granted', 'cyd', 'cat', 'fay'), 'approval-voter'],
      [vote('granted', 'cyd', { user: 'fay' }), 'approval-voter'],
      [placed('granted', 'cyd', 'cat', 'bob'), 'approval-voter'],
      [placed('granted', 'cyd', 'cat', 'ada'), 'approval-voter'],
    ];
    for (const [second, rule] of again) expect(await ruleOf([...asked, first, second]), second).toBe(rule);
  });

  it('may be voted on by more people only once it was escalated', async () => {
    const approvers = { users: ['uma'], escalate: { roles: ['boss'] } };
    const asked = [whole[0] ?? '', requested({ approvers, quorum: 1 })];
    const boss = vote('granted', 'zoe', { roles: ['boss'] });
    expect(await ruleOf([...asked, boss])).toBe('approval-voter');
    expect(await ruleOf([...asked, step({ what: 'reminded' }), step({ what: 'escalated' }), boss])).toBeUndefined();
    expect(await ruleOf([...whole.slice(0, GRANTED), step({ what: 'escalated' })])).toBe('approval-order');
  });

  it('may run under a standing grant that is set and that it used, once', async () => {
    const set = (action: 'write' | 'delete') =>
      objectContent({
        timeMs: TIME_MS,
        author: 'olga',
        changes: [{ kind: 'grant', name: 'small', action, ...(action === 'write' && { digest: '1'.repeat(64) }) }],
      });
    const use = (call: string, more: object = {}) =>
      systemContent({
        ...{
          event: 'grant',
          timeMs: TIME_MS,
          what: 'used',
          grant: 'small',
          setAt: '',
          agent: 'payer',
          asUser: 'ada',
          server: 'bank',
          tool: 'pay',
        },
        ...{ binding: '2'.repeat(64), rule: 'p/held', ruleHash: '3'.repeat(64), call, ...more },
      });
    const runs = (call: string, more: object = {}) => decision(call, { approval: 'grant/small', judged: 1, ...more });
    const verdictAt = (contents: readonly string[]) => verifyLog(linesOf(contents, 1));
    expect(await verdictAt([set('write'), use('call_ran'), runs('call_ran')])).toMatchObject({ state: 'sound', approvedCalls: 1 });
    const forged: [string[], string][] = [
      [[set('write'), runs('call_ran')], 'grant-missing'],
      [[set('write'), use('call_other'), runs('call_ran')], 'grant-missing'],
      [[set('write'), use('call_ran', { grant: 'large' })], 'grant-missing'],
      [[set('write'), use('call_ran', { tool: 'pay_all' }), runs('call_ran')], 'grant-of-another'],
      [[set('write'), use('call_ran', { agent: 'other' }), runs('call_ran')], 'grant-of-another'],
    ];
    for (const [contents, rule] of forged) expect((await verdictAt(contents)).firstBad?.rule).toBe(rule);
    expect((await verifyLog(linesOf([use('call_ran')]))).firstBad?.rule).toBe('grant-missing');
  });

  it('may be read, refused and ended, and a ticket that ends is no breach', async () => {
    const asked = whole.slice(0, 3);
    for (const end of ['expired', 'drained', 'superseded', 'withdrawn'] as const)
      expect(await ruleOf([...asked, step({ what: end })])).toBeUndefined();
    expect(await ruleOf([...asked, vote('refused', 'ben'), step({ what: 'expired' })])).toBeUndefined();
    // A void decision runs nothing, and one that refuses uses nothing.
    expect(await ruleOf([...whole.slice(0, 6), decision('call_ran', { effect: 'deny', code: 'frozen' })])).toBeUndefined();
  });

  it('is passed over where the log starts after it was asked for', async () => {
    const lines = linesOf(whole).slice(3);
    const verdict = await verifyLog(lines, { allowPartial: true });
    expect(verdict).toMatchObject({ state: 'cannot_tell', approvedCalls: 0 });
    expect(verdict.properties).toContainEqual({ property: 'approvals', result: 'partly' });
  });

  it('is held by an entry that has fewer members than newer ones', async () => {
    const older = requested({ nonce: undefined, createdMs: undefined, held: undefined, approvers: undefined, definition: undefined });
    expect(
      await verdictOf([
        whole[0] ?? '',
        older,
        ...whole.slice(3, GRANTED),
        consumed('call_ran'),
        decision('call_ran'),
        ended('call_ran', 6),
      ]),
    ).toMatchObject({ state: 'sound', approvedCalls: 1 });
  });
});

it('remembers at least so many tickets, and no more than twice as many', () => {
  const ledger = new ApprovalLedger();
  const ask = (ticket: string) =>
    ledger.take(1, { type: 'system', event: 'approval', what: 'requested', ticket, digest: 'd', binding: 'b', agent: 'a', time: '' });
  for (let n = 0; n <= 2 * MAX_REMEMBERED_TICKETS; n++) ask(`t${n}`);
  expect(ask(`t${MAX_REMEMBERED_TICKETS + 1}`)).toMatchObject({ rule: 'approval-order' });
  expect(ask('t0')).toBeUndefined();
});

describe('an approval that takes passkeys', () => {
  const keyed = passkeyContents();
  const verdictAt1 = (contents: readonly string[], allowPartial = false) => {
    const lines = linesOf(contents, 1);
    return verifyLog(allowPartial ? lines.slice(1) : lines, { allowPartial });
  };
  const withVote = (content: string) => keyed.with(3, content);

  it('is sound with them, and when it is refused without', async () => {
    expect(await verdictAt1(keyed)).toMatchObject({ state: 'sound', approvedCalls: 1 });
    expect(await verdictAt1([...keyed.slice(0, 3), vote('refused', 'ben')])).toMatchObject({ state: 'sound' });
  });

  it.each<[string, string[]]>([
    ['has no assertion', withVote(vote('approved', 'ben', { user: 'bob' }))],
    ['has an assertion of somebody linked to no user', withVote(vote('approved', 'ben', { passkey: BEN }))],
    ["has another user's passkey", withVote(benVotes(CYD))],
    ["has another user's passkey under one's own name", withVote(benVotes({ ...CYD, name: BEN.name }))],
    ['has a passkey of which another user is said to be the owner', keyed.with(0, registration([{ user: 'uma', evidence: BEN }]))],
    ['has a passkey that was never registered', keyed.with(0, registration([{ user: 'uma', evidence: CYD }]))],
    [
      'has a passkey that was registered with another key',
      keyed.with(0, registration([{ user: 'bob', evidence: { ...BEN, key: CYD.key } }])),
    ],
    ['has an assertion of another reviewer', withVote(vote('approved', 'bea', { user: 'bob', passkey: BEN }))],
    ['was refused under an assertion to approve', [...keyed.slice(0, 3), vote('refused', 'ben', { user: 'bob', passkey: BEN })]],
  ])('is broken when a vote %s', async (_what, contents) => {
    expect(await verdictAt1(contents)).toMatchObject({ state: 'broken', firstBad: { rule: 'approval-passkey' } });
  });

  it('is broken when the passkey was removed before the vote', async () => {
    const removed = registration([{ user: 'bob', evidence: BEN }], 'delete');
    const ledger = new ApprovalLedger();
    const contents = [keyed[0], keyed[2], removed, keyed[3]].map((content) => JSON.parse(content ?? ''));
    expect(contents.map((content, seq) => ledger.take(seq + 1, content)?.rule)).toEqual([
      undefined,
      undefined,
      undefined,
      'approval-passkey',
    ]);
  });

  it('is checked in a log that starts late as well, but for whose passkey it is', async () => {
    expect(await verdictAt1(keyed, true)).toMatchObject({ state: 'cannot_tell', approvedCalls: 1 });
    expect(await verdictAt1(withVote(benVotes({ ...BEN, nonce: 'other' })), true)).toMatchObject({
      firstBad: { rule: 'approval-passkey' },
    });
  });
});
