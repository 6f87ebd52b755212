// Kind `agent`: a non-human caller. Calls are attributed to it; what its client says about itself never is.
import { z } from 'zod';
import { name, text } from './field.ts';

export const agentSpec = z.strictObject({
  /** Who answers for it. */
  owner: text.optional(),
  /** A class object gives defaults; a class without an object is a name only. */
  class: name.optional(),
  /** Where it runs, e.g. `ide`, `ci`, `chat`. For people; never a policy input. */
  clientSurface: text.optional(),
  /** Else that of its class, else that of the organization. */
  environment: name.optional(),
  /** A team it belongs to, beside those that list it. */
  team: name.optional(),
  credentialMode: z.enum(['service', 'user']).default('service'),
  disabled: z.boolean().default(false),
});
