// Kind `dlp`: what is looked for in what passes, and what is done about it, by type, server, tool, agent and direction.
// Objects are read in order of `order`, then name; the first rule that fits a find decides. Without any object nothing is looked at.
import { RE2JS } from 're2js';
import { z } from 'zod';
import { glob, globs, instant, name } from './field.ts';

export const dlpActions = ['allow', 'log', 'mask', 'partial', 'hash', 'tokenize', 'hold', 'block'] as const;
export const dlpProfiles = ['secrets-only', 'gdpr', 'pci', 'strict'] as const;

/** Types of dlp rules: a type, a group of types, or `custom.NAME` for one of the object's own patterns or dictionaries. */
const findingTypes = z
  .array(z.string().regex(/^(?:[a-z]+|[a-z]+\.[a-z0-9._-]+|\*)$/, 'for example "secret", "pii.email", "custom.badge" or "*"'))
  .min(1)
  .max(64);

export const dlpRule = z.strictObject({
  name,
  /** `*`, `pii`, `secret`, `financial`, `custom`, or one type such as `pii.email`. */
  types: findingTypes,
  /** `result`: what servers say to agents, their questions included. `arguments`: what agents say to servers. */
  direction: z.enum(['arguments', 'result', 'both']).default('both'),
  servers: globs.optional(),
  tools: globs.optional(),
  agents: globs.optional(),
  /** Finds the detector is less sure of are left alone. */
  minConfidence: z.number().min(0).max(1).default(0.6),
  action: z.enum(dlpActions),
});

const pattern = z.strictObject({
  name,
  /** RE2 syntax: no look-around, no back-references. */
  pattern: z
    .string()
    .min(1)
    .max(1000)
    .superRefine((source, context) => {
      const problem = patternProblem(source);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    }),
});

function patternProblem(source: string): string | undefined {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source)).matcher('').matches() ? 'matches the empty text' : undefined;
  } catch (error) {
    return `is not in RE2 syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const dictionary = z.strictObject({ name, words: z.array(z.string().min(2).max(200)).min(1).max(5000) });

export const dlpSpec = z
  .strictObject({
    order: z.number().int().min(0).max(1_000_000).default(1000),
    /** Shipped rules, read behind the object's own. */
    profile: z.enum(dlpProfiles).optional(),
    rules: z.array(dlpRule).max(200).default([]),
    patterns: z.array(pattern).max(100).default([]),
    dictionaries: z.array(dictionary).max(20).default([]),
    tokens: z
      .strictObject({
        /** Who a token works for: the agent that got it, or only the session it was made in. */
        scope: z.enum(['agent', 'session']).default('agent'),
        ttlSeconds: z.number().int().min(60).max(31_536_000).default(86_400),
        /** Servers that are given the value in the place of its token. */
        revealTo: z.array(glob).max(256).default([]),
        /** Tokens made before are worth nothing any more: purged. */
        validFrom: instant.optional(),
      })
      .prefault({}),
    budget: z
      .strictObject({
        /** Longest text of one call that is looked at, UTF-16 code units. */
        maxChars: z.number().int().min(1024).max(67_108_864).default(16_777_216),
        deadlineMs: z.number().int().min(50).max(60_000).default(3000),
        /** What becomes of a call whose text is longer, or takes longer. */
        onExceed: z.enum(['block', 'log']).default('block'),
      })
      .prefault({}),
  })
  .superRefine(({ rules, profile, patterns, dictionaries }, context) => {
    if (rules.length === 0 && profile === undefined)
      context.addIssue({ code: 'custom', path: ['rules'], message: 'name a profile or at least one rule' });
    const names = [...patterns, ...dictionaries].map((one) => one.name);
    if (new Set(names).size !== names.length)
      context.addIssue({ code: 'custom', path: ['patterns'], message: 'patterns and dictionaries must have names of their own' });
  });
