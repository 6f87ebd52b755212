// The decision on one request: token scope, then the rules in order, first match wins, then what is built in; deny is the default.
// One evaluator for calls, lists and explanations. Never throws: an error is a denial.
import type { CapabilityKind, CapabilityRef, Decision, DecisionEffect, MethodKind } from '../call.ts';
import { CallerMemory } from '../lib/caller-memory.ts';
import type { Bands, PolicyFailure } from './compile.ts';
import { type DecideInput, isFollowUp, isUse, resourceMeant, type Who } from './decide-input.ts';
import { loosestForm, plainForm } from './resource-path.ts';
import { type CompiledRule, failedMatcher, failedOnCall, failedPrincipalMatcher, matchesAny, RuleFailed } from './rule.ts';
import type { RuleIndex } from './rule-index.ts';
import { visitInOrder } from './rule-merge.ts';
import type { TagsOf } from './tags.ts';
import { BUILTIN, type Ending, type Outcome, Verdicts } from './verdict.ts';
import { valuesOf } from './when/scope.ts';

export type { DecideInput } from './decide-input.ts';
export { MAX_TRACE } from './verdict.ts';

export interface PolicySet {
  readonly revision: number;
  readonly ruleCount: number;
  /** Does some rule ask for history facts? */
  readonly needsFacts: boolean;
  /** Does some rule ask where data in a call was read? */
  readonly needsFlow: boolean;
  /** Does some rule ask for the address a request came from? */
  readonly needsSource: boolean;
  /** Every rule, in the order in which they are asked. */
  readonly rules: readonly CompiledRule[];
  readonly tags: TagsOf;
  /** The set as it would be if policies of mode shadow decided; undefined when there are none. */
  readonly shadow: PolicySet | undefined;
  /** How to ask for access, for whoever is refused; undefined when nothing says so. */
  readonly access: string | undefined;
  /** The decision, with what decided as its whole trace. */
  decide(input: DecideInput): Decision;
  /** The same decision with the whole trace (up to MAX_TRACE steps) and the values each rule saw. */
  explain(input: DecideInput): Decision;
  /** For a name that leads nowhere: what a name that leads somewhere is denied with, or the default denial where rules would allow it. */
  refuse(input: DecideInput): Decision;
  /** Could some rule let some capability of this server be used? */
  mayUse(principal: Who, server: string): boolean;
  /** Could using this capability (call, get, read) be anything but denied, whatever the arguments? What lists show. */
  visible(principal: Who, server: string, capability: CapabilityRef): boolean;
  /** What using this capability comes to, as far as it can be said without a call. */
  outlook(principal: Who, server: string, capability: CapabilityRef): Outlook;
  /** Capabilities that rules about this server name exactly. */
  named(server: string): CapabilityRef[];
  /** The same rules at another control revision. */
  atRevision(revision: number): PolicySet;
}

export interface Outlook {
  effect: DecisionEffect | 'conditional';
  /** The rule that decides where no condition does. */
  rule: string;
  /** Rules before it whose outcome depends on what a call holds or when it comes, in order. */
  conditions: readonly string[];
}

export interface PolicyParts {
  index: RuleIndex;
  rules: readonly CompiledRule[];
  tags: TagsOf;
  access?: string | undefined;
  shadow?: PolicySet | undefined;
  revision: number;
  onError(failure: PolicyFailure): void;
  bands: Bands | undefined;
}

export function createPolicySet(parts: PolicyParts): PolicySet {
  const evaluator = new Evaluator(parts);
  return {
    revision: parts.revision,
    ruleCount: parts.rules.length,
    rules: parts.rules,
    tags: parts.tags,
    access: parts.access,
    shadow: parts.shadow,
    needsFacts:
      parts.shadow?.needsFacts ||
      parts.rules.some(({ onCall }) => onCall?.condition && 'uses' in onCall.condition && onCall.condition.uses.has('facts')),
    needsFlow: parts.shadow?.needsFlow || parts.rules.some(asksForFlow),
    needsSource: parts.shadow?.needsSource || parts.rules.some(({ onCall }) => onCall?.source !== undefined),
    decide: (input) => evaluator.decide(input, false),
    explain: (input) => evaluator.decide(input, true),
    refuse: (input) => evaluator.refuse(input),
    mayUse: (principal, server) => evaluator.mayUse(principal, server),
    visible: (principal, server, capability) => evaluator.visible(principal, server, capability),
    outlook: (principal, server, capability) => evaluator.outlook(principal, server, capability),
    named: (server) => namedIn(parts.index.candidates(server), server),
    atRevision: (revision) => createPolicySet({ ...parts, revision, shadow: parts.shadow?.atRevision(revision) }),
  };
}

