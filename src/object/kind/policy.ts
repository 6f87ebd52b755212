// Kind `policy`: ordered rules in one of four tiers. First match wins; no match denies. What a rule means is said in docs/policy.md.
import { z } from 'zod';
import { approvers, globs, name, networks, text } from './field.ts';
import { policyCase } from './policy-case.ts';

/** Characters of a `when`. */
export const MAX_WHEN_CHARS = 4_096;
/** Cases of one policy. */
export const MAX_CASES = 1_000;

/** In the order in which they are asked; grants of roles stand between `agent` and `default`. */
export const tiers = ['guardrail', 'team', 'agent', 'default'] as const;
const effects = ['allow', 'deny', 'hold', 'hide'] as const;
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const clockTime = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, {
  error: ({ input }) => `${JSON.stringify(input)} is no time of day: write HH:MM, 00:00 to 23:59`,
});
const zone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: ({ input }) => `${JSON.stringify(input)} is no time zone: write one such as Europe/Berlin or UTC` });

const timeWindow = z
  .strictObject({
    weekdays: z.array(z.enum(weekdays)).min(1).max(7).optional(),
    from: clockTime.optional(),
    /** Not included. Earlier than `from`: the window ends on the next day. */
    to: clockTime.optional(),
    zone,
  })
  .refine((window) => (window.from === undefined) === (window.to === undefined), 'give both from and to, or neither')
  .refine((window) => window.from === undefined || window.from !== window.to, 'from and to are the same; leave both out for the whole day');

const match = z.strictObject({
  agent: globs.optional(),
  class: globs.optional(),
  team: globs.optional(),
  role: globs.optional(),
  user: globs.optional(),
  environment: globs.optional(),
  server: globs.optional(),
  tool: globs.optional(),
  prompt: globs.optional(),
  resource: globs.optional(),
  method: globs.optional(),
  kind: z
    .array(z.enum(['call', 'read', 'list', 'meta', 'notification', 'subscription', 'reverse']))
    .min(1)
    .max(7)
    .optional(),
  tags: globs.optional(),
  category: globs.optional(),
  intent: z
    .array(z.enum(['read', 'write', 'destructive', 'exfiltrative']))
    .min(1)
    .max(4)
    .optional(),
  findings: globs.optional(),
  riskAtLeast: z.number().int().min(0).max(100).optional(),
  time: timeWindow.optional(),
  source: networks.optional(),
});

const obligations = z.strictObject({
  log: z.enum(['info', 'warn', 'critical']).optional(),
  notify: z.array(z.string().min(1).max(128)).min(1).max(16).optional(),
  redact: globs.optional(),
  quota: z.array(name).min(1).max(16).optional(),
  /** Of a rule that holds: who decides. Else the organization says. */
  approvers: approvers.optional(),
});

/** Matchers and conditions whose result is not known when a list is made. */
const CALL_TIME = ['category', 'intent', 'findings', 'riskAtLeast', 'time', 'source'] as const;

export const policyRule = z
  .strictObject({
    name,
    match: match.default({}),
    /** CEL over args, tool, capability, principal, server, findings, flow, facts, now. */
    when: z.string().min(1).max(MAX_WHEN_CHARS).optional(),
    effect: z.enum(effects),
    obligations: obligations.optional(),
    /** Shown to the agent. */
    reason: text.optional(),
  })
  .superRefine((rule, context) => {
    const refuse = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (rule.obligations?.approvers && rule.effect !== 'hold') refuse(['obligations', 'approvers'], 'approvers go with effect: hold only');
    if (rule.effect !== 'hide') return;
    for (const matcher of CALL_TIME)
      if (rule.match[matcher] !== undefined)
        refuse(['match', matcher], 'a hidden thing is hidden always; this is known only during a call');
    if (rule.when !== undefined) refuse(['when'], 'a hidden thing is hidden always; a condition is known only during a call');
    if (rule.reason !== undefined) refuse(['reason'], 'nobody is told about what is hidden');
  });

export const policySpec = z
  .strictObject({
    /** `default` unless given. */
    tier: z.enum(tiers).optional(),
    /** Of tier team: the team whose calls these rules are about. */
    team: name.optional(),
    /** Of tier agent: the agent whose calls these rules are about. */
    agent: name.optional(),
    /** Policies of one tier are ordered by this number, then by name; rules by their place in the list. First match wins over all of them. */
    order: z.number().int().min(0).max(1_000_000).default(1000),
    /** `shadow`: it does not decide; what it would change is recorded. `enforce` unless given. */
    mode: z.enum(['enforce', 'shadow']).optional(),
    /** Of mode shadow: policies in whose place it would stand. */
    replaces: z.array(name).min(1).max(64).optional(),
    /** How to ask for access, told to agents that are refused. Of all policies for everybody, the first that has one counts. */
    access: text.optional(),
    rules: z.array(policyRule).max(20_000),
    /** What must come out; run at every activation, which is refused when one fails. */
    cases: z.array(policyCase).max(MAX_CASES).optional(),
  })
  .superRefine((spec, context) => {
    if (spec.replaces && spec.mode !== 'shadow')
      context.addIssue({ code: 'custom', path: ['replaces'], message: 'spec.replaces goes with mode: shadow only' });
    for (const owner of ['team', 'agent'] as const) {
      if (spec.tier === owner && spec[owner] === undefined)
        context.addIssue({ code: 'custom', path: ['tier'], message: `tier ${owner} needs spec.${owner}` });
      if (spec.tier !== owner && spec[owner] !== undefined)
        context.addIssue({ code: 'custom', path: [owner], message: `spec.${owner} goes with tier: ${owner} only` });
    }
  });

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
