// Everything the admin side needs, as ports. app.ts hands it in once.
import type { ApprovalDesk } from '../approval/desk.ts';
import type { PasskeyStore } from '../approval/passkey-port.ts';
import type { ReviewLinks } from '../approval/review-link.ts';
import type { Checkpointer } from '../audit/checkpointer.ts';
import type { ShadowDifference } from '../audit/entry.ts';
import type { AuditLog } from '../audit/log.ts';
import type { LogStore } from '../audit/port.ts';
import type { Definition, IntentVerdict } from '../call.ts';
import type { Compared, Stated } from '../catalog/drift.ts';
import type { Clock } from '../lib/clock.ts';
import type { JsonObject } from '../lib/json.ts';
import type { Delivery, DeliveryStatus, OutboxCounts } from '../notify/port.ts';
import type { SendResult } from '../notify/send.ts';
import type { ObjectContext } from '../object/apply.ts';
import type { ServerSpec } from '../object/kinds.ts';
import type { ObjectVersion } from '../object/port.ts';
import type { ControlView } from '../object/snapshot.ts';
import type { Logger } from '../observe/log.ts';
import type { DecideInput } from '../policy/decide-input.ts';
import type { Eraser } from '../retention/eraser.ts';
import type { RetentionStore } from '../retention/port.ts';
import type { History } from '../risk/history.ts';
import type { AccessState } from './access.ts';
import type { ForwardBody, ForwardTestReply, LimitBody, StatusReply } from './contract.ts';

/** How an anchor of the log is doing, as far as this process knows. */
export interface AnchorReport {
  anchor: string;
  kind: string;
  problem: string | undefined;
  size: number;
  doneMs: number | undefined;
}

/** Where something is wrong in a policy or standing grant that is in force. */
export interface StoredPolicyProblem {
  policy?: string;
  grant?: string;
  where: string;
  message: string;
}

export interface LimitState {
  limit: string;
  part: string;
  used: string;
  max: string;
  hasRoom: boolean;
  /** When there is room for such a call, if no other takes it. */
  roomAt?: string;
}

