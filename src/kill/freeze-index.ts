// What is frozen right now, from the freeze objects of one organization at one control revision. Look-ups are constant time.
// A freeze only stops; nothing here can let a call through.
import type { Principal } from '../call.ts';
import type { FreezeSpec, Kind, StoredObject } from '../object/kinds.ts';

export type FreezeScope = FreezeSpec['scope'];

export interface Frozen {
  /** Object name of the freeze. */
  name: string;
  reason: string;
}

export interface FreezeIndex {
  readonly revision: number;
  /** The freeze that stops this principal (towards this server, when one is known); undefined when none does. */
  frozen(principal: FrozenSubject, server: string | undefined, nowMs: number): Frozen | undefined;
  /** Every freeze in force, by name; for the operator. */
  active(nowMs: number): (Frozen & { scope: FreezeScope; untilMs: number | undefined })[];
}

export type FrozenSubject = Pick<Principal, 'agent' | 'agentClass' | 'token'>;

export function compileFreezes(objects: readonly StoredObject[], revision: number): FreezeIndex {
  const all: Freeze[] = [];
  const longest = new Map<string, Freeze>();
  for (const object of objects) {
    if (!isKind(object, 'freeze')) continue;
    const freeze = freezeOf(object);
    all.push(freeze);
    const key = keyOf(freeze.scope);
    const before = longest.get(key);
    // Of several freezes with one scope only the one that lasts longest matters: while any is in force, that one is.
    if (!before || outlasts(freeze, before)) longest.set(key, freeze);
  }
  all.sort((a, b) => (a.frozen.name < b.frozen.name ? -1 : 1));
  const everyone = longest.get(EVERYONE);
  const isEmpty = longest.size === 0;
  const at = (key: string, nowMs: number): Frozen | undefined => inForce(longest.get(key), nowMs);
  return {
    revision,
    frozen: (principal, server, nowMs) => {
      if (isEmpty) return undefined;
      return (
        inForce(everyone, nowMs) ??
        at(`agent ${principal.agent}`, nowMs) ??
        (principal.agentClass === undefined ? undefined : at(`class ${principal.agentClass}`, nowMs)) ??
        (principal.token === undefined ? undefined : at(`token ${principal.token}`, nowMs)) ??
        (server === undefined ? undefined : at(`server ${server}`, nowMs))
      );
    },
    active: (nowMs) =>
      all
        .filter((freeze) => nowMs < freeze.untilMs)
        .map((freeze) => ({
          ...freeze.frozen,
          scope: freeze.scope,
          untilMs: Number.isFinite(freeze.untilMs) ? freeze.untilMs : undefined,
        })),
  };
}

/** Does this freeze scope stop calls of this principal towards this server? */
export function scopeCovers(scope: FreezeScope, principal: FrozenSubject, server: string | undefined): boolean {
  if ('everyone' in scope) return true;
  if ('agent' in scope) return scope.agent === principal.agent;
  if ('class' in scope) return scope.class === principal.agentClass;
  if ('server' in scope) return scope.server === server;
  return scope.token === principal.token;
}

interface Freeze {
  frozen: Frozen;
  scope: FreezeScope;
  /** Infinity when it stays until it is lifted. */
  untilMs: number;
}

const EVERYONE = 'everyone';

function freezeOf(object: StoredObject<'freeze'>): Freeze {
  const { scope, reason, until } = object.spec;
  const untilMs = until === undefined ? Number.NaN : Date.parse(until);
  return {
    frozen: Object.freeze({ name: object.metadata.name, reason }),
    scope,
    // An instant that cannot be read never ends the freeze: fail closed.
    untilMs: Number.isNaN(untilMs) ? Number.POSITIVE_INFINITY : untilMs,
  };
}

function outlasts(a: Freeze, b: Freeze): boolean {
  return a.untilMs > b.untilMs || (a.untilMs === b.untilMs && a.frozen.name < b.frozen.name);
}

function inForce(freeze: Freeze | undefined, nowMs: number): Frozen | undefined {
  return freeze && nowMs < freeze.untilMs ? freeze.frozen : undefined;
}

function keyOf(scope: FreezeScope): string {
  if ('everyone' in scope) return EVERYONE;
  if ('agent' in scope) return `agent ${scope.agent}`;
  if ('class' in scope) return `class ${scope.class}`;
  if ('server' in scope) return `server ${scope.server}`;
  return `token ${scope.token}`;
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
