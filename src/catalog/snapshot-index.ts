// Which definitions are approved, from the snapshot and server objects of one organization at one control revision. Look-ups are constant time.
// Never admits what no snapshot holds; a server that says `trust` is the operator's explicit exception.
import { documentDigest } from '../audit/entry.ts';
import type { Kind, SpecOf, StoredObject } from '../object/kinds.ts';

export type PinnedKind = SpecOf['snapshot']['definitions'][number]['kind'];

export interface SnapshotIndex {
  /** Digest of the server's snapshot object, for entries; undefined when there is none. */
  hashOf(server: string): string | undefined;
  /** Was exactly this definition approved? Also true when the server is trusted. */
  admits(server: string, kind: PinnedKind, name: string, hash: string): boolean;
  /** May anything of this server be used at all: is there a snapshot, or trust? */
  isOpen(server: string): boolean;
  isTrusted(server: string): boolean;
}

export function compileSnapshots(objects: readonly StoredObject[]): SnapshotIndex {
  const trusted = new Set<string>();
  const snapshots = new Map<string, { hash: string; pins: Set<string> }>();
  for (const object of objects) {
    if (isKind(object, 'server') && object.spec.trust) trusted.add(object.metadata.name);
    if (!isKind(object, 'snapshot')) continue;
    const pins = new Set(object.spec.definitions.map(({ kind, name, hash }) => keyOf(kind, name, hash)));
    snapshots.set(object.metadata.name, { hash: documentDigest(object), pins });
  }
  return {
    hashOf: (server) => snapshots.get(server)?.hash,
    admits: (server, kind, name, hash) => trusted.has(server) || snapshots.get(server)?.pins.has(keyOf(kind, name, hash)) === true,
    isOpen: (server) => trusted.has(server) || snapshots.has(server),
    isTrusted: (server) => trusted.has(server),
  };
}

/** The hash has a fixed length, so no two keys are alike. */
function keyOf(kind: PinnedKind, name: string, hash: string): string {
  return `${hash}${kind}\n${name}`;
}

function isKind<K extends Kind>(object: StoredObject, kind: K): object is StoredObject & StoredObject<K> {
  return object.kind === kind;
}
