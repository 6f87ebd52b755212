// Changing objects from the admin side: who may change what, and how the result of a change is answered.
// INVARIANT: nobody gains a right through an object that their role does not have already (admin.test.ts).
import type { ApplyResult, RollbackResult } from '../object/apply.ts';
import { applyChanges } from '../object/apply.ts';
import type { StoredObject } from '../object/kinds.ts';
import type { ObjectChange, PlanInput, PlanProblem } from '../object/plan.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { AdminContext } from './context.ts';
import type { ApplyReply, PlacedProblem } from './contract.ts';
import { mayAct, type Operator } from './operator.ts';
import { failure, json } from './route.ts';

export type Applied = Extract<ApplyResult, { type: 'applied' }>;

/** Applies, waits until this process works under the result, and answers. */
export async function change(
  context: AdminContext,
  operator: Operator,
  input: PlanInput | ((view: ControlView) => PlanInput),
  options: { dryRun?: boolean; action?: string; reply?: (result: Applied) => unknown; locate?: Locate } = {},
): Promise<Response> {
  const { dryRun, action } = options;
  const how = { ...applyOptions(context, operator, dryRun, action), ...(action === undefined ? {} : { action }) };
  const result = await applyChanges(context.objects, context.org, input, how);
  return answer(context, result, options.reply, options.locate);
}

/** Where in what was sent a problem stands; undefined when that is not known here. */
export type Locate = (problem: PlanProblem) => { file: string; line: number; column: number } | undefined;

/** `action`: what a route of its own does, which has checked what it is about. */
export function applyOptions(context: AdminContext, operator: Operator, dryRun = false, action?: string) {
  return { author: operator.name, dryRun, guard: (changes: readonly ObjectChange[]) => forbidden(context, operator, changes, action) };
}

export async function answer(
  context: AdminContext,
  result: RollbackResult,
  reply?: (result: Applied) => unknown,
  locate?: Locate,
): Promise<Response> {
  if (result.type !== 'applied') return refusal(result, locate);
  if (!result.dryRun) await settle(context, result.revision);
  return json(200, reply ? reply(result) : applyBody(result, locate));
}

/** The change is durable by now, and calls judged under an older revision are judged again: a failure here must not read as "nothing happened". */
async function settle(context: AdminContext, revision: number): Promise<void> {
  try {
    await context.settled(revision);
  } catch (error) {
    context.logger.error(
      { revision, why: error instanceof Error ? error.message : String(error) },
      'a change is written but not loaded yet; calls are refused until it is',
    );
  }
}

export function applyBody(result: Extract<ApplyResult, { type: 'applied' }>, locate?: Locate): ApplyReply {
  return {
    revision: result.revision,
    dryRun: result.dryRun,
    changes: result.changes.map(({ kind, name, change: what }) => ({ kind, name, change: what })),
    warnings: result.warnings.map((one) => problemLine(one, locate)),
    ...(result.warnings.some(({ at }) => at) ? { placedWarnings: result.warnings.filter(({ at }) => at).map(placed) } : {}),
  };
}

export function refusal(result: Exclude<RollbackResult, { type: 'applied' }>, locate?: Locate): Response {
  if (result.type === 'conflict') {
    const message = `${result.object} was changed by somebody else and is at revision ${result.currentRevision}. Read it again and repeat the change.`;
    return failure(409, 'conflict', message);
  }
  if (result.type === 'unknown_revision') {
    const { object, to, revisions } = result;
    const known = revisions.length > 0 ? `It has ${revisions.slice(0, 20).join(', ')}.` : 'There never was an object of this name.';
    return failure(404, 'unknown_revision', `${object} has no revision ${to}. ${known}`);
  }
  if (result.forbidden) return failure(403, 'forbidden', result.problems[0]?.message ?? 'Your role may not make this change.');
  return refused('Nothing was changed', result.problems, locate);
}

/** `problems` in the answer lets whoever read the files say where each stands. */
export function refused(what: string, problems: readonly PlanProblem[], locate?: Locate): Response {
  const lines = problems.map((one) => problemLine(one, locate));
  return failure(422, 'refused', `${what}: ${lines[0] ?? 'the objects do not fit together'}`, lines, problems.map(placed));
}

function placed({ object, message, at }: PlanProblem): PlacedProblem {
  return { object, message, ...(at ? { path: [...at.path], ...(at.offset === undefined ? {} : { offset: at.offset }) } : {}) };
}

export function problemLine(problem: PlanProblem, locate?: Locate): string {
  const place = locate?.(problem);
  const where = place ? `${place.file}:${place.line}:${place.column}: ` : '';
  return `${where}${problem.object}: ${problem.message}`;
}

/** Kinds that say which sealed values are deleted, and which are not. */
const KEEPING: ReadonlySet<string> = new Set(['retention', 'legal-hold', 'erasure']);

/** Why this operator may not make these changes. */
function forbidden(
  context: AdminContext,
  operator: Operator,
  changes: readonly ObjectChange[],
  action: string | undefined,
): string | undefined {
  for (const { kind, name, change: what, before, after } of changes) {
    if (what === 'unchanged') continue;
    if (KEEPING.has(kind) && !mayAct(operator.role, 'admin'))
      return `${kind}/${name}: what is kept and what is deleted is decided by role admin only.`;
    if (kind === 'operator' && !mayAct(operator.role, 'admin')) return `operator/${name}: operators are changed by role admin only.`;
    if (kind === 'operator' && after && gains(after as StoredObject<'operator'>, operator))
      return `operator/${name}: a right is given, and who has it is changed, only by an operator who has it too.`;
    if (kind === 'delegation' && action !== 'delegate' && !mayAct(operator.role, 'admin'))
      return `delegation/${name}: whose place is taken is theirs to say: sallyport approval delegate. Role admin writes any.`;
    if (kind === 'passkey' && action !== 'passkey')
      return `passkey/${name}: a passkey is registered by whoever holds it (sallyport passkey invite) and removed with sallyport passkey remove.`;
    if (kind !== 'server' || !after || !startsCommand(after, before)) continue;
    if (!mayAct(operator.role, 'admin')) return `server/${name}: a server that runs a command on the gateway's machine needs role admin.`;
    if (!context.settings.commands) {
      return `server/${name}: servers that run a command cannot be registered over this listener. Set admin.commands to on, or apply on the machine.`;
    }
  }
  return undefined;
}

/** Would somebody act with a right that this operator does not have? Revoking is open to every admin. */
function gains({ spec }: StoredObject<'operator'>, operator: Operator): boolean {
  return spec.revokedAt === undefined && (spec.rights ?? []).some((right) => !operator.rights.includes(right));
}

/** Does the change bring in a command, or another one than was approved before? */
function startsCommand(after: StoredObject, before: StoredObject | undefined): boolean {
  const [next, last] = [commandOf(after), before && commandOf(before)];
  return next !== undefined && next !== last;
}

function commandOf(object: StoredObject): string | undefined {
  const spec = object.spec as StoredObject<'server'>['spec'];
  return spec.transport === 'stdio' ? JSON.stringify([spec.command, spec.args, spec.cwd, spec.env]) : undefined;
}
