// The wire format of what explains and rehearses policies: explain, lint, diff, simulate, shadow, starter policies. Part of contract.ts.
// Schemas and their types only; never imports anything that runs.
import { z } from 'zod';

const effect = z.enum(['allow', 'deny', 'hold']);
/** A call as a case gives it: docs/policy.md. */
const callExample = z.record(z.string(), z.unknown());

export const whatIfRequest = z.strictObject({
  /** YAML or JSON: one call, as `given` of a case. */
  text: z.string().max(1_000_000),
  fileName: z.string().max(1024).optional(),
});

const traceStep = z.object({
  rule: z.string(),
  matched: z.boolean(),
  failedOn: z.string().optional(),
  error: z.string().optional(),
  /** By matcher or path; what is secret shows `(redacted)`. Values of arguments need role reviewer. */
  values: z.record(z.string(), z.unknown()).optional(),
});

export const nearMissBody = z.object({ condition: z.string(), effect, rule: z.string() });

export const explainReply = z.object({
  /** Of a recorded call. */
  recorded: z
    .object({ call: z.string(), seq: z.number(), time: z.string(), effect, rule: z.string(), code: z.string(), agrees: z.boolean() })
    .optional(),
  /** Of the rules asked: those in force when the call was judged, or those of now. */
  revision: z.number(),
  asked: z.object({
    agent: z.string(),
    user: z.string().optional(),
    class: z.string().optional(),
    environment: z.string().optional(),
    teams: z.array(z.string()),
    roles: z.array(z.string()),
    method: z.string(),
    server: z.string().optional(),
    capability: z.object({ kind: z.string(), name: z.string() }).optional(),
    intent: z.string().optional(),
    category: z.string().optional(),
    /** What the class of the call was read from: part of the definition or of the arguments; of arguments, where they may not be read, the signal alone. */
    evidence: z.array(z.object({ signal: z.string(), path: z.string().optional(), why: z.string().optional() })).optional(),
    findings: z.array(z.string()),
  }),
  decision: z.object({ effect, rule: z.string(), code: z.string(), hidden: z.boolean(), error: z.string().optional() }),
  trace: z.array(traceStep),
  nearMisses: z.array(nearMissBody),
  risk: z.object({ score: z.number(), parts: z.record(z.string(), z.number()) }).optional(),
  /** Of a call that a rule holds: standing grants of the agent for the tool, and whether they answer it. */
  standing: z.array(z.object({ grant: z.string(), answers: z.boolean(), why: z.string() })),
  /** As it is now. */
  limits: z.array(
    z.object({
      ...{ limit: z.string(), part: z.string(), used: z.string(), max: z.string(), hasRoom: z.boolean() },
      /** When there is room for such a call, if no other takes it; absent where there is room, or nobody knows, or never will be. */
      roomAt: z.string().optional(),
    }),
  ),
  /** What the agent is told. */
  told: z.object({ code: z.string(), reason: z.string(), passes: z.string().optional(), access: z.string().optional() }),
  /** What is not known of the call any more, or never was. */
  missing: z.array(z.string()),
});
export type ExplainReply = z.infer<typeof explainReply>;

const policyText = z.strictObject({ text: z.string(), fileName: z.string().max(1024).optional() });
/** Policies as a file, as they were at a control revision, or as they are now (neither). */
const policySource = z.strictObject({
  text: z.string().optional(),
  fileName: z.string().max(1024).optional(),
  revision: z.number().int().min(0).optional(),
});

export const lintRequest = policySource;
export const lintProblem = z.object({
  kind: z.enum(['unreachable', 'shadowed', 'contradictory', 'never-matches', 'uncovered', 'broad-allow']),
  rule: z.string().optional(),
  /** The rule that is in its way. */
  by: z.string().optional(),
  message: z.string(),
  example: callExample.optional(),
});
export const lintReply = z.object({ revision: z.number(), rules: z.number(), tools: z.number(), problems: z.array(lintProblem) });
export type LintReply = z.infer<typeof lintReply>;

export const policyDiffRequest = z.strictObject({ a: policySource, b: policySource });
export const policyDiffReply = z.object({
  rules: z.array(z.object({ rule: z.string(), change: z.enum(['added', 'removed', 'changed', 'moved']) })),
  witnesses: z.array(
    z.object({
      call: callExample,
      a: z.object({ effect: z.string(), rule: z.string() }),
      b: z.object({ effect: z.string(), rule: z.string() }),
    }),
  ),
  /** Calls that were decided under both. */
  tried: z.number(),
  /** false: there were more calls to try than the bound. */
  complete: z.boolean(),
});
export type PolicyDiffReply = z.infer<typeof policyDiffReply>;

export const simulateRequest = policyText.extend({
  /** Calls before this are not replayed. */
  from: z.iso.datetime({ offset: true }),
  /** The policies given are all there are; otherwise they join those in force and replace those of the same name. */
  alone: z.boolean().optional(),
});

const shadowSummary = z.object({
  type: z.literal('summary'),
  /** Policies that run beside the others now. */
  policies: z.array(z.string()),
  /** Differences since the last entry about them, in this process. */
  pending: z.number(),
  /** Calls that came out differently and are in no row: more different ones than are kept. */
  beyond: z.number(),
  rows: z.array(
    z.object({
      live: z.string(),
      liveEffect: z.string(),
      shadow: z.string(),
      shadowEffect: z.string(),
      agent: z.string(),
      server: z.string().optional(),
      capability: z.string().optional(),
      count: z.number(),
      call: z.string(),
    }),
  ),
});
export const shadowQuery = z.strictObject({ from: z.iso.datetime({ offset: true }).optional() });
export type ShadowSummary = z.infer<typeof shadowSummary>;
/** A line of the answer: how far the log was read, newest entry first, and in the end what was found. */
export type ShadowStep = { type: 'progress'; seq: number; entries: number; calls: number } | ShadowSummary;

export const starterQuery = z.strictObject({ agent: z.string().max(63).optional() });
export const learnQuery = z.strictObject({ agent: z.string().max(63).optional(), from: z.iso.datetime({ offset: true }) });
export const starterReply = z.object({
  text: z.string(),
  tools: z.number(),
  calls: z.number(),
  /** Servers that nothing is written about: what they have is not known yet. */
  unread: z.array(z.string()),
});
export type StarterReply = z.infer<typeof starterReply>;
