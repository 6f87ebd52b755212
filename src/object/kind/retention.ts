// Kind `retention`: how long sealed arguments and results are kept, by whose call it was, what it was for and what was found in it.
// Objects are read in order of `order`, then name; the first rule that fits decides. What no rule fits is kept.
import { z } from 'zod';
import { globs, name } from './field.ts';

/** A hundred years. */
export const MAX_KEEP_DAYS = 36_500;

const retentionRule = z.strictObject({
  name,
  /** All of them must hold; none: everything. */
  match: z
    .strictObject({
      server: globs.optional(),
      /** Name of the tool, prompt or resource at its server. */
      tool: globs.optional(),
      agent: globs.optional(),
      class: globs.optional(),
      user: globs.optional(),
      token: globs.optional(),
      effect: z
        .array(z.enum(['allow', 'deny', 'hold']))
        .min(1)
        .optional(),
      /** Types of findings: `secret`, `pii.*`. Arguments by what was found in them, results by what was found in either. */
      finding: globs.optional(),
    })
    .default({}),
  /** `ticket`: arguments of a held call, kept for its reviewers. */
  of: z
    .array(z.enum(['arguments', 'result', 'ticket']))
    .min(1)
    .optional(),
  /** Days since the call was decided; 0: until the next look. `forever`: this rule keeps what later ones would delete. */
  keepDays: z.union([z.number().min(0).max(MAX_KEEP_DAYS), z.literal('forever')]),
});

export const retentionSpec = z.strictObject({
  order: z.number().int().min(0).max(1_000_000).default(1000),
  rules: z.array(retentionRule).min(1).max(200),
});
