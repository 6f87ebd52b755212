// What the gateway itself writes into a freeze (who set it, when, who asked to lift it), and the rule that lifting some freezes takes two people.
// Asked for every change of objects, whatever it is called: delete, apply, prune, roll-back and edit cannot do what unfreeze may not.
import { canonicalJson } from '../lib/canonical-json.ts';
import type { FreezeSpec, StoredObject } from './kinds.ts';
import type { ObjectChange } from './plan.ts';
import type { ObjectStore, ObjectVersion } from './port.ts';
import type { ControlView } from './snapshot.ts';

/** A request to lift a freeze must be confirmed within this time, milliseconds. */
export const LIFT_REQUEST_MS = 24 * 3_600_000;
/** Versions of one object that are looked through, then those that are where it was changed more often. */
export const FIRST_LOOK = 1_000;
const LAST_LOOK = 100_000;

export interface Actor {
  author: string;
  timeMs: number;
}

/** The freeze as it will be stored: what is not the author's to say is taken from the stored one, or from the author himself. */
export function stampFreeze(
  current: StoredObject<'freeze'> | undefined,
  draft: StoredObject<'freeze'>,
  actor: Actor,
  asksToLift: boolean,
): StoredObject<'freeze'> {
  const own = ownPart(draft.spec);
  const { author: by, timeMs } = actor;
  const at = new Date(timeMs).toISOString();
  const set = current ? { setBy: current.spec.setBy, setAt: current.spec.setAt } : { setBy: by, setAt: at };
  const isSame = current !== undefined && canonicalJson(ownPart(current.spec)) === canonicalJson(own);
  // A request was about the freeze as it was: it does not outlive a change.
  const request = asksToLift ? { by, at } : isSame ? current.spec.liftRequest : undefined;
  return { kind: 'freeze', metadata: draft.metadata, spec: withoutGaps({ ...own, ...set, liftRequest: request }) };
}

/** People that lifting this freeze takes. `everywhere`: what the gateway asks for at least. */
export function approvalsToLift(spec: FreezeSpec, everywhere: number): number {
  return Math.max(spec.lift?.approvals ?? 1, everywhere);
}

/** The request that waits for a second person; undefined when there is none, it is too old, or who asked is no operator any more. */
export function openLiftRequest(view: ControlView, { liftRequest }: FreezeSpec, nowMs: number): { by: string; at: string } | undefined {
  const asker = liftRequest && view.operator(liftRequest.by);
  if (!asker || asker.spec.revokedAt !== undefined) return undefined;
  // An instant that cannot be read is over: fail closed.
  return nowMs - Date.parse(liftRequest.at) < LIFT_REQUEST_MS ? liftRequest : undefined;
}

export interface GuardInput extends Actor {
  store: Pick<ObjectStore, 'history'>;
  org: string;
  view: ControlView;
  changes: readonly ObjectChange[];
  liftApprovals: number;
  /** The freeze that this change says it lifts. */
  lift: string | undefined;
}

/**
 * Why these changes may not be made. INVARIANT: nobody ends, narrows or shortens alone what takes two people to lift
 * (test/scenario/kill-lift.test.ts).
 */
