// The passkey of a reviewer for one approval: what the browser is asked to sign, and the assertion that comes back, taken as far as the desk.
// Never believes what it handed out without opening its own seal; whether the signature is good is for the desk.
import type { Voted } from '../approval/desk.ts';
import { counterOf } from '../approval/registration.ts';
import type { RelyingParty } from '../approval/review-link.ts';
import type { PasskeyRefusal, StepUp } from '../approval/step-up.ts';
import type { Ticket, Vote } from '../approval/ticket.ts';
import { bytesOf, challengeOf, jsonOf } from '../audit/passkey.ts';
import { systemRandom } from '../lib/id.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { AdminContext } from './context.ts';
import type { Operator } from './operator.ts';
import { reviewerOf } from './reviewer-of.ts';
import { problemText } from './ticket-view.ts';

/** A challenge is good for this time, milliseconds, and once. */
export const CHALLENGE_MS = 15 * 60_000;
const NONCE_BYTES = 16;
/** What a sealed challenge begins with; no operator has this name, so no sealed session reads as one. */
const MARK = 'passkey/challenge';

/** What the browser is asked: any of these credentials over the challenge. `state` comes back with the assertion. */
export interface Challenge {
  challenge: string;
  rpId: string;
  credentials: string[];
  state: string;
  untilMs: number;
}

/** Bytes in base64url. */
export interface GivenAssertion {
  state: string;
  credential: string;
  authenticatorData: string;
  clientData: string;
  signature: string;
}

/** `problem`: why this reviewer cannot use a passkey here, and what to do about it. */
export async function challengeFor(context: AdminContext, operator: Operator, ticket: Ticket): Promise<Challenge | { problem: string }> {
  const party = context.review.links.relyingParty();
  if (!party) return { problem: NO_PARTY };
  const { user } = await reviewerOf(context, operator);
  if (user === undefined) return { problem: 'You are linked to no user (spec.user of your operator), so no passkey is yours.' };
  const own = passkeysOf(await context.view(), user, party);
  if (own.length === 0)
    return { problem: `You have no passkey for ${party.id}. Role admin invites you to register one: sallyport passkey invite ${user}` };
  const nonce = Buffer.from(systemRandom.bytes(NONCE_BYTES)).toString('hex');
  const untilMs = context.clock.nowMs() + CHALLENGE_MS;
  const said = { ticket: ticket.id, digest: ticket.digest, by: operator.name, user, verdict: 'approve' as const };
  return {
    challenge: challengeOf(said, nonce),
    rpId: party.id,
    credentials: own.map(({ spec }) => spec.credential),
    state: context.review.seal(JSON.stringify([MARK, ticket.id, operator.name, operator.hash, nonce, untilMs])),
    untilMs,
  };
}

export const NO_PARTY =
  'Browsers use passkeys only at a name with https (or at localhost): set admin.publicUrl to the URL people reach this listener by.';

export const TWO_PEOPLE = 'registering takes two people, so another operator of role admin invites.';

export function passkeysOf(view: ControlView, user: string, { id }: RelyingParty): StoredObject<'passkey'>[] {
  return view.list('passkey').filter(({ spec }) => spec.user === user && spec.rpId === id);
}

/** A vote, with the assertion that came with it if one did. */
export async function castVote(
  context: AdminContext,
  operator: Operator,
  ticket: Ticket,
  { verdict, comment }: Pick<Vote, 'verdict' | 'comment'>,
  given?: GivenAssertion,
): Promise<Voted> {
  const reviewer = await reviewerOf(context, operator);
  const stepUp = given && (await taken(context, operator, { ticket, user: reviewer.user }, given));
  if (typeof stepUp === 'string') return { type: 'problem', problem: stepUp, ticket };
  const voted = await context.approvals.vote(context.org, ticket.id, reviewer, verdict, comment, stepUp);
  if (voted.type === 'problem' && voted.problem === 'passkey_counter')
    context.logger.warn(
      { org: context.org, ticket: ticket.id, operator: operator.name, passkey: stepUp?.evidence.name },
      'the counter of a passkey did not rise: there may be a copy of it',
    );
  return voted;
}

/** INVARIANT: an assertion counts for whom it was asked of, about that ticket, at our own origin (test/scenario/passkey.test.ts). */
async function taken(
  context: AdminContext,
  operator: Operator,
  { ticket, user }: { ticket: Ticket; user: string | undefined },
  { state, credential, authenticatorData, clientData, signature }: GivenAssertion,
): Promise<StepUp | PasskeyRefusal> {
  const { review, clock } = context;
  const sealed = review.open(state);
  const [mark, id, name, hash, nonce, untilMs] = sealed === undefined ? [] : (JSON.parse(sealed) as unknown[]);
  const isOurs = mark === MARK && id === ticket.id && name === operator.name && hash === operator.hash;
  if (!isOurs || typeof nonce !== 'string' || typeof untilMs !== 'number') return 'passkey_wrong';
  if (clock.nowMs() >= untilMs) return 'passkey_again';
  const party = review.links.relyingParty();
  const own = party && user !== undefined ? passkeysOf(await context.view(), user, party) : [];
  const passkey = own.find(({ spec }) => spec.credential === credential);
  const [client, data] = [bytesOf(clientData), bytesOf(authenticatorData)];
  if (!party || !passkey || !client || !data || data.length < MIN_DATA_BYTES || jsonOf(client)?.origin !== party.origin)
    return 'passkey_wrong';
  const { key, rpId } = passkey.spec;
  const evidence = { name: passkey.metadata.name, credential, key, rpId, nonce, authenticatorData, clientData, signature };
  return { evidence, counter: counterOf(data), untilMs, registeredAt: () => registeredAt(context, passkey) };
}

async function registeredAt(context: AdminContext, { metadata: { name }, spec }: StoredObject<'passkey'>): Promise<number | undefined> {
  const view = await context.view();
  const now = view.get('passkey', name)?.spec;
  const isSame = now?.user === spec.user && now.credential === spec.credential && now.key === spec.key && now.rpId === spec.rpId;
  return isSame ? view.revision : undefined;
}

const MIN_DATA_BYTES = 37;

/** Why a vote did not count, with the address to go to where that helps. */
export function whyUncounted({ org, review }: AdminContext, voted: Extract<Voted, { type: 'problem' }>): string {
  const { problem, ticket } = voted;
  const text = problemText(problem, ticket);
  if (!problem.startsWith('passkey_') || ticket.state !== 'open') return text;
  const link = review.links.urlOf(org, ticket.id, ticket.expiresMs, true);
  return `${text} (${link?.url ?? `sallyport approval link ${ticket.id}`})`;
}
