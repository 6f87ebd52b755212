// Recorded calls decided again under a candidate set and under the set in force, and what comes out differently. Streams; holds a bounded table.
// Never writes. What was not recorded is unknown to both sets alike.
import type { PolicySet } from '../policy-set.ts';
import { isDecidedByRules, type RebuiltRequest, type RecordedDecision } from './recorded-decision.ts';
import { type Side, sideOf } from './witness.ts';

/** Rows of the table; calls that would need another one are counted only. */
export const MAX_ROWS = 1_000;
/** Entries between two reports of progress. */
export const PROGRESS_EVERY = 5_000;

/** One entry; `call` where it is a decision on a call to be judged again. */
export interface ReplayedEntry {
  seq: number;
  call?: { recorded: RecordedDecision; request: RebuiltRequest; isWhole: boolean } | undefined;
}

export interface SimulationRow {
  live: Side;
  candidate: Side;
  agent: string;
  server?: string;
  capability?: string;
  intent?: string;
  count: number;
  /** One of them. */
  call: string;
  seq: number;
}

export interface SimulationSummary {
  /** Control revision of the set compared with. */
  base: number;
  /** It moved while calls were replayed: the result is about rules that are not in force any more. */
  stale: boolean;
  entries: number;
  /** Calls decided under both sets. */
  calls: number;
  changed: number;
  newlyAllowed: number;
  newlyRefused: number;
  /** Calls that the set in force decides in another way than was recorded: rules changed since, or something was not recorded. */
  movedSince: number;
  /** Calls whose arguments were erased or never kept. */
  withoutArguments: number;
  /** Changed calls that are in no row. */
  beyond: number;
  /** Newly allowed destructive calls first. */
  rows: SimulationRow[];
}

export type SimulationStep =
  | { type: 'progress'; seq: number; entries: number; calls: number; changed: number }
  | ({ type: 'summary' } & SimulationSummary);

export async function* simulate(
  entries: AsyncIterable<ReplayedEntry>,
  live: PolicySet,
  candidate: PolicySet,
  currentRevision: () => Promise<number>,
): AsyncGenerator<SimulationStep, void, undefined> {
  const tally = new Tally(live, candidate);
  let seen = 0;
  for await (const { seq, call } of entries) {
    if (call) tally.add(call);
    if (++seen % PROGRESS_EVERY === 0) yield { type: 'progress', seq, entries: seen, calls: tally.calls, changed: tally.changed };
  }
  const stale = (await currentRevision()) !== live.revision;
  yield { type: 'summary', base: live.revision, stale, entries: seen, ...tally.summary() };
}

class Tally {
  calls = 0;
  changed = 0;
  #newlyAllowed = 0;
  #newlyRefused = 0;
  #movedSince = 0;
  #withoutArguments = 0;
  #beyond = 0;
  readonly #rows = new Map<string, SimulationRow>();
  readonly #live: PolicySet;
  readonly #candidate: PolicySet;

  constructor(live: PolicySet, candidate: PolicySet) {
    this.#live = live;
    this.#candidate = candidate;
  }

  add({ recorded, request, isWhole }: NonNullable<ReplayedEntry['call']>): void {
    // What was refused before the rules were asked says nothing about them; so does a name that led nowhere.
    if (!isDecidedByRules(recorded) || request.leadsNowhere) return;
    this.calls++;
    if (!isWhole) this.#withoutArguments++;
    const [live, candidate] = [sideOf(this.#live, request.input), sideOf(this.#candidate, request.input)];
    if (live.rule !== recorded.rule) this.#movedSince++;
    if (live.effect === candidate.effect) return;
    this.changed++;
    if (candidate.effect === 'allow') this.#newlyAllowed++;
    if (live.effect === 'allow') this.#newlyRefused++;
    this.#note(recorded, live, candidate, request.input.capability?.name);
  }

  summary(): Omit<SimulationSummary, 'base' | 'stale' | 'entries'> {
    return {
      calls: this.calls,
      changed: this.changed,
      newlyAllowed: this.#newlyAllowed,
      newlyRefused: this.#newlyRefused,
      movedSince: this.#movedSince,
      withoutArguments: this.#withoutArguments,
      beyond: this.#beyond,
      rows: [...this.#rows.values()].sort((a, b) => weight(a) - weight(b) || b.count - a.count || a.seq - b.seq),
    };
  }

  #note(
    { principal: { agent }, server, call, seq, intent }: RecordedDecision,
    live: Side,
    candidate: Side,
    name: string | undefined,
  ): void {
    const key = JSON.stringify([live, candidate, agent, server, name, intent?.intent]);
    const row = this.#rows.get(key);
    if (row) {
      row.count++;
      return;
    }
    if (this.#rows.size >= MAX_ROWS) {
      this.#beyond++;
      return;
    }
    this.#rows.set(key, {
      live,
      candidate,
      agent,
      ...(server === undefined ? {} : { server }),
      ...(name === undefined ? {} : { capability: name }),
      ...(intent ? { intent: intent.intent } : {}),
      count: 1,
      call,
      seq,
    });
  }
}

function weight({ candidate, intent, live }: SimulationRow): number {
  if (candidate.effect === 'allow') return intent === 'destructive' || intent === 'exfiltrative' ? 0 : 1;
  return live.effect === 'allow' ? 2 : 3;
}

/** Does some condition of the set look at arguments? Without, they need not be read. */
export function readsArguments({ rules }: PolicySet): boolean {
  return rules.some(({ onCall }) => onCall?.condition && 'uses' in onCall.condition && onCall.condition.uses.has('args'));
}

/** Does some condition look at what a server says of its tool? */
export function readsDefinitions({ rules }: PolicySet): boolean {
  return rules.some(({ onCall }) => onCall?.condition && 'uses' in onCall.condition && onCall.condition.uses.has('tool'));
}
