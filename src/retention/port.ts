// What erasing needs from a store: what is sealed where, deletion and log entry in one transaction, one worker at a time. Types only.
import type { EntryDraft, Receipt } from '../audit/port.ts';

/** A sealed value beside an entry. */
export interface SealedValue {
  /** Of the store; rises along the log. */
  id: number;
  /** Number of the entry. */
  seq: number;
}

/** A ticket of a held call whose arguments are still sealed beside it. */
export interface SealedTicket {
  id: string;
  live: boolean;
  /** Facts as JSON (approval/ticket.ts). */
  text: string;
}

export interface ErasedPart {
  /** Values that go. All must be there, or nothing is done. */
  values: readonly SealedValue[];
  /** Tickets whose sealed part goes: each must be there, have one, and not be live. */
  tickets: readonly string[];
  /** Only while the control revision is this one: a legal hold that was set before binds every deletion after it. */
  atRevision: number;
  /** The request that is done with this, and the revision of its object. */
  done: { name: string; revision: number } | undefined;
}

export type EraseResult =
  | { type: 'erased'; receipt: Receipt }
  /** What is there is not what was expected, or the control revision is another one: nothing was done; look again. */
  | { type: 'changed' };

export interface RetentionStore {
  /** Values behind this id, in their order, at most `limit`. */
  sealedValues(org: string, afterId: number, limit: number): Promise<SealedValue[]>;
  /** By id, behind `after`, at most `limit`. */
  sealedTickets(org: string, after: string, limit: number): Promise<SealedTicket[]>;
  /** Deletes and appends the entry, both or neither. Durable when it resolves. */
  erase(org: string, part: ErasedPart, entry: EntryDraft): Promise<EraseResult>;
  /** Entry that says that the values of entry `seq` are gone. */
  erasedBy(org: string, seq: number): Promise<number | undefined>;
  /** Requests that are done: name, revision of the object, entry that says so. */
  doneErasures(org: string): Promise<{ name: string; revision: number; seq: number }[]>;
  /** True when this holder may work until then: nobody else does. `untilMs` in the past gives it up. */
  claimWork(work: string, holder: string, nowMs: number, untilMs: number): Promise<boolean>;
  /** Lets the driver clean the places deleted bytes may still stand in. False: not now, ask again. */
  scrub(): Promise<boolean>;
}
