// Fields that several kinds of objects have: names, texts, patterns, instants, networks, and values that may be a reference to a secret.
import { z } from 'zod';
import { parseNetwork } from '../../lib/network.ts';

export const name = z.string().regex(/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/, {
  error: ({ input }) =>
    `${JSON.stringify(String(input).slice(0, 64))} is no name: write lower-case letters, digits, dot, dash, underscore; 1–63 characters; start and end with a letter or digit`,
});
/** Names of other objects. */
export const names = z.array(name).max(10_000);
export const text = z.string().max(1024);
export const glob = z.string().min(1).max(256);
export const globs = z.array(glob).min(1).max(256);
export const instant = z.iso.datetime({ offset: true });
/** Networks calls may come from, as CIDR (`10.0.0.0/8`, `2001:db8::/32`) or single addresses. */
export const networks = z
  .array(
    z
      .string()
      .max(64)
      .refine((network) => parseNetwork(network) !== undefined, {
        error: ({ input }) =>
          `${JSON.stringify(input)} is no network: write an IPv4 or IPv6 network such as 10.0.0.0/8 or 2001:db8::/32 without bits after its prefix, or one address`,
      }),
  )
  .min(1)
  .max(256);

export const metadataSchema = z.strictObject({
  name,
  title: text.optional(),
  description: z.string().max(4096).optional(),
  labels: z.record(z.string().max(63), z.string().max(256)).optional(),
});

/** A literal value or a reference to a sealed secret. */
export const valueSource = z.union([z.string().max(8192), z.strictObject({ secret: name, prefix: z.string().max(64).optional() })]);

/** Who decides about held calls: anyone named in any of these, every reviewer when none is given. */
const named = { users: names.optional(), teams: names.optional(), roles: names.optional() };
const waitMs = z
  .number()
  .int()
  .min(60_000)
  .max(30 * 86_400_000);
export const approvers = z.strictObject({
  ...named,
  quorum: z.number().int().min(1).max(10).optional(),
  /** false: no standing grant answers what this holds. */
  standing: z.boolean().optional(),
  /** true: approving takes the reviewer's passkey, and no standing grant answers what this holds. Refusing takes none. */
  passkey: z.boolean().optional(),
  /** Reviewers are reminded each time a ticket has waited this long. */
  remindAfterMs: waitMs.optional(),
  /** A ticket that waited this long may be decided by these, too. */
  escalate: z
    .strictObject({ afterMs: waitMs, ...named })
    .refine(
      ({ users, teams, roles }) => users !== undefined || teams !== undefined || roles !== undefined,
      'say who: users, teams or roles',
    )
    .optional(),
});
