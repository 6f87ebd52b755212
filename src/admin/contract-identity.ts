// The wire format of organizations and effective permissions: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const name = z.string().min(1).max(63);

export const whoQuery = z.strictObject({
  server: name,
  kind: z.enum(['tool', 'prompt', 'resource']).default('tool'),
  name: z.string().min(1).max(8_192).optional(),
});
export const whatQuery = z
  .strictObject({ agent: name.optional(), token: name.optional(), server: name.optional() })
  .refine((query) => (query.agent === undefined) !== (query.token === undefined), 'give exactly one of agent and token');
export const accessReply = z.object({
  /** Control revision of the rules that were asked. */
  revision: z.number(),
  rows: z.array(
    z.object({
      agent: z.string(),
      class: z.string().optional(),
      user: z.string().optional(),
      /** Absent: the agent by itself, as with a token that narrows nothing. */
      token: z.string().optional(),
      server: z.string(),
      /** Absent: anything of the server. */
      kind: z.enum(['tool', 'prompt', 'resource']).optional(),
      name: z.string().optional(),
      /** Has the server been seen to have it, or was it approved? Else a rule names it. */
      known: z.boolean().optional(),
      /** It is known, and not as it was approved: nobody may use it. */
      approved: z.literal(false).optional(),
      /** `conditional`: depends on what a call holds or when it comes. */
      effect: z.enum(['allow', 'deny', 'hold', 'conditional', 'frozen']),
      rule: z.string(),
      /** Rules that look at what a call holds or when it comes. */
      conditions: z.array(z.string()).optional(),
    }),
  ),
  leftOut: z.number(),
  /** Servers whose tools are not known yet. */
  unread: z.array(z.string()),
});

export const organizationList = z.object({ organizations: z.array(z.object({ name: z.string(), own: z.boolean() })) });
export const organizationRequest = z.strictObject({
  name: z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 63'),
  title: z.string().max(1024).optional(),
  owner: z.string().max(1024).optional(),
  contact: z.string().max(1024).optional(),
});
/** `token` of the first operator is shown here and never again. */
export const newOrganizationReply = z.object({ name: z.string(), operator: z.string(), token: z.string(), revision: z.number() });

export type AccessReply = z.infer<typeof accessReply>;
export type OrganizationList = z.infer<typeof organizationList>;
export type NewOrganizationReply = z.infer<typeof newOrganizationReply>;
