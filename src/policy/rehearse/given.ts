// A request as a person would write it in a case, and back: the form in which examples are shown. What cannot be written there is left out, and
// whoever shows an example decides again on what came back.
import type { GivenCall } from '../../object/kind/policy-case.ts';
import { inputOf } from '../case.ts';
import type { DecideInput } from '../decide-input.ts';

const METHODS = { tool: 'tools/call', prompt: 'prompts/get', resource: 'resources/read' } as const;

export function givenOf(input: DecideInput): GivenCall {
  const { principal, capability, method, intent, nowMs } = input;
  const usual = capability ? METHODS[capability.kind] : 'tools/list';
  const members: { [K in keyof GivenCall]: GivenCall[K] | undefined } = {
    agent: principal.agent,
    class: principal.agentClass,
    environment: principal.environment,
    teams: filled(principal.teams),
    roles: filled(principal.roles),
    labels: Object.keys(principal.labels).length > 0 ? { ...principal.labels } : undefined,
    user: principal.user,
    server: input.server,
    ...(capability ? { [capability.kind]: capability.name } : {}),
    method: method === usual ? undefined : method,
    args: input.args as GivenCall['args'],
    definition: input.definition as GivenCall['definition'],
    tags: input.tags && [...input.tags],
    intent: intent?.intent,
    category: intent?.category,
    findings: filled(input.findings?.map(({ type }) => type) ?? []),
    risk: input.risk,
    flow: filled(input.flow ?? []),
    facts: input.facts as GivenCall['facts'],
    now: nowMs === undefined ? undefined : new Date(nowMs).toISOString(),
    source: input.source,
  };
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as GivenCall;
}

/** As it is after it was written down. */
export function asGiven(input: DecideInput): DecideInput {
  return inputOf(givenOf(input));
}

function filled(names: readonly string[]): string[] | undefined {
  return names.length > 0 ? [...names] : undefined;
}
