// What objects (the control plane) need from a store. Every change is one transaction: rows, history, log entry, control revision.
import type { EntryDraft, Receipt } from '../audit/port.ts';
import type { StoredObject } from './kinds.ts';

/** One object to write or delete, with the revision it was based on. */
export interface ObjectWrite {
  kind: string;
  name: string;
  /** undefined deletes. */
  document: StoredObject | undefined;
  /** Revision the writer saw: a number, 0 for "must not exist", undefined for "whatever is there". */
  expectedRevision: number | undefined;
}

export interface ObjectVersion {
  kind: string;
  name: string;
  /** Control revision at which this version was written. */
  revision: number;
  /** undefined: deleted at this revision. */
  document: StoredObject | undefined;
  author: string;
  timeMs: number;
}

export interface ControlSnapshot {
  org: string;
  revision: number;
  objects: readonly StoredObject[];
}

export type WriteResult =
  | { type: 'written'; revision: number; receipt: Receipt }
  | { type: 'conflict'; kind: string; name: string; currentRevision: number };

export interface ObjectStore {
  organizations(): Promise<string[]>;
  createOrganization(org: string): Promise<void>;
  /** Objects that did not change since an earlier call may be the same ones: never change them. */
  load(org: string): Promise<ControlSnapshot>;
  /** The objects as they were at an earlier control revision, from their history. */
  loadAt(org: string, revision: number): Promise<ControlSnapshot>;
  /** All or nothing. The draft is the log entry of this change; it takes the new control revision. */
  write(org: string, writes: readonly ObjectWrite[], author: string, timeMs: number, entry: EntryDraft): Promise<WriteResult>;
  history(org: string, kind: string, name: string, limit: number): Promise<ObjectVersion[]>;
  /** Called with the new revision when this or another process changed something. Returns the unsubscribe function. */
  onChange(listener: (org: string, revision: number) => void): () => void;
}

/** Everything a driver offers; assembled in app.ts. */
export interface StoreLifecycle {
  /** Applies migrations; refuses a newer schema with GatewayError `schema_newer`. */
  open(): Promise<void>;
  close(): Promise<void>;
  /** Resolves when a trivial durable write succeeds. */
  healthy(): Promise<boolean>;
}
