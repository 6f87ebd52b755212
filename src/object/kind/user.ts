// Kind `user`: a person on whose behalf agents act. Not somebody who signs in to the admin side: that is an operator.
import { z } from 'zod';
import { names, text } from './field.ts';

export const userSpec = z.strictObject({
  /** As people write it. */
  name: text.optional(),
  email: z.email().max(254).optional(),
  /** The person's member id in Slack, e.g. U012AB3CD: whose buttons they press. */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{2,30}$/, 'a Slack member id, e.g. U012AB3CD')
    .optional(),
  /** Beside the teams that list this user. */
  teams: names.optional(),
  /** Tokens that act for this user are refused. */
  disabled: z.boolean().default(false),
});
