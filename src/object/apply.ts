// The use cases that change objects: apply, delete, roll back. One transaction each, together with its log entry.
// Never writes when there is a problem, and never overwrites what somebody else changed in between.
import type { EntryDraft } from '../audit/port.ts';
import type { Clock } from '../lib/clock.ts';
import { type Actor, freezeProblem } from './freeze-guard.ts';
import type { Kind, StoredObject } from './kinds.ts';
import { noSuch } from './no-such.ts';
import { keyOf, type ObjectChange, type Plan, type PlanInput, type PlanProblem, planChanges, type SecretSealer } from './plan.ts';
import type { ObjectStore, ObjectVersion } from './port.ts';
import { buildView, type ControlView } from './snapshot.ts';

/** Times a change is planned anew when another writer was faster. */
const MAX_ATTEMPTS = 4;
/** Versions of one object looked through for a roll-back. */
export const MAX_HISTORY = 1_000;

export interface ObjectContext {
  store: ObjectStore;
  clock: Clock;
  /** Sealer for the organization's secrets. */
  sealer: (org: string) => SecretSealer;
  /** Log entry of a change; `changes` holds only what really changes. */
  entry: (org: string, author: string, timeMs: number, changes: readonly ObjectChange[], action?: string) => EntryDraft;
  /** People that lifting a freeze takes at least; 1 when absent. */
  liftApprovals?: number;
  /** What kinds know about their own objects: asked about a change that is sound otherwise. Absent: nothing more is checked. */
  check?: ((org: string, plan: Plan) => { problems: PlanProblem[]; warnings: PlanProblem[] }) | undefined;
}

export interface ApplyOptions {
  author: string;
  dryRun?: boolean;
  /** Says why the author may not make these changes, or undefined. Asked under the same view the change is planned on. */
  guard?: (changes: readonly ObjectChange[]) => string | undefined;
  /** Why, when it is more than an edit; goes into the entry. */
  action?: string;
}

export type ApplyResult =
  | { type: 'applied'; revision: number; changes: ObjectChange[]; warnings: PlanProblem[]; dryRun: boolean }
  /** `forbidden`: the guard said no; the only problem is its reason. */
  | { type: 'refused'; problems: PlanProblem[]; warnings: PlanProblem[]; forbidden?: boolean }
  | { type: 'conflict'; object: string; currentRevision: number };

/**
 * Applies puts and deletes, all or nothing. `revision` of the result is the control revision after the change. An input that depends on what
 * is there is made anew for every attempt.
 */
export async function applyChanges(
  context: ObjectContext,
  org: string,
  wanted: PlanInput | ((view: ControlView) => PlanInput),
  options: ApplyOptions,
): Promise<ApplyResult> {
  const { author } = options;
  for (let attempt = 1; ; attempt++) {
    const view = buildView(await context.store.load(org));
    const input = typeof wanted === 'function' ? wanted(view) : wanted;
    const timeMs = context.clock.nowMs();
    const plan = planChecked(context, org, view, input, { author, timeMs });
    const { liftApprovals = 1, store } = context;
    const reason =
      options.guard?.(plan.changes) ??
      (await freezeProblem({ store, org, view, changes: plan.changes, author, timeMs, liftApprovals, lift: input.lift }));
    if (reason !== undefined)
      return {
        type: 'refused',
        problems: [{ object: plan.changes.length === 1 ? nameOf(plan.changes[0]) : 'change', message: reason }],
        warnings: [],
        forbidden: true,
      };
    if (plan.problems.length > 0) return { type: 'refused', problems: plan.problems, warnings: plan.warnings };
    if (options.dryRun || plan.writes.length === 0) return staleWrite(view, plan) ?? applied(plan, view.revision, options.dryRun ?? false);
    const result = await commit(context, org, plan, options);
    if (result.type === 'written') return applied(plan, result.revision, false);
    // With a revision given by the writer the conflict is theirs to solve; otherwise it was a race with our own reading.
    if (attempt === MAX_ATTEMPTS || staleWrite(view, plan)) {
      return { type: 'conflict', object: `${result.kind}/${result.name}`, currentRevision: result.currentRevision };
    }
  }
}

