// The objects of each organization as last read, so that a driver reads only what changed since: a change is in force sooner, the more objects there
// are. What was deleted comes by name. Never guesses: when the count of what it has then differs from what the database has, all is read again.
import type { StoredObject } from '../object/kinds.ts';
import type { ControlSnapshot } from '../object/port.ts';

/** Of one statement, so that its parts belong together. */
export interface ObjectDelta {
  revision: number;
  /** Objects there are. */
  total: number;
  /** Those written after the revision that was asked for. */
  changed: readonly StoredObject[];
  /** Those deleted after it; they may have been written anew since. */
  deleted: readonly { kind: string; name: string }[];
}

/** Asks for everything. */
export const SINCE_EVER = -1;

export class ObjectCache {
  readonly #snapshots = new Map<string, ControlSnapshot>();

  /** `read(since)` gives what was written after that revision. INVARIANT: the same as reading all (object-cache.test.ts). */
  async load(org: string, read: (since: number) => Promise<ObjectDelta>): Promise<ControlSnapshot> {
    const base = this.#snapshots.get(org);
    const merged = base && merge(base, await read(base.revision));
    const snapshot = merged ?? whole(org, await read(SINCE_EVER));
    if (snapshot.revision >= (this.#snapshots.get(org)?.revision ?? 0)) this.#snapshots.set(org, snapshot);
    return snapshot;
  }
}

/** undefined when it cannot be told from the delta what there is. */
function merge(base: ControlSnapshot, { revision, total, changed, deleted }: ObjectDelta): ControlSnapshot | undefined {
  // A database that was put back to an earlier state has other objects under the same revisions.
  if (revision < base.revision) return undefined;
  if (revision === base.revision) return total === base.objects.length && changed.length === 0 ? base : undefined;
  const fresh = new Map(changed.map((object) => [keyOf(object), object]));
  const gone = new Set(deleted.map(({ kind, name }) => `${kind} ${name}`));
  const objects = base.objects.flatMap((object) => {
    const key = keyOf(object);
    const newer = fresh.get(key);
    if (newer) fresh.delete(key);
    return newer ?? (gone.has(key) ? NOTHING : object);
  });
  objects.push(...fresh.values());
  if (objects.length !== total) return undefined;
  return { org: base.org, revision, objects: fresh.size === 0 ? objects : objects.sort(byKey) };
}

const NOTHING: readonly StoredObject[] = [];

function whole(org: string, { revision, changed }: ObjectDelta): ControlSnapshot {
  return { org, revision, objects: [...changed].sort(byKey) };
}

function keyOf({ kind, metadata }: StoredObject): string {
  return `${kind} ${metadata.name}`;
}

function byKey(a: StoredObject, b: StoredObject): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.metadata.name === b.metadata.name) return 0;
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
