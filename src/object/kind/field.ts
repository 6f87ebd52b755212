// Fields that several kinds of objects have: names, texts, patterns, instants, and values that may be a reference to a secret.
import { z } from 'zod';

export const name = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits, dot, dash, underscore; 1–63 characters; starts and ends with a letter or digit',
  );
export const text = z.string().max(1024);
export const glob = z.string().min(1).max(256);
export const globs = z.array(glob).min(1).max(256);
export const instant = z.iso.datetime({ offset: true });

export const metadataSchema = z.strictObject({
  name,
  title: text.optional(),
  description: z.string().max(4096).optional(),
  labels: z.record(z.string().max(63), z.string().max(256)).optional(),
});

/** A literal value or a reference to a sealed secret. */
export const valueSource = z.union([z.string().max(8192), z.strictObject({ secret: name, prefix: z.string().max(64).optional() })]);