/** The plan, with what the kinds have to say about it. */
export function planChecked(context: ObjectContext, org: string, view: ControlView, input: PlanInput, actor?: Actor): Plan {
  const plan = planChanges(view, input, context.sealer(org), actor);
  if (plan.problems.length > 0 || plan.writes.length === 0) return plan;
  const found = context.check?.(org, plan);
  plan.problems.push(...(found?.problems ?? []));
  plan.warnings.push(...(found?.warnings ?? []));
  return plan;
}

export type RollbackResult = ApplyResult | { type: 'unknown_revision'; revisions: number[] };

/** Writes an older version of one object again, as a new revision. Tokens and operators cannot be rolled back. */
export async function rollbackObject(
  context: ObjectContext,
  org: string,
  target: { kind: Kind; name: string; to: number },
  options: ApplyOptions,
): Promise<RollbackResult> {
  const { kind, name, to } = target;
  if (kind === 'token' || kind === 'operator') {
    const message = `a ${kind} cannot be rolled back (a revoked one would live again); create a new one`;
    return { type: 'refused', problems: [{ object: keyOf(kind, name), message }], warnings: [] };
  }
  const versions = await context.store.history(org, kind, name, MAX_HISTORY);
  const version = versions.find((one) => one.revision === to);
  if (!version) return { type: 'unknown_revision', revisions: versions.map((one) => one.revision) };
  if (version.document === undefined) return applyChanges(context, org, { put: [], delete: [{ kind, name }] }, options);
  const { revision: _, ...document } = version.document;
  return applyChanges(context, org, { put: [document] }, options);
}

/** Deletes one object. */
export function deleteObject(
  context: ObjectContext,
  org: string,
  target: { kind: Kind; name: string; revision?: number },
  options: ApplyOptions,
): Promise<ApplyResult> {
  return applyChanges(context, org, { put: [], delete: [target] }, options);
}

export type Found = { type: 'found'; object: StoredObject } | { type: 'missing'; message: string };

/** One object of a view, or a message that names the nearest one. */
export function findObject(view: ControlView, kind: Kind, name: string): Found {
  const object = view.get(kind, name) as StoredObject | undefined;
  if (object) return { type: 'found', object };
  const names = view.list(kind).map((one) => one.metadata.name);
  return { type: 'missing', message: noSuch(kind, name, names) };
}

/** Versions of an object, newest first. */
export async function objectHistory(
  context: ObjectContext,
  org: string,
  kind: Kind,
  name: string,
  limit: number,
): Promise<ObjectVersion[]> {
  return context.store.history(org, kind, name, Math.min(limit, MAX_HISTORY));
}

async function commit(context: ObjectContext, org: string, plan: Plan, { author, action }: ApplyOptions) {
  const timeMs = context.clock.nowMs();
  const real = plan.changes.filter((change) => change.change !== 'unchanged');
  return context.store.write(org, plan.writes, author, timeMs, context.entry(org, author, timeMs, real, action));
}

/** The first write whose writer saw another revision than the one in force. */
function staleWrite(view: ControlView, plan: Plan): ApplyResult | undefined {
  for (const write of plan.writes) {
    const current = view.get(write.kind as Kind, write.name)?.revision ?? 0;
    if (write.expectedRevision !== undefined && write.expectedRevision !== current) {
      return { type: 'conflict', object: `${write.kind}/${write.name}`, currentRevision: current };
    }
  }
  return undefined;
}

function nameOf(change: ObjectChange | undefined): string {
  return change ? keyOf(change.kind, change.name) : 'change';
}

function applied(plan: Plan, revision: number, dryRun: boolean): ApplyResult {
  return { type: 'applied', revision, changes: plan.changes, warnings: plan.warnings, dryRun };
}
