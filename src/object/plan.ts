// What applying a set of objects would do to the control plane: writes, changes, problems, warnings. Pure; writes nothing.
// Never lets a revoked token live again and never lets a secret's plain value into a write.
import { canonicalJson } from '../lib/canonical-json.ts';
import { sha256Hex } from '../lib/digest.ts';
import { type Actor, stampFreeze } from './freeze-guard.ts';
import { stampGrant } from './grant-stamp.ts';
import type { Kind, StoredObject } from './kinds.ts';
import { nearestOrList } from './no-such.ts';
import type { ObjectDraft } from './parse.ts';
import type { ObjectWrite } from './port.ts';
import { kindsNaming, plainCredentials, type Reference, referencesOf, softReferencesOf } from './references.ts';
import { isSecretDraft, SEALED_MARK, type SecretDraft } from './secret-draft.ts';
import type { ControlView } from './snapshot.ts';

/** Seals secret values; implemented over the vault by whoever calls. */
export interface SecretSealer {
  seal(name: string, value: string): string;
  /** True when the envelope holds exactly this value; false also when it cannot be opened. */
  matches(name: string, sealed: string, value: string): boolean;
}

export interface ObjectChange {
  kind: Kind;
  name: string;
  change: 'created' | 'changed' | 'deleted' | 'unchanged';
  before: StoredObject | undefined;
  after: StoredObject | undefined;
  /** Hex SHA-256 of the RFC 8785 form of kind, metadata and spec as stored; undefined when the object does not exist. */
  beforeHash: string | undefined;
  afterHash: string | undefined;
}

export interface PlanProblem {
  /** `kind/name` the problem is about. */
  object: string;
  message: string;
  /** Where in the object: a path, and an offset into the text that stands there. */
  at?: { path: readonly (string | number)[]; offset?: number | undefined } | undefined;
}

export interface Plan {
  writes: ObjectWrite[];
  /** One for every object given (and every object pruned), in the order given. */
  changes: ObjectChange[];
  /** When there are any, nothing must be written. */
  problems: PlanProblem[];
  warnings: PlanProblem[];
  /** All objects as they will be. */
  after: readonly StoredObject[];
}

export interface PlanInput {
  put: readonly ObjectDraft[];
  delete?: readonly { kind: Kind; name: string; revision?: number }[];
  /** Delete every object of these kinds that is not in `put`. */
  prune?: readonly Kind[];
  /** Name of the freeze that this change asks or confirms to lift; never taken from a file. */
  lift?: string;
  /** Name of the standing grant that the author confirms; never taken from a file. */
  confirm?: string;
}

/** Nobody in particular: for looking at what a change would do. */
const NOBODY: Actor = { author: '', timeMs: 0 };

export function planChanges(view: ControlView, input: PlanInput, sealer: SecretSealer, actor: Actor = NOBODY): Plan {
  const plan: Plan = { writes: [], changes: [], problems: [], warnings: [], after: [] };
  const after = new Map(view.all().map((object) => [keyOf(object.kind, object.metadata.name), object]));
  const touched = new Set<string>();
  for (const draft of input.put) {
    const key = keyOf(draft.kind, draft.metadata.name);
    if (touched.has(key)) plan.problems.push({ object: key, message: 'is given twice' });
    touched.add(key);
    const settled = settle(view, draft, sealer, plan);
    if (settled) {
      const object = stamped(view, settled, actor, input);
      after.set(key, object);
      put(view, object, draft.revision, plan);
    }
  }
  for (const gone of deletions(view, input, touched)) {
    const key = keyOf(gone.kind, gone.name);
    touched.add(key);
    after.delete(key);
    remove(view, gone, plan);
  }
  checkReferences(after, touched, plan);
  if (plan.changes.some(({ kind }) => kind === 'operator')) checkAdminRemains(view, after, plan);
  plan.after = [...after.values()];
  return plan;
}

export function keyOf(kind: Kind, name: string): string {
  return `${kind}/${name}`;
}

/** Identity of an object's content: revision and origin play no part. */
export function objectHash(object: StoredObject): string {
  return sha256Hex(canonicalJson({ kind: object.kind, metadata: object.metadata, spec: object.spec }));
}

/** From what was written to what will be stored: secrets sealed, marks replaced, rules of single kinds checked. */
function settle(view: ControlView, draft: ObjectDraft, sealer: SecretSealer, plan: Plan): StoredObject | undefined {
  const { name } = draft.metadata;
  const fail = (message: string) => {
    plan.problems.push({ object: keyOf(draft.kind, name), message });
    return undefined;
  };
  const current = view.get(draft.kind, name);
  if (isSecretDraft(draft)) return sealDraft(draft, current as StoredObject<'secret'> | undefined, sealer, fail);
  if (draft.kind === 'secret' && (draft.spec as { sealed: string }).sealed === SEALED_MARK) {
    if (!current) return fail(`has no value yet; give one as spec.value or spec.valueFrom`);
    return { kind: 'secret', metadata: draft.metadata, spec: { ...draft.spec, sealed: (current.spec as { sealed: string }).sealed } };
  }
  if (draft.kind === 'organization' && name !== view.org)
    return fail(`has another name than the organization it stands in; call it ${view.org}, or work on the other organization with --org`);
  if ((draft.kind === 'token' || draft.kind === 'operator') && current && livesAgain(current, draft)) {
    return fail('is revoked, and a revoked token stays revoked; create a new one');
  }
  return { kind: draft.kind, metadata: draft.metadata, spec: draft.spec };
}

/**
 * INVARIANT: what a freeze says about who set it, and a grant about who stands for it, is written here and nowhere else
 * (test/scenario/kill-lift.test.ts, test/scenario/standing-grant.test.ts).
 */
