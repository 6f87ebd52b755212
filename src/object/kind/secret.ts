// Kind `secret`: a value for servers and subscriptions, sealed by the vault. Plain text never stands in a stored object.
import { z } from 'zod';
import { instant } from './field.ts';

export const secretSpec = z.strictObject({
  /** Envelope written by vault/; never plain text. */
  sealed: z.string().max(65_536),
  /** Until when whoever gave it out says that it holds; only told, never acted on. */
  expiresAt: instant.optional(),
});
