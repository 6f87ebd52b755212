// What an agent is told when it is refused. A function of what the agent itself asked for, and of the one rule that applied: it must never
// depend on whether the thing exists, nor name another rule or capability.
import type { CapabilityRef } from '../call.ts';

/** Characters of a name that are shown. */
export const MAX_SHOWN_CHARS = 128;

export interface Asked {
  agent: string;
  method: string;
  server: string | undefined;
  capability: CapabilityRef | undefined;
}

export function noRuleText(asked: Asked): string {
  return `${mayNot(asked)}: no rule allows it. An operator can add a rule that does.`;
}

export function deniedText(asked: Asked, rule: string, reason: string | undefined): string {
  return `${mayNot(asked)}: rule ${quoted(rule)} denies it${reason ? ` (${reason})` : ''}.`;
}

export function heldText(asked: Asked, rule: string, reason: string | undefined): string {
  return `${mayNot(asked)} without approval: rule ${quoted(rule)} holds it for a person${reason ? ` (${reason})` : ''}.`;
}

export function outOfScopeText(asked: Asked): string {
  return `${mayNot(asked)} with this token: it is outside the scope of the token. An operator can issue a token with a wider scope.`;
}

export function errorText(asked: Asked): string {
  return `${mayNot(asked)}: the policy could not be evaluated, so the request is refused. An operator finds the cause in the log.`;
}

function mayNot({ agent, method, server, capability }: Asked): string {
  const where = server === undefined ? '' : ` of server ${quoted(server)}`;
  if (capability)
    return `Agent ${quoted(agent)} may not ${VERB[method] ?? `call ${quoted(method)} on`} ${capability.kind} ${quoted(capability.name)}${where}`;
  return `Agent ${quoted(agent)} may not call ${quoted(method)}${server === undefined ? '' : ` on server ${quoted(server)}`}`;
}

const VERB: Readonly<Record<string, string | undefined>> = { 'tools/call': 'call', 'prompts/get': 'get', 'resources/read': 'read' };

/** In quotes, control characters escaped, cut at a bound: names come from outside. */
function quoted(name: string): string {
  return JSON.stringify(name.length > MAX_SHOWN_CHARS ? `${name.slice(0, MAX_SHOWN_CHARS)}…` : name);
}
