// The vocabulary of the injection model: what words, marks and places stand for, whatever the language. The order is the layout of the weights:
// retrain (scripts/train-injection.ts) after any change.

export const CONCEPTS = [
  // Things one is told to do.
  'ignore',
  'leak',
  'show',
  'read',
  'send',
  'include',
  'call',
  'delete',
  'disable',
  'pay',
  'grant',
  'change',
  'obey',
  'pretend',
  'remember',
  'tell',
  'conceal',
  'say',
  'create',
  'task-verb',
  'visit',
  'decode',
  // How.
  'not',
  'must',
  'always',
  'all',
  'first',
  'when',
  'after',
  'now',
  'instead',
  'please',
  // About what.
  'instruction',
  'prior',
  'system',
  'model',
  'agent',
  'user',
  'secret',
  'key',
  'private',
  'data',
  'tool',
  'other',
  'answer',
  'task',
  'reason',
  'best',
  'superlative',
  'shell',
  'account',
  'money',
  'safety',
  'permission',
  // Who speaks, and of what.
  'me',
  'you',
  'your',
  'about-attack',
  'attacker',
  // What gives an order its weight: that it is new, a state one is put into, that nothing else counts, how long it holds, what happens to who refuses.
  'new',
  'mode',
  'only',
  'scope',
  'refuse',
  'penalty',
  'approved',
  // Marks in the text.
  'imperative',
  'address',
  'url',
  'secret-path',
  'identifier',
  'marker',
  'label',
  'voice',
  'substitution',
  'hidden-markup',
  'disguised',
  // Places.
  'quoted',
  'comment',
  'schema-value',
  'schema-text',
  'line-start',
] as const;

export type Concept = (typeof CONCEPTS)[number];

export const CONCEPT_COUNT = CONCEPTS.length;

const INDEX: ReadonlyMap<string, number> = new Map(CONCEPTS.map((concept, index) => [concept, index]));

export function conceptIndex(concept: Concept): number {
  return INDEX.get(concept) as number;
}
