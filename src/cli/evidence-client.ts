// The part of the admin API that is about checkpoints of the log, their keys and anchors. Types only; admin-client.ts has the calls.
import type { AnchorList, CheckpointBody } from '../admin/contract.ts';

export interface EvidenceClient {
  makeCheckpoint(): Promise<CheckpointBody>;
  anchors(): Promise<AnchorList>;
  /** Gives a new checkpoint to one of them, or to all, now. */
  anchor(name: string | undefined): Promise<AnchorList>;
  signingKeys(): Promise<{ keys: string[] }>;
  rotateSigningKey(): Promise<{ key: string; previous: string }>;
}
