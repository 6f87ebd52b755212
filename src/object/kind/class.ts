// Kind `class`: agents of one sort, and what those of them that say nothing else have by default. It grants nothing.
import { z } from 'zod';
import { name, networks, text } from './field.ts';

export const classSpec = z.strictObject({
  /** Who answers for it. */
  owner: text.optional(),
  description: z.string().max(4096).optional(),
  /** Of agents that name none. */
  environment: name.optional(),
  /** Networks that calls of its agents come from; a token can only narrow it. */
  sourceNetworks: networks.optional(),
  /** Agents of this class are refused. */
  disabled: z.boolean().default(false),
});
