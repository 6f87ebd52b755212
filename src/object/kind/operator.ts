// Kind `operator`: a person or program on the admin side. Its token is stored as a hash only.
import { z } from 'zod';
import { instant, name } from './field.ts';

/** Roles of people on the admin side, weakest first; each includes the ones before it. */
export const operatorRoles = ['viewer', 'reviewer', 'operator', 'admin'] as const;

/** What no role includes: `organizations` makes organizations and lists them all. Given only by who has it. */
export const operatorRights = ['organizations'] as const;

/** A person or program on the admin side. Its token (`so_…`) is stored as a hash only. */
export const operatorSpec = z.strictObject({
  role: z.enum(operatorRoles),
  /** The person it belongs to, for rules about who approves, and so that nobody approves their own. */
  user: name.optional(),
  rights: z.array(z.enum(operatorRights)).max(operatorRights.length).optional(),
  /** Hex SHA-256 of the whole token. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** First characters, for people to recognise it. */
  hint: z.string().max(16),
  createdAt: instant,
  expiresAt: instant.optional(),
  revokedAt: instant.optional(),
});
