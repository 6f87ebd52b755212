// The approval port of the embedded store: what the writer's thread does, from the main thread.

import type { ApprovalStore, GrantUse, GrantUsed, PutResult, TicketRow, UsedGrant } from '../../approval/port.ts';
import { type EntryDraft, mintReceipt } from '../../audit/port.ts';
import type { Row } from './job.ts';
import type { SqliteAccess } from './limits.ts';

export class SqliteApprovals implements ApprovalStore {
  readonly #access: SqliteAccess;

  constructor(access: SqliteAccess) {
    this.#access = access;
  }

  async put(org: string, row: TicketRow, entry: EntryDraft, { sealed, atRevision }: PutMore): Promise<PutResult> {
    const answer = await this.#access.submit({ type: 'approval', org, row, sealed, atRevision, entry });
    if (answer.type === 'conflict' && answer.currentRevision > 0) return { type: 'moved', revision: answer.currentRevision };
    if (answer.type !== 'appended') return { type: 'conflict' };
    return { type: 'written', receipt: mintReceipt(org, answer.firstSeq, answer.hashes[0] ?? '', answer.revision) };
  }

  async useGrant(org: string, use: GrantUse, entry: EntryDraft): Promise<GrantUsed> {
    const answer = await this.#access.submit({ type: 'use-grant', org, use, entry });
    if (answer.type === 'conflict' && answer.currentRevision !== use.atRevision) return { type: 'moved', revision: answer.currentRevision };
    if (answer.type !== 'appended') return { type: 'used_up' };
    return { type: 'written', receipt: mintReceipt(org, answer.firstSeq, answer.hashes[0] ?? '', answer.revision) };
  }

  async grantUses(org: string): Promise<Map<string, { used: number; lastMs: number }>> {
    const rows = await this.#access.read({ type: 'grant-uses', org });
    return new Map(rows.map((row) => [String(row.key), { used: Number(row.used), lastMs: Number(row.used_ms) }]));
  }

  async get(org: string, id: string): Promise<TicketRow | undefined> {
    const [row] = await this.#access.read({ type: 'approval', org, by: 'id', key: id });
    return row && toTicket(row);
  }

  async live(org: string, binding: string): Promise<TicketRow | undefined> {
    const [row] = await this.#access.read({ type: 'approval', org, by: 'binding', key: binding });
    return row && toTicket(row);
  }

  async newest(org: string, binding: string): Promise<TicketRow | undefined> {
    const [row] = await this.#access.read({ type: 'approval', org, by: 'newest', key: binding });
    return row && toTicket(row);
  }

  async list(org: string, { live, agent, limit }: { live: boolean; agent?: string | undefined; limit: number }): Promise<TicketRow[]> {
    return (await this.#access.read({ type: 'approvals', org, live, agent, limit })).map(toTicket);
  }

  async used(org: string, sinceMs: number, limit: number): Promise<UsedGrant[]> {
    const rows = await this.#access.read({ type: 'used-grants', org, sinceMs, limit });
    return rows.map((row) => ({ agent: String(row.agent), binding: String(row.binding), usedMs: Number(row.used_ms) }));
  }

  async sealed(org: string, id: string): Promise<Uint8Array | undefined> {
    const [row] = await this.#access.read({ type: 'approval', org, by: 'sealed', key: id });
    return (row?.sealed as Uint8Array | null | undefined) ?? undefined;
  }
}

type PutMore = Parameters<ApprovalStore['put']>[3];

function toTicket(row: Row): TicketRow {
  return {
    id: String(row.id),
    binding: String(row.binding),
    live: Number(row.live) === 1,
    agent: String(row.agent),
    version: Number(row.version),
    createdMs: Number(row.created_ms),
    expiresMs: Number(row.expires_ms),
    text: String(row.document),
  };
}
