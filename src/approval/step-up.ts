// An approval that takes the reviewer's passkey: is there an assertion, is it over this very vote, and was it used before?
// Whose passkey it is and whether it was asked for here is known to whoever took it (admin/step-up.ts); everything else is asked here.
import { assertionProblem, type PasskeyEvidence } from '../audit/passkey.ts';
import type { PasskeyStore } from './passkey-port.ts';
import type { Reviewer, Ticket, Vote } from './ticket.ts';

/** An assertion that was asked for and taken. */
export interface StepUp {
  evidence: PasskeyEvidence;
  /** Of the authenticator, as it signed it. */
  counter: number;
  /** Until when the challenge is good. */
  untilMs: number;
}

export type PasskeyRefusal = 'passkey_required' | 'passkey_wrong' | 'passkey_again' | 'passkey_counter';

/** Refusing takes none. */
export function stepUpProblem(
  ticket: Ticket,
  { operator, user }: Reviewer,
  verdict: Vote['verdict'],
  stepUp: StepUp | undefined,
): PasskeyRefusal | undefined {
  if (!stepUp) return verdict === 'approve' && ticket.approvers?.passkey ? 'passkey_required' : undefined;
  if (user === undefined) return 'passkey_wrong';
  const said = { ticket: ticket.id, digest: ticket.digest, by: operator, user, verdict };
  return assertionProblem(said, stepUp.evidence) === undefined ? undefined : 'passkey_wrong';
}

/** Uses it up; why it cannot be, when it cannot. */
export async function usedUp(
  passkeys: Pick<PasskeyStore, 'use'>,
  org: string,
  { evidence: { nonce, credential }, counter, untilMs }: StepUp,
  nowMs: number,
): Promise<PasskeyRefusal | undefined> {
  if (nowMs >= untilMs) return 'passkey_again';
  const used = await passkeys.use(org, { once: `challenge/${nonce}`, untilMs, nowMs, credential, counter });
  return used === 'used' ? undefined : used === 'again' ? 'passkey_again' : 'passkey_counter';
}
