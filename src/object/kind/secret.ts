// Kind `secret`: a value for servers, sealed by the vault. Plain text never stands in a stored object.
import { z } from 'zod';

export const secretSpec = z.strictObject({
  /** Envelope written by vault/; never plain text. */
  sealed: z.string().max(65_536),
});
