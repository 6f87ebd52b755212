// From what decided to the decision: effect, code, what the agent is told, and the trace.
// What an agent is told never depends on more than what it asked and the one rule that applied.
import type { Decision, DenialCode, TraceStep } from '../call.ts';
import { type DecideInput, isFollowUp } from './decide-input.ts';
import type { PolicyParts } from './policy-set.ts';
import { type Asked, deniedText, errorText, heldText, noRuleText, outOfScopeText } from './refusal-text.ts';
import { type CompiledRule, failedMatcher, failedOnCall, type Matcher, RuleFailed } from './rule.ts';
import { visitInOrder } from './rule-merge.ts';
import { valuesSeen } from './seen.ts';
import { valuesOf } from './when/scope.ts';

/** Steps a trace holds; when more rules were looked at, the first ones and the one that decided. */
export const MAX_TRACE = 100;

export const BUILTIN = {
  default: 'builtin/default',
  handshake: 'builtin/handshake',
  scope: 'builtin/scope',
  error: 'builtin/error',
} as const;

export type Ending = 'scope' | 'handshake' | 'default';

/** How a request came out: by a rule, or by one of the built-in ends. */
export type Outcome = CompiledRule | Ending;

const RISK_REASON = 'Its risk is too high.';

export class Verdicts {
  readonly #parts: PolicyParts;

  constructor(parts: PolicyParts) {
    this.#parts = parts;
  }

  /** `judged`: the form of the request that the outcome is about. */
  describe(input: DecideInput, judged: DecideInput, outcome: Outcome, wholeTrace: boolean): Decision {
    const trace = (rule: string, match?: CompiledRule): readonly TraceStep[] =>
      wholeTrace ? this.#trace(judged, rule, match) : [{ rule, matched: true }];
    if (outcome === 'scope') return this.#deny(input, BUILTIN.scope, 'out_of_scope', outOfScopeText, []);
    if (outcome === 'default') return this.refusal(input, trace(BUILTIN.default));
    if (outcome === 'handshake') return this.#allow(BUILTIN.handshake, trace(BUILTIN.handshake), undefined);
    return this.#byRule(input, outcome, trace(outcome.id, outcome));
  }

  refusal(input: DecideInput, trace: readonly TraceStep[]): Decision {
    return this.#deny(input, BUILTIN.default, 'no_rule_allows', noRuleText, trace);
  }

  /** The band of a risk profile, `risk/<profile>`. The score is the operator's business. */
  byRisk(input: DecideInput, { profile, band }: { profile: string; band: 'hold' | 'deny' }, before: readonly TraceStep[]): Decision {
    const rule = `risk/${profile}`;
    const trace = [...before, { rule, matched: true }];
    if (band === 'deny') return this.#deny(input, rule, 'denied_by_rule', (asked) => deniedText(asked, rule, RISK_REASON), trace);
    const reason = heldText(askedOf(input), rule, RISK_REASON);
    return { effect: 'hold', rule, code: 'approval_required', reason, trace, revision: this.#parts.revision };
  }

  /** The policy could not be evaluated. The rule that failed is the operator's business. */
  failed(input: DecideInput, error: unknown, wholeTrace: boolean): Decision {
    const rule = error instanceof RuleFailed ? error.rule : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const trace = rule ? [...(wholeTrace ? this.#before(input, rule) : []), this.#broken(input, rule, message, wholeTrace)] : [];
    const decision = this.#deny(input, rule?.id ?? BUILTIN.error, 'policy_error', errorText, trace);
    return { ...decision, shownRule: BUILTIN.error, error: message };
  }

  #byRule(input: DecideInput, rule: CompiledRule, trace: readonly TraceStep[]): Decision {
    switch (rule.effect) {
      case 'deny':
        return this.#with(
          rule,
          this.#deny(input, rule.id, 'denied_by_rule', (asked) => deniedText(asked, rule.id, rule.reason), trace),
        );
      case 'hide': {
        const decision = this.#deny(input, rule.id, 'no_rule_allows', noRuleText, trace);
        return this.#with(rule, { ...decision, shownRule: BUILTIN.default, hidden: { asAbsent: false } });
      }
      case 'hold': {
        // What follows up a call that was approved needs no second approval.
        if (isFollowUp(input)) return this.#allow(rule.id, trace, rule);
        const reason = heldText(askedOf(input), rule.id, rule.reason);
        const { revision } = this.#parts;
        return this.#with(rule, { effect: 'hold', rule: rule.id, code: 'approval_required', reason, trace, revision });
      }
      case 'allow':
        return this.#allow(rule.id, trace, rule);
    }
  }

  #allow(id: string, trace: readonly TraceStep[], rule: CompiledRule | undefined): Decision {
    const { revision } = this.#parts;
    return this.#with(rule, { effect: 'allow', rule: id, code: 'allowed', reason: `Allowed by rule "${id}".`, trace, revision });
  }

  #with(rule: CompiledRule | undefined, decision: Decision): Decision {
    return rule?.obligations ? { ...decision, obligations: rule.obligations } : decision;
  }

  #deny(input: DecideInput, rule: string, code: DenialCode, text: (asked: Asked) => string, trace: readonly TraceStep[]): Decision {
    return { effect: 'deny', rule, code, reason: text(askedOf(input)), trace, revision: this.#parts.revision };
  }

  /** Candidates are the rules whose server matcher holds: those before the match (all of them when a built-in end decided), then what decided. */
  #trace(input: DecideInput, decidedBy: string, match: CompiledRule | undefined): TraceStep[] {
    const steps = this.#before(input, match);
    const values = match && valuesSeen(match, input, this.#parts.tags, undefined);
    steps.push({ rule: decidedBy, matched: true, ...(values && Object.keys(values).length > 0 ? { values } : {}) });
    return steps;
  }

  #before(input: DecideInput, end: CompiledRule | undefined): TraceStep[] {
    const steps: TraceStep[] = [];
    visitInOrder(this.#parts.index.candidates(input.server), (rule) => {
      if (rule === end || steps.length === MAX_TRACE - 1) return true;
      const failedOn = this.#failure(rule, input);
      if (failedOn === undefined || failedOn === 'server') return false;
      steps.push({ rule: rule.id, matched: false, failedOn, values: valuesSeen(rule, input, this.#parts.tags, failedOn) });
      return false;
    });
    return steps;
  }

  #failure(rule: CompiledRule, input: DecideInput): Matcher | undefined {
    const { tags } = this.#parts;
    const failed = failedMatcher(rule, input, tags);
    if (failed !== undefined || !rule.onCall) return failed;
    // Of a follow-up nothing is known that a condition could see: such a rule did not deny.
    if (isFollowUp(input)) return rule.effect === 'deny' ? 'when' : undefined;
    return failedOnCall(rule, input, (condition) => condition.holds(valuesOf(input, tags)));
  }

  #broken(input: DecideInput, rule: CompiledRule, error: string, wholeTrace: boolean): TraceStep {
    const values = wholeTrace ? { values: valuesSeen(rule, input, this.#parts.tags, undefined) } : {};
    return { rule: rule.id, matched: false, failedOn: 'error', error, ...values };
  }
}

function askedOf({ principal, method, server, capability }: DecideInput): Asked {
  return { agent: principal.agent, method, server, capability };
}
