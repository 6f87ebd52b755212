// Tickets on PostgreSQL: one server-side function per change, with its log entry, on connections of their own. Made when the first is needed.

import type { ApprovalStore, GrantUse, GrantUsed, PutResult, TicketRow, UsedGrant } from '../../approval/port.ts';
import { type EntryDraft, mintReceipt } from '../../audit/port.ts';
import { GatewayError } from '../../lib/error.ts';
import { connect, type Sql } from './database.ts';

const APPROVAL_CONNECTIONS = 2;
/** A change that takes longer is given up: the call is refused. */
const APPROVAL_TIMEOUT_MS = 10_000;

export class PostgresApprovals implements ApprovalStore {
  readonly #sql: Sql;

  constructor(url: string) {
    this.#sql = connect(url, APPROVAL_CONNECTIONS, APPROVAL_TIMEOUT_MS);
  }

  async close(timeoutS: number): Promise<void> {
    await this.#sql.end({ timeout: timeoutS });
  }

  async put(org: string, row: TicketRow, entry: EntryDraft, { sealed, atRevision }: PutMore): Promise<PutResult> {
    const { id, binding, live, agent, version, createdMs, expiresMs, text, usedMs } = row;
    const bytes = sealed === undefined ? null : Buffer.from(sealed);
    const [written] = await this.#run(
      (sql) => sql`SELECT * FROM sallyport_approval(${org}, ${id}, ${binding}, ${live}, ${agent}, ${version}, ${createdMs}, ${expiresMs},
        ${text}, ${bytes}, ${entry.content}, ${entry.callId ?? ''},
        ${atRevision ?? null}, ${usedMs ?? null})`,
    );
    if (!written) return { type: 'conflict' };
    const revision = Number(written.control_revision);
    if (written.first_seq === null) return { type: 'moved', revision };
    return { type: 'written', receipt: mintReceipt(org, Number(written.first_seq), String(written.entry_hashes), revision) };
  }

  async useGrant(org: string, { key, maxUses, timeMs, atRevision }: GrantUse, entry: EntryDraft): Promise<GrantUsed> {
    const [written] = await this.#run(
      (sql) => sql`SELECT * FROM sallyport_use_grant(${org}, ${key}, ${maxUses ?? null}, ${timeMs}, ${entry.content}, ${entry.callId ?? ''},
        ${atRevision})`,
    );
    if (!written) return { type: 'used_up' };
    const revision = Number(written.control_revision);
    if (written.first_seq === null) return { type: 'moved', revision };
    return { type: 'written', receipt: mintReceipt(org, Number(written.first_seq), String(written.entry_hashes), revision) };
  }

  async grantUses(org: string): Promise<Map<string, { used: number; lastMs: number }>> {
    const rows = await this.#run(
      (sql) => sql`SELECT g.key, g.used, g.used_ms FROM grant_use g JOIN organization o ON o.id = g.org WHERE o.name = ${org}`,
    );
    return new Map(rows.map((row) => [String(row.key), { used: Number(row.used), lastMs: Number(row.used_ms) }]));
  }

  async get(org: string, id: string): Promise<TicketRow | undefined> {
    const [row] = await this.#run((sql) => sql`${this.#select(org)} AND a.id = ${id}`);
    return row && toTicket(row);
  }

  async live(org: string, binding: string): Promise<TicketRow | undefined> {
    const [row] = await this.#run((sql) => sql`${this.#select(org)} AND a.live AND a.binding = ${binding}`);
    return row && toTicket(row);
  }

  async newest(org: string, binding: string): Promise<TicketRow | undefined> {
    const [row] = await this.#run(
      (sql) => sql`${this.#select(org)} AND a.binding = ${binding} ORDER BY a.created_ms DESC, a.id DESC LIMIT 1`,
    );
    return row && toTicket(row);
  }

  async list(org: string, { live, agent, limit }: { live: boolean; agent?: string | undefined; limit: number }): Promise<TicketRow[]> {
    const rows = await this.#run(
      (sql) => sql`${this.#select(org)} ${live ? sql`AND a.live` : sql``} ${agent === undefined ? sql`` : sql`AND a.agent = ${agent}`}
        ORDER BY a.created_ms DESC, a.id DESC LIMIT ${limit}`,
    );
    return rows.map(toTicket);
  }

  async used(org: string, sinceMs: number, limit: number): Promise<UsedGrant[]> {
    const rows = await this.#run(
      (sql) => sql`SELECT a.agent, a.binding, a.used_ms FROM approval a JOIN organization o ON o.id = a.org
        WHERE o.name = ${org} AND a.used_ms >= ${sinceMs} ORDER BY a.used_ms DESC LIMIT ${limit}`,
    );
    return rows.map((row) => ({ agent: String(row.agent), binding: String(row.binding), usedMs: Number(row.used_ms) }));
  }

  async sealed(org: string, id: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#run(
      (sql) => sql`SELECT a.sealed FROM approval a JOIN organization o ON o.id = a.org WHERE o.name = ${org} AND a.id = ${id}`,
    );
    return (row?.sealed as Uint8Array | null | undefined) ?? undefined;
  }

  #select(org: string) {
    return this.#sql`SELECT a.id, a.binding, a.live, a.agent, a.version, a.created_ms, a.expires_ms, a.document
      FROM approval a JOIN organization o ON o.id = a.org WHERE o.name = ${org}`;
  }

  async #run<T>(query: (sql: Sql) => Promise<T>): Promise<T> {
    try {
      return await query(this.#sql);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      throw new GatewayError('store_unavailable', 'The database that keeps approvals cannot be reached or refused the request.', {
        detail,
      });
    }
  }
}

type PutMore = Parameters<ApprovalStore['put']>[3];

function toTicket(row: Record<string, unknown>): TicketRow {
  return {
    id: String(row.id),
    binding: String(row.binding),
    live: row.live === true,
    agent: String(row.agent),
    version: Number(row.version),
    createdMs: Number(row.created_ms),
    expiresMs: Number(row.expires_ms),
    text: String(row.document),
  };
}
