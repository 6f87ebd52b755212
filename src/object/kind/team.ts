// Kind `team`: agents and people who work together. Roles and rules may name it.
import { z } from 'zod';
import { names, text } from './field.ts';

export const teamSpec = z.strictObject({
  /** Who answers for it. */
  owner: text.optional(),
  /** Beside agents and users that name the team themselves. */
  members: z.strictObject({ agents: names.optional(), users: names.optional() }).optional(),
});
