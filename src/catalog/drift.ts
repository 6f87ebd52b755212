// What a server says now against what was approved: new, changed, renamed, vanished. Pure.
// Key order and white space are no drift: definitions are compared by their canonical form.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import type { JsonObject } from '../lib/json.ts';
import type { SpecOf } from '../object/kinds.ts';

type Snapshot = SpecOf['snapshot'];
export type Pinned = Snapshot['definitions'][number];
export type PinState = 'approved' | 'new' | 'changed' | 'renamed' | 'vanished' | 'rejected';

/** A definition as the server states it now. */
export interface Stated {
  kind: Pinned['kind'];
  name: string;
  value: JsonObject;
  hash: string;
}

export interface Compared {
  kind: Pinned['kind'];
  name: string;
  state: PinState;
  /** Absent when it vanished. */
  now: Stated | undefined;
  /** What was approved under this name, or under the name it had before. */
  before: Pinned | undefined;
}

/** Everything stated, in the order it is stated, then what vanished. `wholeKinds`: kinds whose list was read to its end. */
export function compareWithSnapshot(
  snapshot: Snapshot | undefined,
  stated: readonly Stated[],
  wholeKinds: ReadonlySet<Pinned['kind']>,
): Compared[] {
  const approved = snapshot?.definitions ?? [];
  const byName = new Map<string, Pinned>();
  for (const pinned of approved) byName.set(nameKey(pinned), pinned);
  const admitted = new Set(approved.map(exactKey));
  const rejected = new Set((snapshot?.rejected ?? []).map(exactKey));
  const present = new Set(stated.map(nameKey));
  const gone = approved.filter((pinned) => wholeKinds.has(pinned.kind) && !present.has(nameKey(pinned)));
  const goneByShape = new Map(gone.flatMap((pinned) => (pinned.shape ? [[`${pinned.kind} ${pinned.shape}`, pinned] as const] : [])));
  const renamed = new Set<Pinned>();
  const compared = stated.map((now): Compared => {
    const { kind, name } = now;
    if (admitted.has(exactKey(now))) return { kind, name, state: 'approved', now, before: byName.get(nameKey(now)) };
    if (rejected.has(exactKey(now))) return { kind, name, state: 'rejected', now, before: byName.get(nameKey(now)) };
    const before = byName.get(nameKey(now));
    if (before) return { kind, name, state: 'changed', now, before };
    const old = goneByShape.get(`${kind} ${shapeOf(now.value)}`);
    if (!old) return { kind, name, state: 'new', now, before: undefined };
    renamed.add(old);
    return { kind, name, state: 'renamed', now, before: old };
  });
  const vanished = gone.filter((pinned) => !renamed.has(pinned));
  return [
    ...compared,
    ...vanished.map((before): Compared => ({ kind: before.kind, name: before.name, state: 'vanished', now: undefined, before })),
  ];
}

/** SHA-256 of the canonical text of a definition without its name. */
export function shapeOf(value: JsonObject): string {
  const { name: _name, title: _title, ...rest } = value;
  return sha256Hex(canonicalJson(rest));
}

/** Digest of everything a server states: what an approval of "all of it" is bound to. */
export function statedDigest(stated: readonly Stated[]): string {
  const keys = stated.map(exactKey).sort();
  return sha256Hex(keys.join('\n'));
}

export function pinnedOf({ kind, name, hash, value }: Stated): Pinned {
  return { kind, name, hash, shape: shapeOf(value) };
}

function nameKey({ kind, name }: { kind: string; name: string }): string {
  return `${kind}\n${name}`;
}

function exactKey({ kind, name, hash }: { kind: string; name: string; hash: string }): string {
  return `${hash}${kind}\n${name}`;
}
