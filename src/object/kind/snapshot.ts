// Kind `snapshot`: the definitions of one server that somebody has approved, by their hashes. It has the name of its server; its versions are
// those of the object. What is not in it is neither shown nor callable, unless the server says `trust`.
import { z } from 'zod';
import { name, text } from './field.ts';

export const definitionKinds = ['tool', 'prompt', 'template'] as const;
const hash = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits, lower case');

/** Definitions one snapshot may hold. */
export const MAX_PINS = 30_000;

const pinnedDefinition = z.strictObject({
  kind: z.enum(definitionKinds),
  /** As the server gives it: name of a tool or prompt, URI template. */
  name: z.string().min(1).max(8_192),
  /** SHA-256 of the canonical text (RFC 8785) of the whole definition. */
  hash,
  /** The same of the definition without its name: tells a renamed one from a new one. */
  shape: hash.optional(),
});

export const snapshotSpec = z.strictObject({
  owner: text.optional(),
  risk: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  environment: name.optional(),
  /** Where the server was reached when its definitions were read: URL, or command. */
  endpoint: z.string().max(8_192),
  /** Policy that was written for this snapshot. */
  policy: name.optional(),
  definitions: z.array(pinnedDefinition).max(MAX_PINS),
  /** Looked at and refused: not asked about again as long as they stay as they are. */
  rejected: z.array(pinnedDefinition).max(MAX_PINS).optional(),
});