function stamped(view: ControlView, object: StoredObject, actor: Actor, { lift, confirm }: PlanInput): StoredObject {
  const { name } = object.metadata;
  if (object.kind === 'grant') return stampGrant(view.get('grant', name), object as StoredObject<'grant'>, actor, confirm === name);
  if (object.kind !== 'freeze') return object;
  return stampFreeze(view.get('freeze', name), object as StoredObject<'freeze'>, actor, lift === name);
}

function sealDraft(
  draft: SecretDraft,
  current: StoredObject<'secret'> | undefined,
  sealer: SecretSealer,
  fail: (message: string) => undefined,
): StoredObject | undefined {
  const { value, expiresAt } = draft.spec;
  if (value === undefined) return fail('spec.valueFrom must be read where the file is; apply it with the command line');
  if (value === SEALED_MARK) return fail(`the value is the mark ${SEALED_MARK}; give the value itself`);
  const { name } = draft.metadata;
  const sealed = current && sealer.matches(name, current.spec.sealed, value) ? current.spec.sealed : sealer.seal(name, value);
  return { kind: 'secret', metadata: draft.metadata, spec: { sealed, ...(expiresAt === undefined ? {} : { expiresAt }) } };
}

function livesAgain(current: StoredObject, next: StoredObject): boolean {
  const [before, after] = [current.spec, next.spec] as { hash: string; revokedAt?: string }[];
  return before?.revokedAt !== undefined && before.hash === after?.hash && after.revokedAt === undefined;
}

function put(view: ControlView, object: StoredObject, seenRevision: number | undefined, plan: Plan): void {
  const { kind } = object;
  const { name } = object.metadata;
  const before = view.get(kind, name);
  const beforeHash = before && objectHash(before);
  const afterHash = objectHash(object);
  const change = before === undefined ? 'created' : beforeHash === afterHash ? 'unchanged' : 'changed';
  plan.changes.push({ kind, name, change, before, after: object, beforeHash, afterHash });
  for (const header of plainCredentials(object)) {
    plan.warnings.push({
      object: keyOf(kind, name),
      message: `${header} looks like a credential in plain text; keep it as a secret object and name it here`,
    });
  }
  const stale = seenRevision !== undefined && seenRevision !== (before?.revision ?? 0);
  if (change === 'unchanged' && !stale) return;
  plan.writes.push({ kind, name, document: object, expectedRevision: seenRevision ?? before?.revision ?? 0 });
}

function remove(view: ControlView, gone: { kind: Kind; name: string; revision?: number }, plan: Plan): void {
  const { kind, name } = gone;
  const before = view.get(kind, name);
  if (!before) {
    plan.problems.push({
      object: keyOf(kind, name),
      message: `does not exist.${nearestOrList(
        kind,
        name,
        view.list(kind).map((o) => o.metadata.name),
      )}`,
    });
    return;
  }
  plan.changes.push({ kind, name, change: 'deleted', before, after: undefined, beforeHash: objectHash(before), afterHash: undefined });
  plan.writes.push({ kind, name, document: undefined, expectedRevision: gone.revision ?? before.revision });
}

function deletions(view: ControlView, input: PlanInput, given: ReadonlySet<string>): { kind: Kind; name: string; revision?: number }[] {
  const pruned = (input.prune ?? []).flatMap((kind) =>
    view
      .list(kind)
      .map((object) => ({ kind, name: object.metadata.name }))
      .filter(({ name }) => !given.has(keyOf(kind, name))),
  );
  return [...(input.delete ?? []), ...pruned];
}

/** Nobody could let anybody in again: whoever wants that stops the gateway. */
function checkAdminRemains(view: ControlView, after: ReadonlyMap<string, StoredObject>, plan: Plan): void {
  const isAdmin = ({ kind, spec }: StoredObject) =>
    kind === 'operator' && 'role' in spec && spec.role === 'admin' && spec.revokedAt === undefined;
  if (!view.operators().some(isAdmin) || [...after.values()].some(isAdmin)) return;
  plan.problems.push({ object: 'operator', message: 'this would leave no operator with role admin; make another one first' });
}

/** Only references from or to something this change touches: older damage must not block an unrelated change. */
function checkReferences(after: ReadonlyMap<string, StoredObject>, touched: ReadonlySet<string>, plan: Plan): void {
  for (const key of touched) {
    const object = after.get(key);
    if (object) checkReferencesOf(key, object, after, touched, plan);
  }
  // What is not touched can only lose what it names by a deletion.
  const deleted = new Set(plan.changes.filter(({ change }) => change === 'deleted').map(({ kind }) => kind));
  const naming = new Set([...deleted].flatMap((kind) => [...kindsNaming(kind)]));
  if (naming.size === 0) return;
  for (const [key, object] of after) if (naming.has(object.kind) && !touched.has(key)) checkReferencesOf(key, object, after, touched, plan);
}

function checkReferencesOf(
  key: string,
  object: StoredObject,
  after: ReadonlyMap<string, StoredObject>,
  touched: ReadonlySet<string>,
  plan: Plan,
): void {
  const concerned = (to: Reference) => !after.has(keyOf(to.kind, to.name)) && (touched.has(key) || touched.has(keyOf(to.kind, to.name)));
  for (const to of referencesOf(object).filter(concerned)) {
    const names = [...after.values()].filter((other) => other.kind === to.kind).map((other) => other.metadata.name);
    plan.problems.push({
      object: key,
      message: `${to.at} names ${keyOf(to.kind, to.name)}, which does not exist.${nearestOrList(to.kind, to.name, names)}`,
    });
  }
  for (const to of softReferencesOf(object).filter(concerned)) {
    plan.warnings.push({ object: key, message: `${to.at} names ${keyOf(to.kind, to.name)}, which does not exist (yet)` });
  }
}
