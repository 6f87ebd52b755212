// The log from a point in time on, its decisions rebuilt as requests, in order. Bounded: a few entries at once are in memory, and the history of
// calls where rules ask for facts.
import type { StoredEntry } from '../audit/port.ts';
import type { JsonObject } from '../lib/json.ts';
import type { PolicySet } from '../policy/compile.ts';
import { type RecordedDecision, recordedDecision } from '../policy/rehearse/recorded-decision.ts';
import { type ReplayedEntry, readsArguments, readsDefinitions } from '../policy/rehearse/simulate.ts';
import { factsOf } from '../risk/facts.ts';
import { History } from '../risk/history.ts';
import { recordedCall, withArguments } from '../risk/recorded-call.ts';
import type { AdminContext } from './context.ts';
import type { Replay } from './replay.ts';

/** Entries whose arguments are read at the same time. */
const MAX_AT_ONCE = 128;

export interface Wanted {
  fromMs: number;
  sets: readonly PolicySet[];
  replay: Replay;
  /** Whatever rules ask for. */
  withArguments?: boolean;
}

export async function* replayedLog(
  context: AdminContext,
  { fromMs, sets, replay, withArguments: always = false }: Wanted,
): AsyncGenerator<ReplayedEntry, void, undefined> {
  const needsFacts = sets.some((set) => set.needsFacts);
  const needs = { args: always || needsFacts || sets.some(readsArguments), definition: sets.some(readsDefinitions) };
  const facts = needsFacts ? new Facts(context) : undefined;
  // Facts are made of what came before; without them the log is read from the window on.
  const fromSeq = needsFacts ? 1 : await firstSince(context, fromMs);
  let batch: { entry: StoredEntry; recorded: RecordedDecision | undefined }[] = [];
  const judged = async function* (): AsyncGenerator<ReplayedEntry> {
    const calls = await Promise.all(
      batch.map(({ recorded }) => recorded && replay.request(recorded, undefined, needs.args, needs.definition)),
    );
    for (const [i, { entry, recorded }] of batch.entries()) {
      const known = calls[i];
      const then = facts && recorded && known ? await facts.next(entry, recorded, known.input.args) : undefined;
      const isWanted = recorded !== undefined && known !== undefined && recorded.timeMs >= fromMs;
      const request = known && { ...known, input: { ...known.input, facts: then } };
      yield { seq: entry.seq, call: isWanted && request ? { recorded, request, isWhole: request.missing.length === 0 } : undefined };
    }
    batch = [];
  };
  for await (const entry of context.logStore.read({ org: context.org, fromSeq })) {
    batch.push({ entry, recorded: recordedDecision(entry) });
    if (batch.length === MAX_AT_ONCE) yield* judged();
  }
  yield* judged();
}

class Facts {
  readonly #history = new History();
  readonly #context: AdminContext;

  constructor(context: AdminContext) {
    this.#context = context;
  }

  async next(entry: StoredEntry, recorded: RecordedDecision, args: JsonObject | undefined): Promise<JsonObject | undefined> {
    const call = recordedCall(entry);
    if (!call) return undefined;
    const { org, audit } = this.#context;
    const text = call.arguments === undefined ? undefined : await audit.value(org, call.arguments, entry.seq).catch(() => undefined);
    const whole = text === undefined ? call : withArguments(call, text);
    const { agent, server, tool, amounts } = whole.observed;
    const facts = factsOf(this.#history, { agent, server, tool, nowMs: recorded.timeMs, amounts });
    this.#history.observe(whole.observed);
    return args === undefined && text !== undefined ? undefined : facts;
  }
}

/** The first entry of the window, found by halving: entries stand in the order of their times, but for clocks that differ. */
export async function firstSince({ logStore, org }: Pick<AdminContext, 'logStore' | 'org'>, fromMs: number): Promise<number> {
  let [low, high] = [1, (await logStore.head(org)).seq + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    let timeMs = Number.POSITIVE_INFINITY;
    for await (const { content } of logStore.read({ org, fromSeq: middle, limit: 1 }))
      timeMs = Date.parse(/"time":"([^"]{24})"/.exec(content)?.[1] ?? '');
    if (timeMs >= fromMs - CLOCK_SKEW_MS) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Clocks of gateways may differ by this much. */
export const CLOCK_SKEW_MS = 300_000;
