// Kind `operator`: a person or program on the admin side. Its token is stored as a hash only.
import { z } from 'zod';
import { instant } from './field.ts';

/** Rights of people on the admin side, weakest first; each includes the ones before it. */
export const roles = ['viewer', 'reviewer', 'operator', 'admin'] as const;

/** A person or program on the admin side. Its token (`so_…`) is stored as a hash only. */
export const operatorSpec = z.strictObject({
  role: z.enum(roles),
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
});