/** What the operator side may do about one organization; each request gets that of its operator's, and no other. */
export interface AdminContext {
  org: string;
  /** Whose operator token this is, by its hash (hex SHA-256): its organization's context. undefined for one that two organizations claim. */
  ownerOf(hash: string): AdminContext | undefined;
  /** Of another organization, for what comes without an operator; undefined when there is none of this name. */
  of(org: string): AdminContext | undefined;
  /** `answer`: sends one to an address of Slack, returns at once. `open`: the value of a sealed secret. */
  slack: { answer(url: string, body: string): void; open(name: string, sealed: string): string | undefined };
  organizations: {
    list(): Promise<string[]>;
    create(organization: NewOrganization): Promise<{ type: 'created'; revision: number } | { type: 'exists' }>;
  };
  version: string;
  instance: string;
  clock: Clock;
  logger: Logger;
  objects: ObjectContext;
  /** A view at least as new as the newest change in the store: a revoked operator must not get in on any replica. */
  view(): Promise<ControlView>;
  /** Resolves when this process works under at least this control revision. */
  settled(revision: number): Promise<void>;
  /** The rules that calls are judged by, at least as new as the newest change in the store. */
  access(): Promise<AccessState>;
  approvals: ApprovalDesk;
  passkeys: PasskeyStore;
  notify: NotifyPort;
  /** The page on which people decide: its links, and what it hands to a browser and takes back. */
  review: { links: ReviewLinks; seal(text: string): string; open(sealed: string): string | undefined };
  logStore: LogStore;
  audit: Pick<AuditLog, 'record' | 'value' | 'entry'>;
  /** Can calls be decided and recorded now? */
  ready(): Promise<boolean>;
  servers(): StatusReply['servers'];
  /** What a request like this meets of the limits now; takes nothing. `quotas` are those its rule asks for. */
  limitState(input: DecideInput, quotas: readonly string[]): Promise<LimitState[]>;
  /** With their use; the one of this name, or all. */
  limits(name: string | undefined): Promise<LimitBody[]>;
  /** How far each forward has come. */
  forwards(): Promise<ForwardBody[]>;
  /** Sends a test record through the forward of this name; undefined: there is none. */
  testForward(name: string, author: string): Promise<ForwardTestReply | undefined>;
  /** `own`: only what is counted for this organization. */
  /** What policies of mode shadow would have changed, not yet in the log. */
  shadowPending(): { readonly differences: readonly ShadowDifference[]; readonly beyond: number };
  metrics(own: boolean): Promise<string>;
  /** Milliseconds since the epoch, to the minute or so; undefined when no use is known. */
  lastUsedMs(token: string): number | undefined;
  /** What is remembered of the calls of this organization; undefined when nobody asked for it. */
  history(): History | undefined;
  /** Definitions of servers, as last seen by this process. */
  definitions: {
    stated(server: string): Stated[];
    compare(server: string): Compared[];
    /** Reads everything anew; resolves with what could not be read. */
    refresh(server: string): Promise<string[]>;
    save(definitions: readonly { hash: string; text: string }[]): Promise<void>;
    text(hash: string): Promise<string | undefined>;
  };
  /** What such a call would do, as the gateway judges it on its way. */
  intentOf(spec: ServerSpec, tool: string, definition: Definition, args: JsonObject): IntentVerdict;
  checkpointer: Pick<Checkpointer, 'make' | 'latest' | 'keys' | 'rotate' | 'inclusion' | 'consistency' | 'segment' | 'keepBlocks'>;
  anchors: {
    states(): AnchorReport[];
    /** Gives the newest checkpoint to these anchors now; resolves when each has answered. */
    round(names: readonly string[]): Promise<void>;
  };
  /** How archiving by itself is doing; undefined when this process does none for this organization. */
  archiving(): { triedMs: number | undefined; problem: { text: string; sinceMs: number } | undefined } | undefined;
  /** Stored policies and standing grants that would be refused if they were applied now: as last looked at, or looked at now. */
  storedPolicies: { known(): readonly StoredPolicyProblem[]; check(): Promise<readonly StoredPolicyProblem[]> };
  /** A call that was decided longer ago does not run any more, milliseconds. */
  longestCallMs: number;
  eraser: Pick<Eraser, 'preview'>;
  retention: Pick<RetentionStore, 'doneErasures' | 'erasedBy' | 'archived' | 'removeEntries' | 'sealedValues'>;
  /** Versions of an object, newest first. */
  versions(kind: string, name: string, limit: number): Promise<ObjectVersion[]>;
  rotateDataKey(): Promise<{ id: string; previous: string }>;
  /** Gateway processes on the store now, this one included. */
  replicas(): Promise<number>;
  settings: {
    metrics: 'loopback' | 'viewer';
    /** May role admin register servers that run a command? */
    commands: boolean;
    /** What an evidence pack says of checkpoints. */
    evidence: { checkpointIntervalMs: number; hasAnchor: boolean };
  };
}

export interface NotifyPort {
  /** Sends a test event now, past the queue. undefined: there is no such subscription. */
  test(subscription: string): Promise<{ result: SendResult; durationMs: number; event: string } | undefined>;
  /** Newest first. */
  deliveries(query: {
    status?: DeliveryStatus | undefined;
    subscription?: string | undefined;
    limit: number;
    before?: number | undefined;
  }): Promise<Delivery[]>;
  /** Resolves to how many are pending again. */
  replay(which: { id: number } | { subscription?: string | undefined }): Promise<number>;
  counts(): Promise<OutboxCounts>;
  /** Subscriptions whose endpoint this process leaves alone at the moment. */
  resting(): string[];
}

export interface NewOrganization {
  name: string;
  title: string | undefined;
  settings: { owner?: string; contact?: string };
  /** Its first operator, of role admin. */
  first: { name: string; hash: string; hint: string };
  /** `organization/operator`. */
  author: string;
}
