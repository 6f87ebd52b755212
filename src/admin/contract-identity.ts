// The wire format of tokens, organizations and effective permissions: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const name = z.string().min(1).max(63);
const instant = z.iso.datetime({ offset: true });

const windowed = z.strictObject({ max: z.number().int().min(1), windowMs: z.number().int().min(1_000) });
const callLimits = z.strictObject({
  rate: windowed.optional(),
  concurrency: z.number().int().min(1).optional(),
  quota: windowed.optional(),
});
export const tokenBody = z.object({
  name: z.string(),
  agent: z.string(),
  user: z.string().optional(),
  hint: z.string(),
  state: z.enum(['valid', 'expired', 'revoked']),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
  /** Token that took its place. */
  replacedBy: z.string().optional(),
  /** To the minute or so; no use is known when absent. */
  lastUsedAt: z.string().optional(),
  /** Valid, and ends soon; valid, and not used for long. How soon and how long: the query, else the organization's settings. */
  expiring: z.boolean(),
  unused: z.boolean(),
  environment: z.string().optional(),
  sourceNetworks: z.array(z.string()).optional(),
  limits: callLimits.optional(),
  scopes: z.record(z.string(), z.array(z.string())).optional(),
});
const spanMs = z.coerce.number().int().min(0).max(3_155_760_000_000);
export const tokenQuery = z.strictObject({
  agent: name.optional(),
  /** Only tokens that end within this time, or were not used for that time; either is enough. */
  expiringWithinMs: spanMs.optional(),
  unusedForMs: spanMs.optional(),
});
export const tokenList = z.object({ tokens: z.array(tokenBody) });
const globs = z.array(z.string().min(1).max(256)).min(1).max(256);
export const tokenRequest = z.strictObject({
  agent: name,
  /** The person the agent acts for. */
  user: name.optional(),
  name: name.optional(),
  expiresAt: instant.optional(),
  environment: name.optional(),
  sourceNetworks: z.array(z.string().max(64)).min(1).max(256).optional(),
  limits: callLimits.optional(),
  scopes: z
    .strictObject({
      servers: globs.optional(),
      tools: globs.optional(),
      prompts: globs.optional(),
      resources: globs.optional(),
      methods: globs.optional(),
    })
    .optional(),
});
/** `token` is shown here and never again. */
export const newTokenReply = z.object({
  name: z.string(),
  agent: z.string(),
  token: z.string(),
  revision: z.number(),
  expiresAt: z.string().optional(),
  /** Of a rotation with an overlap: how long the old token still works. */
  previousUntil: z.string().optional(),
});
export const rotateRequest = z.strictObject({
  /** How long the old token still works, at most; 0 and absent: not at all. */
  overlapMs: z
    .number()
    .int()
    .min(0)
    .max(90 * 86_400_000)
    .optional(),
  /** Of the new token; else that of the old one. */
  expiresAt: instant.optional(),
});

export type TokenList = z.infer<typeof tokenList>;
export type NewTokenReply = z.infer<typeof newTokenReply>;
export type TokenRequest = z.input<typeof tokenRequest>;

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
