// What an agent hears on a session that a freeze took away: why, as long as the freeze is in force; afterwards that there is no such session.
// Each request is judged and recorded like any other. Nothing here reaches a server, and nothing that was kept for the session is given out.
import type { Call, CallReply } from '../call.ts';
import { SESSION_NOT_FOUND } from '../mcp/error-code.ts';
import type { ParsedBody } from '../mcp/message.ts';
import type { AgentContext, Exchange } from './agent-context.ts';
import { replyError, replyJson } from './http-reply.ts';
import { notOfEra, openCall } from './open-call.ts';
import { type Answer, answerOf } from './outcome-text.ts';
import type { Session } from './session.ts';

const GONE = {
  code: SESSION_NOT_FOUND,
  message:
    'Session not found: it ended, never was, or is of another gateway. Send initialize again. Behind a load balancer, all requests with one Mcp-Session-Id must reach one gateway.',
};

export function replyNoSession(exchange: Exchange): void {
  replyError(exchange.response, 404, null, GONE);
}

/** INVARIANT: an old session never forwards anything (test/scenario/kill-bypass.test.ts). */
export async function serveExpelledPost(context: AgentContext, exchange: Exchange, session: Session, body: ParsedBody): Promise<void> {
  const answers: Answer[] = [];
  for (const message of body.messages) {
    if (message.shape !== 'request' || notOfEra(message, 'legacy') !== undefined) continue;
    const controller = new AbortController();
    const call: Call = openCall(context, { message, exchange, client: session.client, peer: SILENT, controller, local: notForwarded });
    const outcome = await context.calls.run(call);
    if (outcome.type !== 'denied') return replyNoSession(exchange);
    answers.push(answerOf(call, message.id, outcome));
  }
  const [first] = answers;
  if (first === undefined) return replyNoSession(exchange);
  const text = body.batch ? `[${answers.map((answer) => answer.text).join(',')}]` : first.text;
  replyJson(exchange.response, first.status, text, first.status === 401 ? { 'www-authenticate': 'Bearer' } : undefined);
}

const SILENT = { notify: () => undefined, request: undefined };

async function notForwarded(): Promise<CallReply> {
  return { type: 'error', era: 'legacy', error: GONE };
}
