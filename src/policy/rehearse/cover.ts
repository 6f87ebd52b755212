// Does one rule match everything that another one matches? Yes is a proof; no is not: a lint that says "unreachable" must never be wrong
// (INVARIANT: test/property/rehearse.test.ts compares with deciding).
import type { CapabilityKind, MethodKind } from '../../call.ts';
import type { Glob } from '../../lib/glob.ts';
import { type CompiledRule, matchesAny } from '../rule.ts';

const KINDS: readonly MethodKind[] = ['call', 'read', 'list', 'meta', 'notification', 'subscription', 'reverse'];
const USES: readonly MethodKind[] = ['call', 'read', 'reverse'];
const CAPABILITIES: readonly CapabilityKind[] = ['tool', 'prompt', 'resource'];

/** Every request that reaches `later` and that it matches is matched by `earlier` as well. */
export function covers(earlier: CompiledRule, later: CompiledRule): boolean {
  return coversCaller(earlier, later) && coversTarget(earlier, later) && coversOnCall(earlier, later);
}

function coversCaller(earlier: CompiledRule, later: CompiledRule): boolean {
  if (earlier.ofTeam !== undefined && earlier.ofTeam !== later.ofTeam) return false;
  if (earlier.ofAgent !== undefined && earlier.ofAgent !== later.ofAgent && !isOnly(later.agent, earlier.ofAgent)) return false;
  return (
    agentCovered(earlier, later) &&
    within(later.class, earlier.class) &&
    within(later.team, earlier.team) &&
    within(later.role, earlier.role) &&
    within(later.user, earlier.user) &&
    within(later.environment, earlier.environment)
  );
}

function agentCovered(earlier: CompiledRule, later: CompiledRule): boolean {
  if (later.ofAgent !== undefined) return !earlier.agent || matchesAny(earlier.agent, later.ofAgent);
  return within(later.agent, earlier.agent);
}

function coversTarget(earlier: CompiledRule, later: CompiledRule): boolean {
  if (!within(later.server, earlier.server) || !within(later.method, earlier.method) || !within(later.tags, earlier.tags)) return false;
  const kinds = kindsOf(earlier);
  if (!kindsOf(later).every((kind) => kinds.includes(kind))) return false;
  if (!earlier.firstCapability) return true;
  if (!later.firstCapability) return false;
  return CAPABILITIES.every((kind) => !later[kind] || (earlier[kind] !== undefined && within(later[kind], earlier[kind])));
}

/** What only the call will tell: nothing, or a rule that lets through for the same reasons or fewer. */
function coversOnCall(earlier: CompiledRule, later: CompiledRule): boolean {
  if (!earlier.onCall) return true;
  // What follows up a task passes by a denial that asks for something about the call.
  const letsThrough = (rule: CompiledRule): boolean => rule.effect === 'allow';
  if (!letsThrough(earlier) || !letsThrough(later) || !later.onCall) return false;
  const [one, other] = [earlier.source, later.source];
  if (one.when !== undefined && one.when !== other.when) return false;
  return (['category', 'intent', 'findings', 'riskAtLeast', 'time', 'source'] as const).every(
    (matcher) => one.match[matcher] === undefined || JSON.stringify(one.match[matcher]) === JSON.stringify(other.match[matcher]),
  );
}

function kindsOf(rule: CompiledRule): readonly MethodKind[] {
  const given = rule.kind ? KINDS.filter((kind) => rule.kind?.has(kind)) : KINDS;
  return rule.effect === 'hold' || rule.onCall?.condition ? given.filter((kind) => USES.includes(kind)) : given;
}

type Globs = readonly Glob[] | undefined;

/** Whatever the inner globs match, the outer ones do. No globs match everything, absence included; a glob never matches absence. */
function within(inner: Globs, outer: Globs): boolean {
  if (!outer) return true;
  return inner?.every((one) => outer.some((other) => globWithin(one.source, other.source))) ?? false;
}

function isOnly(globs: Globs, name: string): boolean {
  return globs?.every(({ literal, source }) => literal && source === name) ?? false;
}

/** Every name that `inner` matches is matched by `outer`: a star stands for a star only, `?` for `?` or what is literal. */
export function globWithin(inner: string, outer: string): boolean {
  let [i, o, star, mark] = [0, 0, -1, 0];
  while (i < inner.length) {
    const [have, want] = [inner[i], outer[o]];
    if (want === '*') {
      star = o++;
      mark = i;
    } else if (have !== '*' && want !== undefined && (want === '?' || want === have)) {
      i++;
      o++;
    } else if (star >= 0) {
      o = star + 1;
      i = ++mark;
    } else return false;
  }
  while (outer[o] === '*') o++;
  return o === outer.length;
}
