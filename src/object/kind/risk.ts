// Kind `risk`: how the six signals of a call are weighed, and from which score on a call is logged, held or denied.
// The first profile (by order, then name) whose servers fit the call counts.
import { z } from 'zod';
import { globs } from './field.ts';

const weight = z.number().min(0).max(100);
const threshold = z.number().int().min(1).max(100);

/** Shares are relative to their sum; a weight of 0 leaves a signal out. */
export const riskWeights = z.strictObject({
  intent: weight.default(30),
  magnitude: weight.default(20),
  sensitivity: weight.default(15),
  novelty: weight.default(15),
  anomaly: weight.default(10),
  target: weight.default(10),
});

export const riskSpec = z
  .strictObject({
    /** Servers this profile is for; every server when absent. */
    servers: globs.optional(),
    order: z.number().int().min(0).max(1_000_000).default(1000),
    weights: riskWeights.prefault({}),
    /** Scores from which on a call is told in the process log, held for approval, denied. An absent band does nothing. */
    bands: z.strictObject({ log: threshold.optional(), hold: threshold.optional(), deny: threshold.optional() }).default({}),
    /** Calls of an agent, or on a tool, below which amounts and times are not judged. */
    minHistory: z.number().int().min(1).max(10_000).default(20),
  })
  .superRefine(({ weights, bands }, context) => {
    if (Object.values(weights).every((one) => one === 0))
      context.addIssue({ code: 'custom', path: ['weights'], message: 'at least one weight must be more than 0' });
    const order = [bands.log, bands.hold, bands.deny].filter((one) => one !== undefined);
    if (order.some((one, index) => index > 0 && one <= (order[index - 1] ?? 0)))
      context.addIssue({ code: 'custom', path: ['bands'], message: 'log, hold and deny must rise' });
  });
