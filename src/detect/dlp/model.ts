// Objects of kind dlp, compiled: for a server, tool, agent and direction, what is looked for and what is done about each find.
// Compiled once per control revision. undefined when there is no object or no rule for the place: then nothing is scanned at all.
import { compileGlob, type Glob } from '../../lib/glob.ts';
import type { SpecOf, StoredObject } from '../../object/kinds.ts';
import { type CustomPattern, compileCustomPattern, compileDictionary } from './customer-pattern.ts';
import type { DlpType, Match } from './finding-kind.ts';
import { covers, findingName, typesNamed } from './finding-name.ts';
import { PROFILES } from './profile.ts';

type Spec = SpecOf['dlp'];
export type DlpAction = Spec['rules'][number]['action'];
export type Direction = 'arguments' | 'result';

export interface Place {
  server: string;
  tool: string | undefined;
  agent: string;
  direction: Direction;
}

/** What is done about one find. */
export interface Ruling {
  action: DlpAction;
  /** `object/rule`. */
  rule: string;
}

export interface DlpPlan {
  readonly wanted: ReadonlySet<DlpType>;
  readonly patterns: readonly CustomPattern[];
  /** The same patterns for another thread. */
  readonly sources: PatternSources;
  readonly budget: Spec['budget'];
  readonly tokens: Spec['tokens'];
  /** Some rule of it holds. */
  readonly holds?: boolean;
  /** undefined: no rule speaks of it. */
  rule(match: Match): Ruling | undefined;
}

export interface PatternSources {
  patterns: readonly { name: string; pattern: string }[];
  dictionaries: readonly { name: string; words: readonly string[] }[];
}

export interface DlpModel {
  planFor(place: Place): DlpPlan | undefined;
  /** Servers that are given values in the place of tokens. */
  mayReveal(server: string): boolean;
  readonly tokens: Spec['tokens'];
  /** Since when tokens count that belong to this agent and user: what was made before was erased. Milliseconds; undefined: all count. */
  erasedMs(agent: string, user: string | undefined): number | undefined;
}

interface CompiledRule {
  name: string;
  types: readonly string[];
  direction: 'arguments' | 'result' | 'both';
  servers: readonly Glob[] | undefined;
  tools: readonly Glob[] | undefined;
  agents: readonly Glob[] | undefined;
  minConfidence: number;
  action: DlpAction;
}

const MAX_PLANS = 10_000;

export function compileDlp(objects: readonly StoredObject[]): DlpModel | undefined {
  const specs = objects
    .filter((object): object is StoredObject<'dlp'> & StoredObject => object.kind === 'dlp')
    .sort((one, other) => one.spec.order - other.spec.order || (one.metadata.name < other.metadata.name ? -1 : 1));
  const first = specs[0];
  if (first === undefined) return undefined;
  const rules = specs.flatMap(rulesOf);
  const sources: PatternSources = {
    patterns: specs.flatMap(({ spec }) => spec.patterns),
    dictionaries: specs.flatMap(({ spec }) => spec.dictionaries),
  };
  const patterns = compilePatterns(sources);
  const reveal = specs.flatMap(({ spec }) => spec.tokens.revealTo.map((glob) => compileGlob(glob)));
  const plans = new Map<string, DlpPlan | undefined>();
  /** Places under the same rules share a plan. */
  const byRules = new Map<string, DlpPlan | undefined>();
  const budget = strictestBudget(
    specs.map(({ spec }) => spec.budget),
    first.spec.budget,
  );
  const tokens = strictestTokens(
    specs.map(({ spec }) => spec.tokens),
    first.spec.tokens,
  );
  return {
    tokens,
    erasedMs: erasures(objects),
    mayReveal: (server) => reveal.some((glob) => glob.test(server)),
    planFor: (place) => {
      const key = `${place.direction}\n${place.server}\n${place.tool ?? ''}\n${place.agent}`;
      if (plans.has(key)) return plans.get(key);
      const own = rules.filter((rule) => applies(rule, place));
      const ruled = own.map((rule) => rules.indexOf(rule)).join();
      const plan = byRules.has(ruled) ? byRules.get(ruled) : planOf(own, patterns, sources, budget, tokens);
      if (byRules.size >= MAX_PLANS) byRules.clear();
      byRules.set(ruled, plan);
      if (plans.size >= MAX_PLANS) plans.clear();
      plans.set(key, plan);
      return plan;
    },
  };
}