function asksForFlow({ onCall, source }: CompiledRule): boolean {
  const condition = onCall?.condition;
  if (condition !== undefined && 'uses' in condition && condition.uses.has('flow')) return true;
  return source.match.findings?.some((type) => type.startsWith('flow')) === true;
}

const USING: Record<CapabilityKind, { method: string; kind: MethodKind }> = {
  tool: { method: 'tools/call', kind: 'call' },
  prompt: { method: 'prompts/get', kind: 'read' },
  resource: { method: 'resources/read', kind: 'read' },
};

/** Methods that use a capability. */
const USING_METHODS = ['tools/call', 'prompts/get', 'resources/read', 'completion/complete'];

const HANDSHAKE_NOTIFICATIONS: ReadonlySet<string> = new Set([
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/**
 * `call`: everything about the call is known. `principle`: could it come out so? A rule with something that only the call will tell then counts when
 * it lets through, and does not when it denies. `absent`: the same without the rules that hide. `settled`: only what is known before a call counts.
 */
type View = 'call' | 'principle' | 'absent' | 'settled';

class Evaluator {
  readonly #parts: PolicyParts;
  readonly #verdicts: Verdicts;
  /** Tools a caller may use in principle. Nothing it is made of changes: a new revision has new rules and a new memory. */
  readonly #shown = new CallerMemory<boolean>();
  /** Rules that can decide a call of a caller on a tool: whose matchers hold that are known before it. */
  readonly #asked = new CallerMemory<readonly CompiledRule[]>();

  constructor(parts: PolicyParts) {
    this.#parts = parts;
    this.#verdicts = new Verdicts(parts);
  }

  /** INVARIANT: whatever is thrown while deciding becomes a denial (policy.test.ts). */
  decide(input: DecideInput, wholeTrace: boolean): Decision {
    const decision = this.#decideAsked(input, wholeTrace);
    // Hardly any request is one: nothing is made for the others.
    if (input.completing === undefined || decision.effect === 'deny') return decision;
    const meant = resourceMeant(input);
    if (!meant) return decision;
    if (meant.name === undefined) return this.refuse({ ...input, completing: undefined });
    const ofMeant = this.#decideAsked(about(input, meant.name), wholeTrace);
    return ofMeant.effect === 'deny' ? ofMeant : decision;
  }

  #decideAsked(input: DecideInput, wholeTrace: boolean): Decision {
    try {
      const { judged, outcome } = this.#strictest(input, isFollowUp(input) ? 'principle' : 'call');
      const decision = this.#verdicts.describe(input, judged, outcome, wholeTrace);
      if (decision.hidden && input.capability?.kind === 'tool' && isAllowed(this.#strictest(input, 'absent').outcome))
        decision.hidden = { asAbsent: true };
      return this.#underRisk(input, decision, wholeTrace);
    } catch (error) {
      this.#report(error);
      return this.#verdicts.failed(input, error, wholeTrace);
    }
  }

  /** A risk profile only makes stricter what the rules allow: it holds or denies, and never lets through. */
  #underRisk(input: DecideInput, decision: Decision, wholeTrace: boolean): Decision {
    const { server, risk } = input;
    if (!this.#parts.bands || decision.effect === 'deny' || server === undefined || risk === undefined || isFollowUp(input))
      return decision;
    const found = this.#parts.bands(server, risk);
    if (!found || (found.band === 'hold' && decision.effect === 'hold')) return decision;
    return this.#verdicts.byRisk(input, found, wholeTrace ? decision.trace : []);
  }

  /** INVARIANT: where the rules deny, the answer does not depend on whether the name leads anywhere (test/property/policy.test.ts). */
  refuse(input: DecideInput): Decision {
    const decision = this.decide(input, false);
    return decision.effect === 'deny' ? decision : this.#verdicts.refusal(input, [{ rule: BUILTIN.default, matched: true }]);
  }

  mayUse(principal: Who, server: string): boolean {
    try {
      return (principal.inScope?.(server, undefined, 'initialize') ?? true) && this.#someRuleAllows(principal, server);
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** INVARIANT: the same evaluator as for the call itself: what is not listed is denied, whatever its arguments (test/property/policy.test.ts). */
  visible(principal: Who, server: string, capability: CapabilityRef): boolean {
    try {
      const known = capability.kind === 'tool' ? this.#shown.find(principal, server, capability.name) : undefined;
      if (known !== undefined) return known;
      const { method, kind } = USING[capability.kind];
      const found = isAllowed(this.#strictest({ principal, kind, method, server, capability }, 'principle').outcome);
      if (capability.kind === 'tool') this.#shown.keep(principal, server, capability.name, found);
      return found;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** INVARIANT: what it says without conditions is what every call comes to (test/scenario/access.test.ts). */
  outlook(principal: Who, server: string, capability: CapabilityRef): Outlook {
    const input: DecideInput = { principal, ...USING[capability.kind], server, capability };
    const { outcome } = this.#strictest(input, 'settled');
    if (outcome === 'scope') return { effect: 'deny', rule: BUILTIN.scope, conditions: [] };
    const effect = isRule(outcome) ? effectOf(outcome) : 'deny';
    const rule = isRule(outcome) ? outcome.id : BUILTIN.default;
    const earlier: CompiledRule[] = [];
    visitInOrder(this.#parts.index.lists(principal, server, capability), (one) => {
      if (isRule(outcome) && one.position >= outcome.position) return true;
      if (one.onCall && failedMatcher(one, input, this.#parts.tags) === undefined) earlier.push(one);
      return false;
    });
    // A condition that cannot be evaluated denies, so one before an allowance is never without effect.
    const open = earlier.filter((one) => effectOf(one) !== effect || (effect !== 'deny' && one.onCall?.condition));
    return { effect: open.length > 0 ? 'conditional' : effect, rule, conditions: open.map(({ id }) => id) };
  }

  /** A resource URI that means another place than it says is allowed only when both are, and no rule denies what it may be read as. */
  #strictest(input: DecideInput, view: View): { judged: DecideInput; outcome: Outcome } {
    const { capability } = input;
    const outcome = this.#outcome(input, view);
    if (capability?.kind !== 'resource' || !isAllowed(outcome)) return { judged: input, outcome };
    let held = isHold(outcome) ? { judged: input, outcome } : undefined;
    const plain = plainForm(capability.name);
    if (plain !== undefined) {
      const judged = about(input, plain);
      const strict = this.#outcome(judged, view);
      if (!isAllowed(strict)) return { judged, outcome: strict };
      if (isHold(strict)) held ??= { judged, outcome: strict };
    }
    const loose = loosestForm(capability.name);
    if (loose !== undefined) {
      const judged = about(input, loose);
      const lenient = this.#outcome(judged, view);
      if (isRule(lenient) && !isAllowed(lenient)) return { judged, outcome: lenient };
      if (isHold(lenient)) held ??= { judged, outcome: lenient };
    }
    return held ?? { judged: input, outcome };
  }

  #outcome(input: DecideInput, view: View): Outcome {
    const { principal, server, capability } = input;
    if (server !== undefined && principal.inScope?.(server, capability, input.method) === false) return 'scope';
    // What tags a question of its own gives, nobody else asks about.
    const isUsual = input.kind === 'call' && input.method === 'tools/call' && capability?.kind === 'tool' && input.tags === undefined;
    const rules = isUsual
      ? (this.#asked.find(principal, server, capability.name) ??
        this.#asked.keep(principal, server, capability.name, this.#matching(input)))
      : this.#matching(input);
    for (const rule of rules) if (this.#counts(rule, input, view)) return rule;
    return this.#isHandshake(input) ? 'handshake' : 'default';
  }

  /** The rules whose matchers hold that are known before a call, in order, up to the first that decides whatever else is known. */
  #matching(input: DecideInput): CompiledRule[] {
    const { principal, server, capability } = input;
    const rules: CompiledRule[] = [];
    visitInOrder(this.#parts.index.lists(principal, server, capability), (rule) => {
      if (failedMatcher(rule, input, this.#parts.tags) !== undefined) return false;
      rules.push(rule);
      return !rule.onCall && rule.effect !== 'hide';
    });
    return rules;
  }

  /** Does a rule count whose matchers hold that are known before a call? */
  #counts(rule: CompiledRule, input: DecideInput, view: View): boolean {
    if (view === 'absent' && rule.effect === 'hide') return false;
    if (!rule.onCall) return true;
    if (view === 'settled') return false;
    if (view !== 'call') return rule.effect === 'allow' || rule.effect === 'hold';
    return failedOnCall(rule, input, (condition) => condition.holds(valuesOf(input, this.#parts.tags))) === undefined;
  }

  /** What keeps a connection going, on servers where there is something to use. Following a resource needs the right to read it. */
  #isHandshake(input: DecideInput): boolean {
    const { principal, kind, method, server, capability } = input;
    const isPart = kind === 'meta' || kind === 'list' || kind === 'subscription' || HANDSHAKE_NOTIFICATIONS.has(method);
    if (!isPart) return false;
    if (server === undefined) return capability === undefined;
    if (!capability) return this.#someRuleAllows(principal, server);
    if (kind !== 'subscription') return false;
    const { outcome } = this.#strictest({ ...input, ...USING[capability.kind] }, 'call');
    return isAllowed(outcome) && !isHold(outcome);
  }

  #someRuleAllows(principal: Who, server: string): boolean {
    let allowed = false;
    visitInOrder(this.#parts.index.listsOfServer(principal, server), (rule) => {
      if (failedPrincipalMatcher(rule, principal) || (rule.server && !matchesAny(rule.server, server))) return false;
      const isAbout = rule.method === undefined || USING_METHODS.some((method) => rule.method && matchesAny(rule.method, method));
      const usable = isAbout && (rule.kind === undefined || [...rule.kind].some(isUse));
      if (usable && (rule.effect === 'allow' || rule.effect === 'hold')) {
        allowed = true;
        return true;
      }
      // A denial of everything on this server: nothing after it counts. (Whatever allows and is no use names its methods or kinds.)
      return isOfEverything(rule);
    });
    return allowed;
  }

  #report(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    try {
      this.#parts.onError({ rule: error instanceof RuleFailed ? error.rule.id : undefined, message });
    } catch {
      // The denial stands whether or not anybody could be told why.
    }
  }
}

function effectOf({ effect }: CompiledRule): DecisionEffect {
  return effect === 'hide' ? 'deny' : effect;
}

function namedIn(lists: readonly (readonly CompiledRule[])[], server: string): CapabilityRef[] {
  const found = new Map<string, CapabilityRef>();
  visitInOrder(lists, (rule) => {
    if (rule.server && !matchesAny(rule.server, server)) return false;
    for (const kind of ['tool', 'prompt', 'resource'] as const)
      for (const glob of rule[kind] ?? []) if (glob.literal) found.set(`${kind} ${glob.source}`, { kind, name: glob.source });
    return false;
  });
  return [...found.values()];
}

function isOfEverything({ firstCapability, method, kind, tags, onCall }: CompiledRule): boolean {
  return firstCapability === undefined && method === undefined && kind === undefined && tags === undefined && onCall === undefined;
}

function about(input: DecideInput, uri: string): DecideInput {
  return { ...input, capability: { kind: 'resource', name: uri } };
}

function isRule(outcome: Outcome): outcome is CompiledRule {
  return typeof outcome === 'object';
}

function isHold(outcome: Outcome): boolean {
  return isRule(outcome) && outcome.effect === 'hold';
}

function isAllowed(outcome: Outcome): boolean {
  return isRule(outcome) ? outcome.effect === 'allow' || outcome.effect === 'hold' : outcome === ('handshake' satisfies Ending);
}
