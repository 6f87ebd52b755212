// A case of a policy: what is given and what must come out. Also the form in which a call is described for tests and what-if questions.
import { z } from 'zod';
import { instant, text } from './field.ts';

const word = z.string().min(1).max(8192);
const words = z.array(z.string().max(256)).max(256);
const json = z.record(z.string(), z.json());

/** A call as a person writes it. What is left out is unknown, or does not apply. */
export const givenCall = z.strictObject({
  agent: word.default('agent'),
  class: word.optional(),
  environment: word.optional(),
  teams: words.optional(),
  roles: words.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  user: word.optional(),
  server: word.optional(),
  tool: word.optional(),
  prompt: word.optional(),
  resource: word.optional(),
  /** tools/call, prompts/get or resources/read unless given. */
  method: word.optional(),
  args: json.optional(),
  /** Name of the argument that a completion asks for; the others are its values so far. */
  completing: word.optional(),
  /** Definition of the tool, for conditions that look at it. */
  definition: json.optional(),
  /** Tags of server and tool; those of the registered objects unless given. */
  tags: words.optional(),
  intent: z.enum(['read', 'write', 'destructive', 'exfiltrative']).optional(),
  category: word.optional(),
  /** Types; none unless given. */
  findings: words.optional(),
  risk: z.number().int().min(0).max(100).optional(),
  flow: words.optional(),
  facts: json.optional(),
  now: instant.optional(),
  source: z.union([z.ipv4(), z.ipv6()]).optional(),
});

export const expectedDecision = z.strictObject({
  effect: z.enum(['allow', 'deny', 'hold', 'hide']),
  /** `policy/rule` or `builtin/…`. */
  rule: z.string().max(256).optional(),
  code: z.string().max(64).optional(),
  /** Part of what the agent is told. */
  reason: text.optional(),
  log: z.enum(['info', 'warn', 'critical']).optional(),
  notify: z.array(z.string()).optional(),
});

export const policyCase = z.strictObject({
  name: z.string().min(1).max(256),
  given: givenCall,
  expect: z.union([z.enum(['allow', 'deny', 'hold', 'hide']), expectedDecision]),
});

export type GivenCall = z.infer<typeof givenCall>;
