// Serves the page of one ticket: the link names it, a sign-in opens it, a form decides. No cookies: what a signed-in browser sends back is sealed
// into its own page, so no other page can send it. Never shows anything of a ticket to who only has the link.
import type { Context, Hono } from 'hono';
import { REVIEW_PATH } from '../../approval/review-link.ts';
import { sha256Hex } from '../../lib/digest.ts';
import type { AdminContext } from '../context.ts';
import { identifyOperator, isCurrent, mayAct, type Operator, type SigninRecorder } from '../operator.ts';
import { reviewerOf } from '../reviewer-of.ts';
import { shownTicket } from '../ticket-detail.ts';
import { problemText } from '../ticket-view.ts';
import { messagePage, PAGE_HEADERS, signInPage, ticketPage } from './html.ts';

/** How long a page can be decided on, milliseconds; afterwards whoever decides signs in again. */
export const SESSION_MS = 15 * 60_000;
/** Bytes of a form. */
export const MAX_FORM_BYTES = 64 * 1024;
const MAX_COMMENT_CHARS = 1_024;

export interface ReviewGate {
  /** Of the gateway's own organization; `ownerOf` leads to the others. */
  context: AdminContext;
  signins: SigninRecorder;
  remoteAddress(request: Context): string;
}

/** Who signs in, by what a form says. One way now, operator tokens; another one (single sign-on) is another of these. */
type SignIn = (form: URLSearchParams) => Promise<{ context: AdminContext; operator: Operator } | undefined>;

export function reviewPages(app: Hono, gate: ReviewGate): void {
  const signIn = byOperatorToken(gate.context);
  app.get(`${REVIEW_PATH}:link`, (request) => linked(gate, request) ?? html(200, signInPage(undefined)));
  app.post(`${REVIEW_PATH}:link`, async (request) => {
    const refused = linked(gate, request);
    if (refused) return refused;
    const form = await readForm(request.req.raw);
    if (!form) return html(413, messagePage('Too much', `A form has at most ${MAX_FORM_BYTES} bytes.`));
    return form.get('step') === 'decide' ? decide(gate, request, form) : open(gate, signIn, request, form);
  });
}

/** A page that says why the link leads nowhere; undefined when it is good. */
function linked({ context }: ReviewGate, request: Context): Response | undefined {
  const { type } = context.review.links.read(request.req.param('link') ?? '');
  if (type === 'good') return undefined;
  if (type === 'expired')
    return html(410, messagePage('This link has expired', 'Links are short-lived. Ask for a new one: sallyport approval link <ticket>.'));
  return html(404, messagePage('This link is not valid', 'It was changed or cut off on its way. Ask for a new one.'));
}

function ticketOf({ context }: ReviewGate, request: Context): { org: string; ticket: string } {
  const read = context.review.links.read(request.req.param('link') ?? '');
  return read.type === 'invalid' ? { org: '', ticket: '' } : read;
}

function byOperatorToken(home: AdminContext): SignIn {
  return async (form) => {
    const token = form.get('token')?.trim();
    const context = token === undefined ? undefined : home.ownerOf(sha256Hex(token));
    const operator = context && identifyOperator(await context.view(), token, context.clock.nowMs());
    return context && operator ? { context, operator } : undefined;
  };
}

async function open(gate: ReviewGate, signIn: SignIn, request: Context, form: URLSearchParams): Promise<Response> {
  const address = gate.remoteAddress(request);
  const who = await signIn(form);
  if (!who) {
    await gate.signins.failed(address, 'no valid token on a review page');
    return html(401, signInPage('This is no valid operator token.'));
  }
  await gate.signins.succeeded(who.context, who.operator, address);
  return show(gate, request, who.context, who.operator, undefined, 200);
}

/** INVARIANT: a ticket is shown to reviewers of its own organization only (review.test.ts, "another organization"). */
async function show(
  gate: ReviewGate,
  request: Context,
  context: AdminContext,
  operator: Operator,
  problem: string | undefined,
  status: number,
): Promise<Response> {
  const { org, ticket: id } = ticketOf(gate, request);
  if (!mayAct(operator.role, 'reviewer'))
    return html(403, messagePage('Not for you', `This needs role reviewer; you have role ${operator.role}.`));
  const ticket = org === context.org ? await context.approvals.find(org, id) : undefined;
  if (!ticket) return html(404, messagePage('There is no such ticket', 'It belongs to another organization, or it was never made.'));
  const read = await shownTicket(context, operator, ticket);
  const session = JSON.stringify([operator.name, operator.role, operator.hash, id, context.clock.nowMs() + SESSION_MS]);
  return html(status, ticketPage(read, operator.name, gate.context.review.seal(session), problem));
}

async function decide(gate: ReviewGate, request: Context, form: URLSearchParams): Promise<Response> {
  const { org, ticket: id } = ticketOf(gate, request);
  const who = await resume(gate, form, org, id);
  if (!who) return html(401, signInPage('Sign in again: the page was open for too long, or your token is not valid any more.'));
  const { context, operator } = who;
  const verdict = form.get('verdict');
  const comment = form.get('comment')?.trim().slice(0, MAX_COMMENT_CHARS) || undefined;
  const ticket = await context.approvals.find(org, id);
  if (!ticket) return show(gate, request, context, operator, undefined, 404);
  if (verdict !== 'approve' && verdict !== 'refuse') return show(gate, request, context, operator, 'Choose to approve or to refuse.', 400);
  if (form.get('digest') !== ticket.digest)
    return show(gate, request, context, operator, 'The ticket is not the one this page showed. Read it again.', 409);
  const voted = await context.approvals.vote(org, id, await reviewerOf(context, operator), verdict, comment);
  if (voted.type === 'problem')
    return show(gate, request, context, operator, `Not decided: ${problemText(voted.problem, voted.ticket)}.`, 403);
  if (voted.type === 'unknown') return show(gate, request, context, operator, undefined, 404);
  return html(
    200,
    messagePage(
      DONE[voted.ticket.state] ?? 'Recorded',
      `${id} is ${voted.ticket.state}. Decided as ${operator.name}. You can close this page.`,
    ),
  );
}

const DONE: Record<string, string> = { approved: 'Approved', refused: 'Refused', open: 'Recorded; it takes more people' };

/** The operator of a page that was signed in to, if still one; for this very ticket. */
async function resume(
  { context: home }: ReviewGate,
  form: URLSearchParams,
  org: string,
  ticket: string,
): Promise<{ context: AdminContext; operator: Operator } | undefined> {
  const [name, role, hash, id, untilMs] = sessionOf(home, form) ?? [];
  const context = hash === undefined ? undefined : home.ownerOf(hash);
  if (!context || context.org !== org || id !== ticket || name === undefined || role === undefined || hash === undefined) return undefined;
  const nowMs = context.clock.nowMs();
  const operator: Operator = { name, role, rights: [], hash };
  const isGood = nowMs < (untilMs ?? 0) && mayAct(role, 'reviewer') && isCurrent(await context.view(), operator, nowMs);
  return isGood ? { context, operator } : undefined;
}

type Session = [name: string, role: Operator['role'], hash: string, ticket: string, untilMs: number];

function sessionOf(home: AdminContext, form: URLSearchParams): Session | undefined {
  const text = home.review.open(form.get('session') ?? '');
  return text === undefined ? undefined : (JSON.parse(text) as Session);
}

/** undefined: it is too large. */
async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function html(status: number, body: string): Response {
  return new Response(body, { status, headers: PAGE_HEADERS });
}
