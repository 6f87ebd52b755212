// What is known of a recorded call from its decision: whose it was and what it was for. Selections (legal holds, erasures) are asked about it.
// Never looks at a value.
import { isObject, type JsonObject } from '../lib/json.ts';
import type { SpecOf } from '../object/kinds.ts';

export interface CallFacts {
  call: string;
  parent: string | undefined;
  /** When it was decided. */
  timeMs: number;
  agent: string | undefined;
  class: string | undefined;
  user: string | undefined;
  token: string | undefined;
  server: string | undefined;
  /** Name of the tool, prompt or resource at its server. */
  tool: string | undefined;
  effect: string | undefined;
  /** Types of what detectors saw in the arguments. */
  findings: readonly string[];
}

export type Selection = SpecOf['legal-hold']['match'];

/** Content of a decision. */
export function factsOfDecision(content: JsonObject): CallFacts {
  const principal = isObject(content.principal) ? content.principal : {};
  return {
    call: String(content.call),
    parent: textOf(content.parent),
    timeMs: Date.parse(String(content.time)),
    agent: textOf(principal.agent),
    class: textOf(principal.class),
    user: textOf(principal.user),
    token: textOf(principal.token),
    server: textOf(content.server),
    tool: textOf(content.tool) ?? textOf(content.prompt) ?? textOf(content.resource),
    effect: textOf(content.effect),
    findings: findingTypes(content),
  };
}

/** Facts of a ticket of a held call (approval/ticket.ts). */
export function factsOfTicket(text: string): CallFacts {
  const ticket = JSON.parse(text) as JsonObject;
  const requester = isObject(ticket.requester) ? ticket.requester : {};
  return {
    call: String(ticket.callId),
    parent: undefined,
    timeMs: Number(ticket.createdMs),
    agent: textOf(requester.agent),
    class: textOf(requester.agentClass),
    user: textOf(requester.user),
    token: textOf(requester.token),
    server: textOf(ticket.server),
    tool: isObject(ticket.capability) ? textOf(ticket.capability.name) : undefined,
    effect: 'hold',
    findings: findingTypes(ticket),
  };
}

export function findingTypes({ findings }: JsonObject): string[] {
  return Array.isArray(findings) ? findings.filter(isObject).map(({ type }) => String(type)) : [];
}

/** All that is given holds. */
export function isSelected({ user, agent, token, call, from, to }: Selection, facts: CallFacts): boolean {
  return (
    isOneOf(user, facts.user) &&
    isOneOf(agent, facts.agent) &&
    isOneOf(token, facts.token) &&
    (isOneOf(call, facts.call) || (facts.parent !== undefined && isOneOf(call, facts.parent))) &&
    (from === undefined || facts.timeMs >= Date.parse(from)) &&
    (to === undefined || facts.timeMs <= Date.parse(to))
  );
}

function isOneOf(wanted: readonly string[] | undefined, found: string | undefined): boolean {
  return wanted === undefined || (found !== undefined && wanted.includes(found));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
