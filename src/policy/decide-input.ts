// What a decision is made from: plain values that can be written down as JSON and decided again, for replay, what-if questions and tests.
// Never a live call, and nothing a client says about itself.
import type { CapabilityRef, Intent, MethodKind, Principal } from '../call.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import { expandedTemplate } from '../mcp/uri-expansion.ts';

/**
 * Plain but for `principal.inScope`, which JSON drops: without it everything is within the scope. Optional members are unknown when absent;
 * what that means to a rule is said in docs/policy.md ("What is not known").
 */
export interface DecideInput {
  principal: Who;
  kind: MethodKind;
  method: string;
  /** undefined: the request is towards no single server. */
  server: string | undefined;
  capability: CapabilityRef | undefined;
  /** Arguments of a tool or prompt. */
  args?: JsonObject | undefined;
  /** Of a completion of a resource template: the argument that is asked for. The others lead to a resource, which is decided about, too. */
  completing?: string | undefined;
  /** Definition of the tool or prompt, as the server stated it. */
  definition?: JsonObject | undefined;
  /** Tags of server and tool; those of the server object unless given. */
  tags?: readonly string[] | undefined;
  intent?: { intent: Intent; category: string | undefined } | undefined;
  findings?: readonly FindingFact[] | undefined;
  /** 0–100. */
  risk?: number | undefined;
  /** Labels of the data that flows into this call. */
  flow?: readonly string[] | undefined;
  /** What is known from before. */
  facts?: JsonObject | undefined;
  /** Milliseconds since the epoch. */
  nowMs?: number | undefined;
  /** Address the request came from. */
  source?: string | undefined;
}

export type Who = Omit<Principal, 'inScope'> & { inScope?: Principal['inScope'] | undefined };

export interface FindingFact {
  type: string;
  where?: string | undefined;
  count?: number | undefined;
  confidence?: number | undefined;
}

/** Kinds of requests that use something; only of them can arguments, findings, risk and conditions say anything. */
export function isUse(kind: MethodKind): boolean {
  return kind === 'call' || kind === 'read' || kind === 'reverse';
}

/** A follow-up of a task: it was the call that made the task that had arguments, and it was decided. */
export function isFollowUp({ kind, method }: DecideInput): boolean {
  return kind === 'call' && method !== 'tools/call';
}

/** Arguments in the params of a request. What a completion is asked for counts as an argument, together with those that stand already. */
export function argumentsIn(method: string, params: JsonObject | undefined): JsonObject | undefined {
  if (!params) return undefined;
  if (method !== 'completion/complete') return isObject(params.arguments) ? params.arguments : undefined;
  const { argument, context } = params;
  const given = isObject(context) && isObject(context.arguments) ? context.arguments : {};
  if (!isObject(argument) || typeof argument.name !== 'string' || argument.value === undefined) return given;
  return Object.fromEntries([...Object.entries(given), [argument.name, argument.value]]);
}

/** undefined for everything but completions of resource templates. */
export function completingIn(method: string, capability: CapabilityRef | undefined, params: JsonObject | undefined): string | undefined {
  if (method !== 'completion/complete' || capability?.kind !== 'resource' || !params) return undefined;
  const { argument } = params;
  return isObject(argument) && typeof argument.name === 'string' ? argument.name : '';
}

/** What a completion leads to by the values that stand already. undefined: no other resource than the template; without a name: none that is looked at. */
export function resourceMeant({ completing, capability, args }: DecideInput): { name: string | undefined } | undefined {
  if (completing === undefined || !capability || !args) return undefined;
  const { [completing]: _, ...given } = args;
  if (Object.keys(given).length === 0) return undefined;
  // Values are texts. What a server would make of another one, nobody knows.
  if (Object.values(given).some((value) => typeof value !== 'string')) return { name: undefined };
  const name = expandedTemplate(capability.name, given);
  return name === capability.name ? undefined : { name };
}

const FLOW = 'flow.';
const NO_FLOW: readonly string[] = Object.freeze([]);

/** Labels of data that flows into a call are findings of type `flow.<label>`. */
export function flowLabels(findings: readonly { type: string }[]): readonly string[] {
  if (findings.length === 0) return NO_FLOW;
  return findings.filter(({ type }) => type.startsWith(FLOW)).map(({ type }) => type.slice(FLOW.length));
}
