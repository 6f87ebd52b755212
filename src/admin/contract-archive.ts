// The wire format of segments and of archiving the log: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const seq = z.coerce.number().int().min(1);
const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const archiveState = z.object({
  /** Entries up to this one are not in the database any more; 0: all are. */
  archived: z.number(),
  /** Last entry of the log. */
  head: z.number(),
  /** Last entry that a segment can end with. */
  full: z.number(),
  /** Last entry that may be taken out by rule; not more than `archived` when none may. */
  removable: z.number(),
  /** What keeps the next ones. */
  why: z.string(),
  /** How the gateway that was asked archives by itself; absent when it does not. */
  byItself: z
    .object({
      state: z.enum(['ok', 'failing', 'not_tried']),
      /** When it last tried. */
      tried: z.string().optional(),
      problem: z.string().optional(),
      /** Since when every try fails. */
      since: z.string().optional(),
    })
    .optional(),
});
/** Both bounds fall on full blocks of 256 entries; `from` is the first entry there is unless given. */
export const segmentQuery = z.strictObject({ from: seq.optional(), to: seq });
export const archiveRequest = z.strictObject({
  to: z.number().int().min(1),
  /** Of entry `to`. */
  hash,
  /** SHA-256 of the file of the segment that was written. */
  file: hash,
});
export const archiveReply = z.object({ archived: z.number(), entry: z.number() });

export type ArchiveState = z.infer<typeof archiveState>;
export type ArchiveRequest = z.input<typeof archiveRequest>;
export type ArchiveReply = z.infer<typeof archiveReply>;
