// Who belongs to what: teams of agents and people, roles of their members, from the objects of one organization. Pure.
// INVARIANT: depends on objects alone; what a client says about itself never reaches it (test/scenario/identity.test.ts).
import type { AgentSpec, Kind, StoredObject, UserSpec } from '../object/kinds.ts';

export interface Membership {
  /** Of the agent and of the user, sorted. */
  teams: readonly string[];
  /** Of the agent, its class, the user, and these teams, sorted. */
  roles: readonly string[];
}

export interface MemberIndex {
  of(agent: string, spec: AgentSpec, user: { name: string; spec: UserSpec } | undefined): Membership;
}

export function buildMembers(objects: readonly StoredObject[]): MemberIndex {
  const teamsOfAgent = new Lists();
  const teamsOfUser = new Lists();
  const roles = { agent: new Lists(), class: new Lists(), team: new Lists(), user: new Lists() };
  for (const object of objects) {
    const { name } = object.metadata;
    if (isKind(object, 'team')) {
      teamsOfAgent.addAll(object.spec.members?.agents, name);
      teamsOfUser.addAll(object.spec.members?.users, name);
    } else if (isKind(object, 'role')) {
      const { members } = object.spec;
      roles.agent.addAll(members?.agents, name);
      roles.class.addAll(members?.classes, name);
      roles.team.addAll(members?.teams, name);
      roles.user.addAll(members?.users, name);
    }
  }
  return {
    of(agent, spec, user) {
      const teams = new Set(teamsOfAgent.of(agent));
      if (spec.team !== undefined) teams.add(spec.team);
      for (const team of user ? [...teamsOfUser.of(user.name), ...(user.spec.teams ?? [])] : []) teams.add(team);
      const held = new Set(roles.agent.of(agent));
      for (const role of spec.class === undefined ? [] : roles.class.of(spec.class)) held.add(role);
      for (const role of user ? roles.user.of(user.name) : []) held.add(role);
      for (const team of teams) for (const role of roles.team.of(team)) held.add(role);
      return { teams: sorted(teams), roles: sorted(held) };
    },
  };
}

/** Names by name. */
class Lists {
  readonly #lists = new Map<string, string[]>();

  addAll(keys: readonly string[] | undefined, name: string): void {
    for (const key of keys ?? []) {
      const list = this.#lists.get(key);
      if (list) list.push(name);
      else this.#lists.set(key, [name]);
    }
  }

  of(key: string): readonly string[] {
    return this.#lists.get(key) ?? NONE;
  }
}

const NONE: readonly string[] = Object.freeze([]);

/** By code unit, so that the order is the same everywhere. */
function sorted(names: ReadonlySet<string>): readonly string[] {
  return names.size === 0 ? NONE : Object.freeze([...names].sort());
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
