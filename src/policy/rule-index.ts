// Finds the rules that can match a request without looking at the others: by literal server, then literal agent, user, class, team or role, then
// literal capability name. Rules with globs stay in lists that are merged in rule order. Never leaves out a rule that could match
// (test/property/policy.test.ts compares with a linear search).
import type { CapabilityRef } from '../call.ts';
import type { Glob } from '../lib/glob.ts';
import type { Who } from './decide-input.ts';
import type { CompiledRule } from './rule.ts';

/** Index entries one rule may take; a rule with more combinations of literals is kept under fewer dimensions. */
export const MAX_POSTINGS = 64;

export class RuleIndex {
  readonly #byServer = new Map<string, Subjects>();
  readonly #anyServer = new Subjects();

  constructor(rules: readonly CompiledRule[]) {
    for (const rule of rules) this.#add(rule);
  }

  /** Lists, each in rule order, that hold every rule that can match this request. */
  lists(principal: Who, server: string | undefined, capability: CapabilityRef | undefined): CompiledRule[][] {
    const lists: CompiledRule[][] = [];
    for (const subjects of this.#subjects(server)) subjects.collect(principal, capability, lists);
    return lists;
  }

  /** Lists that hold every rule that can match any capability of this server for this principal. */
  listsOfServer(principal: Who, server: string): CompiledRule[][] {
    const lists: CompiledRule[][] = [];
    for (const subjects of this.#subjects(server)) subjects.collectAll(principal, lists);
    return lists;
  }

  /** Lists that hold every rule whose server matcher can hold, for whichever principal and capability. */
  candidates(server: string | undefined): CompiledRule[][] {
    return this.#subjects(server).map((subjects) => subjects.all);
  }

  #subjects(server: string | undefined): Subjects[] {
    const named = server === undefined ? undefined : this.#byServer.get(server);
    return named ? [named, this.#anyServer] : [this.#anyServer];
  }

  #add(rule: CompiledRule): void {
    const plan = planOf(rule);
    if (!plan.servers) this.#anyServer.add(rule, plan);
    for (const server of plan.servers ?? []) {
      let subjects = this.#byServer.get(server);
      if (!subjects) {
        subjects = new Subjects();
        this.#byServer.set(server, subjects);
      }
      subjects.add(rule, plan);
    }
  }
}

/** The rules of one server (or of any), by who they name. */
class Subjects {
  readonly all: CompiledRule[] = [];
  readonly #by: Record<SubjectKind, Map<string, Names>> = {
    agent: new Map(),
    user: new Map(),
    class: new Map(),
    team: new Map(),
    role: new Map(),
  };
  readonly #anyone = new Names();

  add(rule: CompiledRule, plan: Plan): void {
    this.all.push(rule);
    if (!plan.subject) this.#anyone.add(rule, plan);
    else for (const name of plan.subject.names) namesAt(this.#by[plan.subject.kind], name).add(rule, plan);
  }

  collect(principal: Who, capability: CapabilityRef | undefined, into: CompiledRule[][]): void {
    this.#each(principal, (names) => names.collect(capability, into));
  }

  collectAll(principal: Who, into: CompiledRule[][]): void {
    this.#each(principal, (names) => {
      if (names.all.length > 0) into.push(names.all);
    });
  }

  #each(principal: Who, take: (names: Names) => void): void {
    const { agent, user, class: byClass, team, role } = this.#by;
    const one = (map: Map<string, Names>, name: string | undefined): void => {
      const names = name === undefined || map.size === 0 ? undefined : map.get(name);
      if (names) take(names);
    };
    one(agent, principal.agent);
    one(user, principal.user);
    one(byClass, principal.agentClass);
    if (team.size > 0) for (const name of principal.teams) one(team, name);
    if (role.size > 0) for (const name of principal.roles) one(role, name);
    take(this.#anyone);
  }
}

/** The rules of one server and subject, by the capability they name. */
class Names {
  readonly all: CompiledRule[] = [];
  readonly #byName = new Map<string, CompiledRule[]>();
  readonly #rest: CompiledRule[] = [];

  add(rule: CompiledRule, plan: Plan): void {
    this.all.push(rule);
    if (!plan.names) {
      this.#rest.push(rule);
      return;
    }
    for (const name of plan.names) {
      const list = this.#byName.get(name);
      if (list) list.push(rule);
      else this.#byName.set(name, [rule]);
    }
  }

  collect(capability: CapabilityRef | undefined, into: CompiledRule[][]): void {
    if (capability && this.#byName.size) {
      const named = this.#byName.get(nameKey(capability.kind, capability.name));
      if (named) into.push(named);
    }
    if (this.#rest.length) into.push(this.#rest);
  }
}

type SubjectKind = 'agent' | 'user' | 'class' | 'team' | 'role';

interface Plan {
  servers: string[] | undefined;
  subject: { kind: SubjectKind; names: string[] } | undefined;
  names: string[] | undefined;
}

function planOf(rule: CompiledRule): Plan {
  const plan: Plan = { servers: literals(rule.server), subject: subjectOf(rule), names: capabilityNames(rule) };
  // Give up the dimensions that are worth least until the rule takes few enough entries.
  for (const dimension of ['names', 'subject', 'servers'] as const) {
    if (postings(plan) <= MAX_POSTINGS) break;
    plan[dimension] = undefined;
  }
  return plan;
}

/** The first way of naming its callers that is all literal. */
function subjectOf(rule: CompiledRule): Plan['subject'] {
  if (rule.ofAgent !== undefined) return { kind: 'agent', names: [rule.ofAgent] };
  for (const kind of ['agent', 'user', 'class', 'team', 'role'] as const) {
    const names = literals(rule[kind]);
    if (names) return { kind, names };
  }
  return rule.ofTeam === undefined ? undefined : { kind: 'team', names: [rule.ofTeam] };
}

function postings(plan: Plan): number {
  return (plan.servers?.length ?? 1) * (plan.subject?.names.length ?? 1) * (plan.names?.length ?? 1);
}

/** The names when every glob is literal; undefined when there is none or one has a wildcard. */
function literals(globs: readonly Glob[] | undefined): string[] | undefined {
  if (!globs?.every((glob) => glob.literal)) return undefined;
  return [...new Set(globs.map((glob) => glob.source))];
}

function capabilityNames(rule: CompiledRule): string[] | undefined {
  const names: string[] = [];
  for (const kind of ['tool', 'prompt', 'resource'] as const) {
    const globs = rule[kind];
    if (!globs) continue;
    const found = literals(globs);
    if (!found) return undefined;
    for (const name of found) names.push(nameKey(kind, name));
  }
  return names.length ? names : undefined;
}

function nameKey(kind: string, name: string): string {
  return `${kind} ${name}`;
}

function namesAt(map: Map<string, Names>, key: string): Names {
  let names = map.get(key);
  if (!names) {
    names = new Names();
    map.set(key, names);
  }
  return names;
}
