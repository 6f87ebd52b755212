// The wire format of reports, as Zod schemas. A report is JSON lines: now and then how far it is, and at the end the table.
// Never imports anything that runs.
import { z } from 'zod';

export const reportNames = ['usage', 'denials', 'latency', 'cost', 'anomalies'] as const;
export type ReportName = (typeof reportNames)[number];

const instant = z.iso.datetime({ offset: true });
const patterns = z.string().min(1).max(4096).optional();

export const reportQuery = z.strictObject({
  since: instant,
  /** Until now unless given. */
  until: instant.optional(),
  /** Comma-separated, of agent, team, class, user, token, server, tool, method, rule. */
  by: z.string().max(256).optional(),
  /** Lists, handshakes and the like count as calls, too; of `usage`. */
  all: z.enum(['true', 'false']).optional(),
  /** Of `anomalies`. */
  span: z.enum(['hour', 'day']).default('hour'),
  agent: patterns,
  user: patterns,
  server: patterns,
  tool: patterns,
  rule: patterns,
  code: patterns,
});

/** The last line of the answer. */
export const reportBody = z.object({
  type: z.literal('report'),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  /** What the numbers do not say. */
  notes: z.array(z.string()),
});
export type ReportBody = z.infer<typeof reportBody>;
