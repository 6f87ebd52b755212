// The control plane as an immutable, indexed view. A new view reuses everything that did not change since the previous one,
// so whoever compiles from a kind can tell by `changedKinds` (or by identity of the list) that there is nothing to do.
// Never mutated after it was built; an object that does not fit its schema is an error, not a gap.
import { GatewayError } from '../lib/error.ts';
import { byKindAndName } from './document-text.ts';
import { metadataSchema } from './kind/field.ts';
import { isKind, type Kind, kindNames, kinds, type StoredObject } from './kinds.ts';
import type { ControlSnapshot } from './port.ts';

export interface ControlView {
  readonly org: string;
  readonly revision: number;
  /** Kinds in which an object was added, changed or removed since the previous view; all kinds when there was none. */
  readonly changedKinds: ReadonlySet<Kind>;
  /** Sorted by name. The same array as in the previous view when the kind did not change. */
  list<K extends Kind>(kind: K): readonly StoredObject<K>[];
  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined;
  all(): StoredObject[];
  servers(): readonly StoredObject<'server'>[];
  server(name: string): StoredObject<'server'> | undefined;
  agents(): readonly StoredObject<'agent'>[];
  agent(name: string): StoredObject<'agent'> | undefined;
  tokens(): readonly StoredObject<'token'>[];
  token(name: string): StoredObject<'token'> | undefined;
  policies(): readonly StoredObject<'policy'>[];
  freezes(): readonly StoredObject<'freeze'>[];
  secrets(): readonly StoredObject<'secret'>[];
  secret(name: string): StoredObject<'secret'> | undefined;
  operators(): readonly StoredObject<'operator'>[];
  operator(name: string): StoredObject<'operator'> | undefined;
  /** Settings of the organization; undefined when it has none. */
  organization(): StoredObject<'organization'> | undefined;
  teams(): readonly StoredObject<'team'>[];
  users(): readonly StoredObject<'user'>[];
  user(name: string): StoredObject<'user'> | undefined;
  roles(): readonly StoredObject<'role'>[];
  classes(): readonly StoredObject<'class'>[];
  class(name: string): StoredObject<'class'> | undefined;
}

/**
 * Builds the view of a snapshot.
 * Throws GatewayError `object_unreadable` when a stored object has an unknown kind or does not fit its schema: the caller keeps its last good view.
 */
export function buildView(snapshot: ControlSnapshot, previous?: ControlView): ControlView {
  const base = previous?.org === snapshot.org ? previous : undefined;
  const grouped = new Map<Kind, StoredObject[]>(kindNames.map((kind) => [kind, []]));
  for (const object of snapshot.objects) {
    if (!isKind(object.kind)) throw unreadable(object, 'this version does not know the kind');
    grouped.get(object.kind)?.push(reuse(object, base) ?? readStored(object));
  }
  const tables = new Map<Kind, KindTable>();
  const changedKinds = new Set<Kind>();
  for (const [kind, objects] of grouped) {
    const before = base ? base.list(kind) : undefined;
    const list = objects.sort(byKindAndName);
    const same = before !== undefined && before.length === list.length && list.every((object, i) => object === before[i]);
    if (!same) changedKinds.add(kind);
    const kept = same ? before : Object.freeze(list);
    tables.set(kind, { list: kept, byName: new Map(kept.map((object) => [object.metadata.name, object])) });
  }
  return new View(snapshot.org, snapshot.revision, changedKinds, tables);
}

interface KindTable {
  list: readonly StoredObject[];
  byName: ReadonlyMap<string, StoredObject>;
}

class View implements ControlView {
  readonly org: string;
  readonly revision: number;
  readonly changedKinds: ReadonlySet<Kind>;
  readonly #tables: ReadonlyMap<Kind, KindTable>;

  constructor(org: string, revision: number, changedKinds: ReadonlySet<Kind>, tables: ReadonlyMap<Kind, KindTable>) {
    this.org = org;
    this.revision = revision;
    this.changedKinds = changedKinds;
    this.#tables = tables;
  }

  list<K extends Kind>(kind: K): readonly StoredObject<K>[] {
    return (this.#tables.get(kind)?.list ?? []) as unknown as readonly StoredObject<K>[];
  }
  get<K extends Kind>(kind: K, name: string): StoredObject<K> | undefined {
    return this.#tables.get(kind)?.byName.get(name) as StoredObject<K> | undefined;
  }
  all = (): StoredObject[] => kindNames.flatMap((kind) => [...this.list(kind)]) as StoredObject[];
  servers = () => this.list('server');
  server = (name: string) => this.get('server', name);
  agents = () => this.list('agent');
  agent = (name: string) => this.get('agent', name);
  tokens = () => this.list('token');
  token = (name: string) => this.get('token', name);
  policies = () => this.list('policy');
  freezes = () => this.list('freeze');
  secrets = () => this.list('secret');
  secret = (name: string) => this.get('secret', name);
  operators = () => this.list('operator');
  operator = (name: string) => this.get('operator', name);
  organization = () => this.get('organization', this.org);
  teams = () => this.list('team');
  users = () => this.list('user');
  user = (name: string) => this.get('user', name);
  roles = () => this.list('role');
  classes = () => this.list('class');
  class = (name: string) => this.get('class', name);
}

/** The previous view's object when the store says it is the same version. */
function reuse(object: StoredObject, base: ControlView | undefined): StoredObject | undefined {
  const before = base?.get(object.kind, object.metadata.name);
  return before !== undefined && object.revision !== undefined && before.revision === object.revision ? before : undefined;
}

/** What was read once and is handed out again by the store is not checked again. */
const read = new WeakMap<StoredObject, StoredObject>();

/** Why it could not be read again, were it stored; undefined when it could. */
export function unreadableWhy(object: StoredObject): string | undefined {
  const metadata = metadataSchema.safeParse(object.metadata);
  const found = metadata.success ? kinds[object.kind].safeParse(object.spec) : metadata;
  const [issue] = found.success ? [] : found.error.issues;
  return issue && `${[metadata.success ? 'spec' : 'metadata', ...issue.path].join('.')}: ${issue.message}`;
}

function readStored(object: StoredObject): StoredObject {
  const before = read.get(object);
  if (before) return before;
  const metadata = metadataSchema.safeParse(object.metadata);
  const spec = kinds[object.kind].safeParse(object.spec);
  if (!metadata.success || !spec.success) throw unreadable(object, unreadableWhy(object) ?? '');
  const { kind, revision } = object;
  const checked = deepFreeze({
    kind,
    metadata: metadata.data,
    spec: spec.data,
    ...(revision === undefined ? {} : { revision }),
  }) as StoredObject;
  read.set(object, checked);
  return checked;
}

function unreadable(object: { kind: string; metadata?: { name?: string } }, why: string): GatewayError {
  const name = `${object.kind}/${object.metadata?.name ?? '?'}`;
  return new GatewayError('object_unreadable', `The stored object ${name} cannot be read: ${why.trim()}. Roll it back or delete it.`);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}
