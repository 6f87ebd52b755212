// The wire format of standing grants and delegations: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';
import { delegationSpec } from '../object/kind/delegation.ts';
import { grantSpec } from '../object/kind/grant.ts';

const { setBy: _setBy, setAt: _setAt, votes: _votes, ...own } = grantSpec.shape;
const name = z.string().max(63).optional();

/** `definition: current`: bound to the definition that the gateway knows of the tool now. */
export const grantRequest = z.strictObject({ ...own, name, definition: z.union([z.literal('current'), own.definition]).optional() });
export const grantReply = z.object({ name: z.string(), revision: z.number() });

export const grantBody = z.object({
  name: z.string(),
  agent: z.string(),
  user: z.string().optional(),
  server: z.string(),
  tool: z.string(),
  definition: z.string().optional(),
  when: z.string().optional(),
  rules: z.array(z.string()).optional(),
  from: z.string().optional(),
  until: z.string(),
  maxUses: z.number().optional(),
  reviewAt: z.string().optional(),
  reason: z.string(),
  setBy: z.string().optional(),
  setAt: z.string().optional(),
  /** Operators who stand for it and may still act. How many it takes, and who, says the rule that holds the call. */
  votes: z.array(z.object({ by: z.string(), at: z.string(), stands: z.boolean() })),
  state: z.enum(['in_force', 'not_yet', 'ended', 'used_up']),
  used: z.number(),
  lastUsedAt: z.string().optional(),
  reviewOverdue: z.boolean(),
});
export const grantList = z.object({ grants: z.array(grantBody) });

const { from: _from, ...handed } = delegationSpec.shape;
/** `from`: another one than who asks, for role admin. */
export const delegationRequest = z.strictObject({ ...handed, from: z.string().max(63).optional(), name });
export const delegationBody = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  since: z.string().optional(),
  until: z.string(),
  reason: z.string().optional(),
  active: z.boolean(),
});
export const delegationList = z.object({ delegations: z.array(delegationBody) });

export type GrantRequest = z.input<typeof grantRequest>;
export type GrantReply = z.infer<typeof grantReply>;
export type GrantBody = z.infer<typeof grantBody>;
export type GrantList = z.infer<typeof grantList>;
export type DelegationRequest = z.input<typeof delegationRequest>;
export type DelegationList = z.infer<typeof delegationList>;
