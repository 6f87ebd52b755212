// What a log says was erased, gathered while it is verified: an erased value is not a broken log, and the log itself says which are gone.
// Bounded: names the newest MAX_TOLD_ERASURES erasures, counts all.
import { isObject, type JsonObject } from '../lib/json.ts';
import type { EntryRange } from './erasure-entry.ts';

/** Erasures that a verdict names. */
export const MAX_TOLD_ERASURES = 100;

export interface ToldErasure {
  /** Entry that says so. */
  entry: number;
  /** `retention RULE` or `request NAME`. */
  by: string;
  values: number;
  entries: EntryRange[];
}

export interface ErasureFacts {
  values: number;
  /** Entries that say that values are gone. */
  count: number;
  newest: ToldErasure[];
}

export class ErasureTally {
  readonly #newest: ToldErasure[] = [];
  #values = 0;
  #count = 0;

  facts(): ErasureFacts | undefined {
    return this.#count === 0 ? undefined : { values: this.#values, count: this.#count, newest: this.#newest };
  }

  /** Content of a system entry, well-formed (rules.ts). */
  take(seq: number, content: JsonObject): void {
    if (content.event !== 'erasure' || content.what !== 'erased') return;
    const { values, cause, rule, request, entries } = content;
    this.#values += Number(values);
    this.#count++;
    const ranges = (Array.isArray(entries) ? entries : []).filter(isObject).map(({ from, to }) => ({ from: Number(from), to: Number(to) }));
    this.#newest.push({ entry: seq, by: `${String(cause)} ${String(rule ?? request ?? '')}`, values: Number(values), entries: ranges });
    if (this.#newest.length > MAX_TOLD_ERASURES) this.#newest.shift();
  }
}
