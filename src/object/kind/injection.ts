// Kind `injection`: where results, questions and messages of servers are looked at for instructions to the model, and what is done about a find.
// Objects are read in order of `order`, then name; the first rule that fits the place decides. Without any object nothing is looked at.
import { z } from 'zod';
import { globs, name } from './field.ts';

const injectionActions = ['allow', 'log', 'annotate', 'strip', 'hold', 'block'] as const;

const injectionRule = z.strictObject({
  name,
  servers: globs.optional(),
  tools: globs.optional(),
  agents: globs.optional(),
  /** A find counts from this score on; 0.5 is the operating point (1 % of honest texts). */
  minScore: z.number().min(0.5).max(1).default(0.5),
  /**
   * `log`: noted. `annotate`: the model is told that the content is data. `strip`: the passage is taken out. `hold`: questions of servers wait for a
   * person, results are withheld. `block`: withheld.
   */
  action: z.enum(injectionActions),
});

export const injectionSpec = z.strictObject({
  order: z.number().int().min(0).max(1_000_000).default(1000),
  rules: z.array(injectionRule).min(1).max(200),
  budget: z
    .strictObject({
      /** Longest text of one message that is looked at, UTF-16 code units. */
      maxChars: z.number().int().min(1024).max(16_777_216).default(4_194_304),
      /** Longest time for one message. */
      deadlineMs: z.number().int().min(50).max(60_000).default(3000),
      /** What becomes of a message that is longer, or takes longer. */
      onExceed: z.enum(['block', 'log']).default('block'),
    })
    .prefault({}),
});
