// The wire format of forwards, as Zod schemas: how far each has come.
// Never imports anything that runs.
import { z } from 'zod';

export const forwardBody = z.object({
  name: z.string(),
  /** `syslog logs.example:6514`, `otlp https://…`, `file audit.jsonl`. */
  target: z.string(),
  format: z.string(),
  state: z.enum(['up to date', 'sending', 'failing', 'disabled']),
  /** First place of the log that it has not dealt with. */
  next: z.number(),
  /** Entries of the log now. */
  head: z.number(),
  /** Entries that it has not dealt with. */
  lag: z.number(),
  /** When the first of them was written. */
  waitingSince: z.string().optional(),
  sent: z.number(),
  /** Refused by the target for good, or gone before they were sent. */
  lost: z.number(),
  /** Since the last success. */
  failures: z.number(),
  lastError: z.string().optional(),
  lastErrorAt: z.string().optional(),
  lastSentAt: z.string().optional(),
  /** Instance that works on it. */
  gateway: z.string().optional(),
});
/** What became of a test record. */
export const forwardTestReply = z.object({
  sent: z.boolean(),
  error: z.string().optional(),
  /** What the target said about it, though it took the request. */
  note: z.string().optional(),
  /** Of the record that was sent: number 0 and event `forward-test`, so that it can be found and told from entries. */
  hash: z.string(),
  durationMs: z.number(),
});
export const forwardList = z.object({ forwards: z.array(forwardBody) });

export type ForwardTestReply = z.infer<typeof forwardTestReply>;
export type ForwardBody = z.infer<typeof forwardBody>;
