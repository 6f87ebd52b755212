// Standing grants, compiled: which of them are about a call. Whether enough people stand for one is not known here (approval/standing.ts).
// INVARIANT: what is not known of a call lets nothing through: a condition that cannot be evaluated is no match (test/scenario/standing-grant.test.ts).
import type { JsonObject } from '../lib/json.ts';
import type { GrantSpec, StoredObject } from '../object/kinds.ts';
import type { DecideInput } from './decide-input.ts';
import { compileTags, type TagsOf } from './tags.ts';
import { checkWhen } from './when/check.ts';
import { type Condition, compileCondition } from './when/condition.ts';
import { scopeOf, valuesOf } from './when/scope.ts';
import { parseWhen, WhenProblem } from './when/syntax.ts';

/** Grants of one agent that are looked at for one call, in the order of their names. */
export const MAX_GRANTS_PER_AGENT = 100;
const DAY_MS = 86_400_000;
/** A grant ends at the latest after this time. */
export const MAX_GRANT_MS = 366 * DAY_MS;
/** One that lives longer must say when it is to be looked at again. */
export const UNREVIEWED_MS = 90 * DAY_MS;

/** What a call asks of grants, beside what decisions are made from. */
export interface GrantQuestion {
  input: DecideInput;
  /** The rule that holds it, by the name it has in decisions. */
  rule: string;
  /** It is a rule of a policy; not of content or risk. */
  isOfPolicy: boolean;
  definition: string | undefined;
  nowMs: number;
}

/** Why a grant is not about a call; undefined: it is. */
export type GrantMiss = 'another_call' | 'another_rule' | 'another_definition' | 'not_yet' | 'ended' | 'condition' | 'condition_failed';

export interface CompiledGrant {
  readonly name: string;
  readonly spec: GrantSpec;
  /** Uses are counted under this: a changed grant begins anew. */
  readonly key: string;
  miss(question: GrantQuestion): GrantMiss | undefined;
}

export interface GrantSet {
  readonly size: number;
  /** In the order of their names. */
  of(agent: string): readonly CompiledGrant[];
}

const NONE: readonly CompiledGrant[] = Object.freeze([]);

export function compileGrants(objects: readonly StoredObject[]): GrantSet {
  const grants = objects.filter((object): object is StoredObject & StoredObject<'grant'> => object.kind === 'grant');
  if (grants.length === 0) return { size: 0, of: () => NONE };
  const tags = compileTags(objects);
  const byAgent = new Map<string, CompiledGrant[]>();
  for (const grant of [...grants].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const list = byAgent.get(grant.spec.agent) ?? [];
    if (list.length < MAX_GRANTS_PER_AGENT) list.push(compileGrant(grant, tags));
    byAgent.set(grant.spec.agent, list);
  }
  return { size: grants.length, of: (agent) => byAgent.get(agent) ?? NONE };
}

function compileGrant({ metadata: { name }, spec }: StoredObject<'grant'>, tags: TagsOf): CompiledGrant {
  const condition = spec.when === undefined ? undefined : compiled(spec.when);
  const untilMs = Date.parse(spec.until);
  const fromMs = spec.from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(spec.from);
  const missed = ({ input, rule, isOfPolicy, definition, nowMs }: GrantQuestion): GrantMiss | undefined => {
    const { principal, method, server, capability } = input;
    if (method !== 'tools/call' || principal.agent !== spec.agent || server !== spec.server) return 'another_call';
    if (capability?.kind !== 'tool' || capability.name !== spec.tool) return 'another_call';
    if (spec.user !== undefined && principal.user !== spec.user) return 'another_call';
    if (spec.rules ? !spec.rules.includes(rule) : !isOfPolicy) return 'another_rule';
    if (spec.definition !== undefined && spec.definition !== definition) return 'another_definition';
    // An instant that cannot be read ends it: fail closed.
    if (!(nowMs < untilMs)) return 'ended';
    if (!(nowMs >= fromMs)) return 'not_yet';
    if (condition === undefined) return undefined;
    if (condition === 'broken') return 'condition_failed';
    try {
      return condition.holds(valuesOf(input, tags)) ? undefined : 'condition';
    } catch {
      return 'condition_failed';
    }
  };
  return { name, spec, key: `${name}@${spec.setAt ?? ''}`, miss: missed };
}

function compiled(source: string): Condition | 'broken' {
  try {
    return compileCondition(source);
  } catch {
    return 'broken';
  }
}

export interface GrantProblem {
  grant: string;
  message: string;
  path: readonly (string | number)[];
  offset?: number | undefined;
}

/** What a new or changed grant must pass: a condition that parses and fits the tool, an end that is not too far away. */
export function checkGrant(
  { metadata: { name: grant }, spec }: StoredObject<'grant'>,
  nowMs: number,
  toolsOf: (server: string) => ReadonlyMap<string, JsonObject>,
): { problems: GrantProblem[]; warnings: GrantProblem[] } {
  const problems: GrantProblem[] = [];
  const say = (path: string, message: string): void => void problems.push({ grant, message, path: ['spec', path] });
  const leftMs = Date.parse(spec.until) - nowMs;
  if (leftMs <= 0) say('until', 'a grant that has ended allows nothing; give a later end');
  if (leftMs > MAX_GRANT_MS) say('until', `a standing grant ends within ${MAX_GRANT_MS / DAY_MS} days`);
  if (leftMs > UNREVIEWED_MS && spec.reviewAt === undefined)
    say('reviewAt', `a grant for more than ${UNREVIEWED_MS / DAY_MS} days says when it is looked at again`);
  const found = checkGrantCondition(grant, spec, toolsOf);
  return { problems: [...problems, ...found.problems], warnings: found.warnings };
}

/** The condition alone: for grants that are looked at and not written. */
export function checkGrantCondition(
  grant: string,
  { when, server, tool }: GrantSpec,
  toolsOf: (server: string) => ReadonlyMap<string, JsonObject>,
): { problems: GrantProblem[]; warnings: GrantProblem[] } {
  if (when === undefined) return { problems: [], warnings: [] };
  const placed = ({ message, offset }: { message: string; offset: number }): GrantProblem => ({
    ...{ grant, message, offset },
    path: ['spec', 'when'],
  });
  try {
    const found = checkWhen(parseWhen(when).root, scopeOf(toolsOf(server).get(tool)?.inputSchema));
    return { problems: found.problems.map(placed), warnings: found.warnings.map(placed) };
  } catch (error) {
    if (!(error instanceof WhenProblem)) throw error;
    return { problems: [placed(error)], warnings: [] };
  }
}
