// The wire format of notifications: part of contract.ts. What was told stands in the events themselves, which are not shown here.
// Never imports anything that runs.
import { z } from 'zod';

/** Deliveries of one answer. */
export const MAX_DELIVERIES = 1_000;

const status = z.enum(['pending', 'delivered', 'dead']);

export const deliveryQuery = z.strictObject({
  status: status.optional(),
  subscription: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_DELIVERIES).default(100),
  /** Only deliveries older than this one. */
  before: z.coerce.number().int().min(1).optional(),
});
export const deliveryBody = z.object({
  id: z.number(),
  subscription: z.string(),
  event: z.string(),
  type: z.string(),
  subject: z.string(),
  /** Entry of the log it tells of. */
  sequence: z.number().optional(),
  status,
  attempts: z.number(),
  /** Why the last attempt failed. */
  error: z.string().optional(),
  createdAt: z.string(),
  /** Of what is pending: not before this time. */
  nextAt: z.string().optional(),
  /** When it was delivered or laid aside. */
  settledAt: z.string().optional(),
});
export const deliveryList = z.object({
  pending: z.number(),
  dead: z.number(),
  /** Age of the oldest that is pending, milliseconds. */
  oldestMs: z.number().optional(),
  /** Subscriptions whose endpoint this gateway leaves alone after failures. */
  resting: z.array(z.string()),
  /** Newest first. */
  deliveries: z.array(deliveryBody),
});
export const replayRequest = z.strictObject({ subscription: z.string().max(63).optional() });
export const replayReply = z.object({ replayed: z.number() });
export const testReply = z.object({ event: z.string(), delivered: z.boolean(), error: z.string().optional(), durationMs: z.number() });

export type DeliveryBody = z.infer<typeof deliveryBody>;
export type DeliveryList = z.infer<typeof deliveryList>;
export type ReplayReply = z.infer<typeof replayReply>;
export type TestReply = z.infer<typeof testReply>;
