// What passes between the main thread and the SQLite worker: plain structures that can be cloned. No behaviour, no functions.
import type { GrantUse, TicketRow } from '../../approval/port.ts';
import type { EntryDraft, PayloadDraft } from '../../audit/port.ts';
import type { QuotaFull, QuotaItem } from '../../limit/port.ts';
import type { CheckpointJob, CheckpointRead } from './checkpoints.ts';
import type { DeliveryJob, DeliveryRead } from './deliveries.ts';
import type { FlowFactJob } from './flow-facts.ts';
import type { ForwardJob } from './forwards.ts';
import type { OutboxJob, OutboxRead, OutboxSweep } from './outbox.ts';
import type { PackedAppends } from './pack.ts';
import type { PasskeyJob } from './passkeys.ts';
import type { RetentionJob, RetentionRead } from './retention.ts';

export type WriteJob =
  | { type: 'append'; org: string; drafts: readonly EntryDraft[] }
  | { type: 'write'; org: string; writes: readonly RowWrite[]; author: string; timeMs: number; entry: EntryDraft }
  | { type: 'organization'; org: string }
  | { type: 'key'; org: string; id: string; wrapped: Uint8Array }
  | { type: 'token-use'; org: string; uses: readonly { token: string; usedMs: number }[] }
  | { type: 'erase'; org: string; commitments: readonly string[] }
  | { type: 'reserve'; org: string; items: readonly QuotaItem[] }
  | { type: 'release'; org: string; items: readonly QuotaItem[] }
  | { type: 'park'; org: string; ticket: string; text: string; untilMs: number }
  | { type: 'claim'; org: string; ticket: string }
  | { type: 'forget'; nowMs: number }
  | { type: 'risk-history'; org: string; seq: number; beyond: string; data: Uint8Array }
  | { type: 'definitions'; org: string; definitions: readonly { hash: string; text: string }[] }
  | { type: 'approval'; org: string; row: TicketRow; sealed: Uint8Array | undefined; atRevision: number | undefined; entry: EntryDraft }
  | DeliveryJob
  | PasskeyJob
  | FlowFactJob
  | { type: 'use-grant'; org: string; use: GrantUse; entry: EntryDraft }
  | CheckpointJob
  | { type: 'outbox'; job: OutboxJob | OutboxSweep }
  | ForwardJob
  | RetentionJob
  | { type: 'health' };

/** What the writer appends: texts as they are, or already in UTF-8. */
export interface RowDraft {
  content: string | Uint8Array;
  call: string | Uint8Array | null;
  payloads: RowPayload[];
}

export interface RowPayload {
  role: PayloadDraft['role'];
  commitment: Uint8Array;
  sealed: Uint8Array;
}

export interface RowAppend {
  type: 'append';
  org: string;
  drafts: RowDraft[];
}

/** A write as the writer takes it. */
/** What is about the log, the objects and what belongs to them. */
export type LogJob =
  | ('append' | 'write' | 'organization' | 'key' | 'token-use' | 'erase' | 'risk-history' | 'definitions' | 'health')
  | ('checkpoint' | 'checkpoint-note' | 'signing-key' | 'tree-blocks');

export type RowJob = Exclude<WriteJob, { type: 'append' }> | RowAppend;

/** An ObjectWrite with its document as JSON text. */
export interface RowWrite {
  kind: string;
  name: string;
  document: string | undefined;
  expectedRevision: number | undefined;
}

export type WriteAnswer =
  | { type: 'appended'; firstSeq: number; hashes: string[]; revision: number }
  | { type: 'conflict'; kind: string; name: string; currentRevision: number }
  | { type: 'done'; count: number }
  | { type: 'rows'; rows: Row[] }
  | { type: 'quota'; full?: QuotaFull | undefined; claimed?: string | undefined };

export type WriteReply = { value: WriteAnswer } | { failure: Failure };

/** A GatewayError on its way between threads. */
export interface Failure {
  code: string;
  message: string;
  detail: string | undefined;
}

export type ReadJob =
  | { type: 'organizations' }
  | { type: 'head'; org: string }
  | { type: 'entries'; org: string; fromSeq: number; toSeq: number; callId: string | undefined; reverse: boolean; limit: number }
  | { type: 'payload'; org: string; commitment: string; seq: number | undefined }
  | { type: 'objects-at'; org: string; revision: number }
  | { type: 'objects'; org: string; since: number }
  | { type: 'history'; org: string; kind: string; name: string; limit: number }
  | { type: 'keys'; org: string }
  | { type: 'token-use'; org: string }
  | { type: 'quotas'; org: string; nowMs: number; name: string | undefined; limit: number }
  | { type: 'risk-history'; org: string }
  | CheckpointRead
  | OutboxRead
  | { type: 'forwards'; org: string }
  | DeliveryRead
  | RetentionRead
  | { type: 'definition'; org: string; hash: string }
  | { type: 'grant-uses'; org: string }
  | { type: 'passkey-uses'; org: string }
  | { type: 'flow-facts'; org: string; subject: string; sinceMs: number }
  | { type: 'used-grants'; org: string; sinceMs: number; limit: number }
  | { type: 'approvals'; org: string; live: boolean; agent: string | undefined; limit: number }
  | { type: 'approval'; org: string; by: 'id' | 'binding' | 'newest' | 'sealed'; key: string };

export type Row = Record<string, null | number | bigint | string | Uint8Array>;

export type Request =
  | { id: number; type: 'write'; jobs: WriteJob[] }
  | { id: number; type: 'append'; appends: PackedAppends }
  | { id: number; type: 'read'; job: ReadJob }
  | { id: number; type: 'close' };

export type Response =
  | { id: number; type: 'written'; replies: WriteReply[] }
  | { id: number; type: 'appended'; receipts: string }
  | { id: number; type: 'rows'; rows: Row[] }
  | { id: number; type: 'failed'; failure: Failure }
  | { id: number; type: 'closed' };

export interface WorkerSetting {
  path: string;
  role: 'writer' | 'reader';
}
