// Kind `token`: an opaque bearer of one agent. Only its hash is kept.
import { z } from 'zod';
import { globs, instant, name } from './field.ts';
import { tokenLimits } from './limit.ts';

export const tokenSpec = z.strictObject({
  agent: name,
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  scopes: z
    .strictObject({
      servers: globs.optional(),
      tools: globs.optional(),
      prompts: globs.optional(),
      resources: globs.optional(),
      methods: globs.optional(),
    })
    .optional(),
  /** On top of the limits that match it. */
  limits: tokenLimits.optional(),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
});
