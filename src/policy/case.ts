// Cases: a call as a person describes it, and what must come out. They run at activation, from the command line, and in our own tests.
import type { CapabilityRef, Decision } from '../call.ts';
import { methodInfo } from '../mcp/method-kind.ts';
import type { GivenCall } from '../object/kind/policy-case.ts';
import type { PolicyCase } from '../object/kinds.ts';
import type { DecideInput } from './decide-input.ts';
import type { PolicySet } from './policy-set.ts';

/** A case whose outcome is not the one that was expected. */
export interface CaseFailure {
  name: string;
  /** One line: what was expected, what came out, and by which rule. */
  message: string;
  decision: Decision;
}

const METHODS = { tool: 'tools/call', prompt: 'prompts/get', resource: 'resources/read' } as const;

export function inputOf(given: GivenCall, org = 'case'): DecideInput {
  const capability = capabilityOf(given);
  const method = given.method ?? (capability ? METHODS[capability.kind] : 'tools/list');
  return {
    principal: {
      org,
      agent: given.agent,
      agentClass: given.class,
      environment: given.environment,
      teams: given.teams ?? [],
      roles: given.roles ?? [],
      labels: given.labels ?? {},
      user: given.user,
      token: undefined,
    },
    kind: methodInfo(method)?.kind ?? 'call',
    method,
    server: given.server,
    capability,
    args: given.args,
    completing: method === 'completion/complete' && capability?.kind === 'resource' ? (given.completing ?? '') : undefined,
    definition: given.definition,
    tags: given.tags,
    intent: given.intent && { intent: given.intent, category: given.category },
    findings: (given.findings ?? []).map((type) => ({ type })),
    risk: given.risk,
    flow: given.flow ?? [],
    facts: given.facts,
    nowMs: given.now === undefined ? undefined : Date.parse(given.now),
    source: given.source,
  };
}

function capabilityOf(given: GivenCall): CapabilityRef | undefined {
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const name = given[kind];
    if (name !== undefined) return { kind, name };
  }
  return undefined;
}

/** undefined: it came out as expected. */
export function runCase(set: PolicySet, one: PolicyCase): CaseFailure | undefined {
  const decision = set.explain(inputOf(one.given));
  const expected = typeof one.expect === 'string' ? { effect: one.expect } : one.expect;
  const found = { effect: decision.hidden ? 'hide' : decision.effect, rule: decision.rule, code: decision.code };
  const wrong: string[] = [];
  // What is hidden is denied, too: who does not care which expects a denial.
  const isEffect = expected.effect === found.effect || (expected.effect === 'deny' && found.effect === 'hide');
  if (!isEffect) wrong.push(`effect ${expected.effect}`);
  if (expected.rule !== undefined && expected.rule !== found.rule) wrong.push(`rule ${expected.rule}`);
  if (expected.code !== undefined && expected.code !== found.code) wrong.push(`code ${expected.code}`);
  if (expected.reason !== undefined && !decision.reason.includes(expected.reason)) wrong.push(`a reason with "${expected.reason}"`);
  if (expected.log !== undefined && expected.log !== decision.obligations?.log) wrong.push(`log ${expected.log}`);
  if (expected.notify !== undefined && expected.notify.join() !== (decision.obligations?.notify ?? []).join())
    wrong.push(`notify ${expected.notify.join(', ')}`);
  if (wrong.length === 0) return undefined;
  const why = decision.error === undefined ? '' : `: ${decision.error}`;
  const came = `${found.effect} by rule ${found.rule} (${found.code}${why})`;
  return { name: one.name, message: `case "${one.name}": expected ${wrong.join(' and ')}, came out as ${came}`, decision };
}
