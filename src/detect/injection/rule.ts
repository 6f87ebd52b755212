// Objects of kind injection, compiled: for a server, tool and agent, the rule that holds. undefined when there is no object, or no rule for the place: then
// nothing is looked at.
import { compileGlob, type Glob } from '../../lib/glob.ts';
import type { SpecOf, StoredObject } from '../../object/kinds.ts';

type Spec = SpecOf['injection'];
export type InjectionAction = Spec['rules'][number]['action'];

export interface InjectionRule {
  /** `object/rule`. */
  rule: string;
  action: InjectionAction;
  minScore: number;
  budget: Spec['budget'];
}

export interface InjectionModel {
  ruleFor(server: string, tool: string | undefined, agent: string): InjectionRule | undefined;
}

interface Compiled extends InjectionRule {
  servers: readonly Glob[] | undefined;
  tools: readonly Glob[] | undefined;
  agents: readonly Glob[] | undefined;
}

/** Places that are remembered. */
const MAX_PLACES = 10_000;

export function compileInjection(objects: readonly StoredObject[]): InjectionModel | undefined {
  const rules = objects
    .filter((object): object is StoredObject<'injection'> & StoredObject => object.kind === 'injection')
    .sort((one, other) => one.spec.order - other.spec.order || (one.metadata.name < other.metadata.name ? -1 : 1))
    .flatMap(rulesOf);
  if (rules.length === 0) return undefined;
  const known = new Map<string, InjectionRule | undefined>();
  return {
    ruleFor: (server, tool, agent) => {
      const key = `${server}\n${tool ?? ''}\n${agent}`;
      if (known.has(key)) return known.get(key);
      const first = rules.find((rule) => fits(rule.servers, server) && fits(rule.tools, tool) && fits(rule.agents, agent));
      const found = first?.action === 'allow' ? undefined : first;
      if (known.size >= MAX_PLACES) known.clear();
      known.set(key, found);
      return found;
    },
  };
}

function rulesOf({ metadata, spec }: StoredObject<'injection'>): Compiled[] {
  const compile = (list: readonly string[] | undefined): Glob[] | undefined => list?.map((source) => compileGlob(source));
  return spec.rules.map((rule) => ({
    rule: `${metadata.name}/${rule.name}`,
    action: rule.action,
    minScore: rule.minScore,
    budget: spec.budget,
    servers: compile(rule.servers),
    tools: compile(rule.tools),
    agents: compile(rule.agents),
  }));
}

function fits(list: readonly Glob[] | undefined, value: string | undefined): boolean {
  return list === undefined || (value !== undefined && list.some((glob) => glob.test(value)));
}
