// What is known of each server's state, for the operator's view: last success, last failure. A record, never a decision.
import type { Clock } from '../lib/clock.ts';
import { GatewayError } from '../lib/error.ts';
import { Lru } from '../lib/lru.ts';

/** Servers remembered, and characters of an error. */
export const MAX_HEALTH_RECORDS = 10_000;
export const MAX_ERROR_CHARACTERS = 2_048;

export interface HealthRecord {
  lastSuccessMs: number | undefined;
  lastFailureMs: number | undefined;
  /** With the detail that agents never see; undefined when the last attempt went well. */
  lastError: string | undefined;
  failuresInARow: number;
}

const UNKNOWN: Readonly<HealthRecord> = { lastSuccessMs: undefined, lastFailureMs: undefined, lastError: undefined, failuresInARow: 0 };

export class HealthBoard {
  readonly #clock: Clock;
  readonly #records = new Lru<string, HealthRecord>(MAX_HEALTH_RECORDS);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `key` names one server of one organization. */
  succeeded(key: string): void {
    const record = this.#record(key);
    record.lastSuccessMs = this.#clock.nowMs();
    record.lastError = undefined;
    record.failuresInARow = 0;
  }

  failed(key: string, error: unknown): void {
    const record = this.#record(key);
    record.lastFailureMs = this.#clock.nowMs();
    record.lastError = errorText(error).slice(0, MAX_ERROR_CHARACTERS);
    record.failuresInARow++;
  }

  get(key: string): Readonly<HealthRecord> {
    return this.#records.get(key) ?? UNKNOWN;
  }

  /** The server was removed. */
  forget(key: string): void {
    this.#records.delete(key);
  }

  #record(key: string): HealthRecord {
    let record = this.#records.get(key);
    if (record === undefined) {
      record = { ...UNKNOWN };
      this.#records.set(key, record);
    }
    return record;
  }
}

function errorText(error: unknown): string {
  if (error instanceof GatewayError) return `${error.code}: ${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}`;
  return error instanceof Error ? error.message : String(error);
}
