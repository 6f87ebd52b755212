// Serves the page of one ticket: the link names it, a sign-in opens it, a form decides. Never shows anything of a ticket to who only has the link.
import type { Context, Hono } from 'hono';
import { REVIEW_PATH } from '../../approval/review-link.ts';
import type { Ticket } from '../../approval/ticket.ts';
import { mayAct } from '../operator.ts';
import { castVote, challengeFor, type GivenAssertion, whyUncounted } from '../step-up.ts';
import { shownTicket } from '../ticket-detail.ts';
import {
  byOperatorToken,
  html,
  MAX_FORM_BYTES,
  type ReviewGate,
  readForm,
  resume,
  type SignedIn,
  type SignIn,
  sealSession,
} from './form.ts';
import { messagePage, PAGE_HEADERS, PASSKEY_HEADERS, type StepUpPart, signInPage, ticketPage } from './html.ts';

const MAX_COMMENT_CHARS = 1_024;

export function reviewPages(app: Hono, gate: ReviewGate): void {
  const signIn = byOperatorToken(gate.context);
  app.get(`${REVIEW_PATH}:link`, async (request) => (await linked(gate, request)) ?? html(200, signInPage(undefined)));
  app.post(`${REVIEW_PATH}:link`, async (request) => {
    const refused = await linked(gate, request);
    if (refused) return refused;
    const form = await readForm(request.req.raw);
    if (!form) return html(413, messagePage('Too much', `A form has at most ${MAX_FORM_BYTES} bytes.`));
    return form.get('step') === 'decide' ? decide(gate, request, form) : open(gate, signIn, request, form);
  });
}

/** A page that says why the link leads nowhere; undefined when it is good. */
async function linked({ context }: ReviewGate, request: Context): Promise<Response | undefined> {
  const read = context.review.links.read(request.req.param('link') ?? '');
  if (read.type === 'good') return undefined;
  if (read.type === 'invalid')
    return html(404, messagePage('This link is not valid', 'It was changed or cut off on its way. Ask for a new one.'));
  const ticket = await context.of(read.org)?.approvals.find(read.org, read.ticket);
  return html(410, messagePage('This link has expired', ticket?.state === 'open' ? WAITS : OVER));
}

/** Of the ticket itself nothing is said to who has no more than a link: only whether there is something left to decide. */
const WAITS = 'Links are short-lived. The ticket still waits; ask for a new one: sallyport approval link <ticket>.';
const OVER = 'Nothing is left to decide: the ticket is over. How it ended: sallyport approval show <ticket>.';

function ticketOf({ context }: ReviewGate, request: Context): { org: string; ticket: string } {
  const read = context.review.links.read(request.req.param('link') ?? '');
  return read.type === 'invalid' ? { org: '', ticket: '' } : read;
}

async function open(gate: ReviewGate, signIn: SignIn, request: Context, form: URLSearchParams): Promise<Response> {
  const address = gate.remoteAddress(request);
  const who = await signIn(form);
  if (!who) {
    await gate.signins.failed(address, 'no valid token on a review page');
    return html(401, signInPage('This is no valid operator token.'));
  }
  await gate.signins.succeeded(who.context, who.operator, address);
  return show(gate, request, who, undefined, 200);
}

/** INVARIANT: a ticket is shown to reviewers of its own organization only (review.test.ts, "another organization"). */
async function show(gate: ReviewGate, request: Context, who: SignedIn, problem: string | undefined, status: number): Promise<Response> {
  const { context, operator } = who;
  const { org, ticket: id } = ticketOf(gate, request);
  if (!mayAct(operator.role, 'reviewer'))
    return html(403, messagePage('Not for you', `This needs role reviewer; you have role ${operator.role}.`));
  const ticket = org === context.org ? await context.approvals.find(org, id) : undefined;
  if (!ticket) return html(404, messagePage('There is no such ticket', 'It belongs to another organization, or it was never made.'));
  const read = await shownTicket(context, operator, ticket);
  const stepUp = ticket.approvers?.passkey ? await stepUpPart(who, ticket, request.req.header('host')) : undefined;
  const body = ticketPage(read, operator.name, sealSession(gate.context, who, id), problem, stepUp);
  return html(status, body, stepUp && 'challenge' in stepUp ? PASSKEY_HEADERS : PAGE_HEADERS);
}

/** What the page asks of the browser, or why it cannot. */
async function stepUpPart({ context, operator }: SignedIn, ticket: Ticket, host: string | undefined): Promise<StepUpPart> {
  const { links } = context.review;
  const party = links.relyingParty();
  const elsewhere = party && new URL(party.origin).host !== host?.toLowerCase();
  const link = elsewhere && links.urlOf(context.org, ticket.id, ticket.expiresMs, true);
  if (link) return { problem: 'Your passkey is good at another address of this page.', url: link.url };
  return challengeFor(context, operator, ticket);
}

async function decide(gate: ReviewGate, request: Context, form: URLSearchParams): Promise<Response> {
  const { org, ticket: id } = ticketOf(gate, request);
  const who = await resume(gate.context, form, org, id);
  if (!who) return html(401, signInPage('Sign in again: the page was open for too long, or your token is not valid any more.'));
  const { context, operator } = who;
  const verdict = form.get('verdict');
  const comment = form.get('comment')?.trim().slice(0, MAX_COMMENT_CHARS) || undefined;
  const ticket = await context.approvals.find(org, id);
  if (!ticket) return show(gate, request, who, undefined, 404);
  if (verdict !== 'approve' && verdict !== 'refuse') return show(gate, request, who, 'Choose to approve or to refuse.', 400);
  if (form.get('digest') !== ticket.digest)
    return show(gate, request, who, 'The ticket is not the one this page showed. Read it again.', 409);
  const voted = await castVote(context, operator, ticket, { verdict, comment }, verdict === 'approve' ? assertionIn(form) : undefined);
  if (voted.type === 'problem') return show(gate, request, who, `Not decided: ${whyUncounted(context, voted)}.`, 403);
  if (voted.type === 'unknown') return show(gate, request, who, undefined, 404);
  return html(200, donePage(voted.ticket, operator.name));
}

/** undefined: the browser was not asked, or did not answer. */
function assertionIn(form: URLSearchParams): GivenAssertion | undefined {
  const part = (name: string): string => form.get(name) ?? '';
  if (part('signature') === '') return undefined;
  const { state, credential } = { state: part('state'), credential: part('credential') };
  return { state, credential, authenticatorData: part('authenticatorData'), clientData: part('clientData'), signature: part('signature') };
}

function donePage({ id, state }: Ticket, operator: string): string {
  return messagePage(DONE[state] ?? 'Recorded', `${id} is ${state}. Decided as ${operator}. You can close this page.`);
}

const DONE: Record<string, string> = { approved: 'Approved', refused: 'Refused', open: 'Recorded; it takes more people' };
