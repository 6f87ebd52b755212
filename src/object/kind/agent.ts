// Kind `agent`: a non-human caller. Calls are attributed to it; what its client says about itself never is.
import { z } from 'zod';
import { name, text } from './field.ts';

export const agentSpec = z.strictObject({
  owner: text.optional(),
  class: name.optional(),
  clientSurface: text.optional(),
  environment: name.optional(),
  credentialMode: z.enum(['service', 'user']).default('service'),
  disabled: z.boolean().default(false),
});
