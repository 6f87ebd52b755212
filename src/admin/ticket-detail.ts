// Everything a reviewer needs to decide about a held call, put together beside the path of calls. Reads only; whoever asks has been admitted.
// Never shows the arguments to a role below reviewer: the routes that use this need it.
import type { Ticket } from '../approval/ticket.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { parseJson } from '../mcp/parse-json.ts';
import { argumentsIn } from '../policy/decide-input.ts';
import type { AdminContext } from './context.ts';
import type { ApprovalDetail } from './contract.ts';
import { earlierCalls } from './earlier-calls.ts';
import type { Operator } from './operator.ts';
import { pinnedTool } from './pinned-tool.ts';
import { reviewerOf } from './reviewer-of.ts';
import { instant, ticketBody, whyNot } from './ticket-view.ts';
import { whyHeld } from './why-held.ts';

/** Newest tickets that earlier ones of the same call are looked for in. */
const MAX_LOOKED_AT = 10_000;
const MAX_EARLIER = 20;

async function ticketDetail(context: AdminContext, operator: Operator, ticket: Ticket): Promise<ApprovalDetail> {
  const { org, approvals, clock } = context;
  const reviewer = await reviewerOf(context, operator);
  const sealed = await approvals.opened(org, ticket.id);
  const args = sealed && argumentsOf(sealed.params, ticket.method);
  const earlier = await earlierCalls(context, ticket, args);
  const all = await approvals.list(org, { live: false, limit: MAX_LOOKED_AT });
  const same = all.filter(({ binding, id, createdMs }) => binding === ticket.binding && id !== ticket.id && createdMs <= ticket.createdMs);
  const { comparison, ...history } = earlier;
  return {
    ...ticketBody(ticket, clock.nowMs()),
    params: sealed?.params,
    description: sealed?.description,
    definition: ticket.definition,
    pinned: await pinnedTool(context, ticket, earlier),
    why: await whyHeld(context, ticket),
    findings: ticket.findings.map(({ type, path, count, action, confidence }) => ({ type, path, count, action, confidence })),
    evidence: [...(sealed?.evidence ?? ticket.intent?.evidence ?? [])],
    category: ticket.intent?.category,
    riskParts: [...(ticket.risk?.parts ?? [])],
    history: { ...history, remembered: rememberedOf(context, ticket) },
    usual: comparison,
    earlier: same.slice(0, MAX_EARLIER).map(({ id, state, createdMs }) => ({ id, state, at: instant(createdMs) })),
    mayNot: whyNot(ticket, reviewer),
  };
}

/** What was shown, and to whom, is an entry; while the ticket is open it is kept with it too, so that the vote says how long was looked. */
export async function shownTicket(context: AdminContext, operator: Operator, ticket: Ticket): Promise<ApprovalDetail> {
  const body = await ticketDetail(context, operator, ticket);
  const { user } = await reviewerOf(context, operator);
  await context.approvals.looked(context.org, ticket, { by: operator.name, user });
  return body;
}

function argumentsOf(paramsText: string, method: string): JsonObject | undefined {
  try {
    const params = parseJson(paramsText);
    return isObject(params) ? (argumentsIn(method, params) ?? {}) : undefined;
  } catch {
    return undefined;
  }
}

/** What the fold over the log remembers where arguments are not kept: how often, and amounts. undefined when nobody asked for a history. */
function rememberedOf(context: AdminContext, { requester, server, capability }: Ticket): ApprovalDetail['history']['remembered'] {
  if (server === undefined || capability?.kind !== 'tool') return undefined;
  const pair = context.history()?.pair(requester.agent, server, capability.name);
  if (!pair) return undefined;
  const amounts = [...pair.sketches].map(([path, sketch]) => ({
    path,
    count: sketch.count,
    median: sketch.quantile(0.5) ?? 0,
    p95: sketch.quantile(0.95) ?? 0,
    max: sketch.max,
  }));
  return { calls: pair.calls, since: instant(pair.firstMs), amounts };
}
