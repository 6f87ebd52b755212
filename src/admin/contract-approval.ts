// The wire format of approvals: part of contract.ts.
// Never imports anything that runs.
import { z } from 'zod';
import { assertionBody } from './contract-passkey.ts';

export * from './contract-passkey.ts';

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
  intent: z.enum(['read', 'write', 'destructive', 'exfiltrative']).optional(),
  minRisk: z.coerce.number().int().min(0).max(100).optional(),
  /** Asked for before this. */
  before: z.iso.datetime({ offset: true }).optional(),
  claimedBy: z.string().max(63).optional(),
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
  standing: z.boolean().optional(),
  /** Approving takes a passkey. */
  passkey: z.boolean().optional(),
  remindAfterMs: z.number().optional(),
  escalate: z
    .object({
      afterMs: z.number(),
      users: z.array(z.string()).optional(),
      teams: z.array(z.string()).optional(),
      roles: z.array(z.string()).optional(),
    })
    .optional(),
});
const vote = z.object({
  by: z.string(),
  user: z.string().optional(),
  verdict: z.enum(['approve', 'refuse']),
  comment: z.string().optional(),
  at: z.string(),
  /** Since this operator last read the ticket; absent when it was decided unread. */
  lookedMs: z.number().optional(),
  /** User in whose place it was cast. */
  onBehalfOf: z.string().optional(),
  /** Name of the passkey it was confirmed with. */
  passkey: z.string().optional(),
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
  /** Who works on it. */
  claimed: z.object({ by: z.string(), until: z.string() }).optional(),
  reminders: z.number(),
  escalatedAt: z.string().optional(),
});
export const approvalList = z.object({ approvals: z.array(approvalBody) });
const value = z.unknown();
const compared = z.object({
  /** JSON pointer into the arguments. */
  path: z.string(),
  value,
  /** Earlier calls with this very value at this place, and with any. */
  seen: z.number(),
  calls: z.number(),
  /** Absent while there are too few earlier calls to say. */
  mark: z.enum(['usual', 'new_value', 'new_place', 'above', 'below']).optional(),
  recipient: z.boolean(),
  range: z.object({ min: z.number(), median: z.number(), max: z.number() }).optional(),
  values: z.array(z.object({ value, count: z.number() })),
  distinct: z.number(),
  /** There were more different values than are remembered. */
  isMany: z.boolean(),
});
const amount = z.object({ path: z.string(), count: z.number(), median: z.number(), p95: z.number(), max: z.number() });
export const approvalDetail = approvalBody.extend({
  /** Parameters of the call: whole, or masked where the rules on content forbid to keep them. JSON text; absent when they cannot be opened. */
  params: z.string().optional(),
  /** What the tool says it does. */
  description: z.string().optional(),
  definition: z.string().optional(),
  /** The definition the ticket is bound to; absent when the server's definitions are not known. */
  pinned: z
    .object({
      hash: z.string(),
      state: z.enum(['approved', 'new', 'changed', 'renamed', 'vanished', 'rejected']).optional(),
      /** First approved so. `isFirst`: no other definition of it was approved before. */
      pinned: z.object({ at: z.string(), by: z.string(), revision: z.number(), isFirst: z.boolean() }).optional(),
      /** Calls before ran under another definition. */
      before: z.object({ hash: z.string(), lastUsedAt: z.string(), description: z.string().optional() }).optional(),
    })
    .optional(),
  /** The rule as it held the call, what it saw of the call, and whether it reads otherwise now. */
  why: z.object({ text: value, changed: z.boolean(), saw: z.record(z.string(), value), missing: z.array(z.string()) }),
  findings: z.array(
    z.object({ type: z.string(), path: z.string().optional(), count: z.number(), action: z.string().optional(), confidence: z.number() }),
  ),
  evidence: z.array(z.object({ signal: z.string(), path: z.string().optional(), why: z.string().optional() })),
  category: z.string().optional(),
  riskParts: z.array(z.object({ signal: z.string(), score: z.number(), weight: z.number(), why: z.string() })),
  /** Calls of this agent on this tool before, as the log has them; `remembered`: as the history of calls has them. */
  history: z.object({
    calls: z.number(),
    /** Their arguments were not kept, were erased, or do not fit the log. */
    unreadable: z.number(),
    since: z.string().optional(),
    /** Not the whole log was looked at. */
    cut: z.boolean(),
    otherDefinition: z.object({ hash: z.string(), lastUsedAt: z.string() }).optional(),
    remembered: z.object({ calls: z.number(), since: z.string(), amounts: z.array(amount) }).optional(),
  }),
  /** Against those calls; absent when the arguments cannot be opened. */
  usual: z
    .object({
      calls: z.number(),
      isEnough: z.boolean(),
      values: z.array(compared),
      notCompared: z.number(),
      absent: z.array(z.object({ path: z.string(), calls: z.number() })),
    })
    .optional(),
  /** Earlier tickets of the identical call, newest first. */
  earlier: z.array(z.object({ id: z.string(), state, at: z.string() })),
  /** Why the operator who asks may not decide; absent when they may. */
  mayNot: z.string().optional(),
});
/** `passkey`: the assertion over the challenge, where the rule demands one. */
export const approveTicketRequest = z.strictObject({
  comment: comment.optional(),
  digest: z.string().optional(),
  passkey: assertionBody.optional(),
});
export const denyTicketRequest = z.strictObject({ comment, digest: z.string().optional() });
export const revokeTicketRequest = z.strictObject({ comment: comment.optional() });

/** `leave`: give it back. `force`: also when somebody else works on it. */
export const claimRequest = z.strictObject({ leave: z.boolean().optional(), force: z.boolean().optional() });

export const decideRequest = z.strictObject({
  verdict: z.enum(['approve', 'refuse']),
  filter: z.strictObject(filter).refine((one) => Object.values(one).some((value) => value !== undefined), 'say which'),
  comment,
  /** Says what would be decided, and gives the `preview` that deciding takes. */
  dryRun: z.boolean().optional(),
  preview: z.string().max(64).optional(),
});
export const decideReply = z.object({
  dryRun: z.boolean(),
  /** What was, or would be, decided: binds a decision to this very set of tickets. */
  preview: z.string(),
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
  medianOpenMs: z.number().optional(),
  medianToDecideMs: z.number().optional(),
  p95ToDecideMs: z.number().optional(),
  /** From the last reading by whoever voted to the vote. */
  medianLookedMs: z.number().optional(),
  /** Votes of people who had not read the ticket. */
  decidedUnread: z.number(),
  byState: z.record(z.string(), z.number()),
  reviewers: z.array(z.object({ by: z.string(), approved: z.number(), refused: z.number(), unread: z.number() })),
});

export type ApprovalLink = z.infer<typeof approvalLink>;
export type ApprovalBody = z.infer<typeof approvalBody>;
export type ApprovalDetail = z.infer<typeof approvalDetail>;
export type ApprovalList = z.infer<typeof approvalList>;
export type DecideRequest = z.input<typeof decideRequest>;
export type DecideBody = z.infer<typeof decideRequest>;
export type DecideReply = z.infer<typeof decideReply>;
export type ApprovalStats = z.infer<typeof approvalStats>;
