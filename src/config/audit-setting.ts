// Settings of the audit log, and the forms of value that all settings share. Part of the one schema in config.ts.
import { z } from 'zod';

export const duration = (minMs: number, maxMs: number) => z.number().int().min(minMs).max(maxMs);
export const bytes = (min: number, max: number) => z.number().int().min(min).max(max);
export const about = (description: string) => ({ description });

/** A timer of this process takes no more than 2³¹ − 1; with more it never waits at all. */
const LONGEST_TIMER_MS = 24 * 86_400_000;

export const auditSettings = z.strictObject({
  payloads: z
    .enum(['none', 'arguments', 'all'])
    .default('all')
    .meta(about('Which full values are kept, sealed, beside the log. Commitments are written in any case.')),
  maxPayloadBytes: bytes(0, 64 * 1024 * 1024)
    .default(1024 * 1024)
    .meta(about('Larger values are committed to but not kept.')),
  checkpointIntervalMs: duration(0, 86_400_000)
    .default(60_000)
    .meta(about('Longest time until new entries are covered by a signed checkpoint. 0: only on demand.')),
  anchorFile: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta(about('File that every checkpoint is appended to, a line each. Of use when it is kept where the gateway cannot rewrite it.')),
  anchorNetwork: z
    .enum(['public', 'any'])
    .default('public')
    .meta(about('Where anchors may be. any: at loopback and private addresses too. At link-local addresses they may never be.')),
  archiveDirectory: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta(
      about(
        'Directory that the oldest entries are archived to by themselves, as far as an object of kind retention lets them go; each organization into one of its own. Of several gateways those with it take turns, and it has to be the same place for all of them. Without it nothing is archived by itself.',
      ),
    ),
  archiveIntervalMs: duration(1_000, LONGEST_TIMER_MS)
    .default(3_600_000)
    .meta(about('Between two looks at what may be archived to archiveDirectory.')),
  forwardDirectory: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .meta(about('Directory that forwards to files write into, each organization into one of its own. Without it there are none.')),
});