export async function freezeProblem(input: GuardInput): Promise<string | undefined> {
  const guarded = input.view.freezes().filter(({ spec }) => isGuarded(spec, input));
  if (guarded.length === 0) return undefined;
  const names = new Set(guarded.map(({ metadata }) => metadata.name));
  for (const change of input.changes) {
    if (change.change === 'unchanged') continue;
    const problem =
      change.kind === 'freeze' && names.has(change.name) ? await guardedChange(change, input) : leavesScope(change, guarded, input.view);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isGuarded(spec: FreezeSpec, { timeMs, liftApprovals }: GuardInput): boolean {
  if (spec.drill || approvalsToLift(spec, liftApprovals) < 2) return false;
  return spec.until === undefined || !(timeMs >= Date.parse(spec.until));
}

async function guardedChange({ name, before, after }: ObjectChange, input: GuardInput): Promise<string | undefined> {
  const was = before?.spec as FreezeSpec;
  if (after) {
    const weaker = weakenedBy(was, after.spec as FreezeSpec);
    return weaker && `freeze/${name}: ${weaker} would lift it in part, and lifting it takes two people. Use: sallyport unfreeze ${name}`;
  }
  if (input.lift !== name) return `freeze/${name}: lifting it takes two people. Use: sallyport unfreeze ${name}`;
  const request = openLiftRequest(input.view, was, input.timeMs);
  if (!request) return `freeze/${name}: nobody has asked to lift it within the last day. Ask first: sallyport unfreeze ${name}`;
  if (request.by === input.author) return `freeze/${name}: you asked to lift it; another operator must confirm.`;
  const since = await firstRevision(name, input);
  const [asked, confirms] = [await handsOf(request.by, since, input), await handsOf(input.author, since, input)];
  if (since === undefined || !asked || !confirms)
    return `freeze/${name}: it or its operators were changed too often to tell who is who. Somebody else must confirm.`;
  const user = [...asked.users].find((one) => confirms.users.has(one));
  if (user !== undefined)
    return `freeze/${name}: "${request.by}", who asked to lift it, and "${input.author}" are both the user "${user}". Another person must confirm.`;
  const both = [...asked.operators].find((one) => confirms.operators.has(one));
  if (both === undefined) return undefined;
  return `freeze/${name}: "${both}" made or changed "${input.author}" or "${request.by}", directly or through others, after the freeze was set, so you cannot confirm what "${request.by}" asked. Somebody else must.`;
}

/** What became weaker. Longer, stricter, or explained otherwise is no weakening. */
function weakenedBy(was: FreezeSpec, is: FreezeSpec): string | undefined {
  if (canonicalJson(was.scope) !== canonicalJson(is.scope)) return 'another scope';
  if (is.drill) return 'making it a drill';
  if ((is.lift?.approvals ?? 1) < (was.lift?.approvals ?? 1)) return 'fewer approvals';
  const ends = (until: string | undefined): number => (until === undefined ? Number.POSITIVE_INFINITY : Date.parse(until));
  return ends(is.until) >= ends(was.until) ? undefined : 'an earlier end';
}

/** An agent or token that is frozen by what it is must not become something else. */
function leavesScope(
  { kind, name, before, after }: ObjectChange,
  guarded: readonly StoredObject<'freeze'>[],
  view: ControlView,
): string | undefined {
  if (!before || !after || (kind !== 'agent' && kind !== 'token')) return undefined;
  const [was, is] = [traitsOf(before, view), traitsOf(after, view)];
  for (const { metadata, spec } of guarded) {
    const [[what, which] = ['', '']] = Object.entries(spec.scope);
    const trait = what as keyof Traits;
    if (was[trait] !== undefined && was[trait] === which && is[trait] !== which)
      return `${kind}/${name}: it would leave ${what} "${which}", which freeze/${metadata.name} stops, and lifting that takes two people.`;
  }
  return undefined;
}

interface Traits {
  agent?: string | undefined;
  class?: string | undefined;
  user?: string | undefined;
}

function traitsOf(object: StoredObject, view: ControlView): Traits {
  const spec = object.spec as { class?: string; agent?: string; user?: string };
  if (object.kind === 'agent') return { class: spec.class };
  return { agent: spec.agent, user: spec.user, class: spec.agent === undefined ? undefined : view.agent(spec.agent)?.spec.class };
}

/** Of the freeze that has this name now; undefined when it cannot be told. */
async function firstRevision(name: string, input: GuardInput): Promise<number | undefined> {
  const versions = await versionsBack('freeze', name, ({ document }) => !document, input);
  return versions && (versions.findLast(({ document }) => document)?.revision ?? 0);
}

interface Hands {
  operators: ReadonlySet<string>;
  users: ReadonlySet<string>;
}

/**
 * Everybody who could act as this operator: itself, and who made or changed it since the freeze was set, and who made or changed those. Two people
 * of whom a third holds both are one. And the users that it belonged to at any time since: who is another user now was that person then.
 */
async function handsOf(name: string, since: number | undefined, input: GuardInput): Promise<Hands | undefined> {
  if (since === undefined) return undefined;
  const operators = new Set([name]);
  const users = new Set<string>();
  for (const one of operators) {
    const isBefore = ({ revision }: ObjectVersion): boolean => revision <= since;
    const versions = await versionsBack('operator', one, isBefore, input);
    if (!versions) return undefined;
    for (const version of versions) {
      const { user } = (version.document?.spec ?? {}) as { user?: string };
      if (one === name && user !== undefined) users.add(user);
      if (!isBefore(version)) operators.add(version.author);
    }
  }
  return { operators, users };
}

/** Newest first, back to one of which this holds, that included; undefined when there are too many. INVARIANT: none is left out, however many there are (kill-lift.test.ts). */
async function versionsBack(
  kind: 'freeze' | 'operator',
  name: string,
  isOver: (version: ObjectVersion) => boolean,
  { store, org }: GuardInput,
): Promise<ObjectVersion[] | undefined> {
  for (const limit of [FIRST_LOOK, LAST_LOOK]) {
    const versions = await store.history(org, kind, name, limit);
    const last = versions.findIndex(isOver);
    if (last >= 0) return versions.slice(0, last + 1);
    if (versions.length < limit) return versions;
  }
  return undefined;
}

function ownPart(spec: FreezeSpec): FreezeSpec {
  const { setBy: _by, setAt: _at, liftRequest: _request, ...own } = spec;
  return own;
}

function withoutGaps(spec: { [K in keyof FreezeSpec]: FreezeSpec[K] | undefined }): FreezeSpec {
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as FreezeSpec;
}
