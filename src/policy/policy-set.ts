// The decision on one request: token scope, then the rules in order, first match wins, then what is built in; deny is the default.
// One evaluator for calls, lists and explanations. Never throws: an error is a denial.
import type { CapabilityKind, CapabilityRef, Decision, DecisionEffect, DenialCode, MethodKind, Principal, TraceStep } from '../call.ts';
import { type Asked, deniedText, errorText, noRuleText, outOfScopeText } from './refusal-text.ts';
import { loosestForm, plainForm } from './resource-path.ts';
import { type CompiledRule, failedMatcher, failedPrincipalMatcher, type MatchInput, matchesAny } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';
import { visitInOrder } from './rule-merge.ts';

/** Steps a trace holds; when more rules were looked at, the first ones and the one that matched. */
export const MAX_TRACE = 100;

export const BUILTIN = {
  default: 'builtin/default',
  handshake: 'builtin/handshake',
  scope: 'builtin/scope',
  error: 'builtin/error',
} as const;

export interface DecideInput extends MatchInput {
  kind: MethodKind;
}

export interface PolicySet {
  readonly revision: number;
  readonly ruleCount: number;
  /** Does some rule ask for history facts? */
  readonly needsFacts: boolean;
  /** The decision. The trace is whole for a denial; for an allowed call it holds the matching rule alone (`explain` has it whole). */
  decide(input: DecideInput): Decision;
  /** The same decision, always with the whole trace (up to MAX_TRACE steps). */
  explain(input: DecideInput): Decision;
  /** For a name that leads nowhere: what a name that leads somewhere is denied with, or the default denial where rules would allow it. */
  refuse(input: DecideInput): Decision;
  /** Could some rule allow some capability of this server? */
  mayUse(principal: Principal, server: string): boolean;
  /** Is using this capability (call, get, read) anything but denied? What lists show. */
  visible(principal: Principal, server: string, capability: CapabilityRef): boolean;
  /** What using this capability comes to, as far as it can be said without a call. */
  outlook(principal: Principal, server: string, capability: CapabilityRef): Outlook;
  /** Capabilities that rules about this server name exactly. */
  named(server: string): CapabilityRef[];
}

export interface Outlook {
  effect: DecisionEffect | 'conditional';
  /** The rule that decides where no condition does. */
  rule: string;
  /** Rules before it whose outcome depends on what a call holds or when it comes, in order. */
  conditions: readonly string[];
}

export function createPolicySet(index: RuleIndex, ruleCount: number, revision: number, onError: (error: unknown) => void): PolicySet {
  const evaluator = new Evaluator(index, revision, onError);
  return {
    revision,
    ruleCount,
    needsFacts: false,
    decide: (input) => evaluator.decide(input, false),
    explain: (input) => evaluator.decide(input, true),
    refuse: (input) => evaluator.refuse(input),
    mayUse: (principal, server) => evaluator.mayUse(principal, server),
    visible: (principal, server, capability) => evaluator.visible(principal, server, capability),
    outlook: (principal, server, capability) => evaluator.outlook(principal, server, capability),
    named: (server) => evaluator.named(server),
  };
}

const USING: Record<CapabilityKind, { method: string; kind: MethodKind }> = {
  tool: { method: 'tools/call', kind: 'call' },
  prompt: { method: 'prompts/get', kind: 'read' },
  resource: { method: 'resources/read', kind: 'read' },
};

const CAPABILITY_KINDS = Object.keys(USING) as CapabilityKind[];

/** Methods that use a capability. */
const USING_METHODS = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete'];

const HANDSHAKE_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/** How a request came out: by a rule, or by one of the built-in ends. */
type Outcome = CompiledRule | 'scope' | 'handshake' | 'default';

class Evaluator {
  readonly #index: RuleIndex;
  readonly #revision: number;
  readonly #onError: (error: unknown) => void;

