// The quota port of the embedded store: what the writer's thread does, from the main thread. Rates have no table here: there is one process.
import type { QuotaFull, QuotaItem, QuotaStore, QuotaUse } from '../../limit/port.ts';
import type { ReadJob, Row, WriteAnswer, WriteJob } from './job.ts';

export interface SqliteAccess {
  submit(job: WriteJob): Promise<WriteAnswer>;
  read(job: ReadJob): Promise<Row[]>;
}

export class SqliteLimits implements QuotaStore {
  readonly #access: SqliteAccess;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async reserve(org: string, items: readonly QuotaItem[]): Promise<QuotaFull | undefined> {
    const answer = await this.#access.submit({ type: 'reserve', org, items });
    return answer.type === 'quota' ? answer.full : undefined;
  }

  async release(org: string, items: readonly QuotaItem[]): Promise<void> {
    await this.#access.submit({ type: 'release', org, items });
  }

  async park(org: string, ticket: string, text: string, untilMs: number): Promise<void> {
    await this.#access.submit({ type: 'park', org, ticket, text, untilMs });
  }

  async claim(org: string, ticket: string): Promise<string | undefined> {
    const answer = await this.#access.submit({ type: 'claim', org, ticket });
    return answer.type === 'quota' ? answer.claimed : undefined;
  }

  async usage(org: string, nowMs: number, name: string | undefined, limit: number): Promise<QuotaUse[]> {
    const rows = await this.#access.read({ type: 'quotas', org, nowMs, name, limit });
    return rows.map((row) => ({
      name: String(row.name),
      key: String(row.key),
      bucketMs: Number(row.bucket_ms),
      used: Number(row.used),
      untilMs: Number(row.until_ms),
    }));
  }

  async forget(nowMs: number): Promise<void> {
    await this.#access.submit({ type: 'forget', nowMs });
  }
}
