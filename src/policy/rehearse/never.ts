// Rules that match no request at all, and why: matchers that exclude each other, conditions that no value meets, names that nothing has.
// What it says is certain, as far as what is registered is what there is.
import type { MethodKind } from '../../call.ts';
import type { Json } from '../../lib/json.ts';
import { knownMethods, methodInfo } from '../../mcp/method-kind.ts';
import { type CompiledRule, matchesAny } from '../rule.ts';
import { type Atom, atomsOf } from './atom.ts';
import type { World } from './space.ts';

const USES: ReadonlySet<MethodKind> = new Set(['call', 'read', 'reverse']);
/** Methods that are about one capability of this kind. */
const ABOUT: Readonly<Record<'tool' | 'prompt' | 'resource', RegExp>> = {
  tool: /^(?:tools\/call|tasks\/|notifications\/tasks)/,
  prompt: /^(?:prompts\/get|completion\/complete)$/,
  resource: /^(?:resources\/(?:read|subscribe|unsubscribe)|completion\/complete|notifications\/resources\/updated|subscriptions\/listen)$/,
};

/** undefined: as far as can be said, something matches. */
export function neverMatches(rule: CompiledRule, world: World): string | undefined {
  return ownerReason(rule) ?? methodReason(rule) ?? nameReason(rule, world) ?? conditionReason(rule);
}

function ownerReason(rule: CompiledRule): string | undefined {
  if (rule.ofAgent === undefined || !rule.agent || matchesAny(rule.agent, rule.ofAgent)) return undefined;
  return `its policy is about agent "${rule.ofAgent}", which its agent matcher leaves out`;
}

function methodReason(rule: CompiledRule): string | undefined {
  const { match, when } = rule.source;
  // A method that no revision names may exist on a server; a glob may match one.
  const isNamed = rule.method?.every(({ literal, source }) => literal && methodInfo(source) !== undefined) ?? false;
  const methods = isNamed ? knownMethods().filter((method) => matchesAny(rule.method ?? [], method)) : undefined;
  const kinds = methods && new Set(methods.map((method) => methodInfo(method)?.kind ?? 'call'));
  const fits = (kind: MethodKind): boolean => (!rule.kind || rule.kind.has(kind)) && (!kinds || kinds.has(kind));
  const all: MethodKind[] = ['call', 'read', 'list', 'meta', 'notification', 'subscription', 'reverse'];
  if (!all.some(fits)) return 'no method of its method matcher is of a kind in its kind matcher';
  if ((rule.effect === 'hold' || when !== undefined) && !all.some((kind) => USES.has(kind) && fits(kind)))
    return `${rule.effect === 'hold' ? 'only calls, reads and questions can be held' : 'conditions are about calls, reads and questions only'}`;
  const isCall = !methods || methods.includes('tools/call');
  const ofCalls = (['intent', 'category', 'riskAtLeast'] as const).find((matcher) => match[matcher] !== undefined);
  if (ofCalls && (!isCall || !fits('call'))) return `${ofCalls} is about tools/call only`;
  if (ofCalls && rule.firstCapability && !rule.tool) return `${ofCalls} is about tools only`;
  if (!methods || !rule.firstCapability) return undefined;
  const about = (['tool', 'prompt', 'resource'] as const).filter(
    (kind) => rule[kind] && methods.some((method) => ABOUT[kind].test(method)),
  );
  return about.length > 0 ? undefined : 'its methods are not about what it names';
}

/** Names are looked for among what is registered, where that is known. */
function nameReason(rule: CompiledRule, { servers }: World): string | undefined {
  if (servers.length === 0) return undefined;
  const fitting = rule.server ? servers.filter(({ name }) => matchesAny(rule.server ?? [], name)) : servers;
  if (fitting.length === 0) return 'no registered server has a name that it matches';
  const known = fitting.filter(({ tools }) => tools.size > 0);
  if (!rule.tool || rule.prompt || rule.resource || known.length < fitting.length) return undefined;
  const matches = known.some(({ tools }) => [...tools.keys()].some((name) => matchesAny(rule.tool ?? [], name)));
  return matches ? undefined : 'no tool of the servers it is about has a name that it matches';
}

/** Comparisons of one path with numbers, all of which must hold, that no number meets. */
function conditionReason(rule: CompiledRule): string | undefined {
  const condition = rule.onCall?.condition;
  if (!condition || 'broken' in condition) return undefined;
  const byPath = new Map<string, Atom[]>();
  for (const { atom, joined } of atomsOf(condition.root)) {
    if (!joined || !NUMERIC.test(atom.text)) continue;
    byPath.set(atom.path, [...(byPath.get(atom.path) ?? []), atom]);
  }
  for (const [path, atoms] of byPath) {
    const values = atoms
      .flatMap((atom) => [...atom.holdsFor, ...atom.failsFor])
      .filter((value): value is number => typeof value === 'number');
    values.sort((a, b) => a - b);
    const between = values.map((value, i) => (value + (values[i + 1] ?? value)) / 2);
    if (![...values, ...between].some((value: Json) => atoms.every((atom) => atom.holds(value) !== false)))
      return `no value of ${path} meets ${atoms.map(({ text }) => text).join(' and ')}`;
  }
  return undefined;
}

/** A path itself compared with a number. */
const NUMERIC = /^[\w.]+ (?:<|<=|>|>=|==) -?[\d.e+]+$/;
