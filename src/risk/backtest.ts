// What other weights and bands would have made of the calls in the log: the same fold as in the gateway, from the first call on, compared with
// the scores in the entries. Streams; holds one history and a bounded number of examples. Never writes.
import type { StoredEntry } from '../audit/port.ts';
import type { RiskBand } from '../call.ts';
import type { StoredObject } from '../object/kinds.ts';
import { History } from './history.ts';
import { compileRisk, type RiskModel } from './model.ts';
import { type RecordedCall, recordedCall, withArguments } from './recorded-call.ts';
import type { Sensitivity } from './signal.ts';

/** Calls shown as examples, those whose score moves most. */
export const MAX_EXAMPLES = 50;
/** Entries between two reports of progress. */
export const PROGRESS_EVERY = 2_000;

export interface BacktestSource {
  /** Oldest first. */
  entries: AsyncIterable<StoredEntry>;
  /** Text of the call's params; undefined when it was erased or never kept. */
  argumentsOf(recorded: RecordedCall): Promise<string | undefined>;
  server(name: string): { risk?: Sensitivity | undefined; environment?: string | undefined } | undefined;
  environmentOf(agent: string): string | undefined;
}

export interface BacktestExample {
  seq: number;
  call: string;
  agent: string;
  server: string;
  tool: string;
  /** As recorded; absent when the call was not scored then. */
  before?: number;
  after: number;
  band: RiskBand;
}

export interface BacktestSummary {
  /** Calls on tools in the window. */
  calls: number;
  /** Those without arguments to judge, because they were erased or never kept. */
  withoutArguments: number;
  bands: Record<RiskBand, number>;
  /** Of the calls that were scored when they were made. */
  scoredBefore: number;
  higher: number;
  lower: number;
  meanBefore: number;
  meanAfter: number;
  examples: BacktestExample[];
}

export type BacktestStep = { type: 'progress'; seq: number; calls: number } | ({ type: 'summary' } & BacktestSummary);

/** `fromMs`: calls before it build the history, and are not counted. */
export async function* backtest(
  source: BacktestSource,
  profiles: readonly StoredObject<'risk'>[],
  fromMs: number,
): AsyncGenerator<BacktestStep, void, undefined> {
  const model = compileRisk(profiles as readonly StoredObject[]);
  const tally = new Tally();
  const history = new History();
  let seen = 0;
  for await (const entry of source.entries) {
    if (++seen % PROGRESS_EVERY === 0) yield { type: 'progress', seq: entry.seq, calls: tally.calls };
    const recorded = recordedCall(entry);
    if (!recorded) continue;
    const text = recorded.arguments === undefined ? undefined : await source.argumentsOf(recorded);
    const whole = text === undefined ? recorded : withArguments(recorded, text);
    if (model && whole.observed.timeMs >= fromMs) tally.add(whole, scoreOf(source, model, history, whole), text === undefined);
    history.observe(whole.observed);
  }
  yield { type: 'summary', ...tally.summary() };
}

function scoreOf(source: BacktestSource, model: RiskModel, history: History, { observed, intent, findings }: RecordedCall) {
  const server = source.server(observed.server);
  return model.score(
    {
      nowMs: observed.timeMs,
      agent: observed.agent,
      environment: source.environmentOf(observed.agent),
      server: observed.server,
      tool: observed.tool,
      intent: intent && { intent },
      findings,
      amounts: observed.amounts,
      serverRisk: server?.risk,
      toolRisk: undefined,
      serverEnvironment: server?.environment,
    },
    history,
  );
}

class Tally {
  calls = 0;
  #withoutArguments = 0;
  readonly #bands: Record<RiskBand, number> = { allow: 0, log: 0, hold: 0, deny: 0 };
  #scoredBefore = 0;
  #higher = 0;
  #lower = 0;
  #sumBefore = 0;
  #sumAfter = 0;
  #examples: (BacktestExample & { moved: number })[] = [];

  add(recorded: RecordedCall, score: ReturnType<RiskModel['score']>, isWithoutArguments: boolean): void {
    this.calls++;
    if (isWithoutArguments) this.#withoutArguments++;
    if (!score) {
      this.#bands.allow++;
      return;
    }
    this.#bands[score.band]++;
    this.#sumAfter += score.score;
    const before = recorded.risk?.score;
    if (before !== undefined) {
      this.#scoredBefore++;
      this.#sumBefore += before;
      if (score.score > before) this.#higher++;
      if (score.score < before) this.#lower++;
    }
    const { agent, server, tool } = recorded.observed;
    this.#show({
      seq: recorded.seq,
      call: recorded.call,
      agent,
      server,
      tool,
      ...(before === undefined ? {} : { before }),
      after: score.score,
      band: score.band,
      moved: Math.abs(score.score - (before ?? 0)),
    });
  }

  summary(): BacktestSummary {
    return {
      calls: this.calls,
      withoutArguments: this.#withoutArguments,
      bands: this.#bands,
      scoredBefore: this.#scoredBefore,
      higher: this.#higher,
      lower: this.#lower,
      meanBefore: this.#scoredBefore === 0 ? 0 : Math.round((10 * this.#sumBefore) / this.#scoredBefore) / 10,
      meanAfter: this.calls === 0 ? 0 : Math.round((10 * this.#sumAfter) / this.calls) / 10,
      examples: this.#sorted()
        .slice(0, MAX_EXAMPLES)
        .map(({ moved: _, ...example }) => example),
    };
  }

  #show(example: BacktestExample & { moved: number }): void {
    this.#examples.push(example);
    if (this.#examples.length >= 4 * MAX_EXAMPLES) this.#examples = this.#sorted().slice(0, MAX_EXAMPLES);
  }

  #sorted(): (BacktestExample & { moved: number })[] {
    return this.#examples.toSorted((a, b) => b.moved - a.moved || b.after - a.after || a.seq - b.seq);
  }
}
