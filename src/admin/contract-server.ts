// The part of the wire format that is about servers, their definitions, and the history of calls on them. Read through contract.ts.
// Never imports anything that runs.
import { z } from 'zod';

const name = z.string().min(1).max(63);
const instant = z.iso.datetime({ offset: true });

export const riskHistoryQuery = z.strictObject({ agent: name, server: name, tool: z.string().min(1).max(8_192) });
export const riskHistoryReply = z.object({
  /** false: nothing is remembered, because no risk profile and no rule asks for it. */
  enabled: z.boolean(),
  agent: z.string(),
  server: z.string(),
  tool: z.string(),
  facts: z.record(z.string(), z.unknown()),
});
export const backtestRequest = z.strictObject({
  /** YAML with objects of kind risk. */
  text: z.string(),
  fileName: z.string().max(1024).optional(),
  /** Calls before this only build the history. */
  from: instant,
});

const definitionHash = z.string().regex(/^[0-9a-f]{64}$/);
export const definitionsQuery = z.strictObject({
  refresh: z.enum(['true', 'false']).optional(),
  brief: z.enum(['true', 'false']).optional(),
});
const definitionFinding = z.object({
  /** For example `poison.instruction`, `shadow.name`. */
  type: z.string(),
  /** JSON pointer in the definition. */
  path: z.string(),
  score: z.number(),
  /** Printable, at most 120 characters. */
  excerpt: z.string(),
});
export const definitionBody = z.object({
  kind: z.enum(['tool', 'prompt', 'template']),
  name: z.string(),
  state: z.enum(['approved', 'new', 'changed', 'renamed', 'vanished', 'rejected']),
  /** Of the definition as it is now; absent when it vanished. */
  hash: z.string().optional(),
  description: z.string().optional(),
  /** Hash that was approved under this name, or under the name before. */
  approved: z.string().optional(),
  nameBefore: z.string().optional(),
  /** Lines with `+` and `-`, when the approved text is known. */
  diff: z.string().optional(),
  /** Of tools: what its calls are taken for at most, and what it is about. */
  intent: z.enum(['read', 'write', 'destructive', 'exfiltrative']).optional(),
  category: z.string().optional(),
  /** Proposed from intent, category and findings. */
  risk: z.enum(['low', 'medium', 'high', 'critical']).optional(),
  /** What speaks against it, most telling first: poisoned texts, look-alikes of other servers. An approval must say so. */
  findings: z.array(definitionFinding).optional(),
});
export type DefinitionBody = z.infer<typeof definitionBody>;
export const definitionsReply = z.object({
  server: z.string(),
  trust: z.boolean(),
  snapshot: z.object({ revision: z.number(), definitions: z.number() }).nullable(),
  /** Of everything stated now: what an approval of all of it names. */
  digest: z.string(),
  /** Lists that could not be read. */
  problems: z.array(z.string()),
  definitions: z.array(definitionBody),
});
export type DefinitionsReply = z.infer<typeof definitionsReply>;
export const approveRequest = z
  .strictObject({
    digest: definitionHash.optional(),
    hashes: z.array(definitionHash).min(1).max(30_000).optional(),
    /** With hashes: earlier definitions of the same names stay approved, for servers that show different ones to different clients. */
    keepOld: z.boolean().optional(),
    /** Needed when a definition has findings. */
    despiteFindings: z.boolean().optional(),
    owner: z.string().max(1024).optional(),
    risk: z.enum(['low', 'medium', 'high', 'critical']).optional(),
    environment: name.optional(),
    policy: name.optional(),
  })
  .refine((body) => (body.digest === undefined) !== (body.hashes === undefined), 'give exactly one of digest and hashes');
export type ApproveRequest = z.infer<typeof approveRequest>;
export const rejectRequest = z.strictObject({ hashes: z.array(definitionHash).min(1).max(30_000) });
