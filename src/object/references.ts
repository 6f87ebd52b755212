// Which objects name which other objects, and what is wrong when the other one is missing. Pure.
import type { Kind, ServerSpec, StoredObject } from './kinds.ts';

export interface Reference {
  kind: Kind;
  name: string;
  /** Where in the referring object, e.g. `spec.agent`. */
  at: string;
}

/** A missing secret or agent is an error: what names it could not work. */
export function referencesOf(object: StoredObject): Reference[] {
  if (is(object, 'token')) return [{ kind: 'agent', name: object.spec.agent, at: 'spec.agent' }];
  return is(object, 'server') ? secretReferences(object.spec) : [];
}

/** A freeze may name what does not exist yet: worth a warning only. */
export function softReferencesOf(object: StoredObject): Reference[] {
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
