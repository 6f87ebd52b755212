// Which objects name which other objects, and what is wrong when the other one is missing. Pure.
import type { Kind, ServerSpec, StoredObject } from './kinds.ts';

export interface Reference {
  kind: Kind;
  name: string;
  /** Where in the referring object, e.g. `spec.agent`. */
  at: string;
}

/** What is missing here is an error: what names it could not work, or would grant something to whoever gets the name later. */
export function referencesOf(object: StoredObject): Reference[] {
  if (is(object, 'token')) return [...one('agent', object.spec.agent, 'spec.agent'), ...one('user', object.spec.user, 'spec.user')];
  if (is(object, 'agent')) return one('team', object.spec.team, 'spec.team');
  if (is(object, 'user')) return each('team', object.spec.teams, 'spec.teams');
  if (is(object, 'team')) return memberReferences(object.spec.members);
  if (is(object, 'role'))
    return [...memberReferences(object.spec.members), ...each('team', object.spec.members?.teams, 'spec.members.teams')];
  if (is(object, 'grant'))
    return [
      ...one('agent', object.spec.agent, 'spec.agent'),
      ...one('user', object.spec.user, 'spec.user'),
      ...one('server', object.spec.server, 'spec.server'),
    ];
  if (is(object, 'delegation')) return [...one('user', object.spec.from, 'spec.from'), ...one('user', object.spec.to, 'spec.to')];
  if (is(object, 'organization'))
    return one('secret', object.spec.approvals?.slack?.signingSecret.secret, 'spec.approvals.slack.signingSecret');
  if (is(object, 'operator')) return one('user', object.spec.user, 'spec.user');
  return is(object, 'server') ? secretReferences(object.spec) : [];
}

/** A freeze may name what does not exist yet, and a class is a name before it is an object: worth a warning only. */
export function softReferencesOf(object: StoredObject): Reference[] {
  if (is(object, 'role')) return each('class', object.spec.members?.classes, 'spec.members.classes');
  if (!is(object, 'freeze')) return [];
  const { scope } = object.spec;
  if ('agent' in scope) return [{ kind: 'agent', name: scope.agent, at: 'spec.scope.agent' }];
  if ('server' in scope) return [{ kind: 'server', name: scope.server, at: 'spec.scope.server' }];
  if ('tool' in scope)
    return /[*?]/.test(scope.tool.server) ? [] : [{ kind: 'server', name: scope.tool.server, at: 'spec.scope.tool.server' }];
  return 'token' in scope ? [{ kind: 'token', name: scope.token, at: 'spec.scope.token' }] : [];
}

const CREDENTIAL_NAME = /authorization|cookie|password|passwd|secret|token|api[_-]?key|private[_-]?key|credential/i;

/** Header and variable names that look like credentials but hold their value in plain text. */
export function plainCredentials(object: StoredObject): string[] {
  if (!is(object, 'server')) return [];
  const named = [...Object.entries(object.spec.headers ?? {}), ...Object.entries(object.spec.env ?? {})];
  return named.filter(([name, value]) => typeof value === 'string' && value !== '' && CREDENTIAL_NAME.test(name)).map(([name]) => name);
}

function memberReferences(members: { agents?: string[] | undefined; users?: string[] | undefined } | undefined): Reference[] {
  return [...each('agent', members?.agents, 'spec.members.agents'), ...each('user', members?.users, 'spec.members.users')];
}

function one(kind: Kind, name: string | undefined, at: string): Reference[] {
  return name === undefined ? [] : [{ kind, name, at }];
}

function each(kind: Kind, names: readonly string[] | undefined, at: string): Reference[] {
  return (names ?? []).map((name, i) => ({ kind, name, at: `${at}[${i}]` }));
}

function secretReferences(spec: ServerSpec): Reference[] {
  const references: Reference[] = [];
  for (const place of ['env', 'headers'] as const) {
    for (const [key, source] of Object.entries(spec[place] ?? {})) {
      if (typeof source !== 'string') references.push({ kind: 'secret', name: source.secret, at: `spec.${place}.${key}` });
    }
  }
  return references;
}

function is<K extends Kind>(object: StoredObject, kind: K): object is StoredObject<K> & StoredObject {
  return object.kind === kind;
}
