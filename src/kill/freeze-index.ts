// What is frozen right now, from the freeze objects of one organization at one control revision. Look-ups are constant time; only freezes of tools
// by pattern are looked through. A freeze only stops; nothing here can let a call through. Drills stop nothing and are kept apart.
import type { Kind, StoredObject } from '../object/kinds.ts';
import { type FreezeScope, type FrozenSubject, foldName, type ToolPattern, toolPattern } from './freeze-scope.ts';

export interface Frozen {
  /** Object name of the freeze. */
  name: string;
  reason: string;
}

export interface FreezeIndex {
  readonly revision: number;
  /** The freeze that stops this principal (towards this server and tool, when they are known); undefined when none does. */
  frozen(principal: FrozenSubject, server: string | undefined, nowMs: number, tool?: string): Frozen | undefined;
  /** There is none, in force or over, drills aside: nobody is stopped, whatever the time. */
  readonly isEmpty: boolean;
  /** Every freeze in force, by name; for the operator. */
  active(nowMs: number): (Frozen & { scope: FreezeScope; untilMs: number | undefined })[];
  /** Drills that have not ended, by name. */
  drills(nowMs: number): readonly StoredObject<'freeze'>[];
}

export function compileFreezes(objects: readonly StoredObject[], revision: number): FreezeIndex {
  const all: Freeze[] = [];
  const drills: Freeze[] = [];
  const longest = new Map<string, Freeze>();
  const tools = new ToolFreezes();
  for (const object of objects) {
    if (!isKind(object, 'freeze')) continue;
    const freeze = freezeOf(object);
    if (object.spec.drill) {
      drills.push(freeze);
      continue;
    }
    all.push(freeze);
    if ('tool' in freeze.scope) tools.add(freeze.scope.tool, freeze);
    else keepLongest(longest, keyOf(freeze.scope), freeze);
  }
  all.sort((a, b) => (a.frozen.name < b.frozen.name ? -1 : 1));
  const everyone = longest.get(EVERYONE);
  const isEmpty = all.length === 0;
  const at = (key: string, nowMs: number): Frozen | undefined => inForce(longest.get(key), nowMs);
  return {
    revision,
    isEmpty,
    frozen: (principal, server, nowMs, tool) => {
      if (isEmpty) return undefined;
      return (
        inForce(everyone, nowMs) ??
        at(`agent ${principal.agent}`, nowMs) ??
        (principal.agentClass === undefined ? undefined : at(`class ${principal.agentClass}`, nowMs)) ??
        (principal.user === undefined ? undefined : at(`user ${principal.user}`, nowMs)) ??
        (principal.token === undefined ? undefined : at(`token ${principal.token}`, nowMs)) ??
        (server === undefined ? undefined : at(`server ${server}`, nowMs)) ??
        (server === undefined || tool === undefined ? undefined : tools.frozen(server, tool, nowMs))
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
    drills: (nowMs) => drills.filter((freeze) => nowMs < freeze.untilMs).map(({ object }) => object),
  };
}

interface Freeze {
  object: StoredObject<'freeze'>;
  frozen: Frozen;
  scope: FreezeScope;
  /** Infinity when it stays until it is lifted. */
  untilMs: number;
}

/** Freezes of tools: those that name one tool are found, those with a pattern are looked through. */
class ToolFreezes {
  readonly #exact = new Map<string, Freeze>();
  readonly #patterns: { pattern: ToolPattern; freeze: Freeze }[] = [];

  add(tool: { server: string; name: string }, freeze: Freeze): void {
    const pattern = toolPattern(tool);
    if (pattern.server.literal && pattern.name.literal)
      keepLongest(this.#exact, JSON.stringify([tool.server, foldName(tool.name)]), freeze);
    else this.#patterns.push({ pattern, freeze });
  }

  frozen(server: string, tool: string, nowMs: number): Frozen | undefined {
    if (this.#exact.size === 0 && this.#patterns.length === 0) return undefined;
    const folded = foldName(tool);
    const exact = this.#exact.size === 0 ? undefined : inForce(this.#exact.get(JSON.stringify([server, folded])), nowMs);
    if (exact) return exact;
    for (const { pattern, freeze } of this.#patterns) {
      if (nowMs < freeze.untilMs && pattern.server.test(server) && pattern.name.test(folded)) return freeze.frozen;
    }
    return undefined;
  }
}

const EVERYONE = 'everyone';

function freezeOf(object: StoredObject<'freeze'>): Freeze {
  const { scope, reason, until } = object.spec;
  const untilMs = until === undefined ? Number.NaN : Date.parse(until);
  return {
    object,
    frozen: Object.freeze({ name: object.metadata.name, reason }),
    scope,
    // An instant that cannot be read never ends the freeze: fail closed.
    untilMs: Number.isNaN(untilMs) ? Number.POSITIVE_INFINITY : untilMs,
  };
}

/** Of several freezes with one scope only the one that lasts longest matters: while any is in force, that one is. */
function keepLongest(freezes: Map<string, Freeze>, key: string, freeze: Freeze): void {
  const before = freezes.get(key);
  if (!before || outlasts(freeze, before)) freezes.set(key, freeze);
}

function outlasts(a: Freeze, b: Freeze): boolean {
  return a.untilMs > b.untilMs || (a.untilMs === b.untilMs && a.frozen.name < b.frozen.name);
}

function inForce(freeze: Freeze | undefined, nowMs: number): Frozen | undefined {
  return freeze && nowMs < freeze.untilMs ? freeze.frozen : undefined;
}

function keyOf(scope: Exclude<FreezeScope, { tool: unknown }>): string {
  if ('everyone' in scope) return EVERYONE;
  return Object.entries(scope).flat().join(' ');
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
