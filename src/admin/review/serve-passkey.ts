// Serves the page on which an invited user registers a passkey: the link names the user, a sign-in as that user opens it, the browser makes the key.
// INVARIANT: an invitation registers one passkey, for the user it names, by that user's own sign-in (passkey.test.ts).
import { createHash } from 'node:crypto';
import type { Context, Hono } from 'hono';
import { ALGORITHMS, readRegistration } from '../../approval/registration.ts';
import { INVITATION_MS, type Invitation, PASSKEY_PATH, type RelyingParty } from '../../approval/review-link.ts';
import type { ControlView } from '../../object/snapshot.ts';
import { change } from '../change.ts';
import { isCurrent, mayAct } from '../operator.ts';
import { readDraft } from '../read-draft.ts';
import { freeName } from '../routes/access.ts';
import { NO_PARTY, TWO_PEOPLE } from '../step-up.ts';
import { byOperatorToken, html, MAX_FORM_BYTES, type ReviewGate, readForm, resume, type SignedIn, sealSession } from './form.ts';
import { messagePage, PASSKEY_HEADERS, registerPage, signInPage } from './html.ts';

/** Passkeys of one user. */
export const MAX_PASSKEYS_PER_USER = 20;
const MAX_TITLE_CHARS = 100;

export function passkeyPages(app: Hono, gate: ReviewGate): void {
  const signIn = byOperatorToken(gate.context);
  app.get(`${PASSKEY_PATH}:link`, (request) => {
    const invited = invitedBy(gate, request);
    return invited instanceof Response ? invited : html(200, signInPage(undefined, 'passkey'));
  });
  app.post(`${PASSKEY_PATH}:link`, async (request) => {
    const invited = invitedBy(gate, request);
    if (invited instanceof Response) return invited;
    const form = await readForm(request.req.raw);
    if (!form) return html(413, messagePage('Too much', `A form has at most ${MAX_FORM_BYTES} bytes.`));
    if (form.get('step') === 'register') return register(gate, invited, form);
    const who = await signIn(form);
    const address = gate.remoteAddress(request);
    if (!who) {
      await gate.signins.failed(address, 'no valid token on a page of an invitation');
      return html(401, signInPage('This is no valid operator token.', 'passkey'));
    }
    await gate.signins.succeeded(who.context, who.operator, address);
    return show(gate, invited, who, undefined, 200);
  });
}

interface Invited {
  invitation: Invitation;
  party: RelyingParty;
}

/** Or a page that says why the link leads nowhere. */
function invitedBy({ context }: ReviewGate, request: Context): Invited | Response {
  const { links } = context.review;
  const read = links.readInvitation(request.req.param('link') ?? '');
  if (read.type === 'invalid')
    return html(404, messagePage('This invitation is not valid', 'It was changed or cut off on its way. Ask for a new one.'));
  if (read.type === 'expired') return expired();
  const party = links.relyingParty();
  return party ? { invitation: read.invitation, party } : html(409, messagePage('No passkeys here', NO_PARTY));
}

function expired(): Response {
  return html(410, messagePage('This invitation has expired', 'Ask role admin for a new one: sallyport passkey invite.'));
}

/** Why this one may not register under it; undefined when they may. */
async function notTheirs({ invitation: { org, user, by } }: Invited, { context, operator }: SignedIn): Promise<Response | undefined> {
  const view = await context.view();
  if (context.org !== org || view.operator(operator.name)?.spec.user !== user || view.user(user)?.spec.disabled !== false)
    return html(403, messagePage('Not for you', 'This invitation is for another user, or for one who may not act.'));
  if (!mayAct(operator.role, 'reviewer'))
    return html(403, messagePage('Not for you', `This needs role reviewer; you have role ${operator.role}.`));
  if (!mayInvite(view, by, user, context.clock.nowMs()))
    return html(403, messagePage('Not by this invitation', `Who made it is you, or is not of role admin any more: ${TWO_PEOPLE}`));
  const own = view.list('passkey').filter(({ spec }) => spec.user === user);
  if (own.length < MAX_PASSKEYS_PER_USER) return undefined;
  return html(409, messagePage('Too many passkeys', `${user} has ${own.length}. Remove one first: sallyport passkey remove.`));
}