/** An erasure of a user or agent takes the tokens made until then with it; one of a token or a call does not: whose they are is not known. */
function erasures(objects: readonly StoredObject[]): DlpModel['erasedMs'] {
  const specs = objects
    .filter((object): object is StoredObject<'erasure'> & StoredObject => object.kind === 'erasure')
    .filter(({ spec: { match } }) => match.call === undefined && match.token === undefined);
  return (agent, user) => {
    let sinceMs: number | undefined;
    for (const { spec } of specs) {
      const { match, at } = spec;
      const isMeant =
        (match.agent?.includes(agent) ?? true) && (match.user === undefined || (user !== undefined && match.user.includes(user)));
      if (isMeant) sinceMs = Math.max(sinceMs ?? 0, Date.parse(match.to ?? at) + 1);
    }
    return sinceMs;
  };
}

/** Several objects: the narrower bound of each kind holds. */
function strictestBudget(all: readonly Spec['budget'][], first: Spec['budget']): Spec['budget'] {
  return all.reduce(
    (strict, one) => ({
      maxChars: Math.min(strict.maxChars, one.maxChars),
      deadlineMs: Math.min(strict.deadlineMs, one.deadlineMs),
      onExceed: strict.onExceed === 'block' ? 'block' : one.onExceed,
    }),
    first,
  );
}

/** A purge in any object is a purge. */
function strictestTokens(all: readonly Spec['tokens'][], first: Spec['tokens']): Spec['tokens'] {
  const purges = all
    .flatMap(({ validFrom }) => (validFrom === undefined ? [] : [validFrom]))
    .sort((one, other) => Date.parse(other) - Date.parse(one));
  return {
    scope: all.some(({ scope }) => scope === 'session') ? 'session' : 'agent',
    ttlSeconds: Math.min(...all.map(({ ttlSeconds }) => ttlSeconds)),
    revealTo: first.revealTo,
    validFrom: purges[0],
  };
}

export function compilePatterns({ patterns, dictionaries }: PatternSources): CustomPattern[] {
  const compiled: CustomPattern[] = [];
  for (const { name, pattern } of patterns) {
    const made = compileCustomPattern(name, pattern);
    // Checked when the object was applied; one that an older version accepted is left out rather than stopping every call.
    if ('pattern' in made) compiled.push(made.pattern);
  }
  for (const { name, words } of dictionaries) {
    const made = compileDictionary(name, words);
    if (made) compiled.push(made);
  }
  return compiled;
}

function rulesOf({ metadata, spec }: StoredObject<'dlp'>): CompiledRule[] {
  const shipped = spec.profile === undefined ? [] : PROFILES[spec.profile].rules;
  return [...spec.rules, ...shipped].map((rule) => ({
    name: `${metadata.name}/${rule.name}`,
    types: rule.types,
    direction: rule.direction,
    servers: rule.servers?.map((glob) => compileGlob(glob)),
    tools: rule.tools?.map((glob) => compileGlob(glob)),
    agents: rule.agents?.map((glob) => compileGlob(glob)),
    minConfidence: rule.minConfidence,
    action: rule.action,
  }));
}

function applies(rule: CompiledRule, place: Place): boolean {
  if (rule.direction !== 'both' && rule.direction !== place.direction) return false;
  if (rule.servers && !rule.servers.some((glob) => glob.test(place.server))) return false;
  if (rule.agents && !rule.agents.some((glob) => glob.test(place.agent))) return false;
  return !rule.tools || (place.tool !== undefined && rule.tools.some((glob) => glob.test(place.tool as string)));
}

function planOf(
  rules: readonly CompiledRule[],
  patterns: readonly CustomPattern[],
  sources: PatternSources,
  budget: Spec['budget'],
  tokens: Spec['tokens'],
): DlpPlan | undefined {
  const acting = rules.filter(({ action }) => action !== 'allow');
  if (acting.length === 0) return undefined;
  const wanted = new Set(acting.flatMap(({ types }) => types.flatMap(typesNamed)));
  return {
    wanted,
    patterns: wanted.has('CUSTOM') ? patterns : [],
    sources: wanted.has('CUSTOM') ? sources : { patterns: [], dictionaries: [] },
    budget,
    tokens,
    holds: acting.some(({ action }) => action === 'hold'),
    rule: (match) => {
      const finding = findingName(match);
      const found = rules.find(
        ({ types, minConfidence }) => match.confidence >= minConfidence && types.some((name) => covers(name, finding)),
      );
      return found && { action: found.action, rule: found.name };
    },
  };
}
