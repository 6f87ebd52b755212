// What a driver offers to the rest of the gateway, and the options both drivers share.
import type { DeliveryStore } from '../approval/delivery-port.ts';
import type { PasskeyStore } from '../approval/passkey-port.ts';
import type { ApprovalStore } from '../approval/port.ts';
import type { CheckpointStore, LogStore, PayloadEraser } from '../audit/port.ts';
import type { TokenUseStore } from '../auth/port.ts';
import type { DefinitionStore } from '../catalog/port.ts';
import type { FlowFactStore } from '../detect/flow/port.ts';
import type { ForwardStore } from '../export/port.ts';
import type { PlaceStore, QuotaStore, RateStore } from '../limit/port.ts';
import type { OutboxStore } from '../notify/port.ts';
import type { ObjectStore, StoreLifecycle } from '../object/port.ts';
import type { RetentionStore } from '../retention/port.ts';
import type { HistoryStore } from '../risk/port.ts';
import type { KeyStore } from '../vault/port.ts';

export interface Store {
  readonly log: LogStore & PayloadEraser;
  readonly objects: ObjectStore;
  readonly keys: KeyStore;
  readonly tokenUse: TokenUseStore;
  readonly histories: HistoryStore;
  readonly definitions: DefinitionStore;
  readonly approvals: ApprovalStore;
  readonly passkeys: PasskeyStore;
  readonly outbox: OutboxStore;
  readonly forwards: ForwardStore;
  readonly deliveries: DeliveryStore;
  readonly flowFacts: FlowFactStore;
  readonly retention: RetentionStore;
  readonly checkpoints: CheckpointStore;
  readonly lifecycle: StoreLifecycle;
  /** `rates`: counted for all gateways of the database together; undefined where there is one process only. */
  readonly limits: { readonly quotas: QuotaStore; readonly rates: RateStore | undefined; readonly places: PlaceStore | undefined };
  /** Tells whether this process is alone on the store; whoever starts meanwhile waits until `settle`. Once, at the start of a gateway. */
  readonly presence: {
    claim(): Promise<boolean>;
    settle(): Promise<void>;
    /** Gateway processes on the store now, this one included. */
    count(): Promise<number>;
  };
  /** Writes a consistent copy of everything to a new file (mode 0600) while the store is in use. Refuses an existing file. */
  backup(toPath: string): Promise<BackupSummary>;
}

export interface BackupSummary {
  path: string;
  organizations: number;
  entries: number;
  bytes: number;
}

/**
 * Fault injection for tests, asked once per write (append, object write, key, …) with its number from 1.
 * true: the write fails and leaves nothing. `after`: it becomes durable, and the writer is told that it failed.
 */
export type FailWrite = (n: number) => boolean | 'after';
