// Wire format of checkpoints, keys and proofs. Formats of note, tree and proof: docs/audit-format.md.
import { z } from 'zod';

export const MAX_CHECKPOINT_PAGE = 1000;

export const checkpointBody = z.object({
  /** Entries it covers. */
  size: z.number(),
  time: z.string(),
  /** The signed note (C2SP tlog-checkpoint), whole. */
  note: z.string(),
});
export const checkpointQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(MAX_CHECKPOINT_PAGE).default(1) });
/** Newest first. */
export const checkpointList = z.object({ checkpoints: z.array(checkpointBody) });
/** C2SP verifier keys, oldest first; the last one signs. */
export const signingKeyList = z.object({ keys: z.array(z.string()) });
export const signingKeyReply = z.object({ key: z.string(), previous: z.string() });

const size = z.coerce.number().int().min(1);
export const consistencyQuery = z.strictObject({ from: size, to: size });
export const consistencyReply = z.object({ from: z.number(), to: z.number(), proof: z.array(z.string()) });
export const proofQuery = z.strictObject({ call: z.string().min(1).max(128) });
export const proofReply = z.object({ format: z.literal('sallyport-proof') }).loose();

export const anchorBody = z.object({
  anchor: z.string(),
  /** `rfc3161`, `witness`, `bucket`, `file`. */
  kind: z.string(),
  /** `waiting`: not asked yet by this process. */
  state: z.enum(['ok', 'failing', 'waiting']),
  /** Entries of the newest checkpoint that it vouched for or kept, and when. */
  size: z.number(),
  time: z.string().optional(),
  problem: z.string().optional(),
});
export const anchorList = z.object({ anchors: z.array(anchorBody) });
/** Without a name: all of them. */
export const anchorRequest = z.strictObject({ anchor: z.string().max(63).optional() });

export type AnchorList = z.infer<typeof anchorList>;
export type CheckpointBody = z.infer<typeof checkpointBody>;
