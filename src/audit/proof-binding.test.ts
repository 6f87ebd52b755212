// The proof of a call that took a passkey: with its registration and without, and what a forger with the whole log in hand could leave out.
import { describe, expect, it } from 'vitest';
import { linesOf, vote } from '../../test/support/approved-log.ts';
import { madeProof } from '../../test/support/made-proof.ts';
import { BEN, benVotes, CYD, demandingLog, passkeyContents, registration } from '../../test/support/passkey-log.ts';
import { verifyProof } from './proof.ts';

const CALL = 'call_ran';
/** What a proof of the call has: no attempt that asked. */
const proved = passkeyContents().toSpliced(1, 1).slice(0, 6);
const verdictOf = (contents: readonly string[], documents?: Parameters<typeof madeProof>[2]) => {
  const { text, key } = madeProof(linesOf(contents, 1), CALL, documents);
  return verifyProof(text, [key]);
};

describe('the proof of a call that took passkeys', () => {
  it('is sound with the registration and without', () => {
    expect(verdictOf(proved)).toMatchObject({ state: 'sound', approvals: ['ben (appr_1)', 'cyd (appr_1)'] });
    expect(verdictOf(proved.slice(1))).toMatchObject({ state: 'sound' });
  });

  it.each<[string, string[]]>([
    ['an assertion is not good', proved.with(2, benVotes({ ...BEN, nonce: 'other' }))],
    ['an assertion is missing', proved.with(2, vote('approved', 'ben', { user: 'bob' }))],
    ["an assertion is another user's", proved.with(2, benVotes(CYD))],
    ['the passkey was registered for somebody else', proved.with(0, registration([{ user: 'uma', evidence: BEN }]))],
  ])('is broken when %s', (_what, contents) => {
    expect(verdictOf(contents)).toMatchObject({ state: 'broken', reason: expect.stringContaining('approval-passkey') });
  });

  it('is broken when the text of the rule demands a passkey and the request does not say so', () => {
    const silent = demandingLog(false);
    expect(verdictOf(silent.contents)).toMatchObject({ state: 'sound' });
    expect(verdictOf(silent.contents, silent.documents)).toMatchObject({
      state: 'broken',
      reason: 'entry 2 asked for an approval without the passkey that rule p/held demands',
    });
    const asked = demandingLog(true);
    expect(verdictOf(asked.contents, asked.documents).reason).toContain('approval-passkey');
  });

  it('is broken when the organization demands a passkey, the rule names no approvers, and the request does not say so', () => {
    const { contents, documents } = demandingLog(false, 'organization');
    expect(verdictOf(contents, documents.slice(0, 1))).toMatchObject({ state: 'sound' });
    expect(verdictOf(contents, documents)).toMatchObject({
      state: 'broken',
      reason: 'entry 2 asked for an approval without the passkey that the organization demands',
    });
  });
});
