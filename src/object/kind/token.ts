// Kind `token`: an opaque bearer of one agent. Only its hash is kept.
import { z } from 'zod';
import { globs, instant, name, networks } from './field.ts';
import { tokenLimits } from './limit.ts';

/** What a token reaches at most. */
export const tokenScopes = z.strictObject({
  servers: globs.optional(),
  tools: globs.optional(),
  prompts: globs.optional(),
  resources: globs.optional(),
  methods: globs.optional(),
});

export const tokenSpec = z.strictObject({
  agent: name,
  /** The person the agent acts for with this token. */
  user: name.optional(),
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  scopes: tokenScopes.optional(),
  /** Instead of the environment of the agent. */
  environment: name.optional(),
  /** Networks that calls with this token come from. */
  sourceNetworks: networks.optional(),
  /** On top of the limits that match it. */
  limits: tokenLimits.optional(),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
  /** The token that took its place, when it was rotated. */
  replacedBy: name.optional(),
});