/** INVARIANT: who invites is somebody else, and of role admin still when the passkey is registered (test/scenario/passkey.test.ts, "two people"). */
function mayInvite(view: ControlView, by: string, user: string, nowMs: number): boolean {
  const inviter = view.operator(by)?.spec;
  return (
    inviter !== undefined && inviter.user !== user && isCurrent(view, { name: by, role: 'admin', rights: [], hash: inviter.hash }, nowMs)
  );
}

async function show(gate: ReviewGate, invited: Invited, who: SignedIn, problem: string | undefined, status: number): Promise<Response> {
  const refused = await notTheirs(invited, who);
  if (refused) return refused;
  const { invitation, party } = invited;
  const { user, org } = invitation;
  const own = (await who.context.view()).list('passkey').filter(({ spec }) => spec.user === user && spec.rpId === party.id);
  const asked = {
    challenge: challengeOf(invitation, who.operator.name),
    rpId: party.id,
    userId: createHash('sha256')
      .update(JSON.stringify([org, user]))
      .digest('base64url'),
    algorithms: ALGORITHMS,
    credentials: own.map(({ spec }) => spec.credential),
  };
  const session = sealSession(gate.context, who, aboutOf(invitation));
  return html(status, registerPage({ user, operator: who.operator.name, session, asked, problem }), PASSKEY_HEADERS);
}

function aboutOf({ nonce }: Invitation): string {
  return `invitation/${nonce}`;
}

/** The invitation's nonce is used once, so the challenge is too. */
function challengeOf({ org, user, nonce }: Invitation, operator: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['sallyport-registration', org, user, operator, nonce]))
    .digest('base64url');
}

async function register(gate: ReviewGate, invited: Invited, form: URLSearchParams): Promise<Response> {
  const { invitation, party } = invited;
  const who = await resume(gate.context, form, invitation.org, aboutOf(invitation));
  if (!who) return html(401, signInPage('Sign in again: the page was open for too long, or your token is not valid any more.', 'passkey'));
  const refused = await notTheirs(invited, who);
  if (refused) return refused;
  const { context, operator } = who;
  const answer = { authenticatorData: form.get('authenticatorData') ?? '', clientData: form.get('clientData') ?? '' };
  const made = readRegistration(answer, challengeOf(invitation, operator.name), party);
  if ('problem' in made) return show(gate, invited, who, `Not registered: ${made.problem}.`, 422);
  const view = await context.view();
  if (view.list('passkey').some(({ spec }) => spec.credential === made.credential))
    return show(gate, invited, who, 'Not registered: this passkey is known already.', 409);
  const { user, by: invitedBy, untilMs } = invitation;
  const name = freeName(user, (candidate) => view.get('passkey', candidate) !== undefined);
  const title = form.get('title')?.trim().slice(0, MAX_TITLE_CHARS);
  const { credential, key, counter } = made;
  const nowMs = context.clock.nowMs();
  // The form may have come slowly; and what has expired is not remembered as used any more.
  if (nowMs >= untilMs) return expired();
  const spec = {
    user,
    credential,
    key,
    rpId: party.id,
    registeredAt: new Date(nowMs).toISOString(),
    registeredBy: operator.name,
    invitedBy,
  };
  const object = readDraft({ kind: 'passkey', metadata: { name, ...(title ? { title } : {}) }, spec, revision: 0 });
  if (object instanceof Response) return object;
  const madeMs = untilMs - INVITATION_MS;
  const used = await context.passkeys.use(context.org, { once: aboutOf(invitation), untilMs, nowMs, madeMs, credential, counter });
  if (used !== 'used') return html(410, messagePage('This invitation was used', 'Ask role admin for a new one: sallyport passkey invite.'));
  const written = await change(context, operator, { put: [object] }, { action: 'passkey' });
  if (written.status !== 200)
    return html(written.status, messagePage('Not registered', 'The change was refused. Ask for a new invitation.'));
  return html(200, messagePage('Registered', `passkey/${name} is yours, for approvals at ${party.id}. You can close this page.`));
}
