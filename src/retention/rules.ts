// Objects of kind retention and legal-hold, compiled: how long a value is kept, and which legal holds keep it whatever else is said.
import { compileGlob, type Glob } from '../lib/glob.ts';
import type { SpecOf, StoredObject } from '../object/kinds.ts';
import type { ControlView } from '../object/snapshot.ts';
import { type CallFacts, isSelected } from './facts.ts';

export type SealedRole = 'arguments' | 'result' | 'ticket';

export interface KeepRule {
  /** `object/rule`. */
  rule: string;
  /** Infinity: for ever. */
  keepMs: number;
}

export interface KeepRules {
  /** The rule that decides about a value; undefined: none, and it is kept. `findings`: of arguments and result. */
  ruleOf(facts: CallFacts, role: SealedRole, findings: readonly string[]): KeepRule | undefined;
  /** What is younger than this no rule deletes, milliseconds; undefined when no rule deletes anything. */
  readonly shortestMs: number | undefined;
}

const DAY_MS = 86_400_000;

type Rule = SpecOf['retention']['rules'][number];

interface CompiledRule extends KeepRule {
  of: readonly SealedRole[] | undefined;
  applies(facts: CallFacts, findings: readonly string[]): boolean;
}

export function compileKeepRules(objects: readonly StoredObject<'retention'>[]): KeepRules {
  const rules = objects
    .toSorted((one, other) => one.spec.order - other.spec.order || (one.metadata.name < other.metadata.name ? -1 : 1))
    .flatMap(({ metadata, spec }) => spec.rules.map((rule) => compileRule(metadata.name, rule)));
  const ending = rules.filter(({ keepMs }) => Number.isFinite(keepMs));
  return {
    shortestMs: ending.length === 0 ? undefined : Math.min(...ending.map(({ keepMs }) => keepMs)),
    ruleOf: (facts, role, findings) => rules.find((rule) => (rule.of?.includes(role) ?? true) && rule.applies(facts, findings)),
  };
}

function compileRule(object: string, { name, match, of, keepDays }: Rule): CompiledRule {
  const { server, tool, agent, class: agentClass, user, token, effect, finding } = match;
  const named: [Glob[] | undefined, (facts: CallFacts) => string | undefined][] = [
    [globs(server), (facts) => facts.server],
    [globs(tool), (facts) => facts.tool],
    [globs(agent), (facts) => facts.agent],
    [globs(agentClass), (facts) => facts.class],
    [globs(user), (facts) => facts.user],
    [globs(token), (facts) => facts.token],
  ];
  const types = globs(finding);
  return {
    rule: `${object}/${name}`,
    keepMs: keepDays === 'forever' ? Number.POSITIVE_INFINITY : keepDays * DAY_MS,
    of,
    applies: (facts, findings) =>
      named.every(([wanted, found]) => wanted === undefined || some(wanted, found(facts))) &&
      (effect === undefined || effect.some((one) => one === facts.effect)) &&
      (types === undefined || findings.some((type) => some(types, type))),
  };
}

function globs(sources: readonly string[] | undefined): Glob[] | undefined {
  return sources?.map(compileGlob);
}

function some(wanted: readonly Glob[], found: string | undefined): boolean {
  return found !== undefined && wanted.some((glob) => glob.test(found));
}

/** Names of the legal holds that keep the values of this call. */
export function holdsOn(view: ControlView, facts: CallFacts): string[] {
  return view.list('legal-hold').flatMap(({ metadata, spec }) => (isSelected(spec.match, facts) ? [metadata.name] : []));
}
