// Finds the rules that can match a request without looking at the others: by literal server, then literal agent, class or role, then literal
// capability name. Rules with globs stay in lists that are merged in rule order. Never leaves out a rule that could match
// (test/property/policy.test.ts compares with a linear search).
import type { CapabilityRef, Principal } from '../call.ts';
import type { Glob } from '../lib/glob.ts';
import type { CompiledRule } from './rule.ts';

/** Index entries one rule may take; a rule with more combinations of literals is kept under fewer dimensions. */
export const MAX_POSTINGS = 64;

export class RuleIndex {
  readonly #byServer = new Map<string, Subjects>();
  readonly #anyServer = new Subjects();

  constructor(rules: readonly CompiledRule[]) {
    for (const rule of rules) this.#add(rule);
  }

  /** Lists, each in rule order and without overlap, that hold every rule that can match this request. */
  lists(principal: Principal, server: string | undefined, capability: CapabilityRef | undefined): CompiledRule[][] {
    const lists: CompiledRule[][] = [];
    for (const subjects of this.#subjects(server)) subjects.collect(principal, capability, lists);
    return lists;
  }

  /** Lists that hold every rule that can match any capability of this server for this principal. */
  listsOfServer(principal: Principal, server: string): CompiledRule[][] {
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
  readonly #byAgent = new Map<string, Names>();
  readonly #byClass = new Map<string, Names>();
  readonly #byRole = new Map<string, Names>();
  readonly #anyone = new Names();

  add(rule: CompiledRule, plan: Plan): void {
    this.all.push(rule);
    if (plan.agents) for (const agent of plan.agents) namesAt(this.#byAgent, agent).add(rule, plan);
    else if (plan.classes) for (const name of plan.classes) namesAt(this.#byClass, name).add(rule, plan);
    else if (plan.role !== undefined) namesAt(this.#byRole, plan.role).add(rule, plan);
    else this.#anyone.add(rule, plan);
  }

  collect(principal: Principal, capability: CapabilityRef | undefined, into: CompiledRule[][]): void {
    this.#byAgent.get(principal.agent)?.collect(capability, into);
    if (principal.agentClass !== undefined) this.#byClass.get(principal.agentClass)?.collect(capability, into);
    if (this.#byRole.size) for (const role of principal.roles) this.#byRole.get(role)?.collect(capability, into);
    this.#anyone.collect(capability, into);
  }

  collectAll(principal: Principal, into: CompiledRule[][]): void {
    const byAgent = this.#byAgent.get(principal.agent);
    if (byAgent) into.push(byAgent.all);
    const byClass = principal.agentClass === undefined ? undefined : this.#byClass.get(principal.agentClass);
    if (byClass) into.push(byClass.all);
    for (const role of principal.roles) {
      const byRole = this.#byRole.get(role);
      if (byRole) into.push(byRole.all);
    }
    if (this.#anyone.all.length) into.push(this.#anyone.all);
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

interface Plan {
  servers: string[] | undefined;
  agents: string[] | undefined;
  classes: string[] | undefined;
  /** Only of a rule that names one: under several, it would be found several times by who has them all. */
  role: string | undefined;
  names: string[] | undefined;
}

function planOf(rule: CompiledRule): Plan {
  const agents = literals(rule.agent);
  const plan: Plan = {
    servers: literals(rule.server),
    agents,
    classes: agents ? undefined : literals(rule.class),
    role: singleLiteral(rule.role),
    names: capabilityNames(rule),
  };
  // Give up the dimensions that are worth least until the rule takes few enough entries.
  for (const dimension of ['names', 'classes', 'agents', 'servers'] as const) {
    if (postings(plan) <= MAX_POSTINGS) break;
    plan[dimension] = undefined;
  }
  return plan;
}

function postings(plan: Plan): number {
  return (plan.servers?.length ?? 1) * (plan.agents?.length ?? plan.classes?.length ?? 1) * (plan.names?.length ?? 1);
}

/** The names when every glob is literal; undefined when there is none or one has a wildcard. */
function literals(globs: readonly Glob[] | undefined): string[] | undefined {
  if (!globs?.every((glob) => glob.literal)) return undefined;
  return [...new Set(globs.map((glob) => glob.source))];
}

function singleLiteral(globs: readonly Glob[] | undefined): string | undefined {
  const names = literals(globs);
  return names?.length === 1 ? names[0] : undefined;
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
