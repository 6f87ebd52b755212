// Kind `policy`: ordered rules. First match wins; no match denies.
import { z } from 'zod';
import { globs, name, text } from './field.ts';

export const policyRule = z.strictObject({
  name,
  match: z
    .strictObject({
      agent: globs.optional(),
      class: globs.optional(),
      environment: globs.optional(),
      server: globs.optional(),
      tool: globs.optional(),
      prompt: globs.optional(),
      resource: globs.optional(),
      method: globs.optional(),
    })
    .default({}),
  effect: z.enum(['allow', 'deny']),
  reason: text.optional(),
});

export const policySpec = z.strictObject({
  /** Policies are ordered by this number, then by name; rules by their place in the list. First match wins over all of them. */
  order: z.number().int().min(0).max(1_000_000).default(1000),
  rules: z.array(policyRule).max(20_000),
});
