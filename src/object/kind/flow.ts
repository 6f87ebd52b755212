// Kind `flow`: what becomes of data that was read in one place and is about to be sent to another, by labels of both; values and tools that
// nobody has a reason to use. Objects are read in order of `order`, then name; the first rule that fits decides. Without any object nothing is kept.
import { z } from 'zod';
import { glob, globs, name, text } from './field.ts';

export const flowActions = ['allow', 'log', 'hold', 'redact', 'deny'] as const;
export const sinkNames = ['internal', 'external'] as const;

/** What a server or tool says of its data; every member that is absent is guessed (docs/flow.md). */
export const dataSpec = z.strictObject({
  /** Of what it tells: `public`, `internal`, `private`, `secret`, or a word of one's own (protected like `private`). */
  labels: z.array(name).min(1).max(16).optional(),
  /** Where what it is told goes. */
  sink: z.enum(sinkNames).optional(),
  /** Who can see what it is told: a word for rules, such as `customers`. */
  audience: name.optional(),
  /** What it tells may be written by strangers. */
  untrusted: z.boolean().optional(),
});

export const flowRule = z.strictObject({
  name,
  /** Labels of the data. */
  from: globs.default(['private', 'secret']),
  /** Servers the data was read from. */
  sources: globs.optional(),
  to: z
    .strictObject({
      sink: z.array(z.enum(sinkNames)).min(1).max(2).optional(),
      audience: globs.optional(),
      servers: globs.optional(),
      tools: globs.optional(),
    })
    .prefault({}),
  agents: globs.optional(),
  /** Fewer values than this in one call are none of this rule's business. */
  minValues: z.number().int().min(1).max(1_000_000).default(1),
  /** What is sent to the person it is about, by an address read in the same record, is left alone. Never for data labelled `secret`. */
  allowSendBack: z.boolean().default(true),
  action: z.enum(flowActions),
});

const canary = z.strictObject({
  name,
  /** Secret object that holds the value. */
  secret: name,
});

const decoy = z.strictObject({
  /** Name of the tool, as agents see it on the server. */
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, dash and underscore, at most 64'),
  description: text.min(1),
  /** Servers that list it. */
  servers: z.array(glob).min(1).max(64),
});

export const flowSpec = z.strictObject({
  order: z.number().int().min(0).max(1_000_000).default(1000),
  rules: z.array(flowRule).max(200).default([]),
  /** Whose reads count: all of an agent (and user), or only those of the same session where there is one. */
  scope: z.enum(['agent', 'session']).default('agent'),
  /** How long what was read is remembered, seconds. */
  windowSeconds: z.number().int().min(60).max(604_800).default(3600),
  /** What counts as sink when nothing says where a tool sends things. */
  unknownSinks: z.enum(sinkNames).default('internal'),
  /** Whoever has read private data and content of strangers wants to use an external sink. */
  mixed: z.enum(['allow', 'log', 'hold', 'deny']).default('hold'),
  /** What was read at another gateway or before a restart may be what is sent, and a rule would stop it. */
  unseen: z.enum(['allow', 'log', 'hold', 'deny']).default('hold'),
  canaries: z.array(canary).max(100).default([]),
  decoys: z.array(decoy).max(50).default([]),
  /** After a touch of a canary or decoy. */
  onTouch: z
    .strictObject({
      /** Freeze the agent until somebody lifts it. */
      freezeAgent: z.boolean().default(false),
    })
    .prefault({}),
});
