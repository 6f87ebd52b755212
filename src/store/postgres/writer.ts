// Writes to PostgreSQL: one call of a server-side function per append, however many drafts wait; another for a change of objects.
// Never retries a write whose fate is unknown: its callers are told that it failed.
import postgres from 'postgres';
import type { EntryDraft } from '../../audit/port.ts';
import { GatewayError } from '../../lib/error.ts';
import { logUnavailable, type Result } from '../group-queue.ts';
import type { Sql } from './database.ts';

export { tokenUses } from './token-use.ts';

export type WriteJob =
  | { type: 'append'; drafts: readonly EntryDraft[] }
  | { type: 'write'; writes: string; author: string; timeMs: number; entry: EntryDraft }
  | { type: 'statement'; run: (sql: Sql) => Promise<number> };

export type WriteAnswer =
  | { type: 'appended'; firstSeq: number; hashes: string[]; revision: number }
  | { type: 'conflict'; index: number; currentRevision: number }
  | { type: 'done'; count: number };

/** A write that takes longer is reported as failed; the queue behind it goes on. */
export const WRITE_TIMEOUT_MS = 10_000;

/** Runs a group of jobs of one organization in order; neighbouring appends share one call. */
export async function runGroup(sql: Sql, org: string, jobs: readonly WriteJob[]): Promise<Result<WriteAnswer>[]> {
  const results: Result<WriteAnswer>[] = [];
  let appends: (readonly EntryDraft[])[] = [];
  const flush = async (): Promise<void> => {
    if (appends.length > 0) results.push(...(await runAppends(sql, org, appends)));
    appends = [];
  };
  for (const job of jobs) {
    if (job.type === 'append') appends.push(job.drafts);
    else {
      await flush();
      results.push(await attempt(() => (job.type === 'write' ? runWrite(sql, org, job) : runStatement(sql, job))));
    }
  }
  await flush();
  return results;
}

async function runAppends(sql: Sql, org: string, appends: (readonly EntryDraft[])[]): Promise<Result<WriteAnswer>[]> {
  try {
    const { firstSeq, hashes, revision } = await append(sql, org, appends.flat());
    let offset = 0;
    return appends.map((drafts) => {
      const start = offset;
      offset += drafts.length;
      return { value: { type: 'appended', firstSeq: firstSeq + start, hashes: hashes.slice(start, offset), revision } };
    });
  } catch (error) {
    if (appends.length > 1 && wasRolledBack(error)) {
      const results: Result<WriteAnswer>[] = [];
      for (const drafts of appends) results.push(...(await runAppends(sql, org, [drafts])));
      return results;
    }
    const failure = asError(error);
    return appends.map(() => ({ error: failure }));
  }
}

async function append(sql: Sql, org: string, drafts: readonly EntryDraft[]): Promise<Extract<WriteAnswer, { type: 'appended' }>> {
  const contents = drafts.map(({ content }) => content).join('\n');
  const calls = drafts.map(({ callId }) => callId ?? '').join('\n');
  const query = sql`SELECT * FROM sallyport_append(${org}, ${contents}, ${calls}, ${payloadLines(drafts)})`;
  const [row] = await withinTime(query);
  if (!row) throw unknownOrganization(org);
  return appended(row);
}

async function runWrite(sql: Sql, org: string, job: Extract<WriteJob, { type: 'write' }>): Promise<WriteAnswer> {
  const { writes, author, timeMs, entry } = job;
  const query = sql`SELECT * FROM sallyport_write(${org}, ${writes}, ${author}, ${timeMs}, ${entry.content}, ${payloadLines([entry])})`;
  const [row] = await withinTime(query);
  if (!row) throw unknownOrganization(org);
  if (row.conflict_at !== null) return { type: 'conflict', index: Number(row.conflict_at), currentRevision: Number(row.current_revision) };
  return appended(row);
}

async function runStatement(sql: Sql, job: Extract<WriteJob, { type: 'statement' }>): Promise<WriteAnswer> {
  return { type: 'done', count: await withinTime(job.run(sql)) };
}

function appended(row: postgres.Row): Extract<WriteAnswer, { type: 'appended' }> {
  return {
    type: 'appended',
    firstSeq: Number(row.first_seq),
    hashes: String(row.entry_hashes).split(','),
    revision: Number(row.control_revision),
  };
}

function payloadLines(drafts: readonly EntryDraft[]): string | null {
  const lines: string[] = [];
  for (const [index, draft] of drafts.entries()) {
    for (const { role, commitment, sealed } of draft.payloads) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      lines.push(`${index + 1}\t${role}\t${commitment}\t${bytes.toString('base64')}`);
    }
  }
  return lines.length === 0 ? null : lines.join('\n');
}

/**
 * Gives up on a query that does not come back (a dead network) and reports it as failed. It is not cancelled from here: that would take
 * another connection to the same place. A server that is alive ends it by its own statement timeout.
 */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(logUnavailable(`no answer from PostgreSQL within ${WRITE_TIMEOUT_MS} ms`)), WRITE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(work: () => Promise<WriteAnswer>): Promise<Result<WriteAnswer>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error: asError(error) };
  }
}

/** Errors of the data itself: the server answered, so the transaction is certainly gone. */
function wasRolledBack(error: unknown): boolean {
  return error instanceof postgres.PostgresError && /^(21|22|23|54)/.test(error.code);
}

/** `message` of a PostgreSQL error may quote values; it stays in `detail`, parameters and query are dropped. */
function asError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof postgres.PostgresError) return logUnavailable(`PostgreSQL ${error.code}: ${error.message}`);
  return logUnavailable(error instanceof Error ? error.message : String(error));
}

export function unknownOrganization(org: string): GatewayError {
  return new GatewayError('unknown_organization', `There is no organization "${org}".`);
}
