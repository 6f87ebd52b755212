// The wire format of approvals: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const comment = z.string().trim().min(1).max(1024);
const state = z.enum(['open', 'approved', 'refused', 'consumed', 'expired', 'revoked', 'drained', 'superseded', 'withdrawn']);

/** Tickets of one answer. */
export const MAX_APPROVALS = 1_000;

/** Which tickets; all members that are given must hold. */
const filter = {
  agent: z.string().max(63).optional(),
  user: z.string().max(256).optional(),
  server: z.string().max(63).optional(),
  tool: z.string().max(256).optional(),
  rule: z.string().max(256).optional(),
};
export const approvalQuery = z.strictObject({
  ...filter,
  state: state.optional(),
  limit: z.coerce.number().int().min(1).max(MAX_APPROVALS).default(100),
});

const approvers = z.object({
  users: z.array(z.string()).optional(),
  teams: z.array(z.string()).optional(),
  roles: z.array(z.string()).optional(),
  quorum: z.number().optional(),
});
const vote = z.object({
  by: z.string(),
  user: z.string().optional(),
  verdict: z.enum(['approve', 'refuse']),
  comment: z.string().optional(),
  at: z.string(),
});
export const approvalBody = z.object({
  id: z.string(),
  state,
  /** What is decided on: SHA-256, hex (docs/approvals.md). */
  digest: z.string(),
  agent: z.string(),
  user: z.string().optional(),
  method: z.string(),
  server: z.string().optional(),
  kind: z.enum(['tool', 'prompt', 'resource']).optional(),
  name: z.string().optional(),
  rule: z.string(),
  reason: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** Call that asked first. */
  call: z.string(),
  approvers: approvers.optional(),
  quorum: z.number(),
  votes: z.array(vote),
  ended: z.object({ at: z.string(), by: z.string().optional(), why: z.string().optional(), call: z.string().optional() }).optional(),
  intent: z.string().optional(),
  risk: z.number().optional(),
});
export const approvalList = z.object({ approvals: z.array(approvalBody) });
export const approvalDetail = approvalBody.extend({
  /** Parameters of the call: whole, or masked where the rules on content forbid to keep them. JSON text; absent when they cannot be opened. */
  params: z.string().optional(),
  /** What the tool says it does. */
  description: z.string().optional(),
  definition: z.string().optional(),
  findings: z.array(z.object({ type: z.string(), path: z.string().optional(), count: z.number(), action: z.string().optional() })),
  evidence: z.array(z.object({ signal: z.string(), path: z.string().optional(), why: z.string() })),
  riskParts: z.array(z.object({ signal: z.string(), score: z.number(), weight: z.number(), why: z.string() })),
  /** Earlier tickets of the identical call, newest first. */
  earlier: z.array(z.object({ id: z.string(), state, at: z.string() })),
  /** Why the operator who asks may not decide; absent when they may. */
  mayNot: z.string().optional(),
});
export const approveTicketRequest = z.strictObject({ comment: comment.optional(), digest: z.string().optional() });
export const denyTicketRequest = z.strictObject({ comment, digest: z.string().optional() });
export const revokeTicketRequest = z.strictObject({ comment: comment.optional() });

export const decideRequest = z.strictObject({
  verdict: z.enum(['approve', 'refuse']),
  filter: z.strictObject(filter).refine((one) => Object.values(one).some((value) => value !== undefined), 'say which'),
  comment,
  dryRun: z.boolean().optional(),
});
export const decideReply = z.object({
  dryRun: z.boolean(),
  decided: z.array(z.object({ id: z.string(), state })),
  /** What this operator may not decide, and why. */
  left: z.array(z.object({ id: z.string(), why: z.string() })),
});
/** Leads to the page of one ticket; worth nothing without a sign-in there. */
export const approvalLink = z.object({ url: z.string(), expiresAt: z.string() });
export const approvalStats = z.object({
  open: z.number(),
  /** Approved and not used yet. */
  granted: z.number(),
  oldestOpenMs: z.number().optional(),
  /** Of the newest tickets. */
  sample: z.number(),
  medianToDecideMs: z.number().optional(),
  p95ToDecideMs: z.number().optional(),
  byState: z.record(z.string(), z.number()),
});

export type ApprovalLink = z.infer<typeof approvalLink>;
export type ApprovalBody = z.infer<typeof approvalBody>;
export type ApprovalDetail = z.infer<typeof approvalDetail>;
export type ApprovalList = z.infer<typeof approvalList>;
export type DecideRequest = z.input<typeof decideRequest>;
export type DecideReply = z.infer<typeof decideReply>;
export type ApprovalStats = z.infer<typeof approvalStats>;
