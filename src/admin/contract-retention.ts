// The wire format of erasures: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const name = z.string().min(1).max(63);
const list = z.array(name).min(1).max(256).optional();

/** All that is given must hold; of a list, one. `from` and `to` are about when the call was decided. */
const match = z.strictObject({
  user: list,
  agent: list,
  token: list,
  call: z.array(z.string().min(1).max(200)).min(1).max(256).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

export const erasureRequest = z.strictObject({
  match,
  reason: z.string().trim().min(1).max(1024),
  /** Only count. */
  dryRun: z.boolean().optional(),
});

const counts = z.object({
  arguments: z.number(),
  results: z.number(),
  /** Sealed arguments of held calls. */
  tickets: z.number(),
  /** So many of all these stay, because of the legal holds named. */
  held: z.number(),
  holds: z.array(z.string()),
});

export const erasureReply = z.object({
  /** Of the request; absent when only counted. */
  name: z.string().optional(),
  revision: z.number().optional(),
  counts,
});

export const erasureList = z.object({
  erasures: z.array(
    z.object({
      name: z.string(),
      match,
      reason: z.string(),
      at: z.string(),
      by: z.string().optional(),
      /** `open`: it is being carried out, or a legal hold keeps some of it. */
      state: z.enum(['open', 'completed']),
      /** Entry that says that nothing is left of it. */
      entry: z.number().optional(),
    }),
  ),
});

export type ErasureRequest = z.input<typeof erasureRequest>;
export type ErasureReply = z.infer<typeof erasureReply>;
export type ErasureList = z.infer<typeof erasureList>;
