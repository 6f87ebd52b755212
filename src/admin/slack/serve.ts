// Buttons of Slack messages: a signed request says who pressed which one, and that person decides, the same way as everywhere else.
// Never takes an unsigned, old or repeated request, and never takes Slack's word for more than who pressed.
import type { Context, Hono } from 'hono';
import { Lru } from '../../lib/lru.ts';
import type { ControlView } from '../../object/snapshot.ts';
import type { AdminContext } from '../context.ts';
import { mayAct } from '../operator.ts';
import type { ReviewGate } from '../review/form.ts';
import { reviewerOf } from '../reviewer-of.ts';
import { failure } from '../route.ts';
import { whyUncounted } from '../step-up.ts';
import { type Click, readClick } from './click.ts';
import { checkSignature, WINDOW_S } from './signature.ts';

/** Bytes of a request. */
export const MAX_SLACK_BYTES = 256 * 1024;
/** Requests that are remembered, so that none is taken twice; more than Slack sends in the time they are good for. */
const MAX_SEEN = 10_000;

/** Slack is told where to send clicks: `/hooks/slack/<organization>` on the admin listener. */
export function slackHooks(app: Hono, { context: home, signins, remoteAddress }: ReviewGate): void {
  const seen = new Lru<string, number>(MAX_SEEN);
  app.post('/hooks/slack/:org', async (request) => {
    const context = home.of(request.req.param('org'));
    const body = await readBody(request.req.raw);
    if (body === undefined) return failure(413, 'too_large', `A request has at most ${MAX_SLACK_BYTES} bytes.`);
    const refusal = context ? await unsigned(context, request, body, seen) : 'unknown organization';
    if (!context || refusal !== undefined) {
      await signins.failed(remoteAddress(request), `a request in the name of Slack: ${refusal}`);
      return failure(401, 'unauthenticated', 'This is no current request signed by Slack.');
    }
    const click = readClick(new URLSearchParams(body).get('payload'));
    // What is not ours is taken and left alone: Slack shows an error to the person otherwise.
    if (!click) return new Response(null, { status: 200 });
    const text = await decide(context, click);
    if (click.answerUrl !== undefined)
      context.slack.answer(click.answerUrl, JSON.stringify({ response_type: 'ephemeral', replace_original: false, text }));
    return new Response(null, { status: 200 });
  });
}

/** Why the request is not taken; undefined when it is. INVARIANT: no request is taken twice (slack.test.ts, "replayed"). */
async function unsigned(context: AdminContext, raw: Context, body: string, seen: Lru<string, number>): Promise<string | undefined> {
  const secret = signingSecret(context, await context.view());
  if (secret === undefined) return 'no signing secret';
  const headers = { timestamp: raw.req.header('x-slack-request-timestamp'), signature: raw.req.header('x-slack-signature') };
  const nowMs = context.clock.nowMs();
  const signed = checkSignature(secret, headers, body, nowMs);
  if (signed !== 'good') return signed;
  const key = `${context.org} ${headers.signature}`;
  const takenMs = seen.get(key);
  if (takenMs !== undefined && nowMs - takenMs <= 2 * WINDOW_S * 1000) return 'repeated';
  seen.set(key, nowMs);
  return undefined;
}

function signingSecret({ slack }: AdminContext, view: ControlView): string | undefined {
  const name = view.organization()?.spec.approvals?.slack?.signingSecret.secret;
  const sealed = name === undefined ? undefined : view.secret(name)?.spec.sealed;
  return name === undefined || sealed === undefined ? undefined : slack.open(name, sealed);
}

/** What the person is told. */
async function decide(context: AdminContext, { person, team, verdict, ticket: id, comment }: Click): Promise<string> {
  const view = await context.view();
  const wanted = view.organization()?.spec.approvals?.slack?.team;
  if (wanted !== undefined && wanted !== team) return 'This workspace may not decide here.';
  const operator = operatorOf(view, person, context.clock.nowMs());
  if (operator === undefined)
    return 'Your Slack account is linked to nobody who may decide. An operator sets spec.slack of your user object.';
  const why = verdict === 'refuse' ? (comment ?? 'refused with the button in Slack') : comment;
  const voted = await context.approvals.vote(context.org, id, await reviewerOf(context, { name: operator }), verdict, why);
  if (voted.type === 'unknown') return 'There is no such ticket.';
  if (voted.type === 'problem') return `Not decided: ${whyUncounted(context, voted)}.`;
  return `${id} is ${voted.ticket.state}. Decided as ${operator}.`;
}

/** INVARIANT: one account is one person: none when two users have it, or the user is not to act (slack.test.ts). */
function operatorOf(view: ControlView, person: string, nowMs: number): string | undefined {
  const users = view.all().filter(({ kind, spec }) => kind === 'user' && (spec as { slack?: string }).slack === person);
  const [user] = users;
  if (!user || users.length > 1 || view.user(user.metadata.name)?.spec.disabled) return undefined;
  const linked = view.operators().filter(({ spec }) => {
    const isOver = spec.revokedAt !== undefined || (spec.expiresAt !== undefined && !(nowMs < Date.parse(spec.expiresAt)));
    return spec.user === user.metadata.name && !isOver && mayAct(spec.role, 'reviewer');
  });
  return linked.map(({ metadata }) => metadata.name).sort()[0];
}

/** undefined: it is too large. */
async function readBody(request: Request): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_SLACK_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
