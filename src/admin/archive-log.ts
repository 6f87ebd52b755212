// Which of the oldest entries may leave the database: old enough by rule, with no sealed value left, under no legal hold, and with no call that runs
// over the end. INVARIANT: what remains goes on from a head that is known and signed (test/scenario/archive.test.ts). Reads only.
import type { ArchivedHead } from '../audit/archive-entry.ts';
import { BLOCK_LEAVES } from '../audit/merkle.ts';
import type { StoredEntry } from '../audit/port.ts';
import { isObject, type JsonObject } from '../lib/json.ts';
import type { ControlView } from '../object/snapshot.ts';
import { factsOfDecision } from '../retention/facts.ts';
import { holdsOn } from '../retention/rules.ts';
import type { AdminContext } from './context.ts';
import { CLOCK_SKEW_MS, firstSince } from './replayed-log.ts';

const DAY_MS = 86_400_000;
/** Entries that leave at once: meanwhile nobody can append. A multiple of BLOCK_LEAVES. */
export const MAX_REMOVED = 64 * BLOCK_LEAVES;

export interface Removable {
  /** Last entry that may go; less than the first one when none may. */
  to: number;
  /** `object` of the rule; undefined: no rule lets entries go. */
  rule: string | undefined;
  /** What keeps the next ones. */
  why: string;
}

/** What is asked of a log and its store. */
export type ArchiveContext = Pick<AdminContext, 'org' | 'logStore' | 'clock' | 'retention' | 'longestCallMs'>;

export async function removable(context: ArchiveContext, view: ControlView, archivedTo: number): Promise<Removable> {
  const { org, logStore, clock, retention } = context;
  const [rule] = view
    .list('retention')
    .filter(({ spec }) => spec.archive !== undefined)
    .sort((a, b) => (b.spec.archive?.keepDays ?? 0) - (a.spec.archive?.keepDays ?? 0));
  const keepDays = rule?.spec.archive?.keepDays;
  if (!rule || keepDays === undefined) return { to: archivedTo, rule: undefined, why: 'no object of kind retention has `archive`' };
  const name = rule.metadata.name;
  const head = await logStore.head(org);
  let why = `younger than the ${keepDays} days of retention/${name}`;
  // `firstSince` allows for clocks that differ; here the first entry that is too young is wanted.
  const youngMs = clock.nowMs() - keepDays * DAY_MS + 1;
  let to = Math.min(await firstSince(context, youngMs + CLOCK_SKEW_MS), head.seq) - 1;
  const [value] = await retention.sealedValues(org, 0, 1);
  if (value && value.seq <= to) [to, why] = [value.seq - 1, 'sealed values are left beside them: retention has to delete those first'];
  const held = await firstHeld(context, view, archivedTo + 1, to);
  if (held) [to, why] = [held.seq - 1, `under legal hold ${held.hold}`];
  const open = await firstOpen(context, archivedTo + 1, to);
  if (open !== undefined) [to, why] = [open - 1, 'a call of them still runs'];
  to = Math.min(to - (to % BLOCK_LEAVES), archivedTo + MAX_REMOVED);
  while (to > archivedTo && (await isCrossed(context, to))) {
    to -= BLOCK_LEAVES;
    why = 'a call runs over the end of the segment';
  }
  return { to, rule: name, why };
}

/** What a store keeps of the entries up to `to`; undefined when there is no such entry. */
export async function headAt({ org, logStore, retention }: ArchiveContext, to: number): Promise<ArchivedHead | undefined> {
  const before = await retention.archived(org);
  for await (const { seq, hash, header } of logStore.read({ org, fromSeq: to, toSeq: to })) {
    const { revision } = JSON.parse(header) as { revision: number };
    if (before) return { ...before, seq, hash, revision };
    for await (const first of logStore.read({ org, fromSeq: 1, toSeq: 1 }))
      return { seq, hash, revision, firstHash: first.hash, firstTime: String(contentOf(first).time) };
  }
  return undefined;
}

async function firstHeld(
  { org, logStore }: ArchiveContext,
  view: ControlView,
  fromSeq: number,
  toSeq: number,
): Promise<{ seq: number; hold: string } | undefined> {
  if (view.list('legal-hold').length === 0) return undefined;
  for await (const entry of logStore.read({ org, fromSeq, toSeq })) {
    const content = contentOf(entry);
    const [hold] = content.type === 'decision' ? holdsOn(view, factsOfDecision(content)) : [];
    if (hold !== undefined) return { seq: entry.seq, hold };
  }
  return undefined;
}

/** The first decision of these whose call may still run: it has no outcome yet, and is not said to be lost. */
async function firstOpen(context: ArchiveContext, fromSeq: number, to: number): Promise<number | undefined> {
  const { org, logStore, clock, longestCallMs } = context;
  const begin = Math.max(fromSeq, await firstSince(context, clock.nowMs() - longestCallMs));
  if (begin > to) return undefined;
  const open = new Set<number>();
  for await (const entry of logStore.read({ org, fromSeq: begin })) {
    const content = contentOf(entry);
    const { type, effect, single, decision, calls } = content;
    if (type === 'decision' && effect === 'allow' && single !== true && entry.seq <= to && isInForce(entry, content)) open.add(entry.seq);
    else if (type === 'outcome') open.delete(Number(decision));
    else if (content.event === 'gap' && Array.isArray(calls))
      for (const lost of calls) open.delete(Number(isObject(lost) && lost.decision));
  }
  const [first] = open; // in the order of the log
  return first;
}

/** A decision under objects that had changed meanwhile allows nothing: the call was judged again. */
function isInForce({ header }: StoredEntry, { judged }: JsonObject): boolean {
  return (JSON.parse(header) as { revision: number }).revision === judged;
}

/** Does an outcome behind `to` belong to a decision before it? */
export async function isCrossed({ org, logStore, longestCallMs }: ArchiveContext, to: number): Promise<boolean> {
  let endMs: number | undefined;
  for await (const entry of logStore.read({ org, fromSeq: to })) {
    const content = contentOf(entry);
    const timeMs = Date.parse(String(content.time));
    endMs ??= timeMs + longestCallMs;
    if (timeMs > endMs) return false;
    if (content.type === 'outcome' && entry.seq > to && Number(content.decision) <= to) return true;
  }
  return false;
}

function contentOf({ content }: StoredEntry): JsonObject {
  const value: unknown = JSON.parse(content);
  return isObject(value) ? value : {};
}
