// Names of intents and categories: words of policies, overrides, log entries. Stable: a name is never taken away or given another meaning.
// Data only; docs/intent.md says what each means, and a test compares.

/** Weakest first. */
export const intents = ['read', 'write', 'destructive', 'exfiltrative'] as const;

export const categories = [
  'financial',
  'identity',
  'secret',
  'communication',
  'filesystem',
  'database',
  'code-execution',
  'network',
  'browser',
  'source-control',
  'infrastructure',
  'monitoring',
  'people',
  'content',
] as const;

export type Intent = (typeof intents)[number];
export type Category = (typeof categories)[number];