  constructor(index: RuleIndex, revision: number, onError: (error: unknown) => void) {
    this.#index = index;
    this.#revision = revision;
    this.#onError = (error) => {
      try {
        onError(error);
      } catch {
        // The denial stands whether or not anybody could be told why.
      }
    };
  }

  /** INVARIANT: whatever is thrown while deciding becomes a denial (policy.test.ts). */
  decide(input: DecideInput, wholeTrace: boolean): Decision {
    try {
      const { judged, outcome } = this.#strictest(input);
      return this.#describe(input, judged, outcome, wholeTrace);
    } catch (error) {
      this.#onError(error);
      return this.#deny(input, BUILTIN.error, 'policy_error', errorText, []);
    }
  }

  /** INVARIANT: where the rules deny, the answer does not depend on whether the name leads anywhere (test/property/policy.test.ts). */
  refuse(input: DecideInput): Decision {
    const decision = this.decide(input, false);
    return decision.effect === 'deny' ? decision : this.#refusal(input, [{ rule: BUILTIN.default, matched: true }]);
  }

  #refusal(input: DecideInput, trace: readonly TraceStep[]): Decision {
    return this.#deny(input, BUILTIN.default, 'no_rule_allows', noRuleText, trace);
  }

  mayUse(principal: Principal, server: string): boolean {
    try {
      return principal.inScope(server, undefined, 'initialize') && this.#someRuleAllows(principal, server);
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** INVARIANT: the same evaluator as for the call itself: listed means callable (test/property/policy.test.ts). */
  visible(principal: Principal, server: string, capability: CapabilityRef): boolean {
    try {
      const { method, kind } = USING[capability.kind];
      return isAllowed(this.#strictest({ principal, kind, method, server, capability }).outcome);
    } catch (error) {
      this.#onError(error);
      return false;
    }
  }

  /** The decision of the call itself. */
  outlook(principal: Principal, server: string, capability: CapabilityRef): Outlook {
    const { effect, rule } = this.decide({ principal, ...USING[capability.kind], server, capability }, false);
    return { effect, rule, conditions: [] };
  }

  named(server: string): CapabilityRef[] {
    const found = new Map<string, CapabilityRef>();
    visitInOrder(this.#index.candidates(server), (rule) => {
      if (rule.server && !matchesAny(rule.server, server)) return false;
      for (const kind of CAPABILITY_KINDS) {
        for (const glob of rule[kind] ?? []) if (glob.literal) found.set(`${kind} ${glob.source}`, { kind, name: glob.source });
      }
      return false;
    });
    return [...found.values()];
  }

  /** A resource URI that means another place than it says is allowed only when both are, and no rule denies what it may be read as. */
  #strictest(input: DecideInput): { judged: DecideInput; outcome: Outcome } {
    const { capability } = input;
    const outcome = this.#outcome(input);
    if (capability?.kind !== 'resource' || !isAllowed(outcome)) return { judged: input, outcome };
    const plain = plainForm(capability.name);
    if (plain !== undefined) {
      const judged = about(input, plain);
      const strict = this.#outcome(judged);
      if (!isAllowed(strict)) return { judged, outcome: strict };
    }
    const loose = loosestForm(capability.name);
    if (loose !== undefined) {
      const judged = about(input, loose);
      const lenient = this.#outcome(judged);
      if (typeof lenient === 'object' && lenient.effect === 'deny') return { judged, outcome: lenient };
    }
    return { judged: input, outcome };
  }

  #outcome(input: DecideInput): Outcome {
    const { principal, server, capability } = input;
    if (server !== undefined && !principal.inScope(server, capability, input.method)) return 'scope';
    let found: CompiledRule | undefined;
    visitInOrder(this.#index.lists(principal, server, capability), (rule) => {
      if (failedMatcher(rule, input) !== undefined) return false;
      found = rule;
      return true;
    });
    return found ?? (this.#isHandshake(input) ? 'handshake' : 'default');
  }

  #describe(input: DecideInput, judged: DecideInput, outcome: Outcome, wholeTrace: boolean): Decision {
    if (outcome === 'scope') return this.#deny(input, BUILTIN.scope, 'out_of_scope', outOfScopeText, []);
    if (outcome === 'default') return this.#refusal(input, this.#trace(judged, BUILTIN.default, undefined));
    const rule = outcome === 'handshake' ? undefined : outcome;
    const id = rule?.id ?? BUILTIN.handshake;
    if (rule?.effect === 'deny')
      return this.#deny(input, id, 'denied_by_rule', (asked) => deniedText(asked, id, rule.reason), this.#trace(judged, id, rule));
    const trace = wholeTrace ? this.#trace(judged, id, rule) : [{ rule: id, matched: true }];
    return { effect: 'allow', rule: id, code: 'allowed', reason: `Allowed by rule "${id}".`, trace, revision: this.#revision };
  }

  /** Candidates are the rules whose server matcher holds: those before the match (all of them when a built-in end decided), then what decided. */
  #trace(input: DecideInput, decidedBy: string, match: CompiledRule | undefined): TraceStep[] {
    const steps: TraceStep[] = [];
    visitInOrder(this.#index.candidates(input.server), (rule) => {
      if (rule === match || steps.length === MAX_TRACE - 1) return true;
      const failedOn = failedMatcher(rule, input);
      if (failedOn !== undefined && failedOn !== 'server') steps.push({ rule: rule.id, matched: false, failedOn });
      return false;
    });
    steps.push({ rule: decidedBy, matched: true });
    return steps;
  }

  /** What keeps a connection going, on servers where there is something to use. Following a resource needs the right to read it. */
  #isHandshake({ principal, kind, method, server, capability }: DecideInput): boolean {
    const isKind =
      kind === 'meta' || kind === 'list' || kind === 'subscription' || (kind === 'notification' && HANDSHAKE_NOTIFICATIONS.has(method));
    if (!isKind) return false;
    if (server === undefined) return capability === undefined;
    return capability ? kind === 'subscription' && this.visible(principal, server, capability) : this.#someRuleAllows(principal, server);
  }

  #someRuleAllows(principal: Principal, server: string): boolean {
    let allowed = false;
    visitInOrder(this.#index.listsOfServer(principal, server), (rule) => {
      if (failedPrincipalMatcher(rule, principal) || (rule.server && !matchesAny(rule.server, server))) return false;
      const usable = rule.method === undefined || USING_METHODS.some((method) => rule.method && matchesAny(rule.method, method));
      if (rule.effect === 'allow' && usable) {
        allowed = true;
        return true;
      }
      // A denial of everything on this server: nothing after it counts.
      return rule.effect === 'deny' && rule.firstCapability === undefined && rule.method === undefined;
    });
    return allowed;
  }

  #deny(input: DecideInput, rule: string, code: DenialCode, text: (asked: Asked) => string, trace: readonly TraceStep[]): Decision {
    const { method, server, capability } = input;
    const reason = text({ agent: input.principal.agent, method, server, capability });
    return { effect: 'deny', rule, code, reason, trace, revision: this.#revision };
  }
}

function about(input: DecideInput, uri: string): DecideInput {
  return { ...input, capability: { kind: 'resource', name: uri } };
}

function isAllowed(outcome: Outcome): boolean {
  return outcome === 'handshake' || (typeof outcome === 'object' && outcome.effect === 'allow');
}
