// Kind `grant`: what people allow an agent in advance, within a condition, until a day. It only answers a rule that holds; nothing else yields to it.
// `setBy`, `setAt` and `votes` are written by the gateway (object/grant-stamp.ts): what a file or a request says there is not believed.
import { z } from 'zod';
import { instant, name, text } from './field.ts';
import { MAX_WHEN_CHARS } from './policy.ts';

/** People whose votes one grant keeps. */
export const MAX_GRANT_VOTES = 10;

export const grantSpec = z
  .strictObject({
    agent: name,
    /** Only for calls made for this person; else for whomever the agent acts. */
    user: name.optional(),
    server: name,
    /** The very name of the tool at its server. */
    tool: z.string().min(1).max(256),
    /** Only while this is the tool's definition: SHA-256, hex. */
    definition: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    /** CEL, as in rules. */
    when: z.string().min(1).max(MAX_WHEN_CHARS).optional(),
    /** Holds that it answers, by the name they have in decisions. Unless given: those of the rules of policies, not of content and risk. */
    rules: z.array(z.string().min(1).max(256)).min(1).max(64).optional(),
    from: instant.optional(),
    until: instant,
    maxUses: z.number().int().min(1).max(1_000_000).optional(),
    /** When somebody should ask whether it is still wanted. */
    reviewAt: instant.optional(),
    reason: text.min(1),
    /** Operator who wrote it as it is, and when: uses are counted from then. */
    setBy: text.optional(),
    setAt: instant.optional(),
    /** Operators who stand for it, as it is: the one who wrote it, and who confirmed it. */
    votes: z
      .array(z.strictObject({ by: text, at: instant }))
      .max(MAX_GRANT_VOTES)
      .optional(),
  })
  .refine((spec) => spec.from === undefined || Date.parse(spec.from) < Date.parse(spec.until), {
    path: ['until'],
    message: 'ends before it begins',
  });
