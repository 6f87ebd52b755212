// The log read in order for whoever tells others about it: filtered, and every outcome with the decision it belongs to.
// Bounded memory: decisions are remembered up to a number; an older one is read again by its place in the log.
import type { LogStore } from '../audit/port.ts';
import { isObject, type Json, type JsonObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import type { EntryFilter } from './entry-filter.ts';
import { type LogEvent, readEvent } from './event.ts';

/** Decisions remembered while a log is read; calls that take longer than so many others cost a read. */
export const MAX_REMEMBERED = 1_024;

export interface JoinedEntry {
  seq: number;
  time: string;
  event: LogEvent | undefined;
}

export class JoinedLog {
  readonly #log: LogStore;
  readonly #org: string;
  readonly #decisions = new Lru<number, JsonObject>(MAX_REMEMBERED);

  constructor(log: LogStore, org: string) {
    this.#log = log;
    this.#org = org;
  }

  /** Every entry of the range with its time; `event` only of those that the filter takes. */
  async *read(fromSeq: number, toSeq: number, filter: EntryFilter): AsyncGenerator<JoinedEntry, void, undefined> {
    for await (const entry of this.#log.read({ org: this.#org, fromSeq, toSeq })) {
      const event = readEvent(entry);
      const { content } = event;
      if (content.type === 'decision') this.#decisions.set(entry.seq, slim(content));
      const decision = content.type === 'outcome' ? await this.#decisionOf(content) : undefined;
      const whole = decision === undefined ? event : { ...event, decision };
      yield { seq: entry.seq, time: String(content.time), event: filter.test(content, decision) ? whole : undefined };
    }
  }

  /** undefined when it is not in the log any more, or is no decision of that call. */
  async #decisionOf(outcome: JsonObject): Promise<JsonObject | undefined> {
    const seq = Number(outcome.decision);
    if (!Number.isSafeInteger(seq) || seq < 1) return undefined;
    const known = this.#decisions.get(seq) ?? (await this.#readDecision(seq));
    return known?.type === 'decision' && known.call === outcome.call ? known : undefined;
  }

  async #readDecision(seq: number): Promise<JsonObject | undefined> {
    for await (const { content } of this.#log.read({ org: this.#org, fromSeq: seq, toSeq: seq, limit: 1 })) {
      const value = JSON.parse(content) as Json;
      if (isObject(value)) return slim(value);
    }
    return undefined;
  }
}

/** What an outcome needs of its decision: not what an agent can make long. */
function slim({ findings: _findings, reason: _reason, notify: _notify, ...rest }: JsonObject): JsonObject {
  return rest;
}
