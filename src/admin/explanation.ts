// An explanation as it leaves the gateway: what was asked, the decision, every rule with what it saw, near misses, and what the agent is told.
// INVARIANT: a role below reviewer gets no value and no key of an argument, and nobody a value that is secret (test/scenario/explain.test.ts).
import type { Decision, Evidence } from '../call.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { PolicySet } from '../policy/compile.ts';
import type { DecideInput } from '../policy/decide-input.ts';
import { nearMisses, publicNearMiss } from '../policy/rehearse/near-miss.ts';
import type { RecordedDecision, RecordedFinding } from '../policy/rehearse/recorded-decision.ts';
import { callerNames } from './caller-names.ts';
import type { AdminContext } from './context.ts';
import type { ExplainReply } from './contract.ts';
import { redactedValues, shownEvidence } from './redacted-values.ts';
import { standingShown } from './standing-shown.ts';

export interface Question {
  set: PolicySet;
  input: DecideInput;
  /** The name led nowhere: refused as one that no rule allows. */
  leadsNowhere: boolean;
  recorded: RecordedDecision | undefined;
  risk: ExplainReply['risk'];
  missing: readonly string[];
  mayReadArguments: boolean;
  /** The objects it is decided under, and the definition of the tool: for standing grants. */
  view: ControlView;
  definition: string | undefined;
  /** Why the call has the class it has, where that is known. */
  evidence: readonly Evidence[] | undefined;
}

export async function explanation(context: AdminContext, question: Question): Promise<ExplainReply> {
  const { set, input, leadsNowhere, recorded, risk, missing, mayReadArguments, evidence } = question;
  const whole = set.explain(input);
  const decision: Decision = leadsNowhere ? { ...set.refuse(input), trace: whole.trace } : asTold(whole, input);
  const findings: readonly RecordedFinding[] = recorded?.findings ?? input.findings ?? [];
  const passes = leadsNowhere || decision.hidden ? undefined : publicNearMiss(set, input);
  const isRefused = decision.effect === 'deny';
  return {
    ...(recorded ? { recorded: recordedPart(recorded, decision) } : {}),
    revision: set.revision,
    asked: { ...askedPart(input), ...(evidence ? { evidence: shownEvidence(evidence, findings, mayReadArguments) } : {}) },
    decision: {
      effect: decision.effect,
      rule: decision.rule,
      code: decision.code,
      hidden: decision.hidden !== undefined,
      ...(decision.error === undefined ? {} : { error: decision.error }),
    },
    trace: decision.trace.map(({ values, ...step }) => {
      const shown = redactedValues(values, findings, mayReadArguments);
      return { ...step, ...(shown && Object.keys(shown).length > 0 ? { values: shown } : {}) };
    }),
    nearMisses: leadsNowhere ? [] : nearMisses(set, input, callerNames(question.view)),
    ...(risk ? { risk } : {}),
    standing: standingShown(question.view, input, decision, question.definition),
    limits: await context.limitState(input, decision.obligations?.quota ?? []),
    told: {
      code: decision.code,
      reason: decision.reason,
      ...(isRefused && passes !== undefined ? { passes } : {}),
      ...(isRefused && set.access !== undefined ? { access: set.access } : {}),
    },
    missing: [...missing],
  };
}

/** A hidden tool is answered as one that does not exist. */
function asTold(decision: Decision, { method }: DecideInput): Decision {
  if (!decision.hidden?.asAbsent || method !== 'tools/call') return decision;
  return { ...decision, code: 'unknown_capability', reason: 'What is said of a tool that does not exist.' };
}

function recordedPart(recorded: RecordedDecision, decision: Decision): NonNullable<ExplainReply['recorded']> {
  const { call, seq, timeMs, effect, rule, code } = recorded;
  const agrees = rule === decision.rule && code === decision.code && effect === decision.effect;
  return { call, seq, time: new Date(timeMs).toISOString(), effect, rule, code, agrees };
}

function askedPart({ principal, method, server, capability, intent, findings }: DecideInput): ExplainReply['asked'] {
  return {
    agent: principal.agent,
    ...(principal.user === undefined ? {} : { user: principal.user }),
    ...(principal.agentClass === undefined ? {} : { class: principal.agentClass }),
    ...(principal.environment === undefined ? {} : { environment: principal.environment }),
    teams: [...principal.teams],
    roles: [...principal.roles],
    method,
    ...(server === undefined ? {} : { server }),
    ...(capability ? { capability: { ...capability } } : {}),
    ...(intent ? { intent: intent.intent } : {}),
    ...(intent?.category === undefined ? {} : { category: intent.category }),
    findings: (findings ?? []).map(({ type }) => type),
  };
}
