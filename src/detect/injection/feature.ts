// What the injection model weighs: concepts, pairs of kinds of concepts near each other, and kinds that meet in one window. Pairs are tied by meaning
// ("something that takes" before "something secret"), so that wording and language do not matter. The order is the layout of the weights.
import { CONCEPT_COUNT, CONCEPTS, type Concept, conceptIndex } from './concept.ts';

const TAKE: Concept[] = ['read', 'show', 'leak', 'include', 'send'];
const OUT: Concept[] = ['send', 'leak'];
const LOOT: Concept[] = ['secret', 'private', 'secret-path'];
const TARGET: Concept[] = ['address', 'url', 'account'];
const SPEAKER: Concept[] = ['marker', 'voice', 'comment', 'hidden-markup'];
const DO: Concept[] = [
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
  'say',
  'create',
  'visit',
  'task-verb',
];
const OTHER_TOOL: Concept[] = ['tool', 'identifier', 'other'];

/** First kind, then second, at most a few words later, in one sentence. */
const NEAR: readonly (readonly [Concept[], Concept[], '-'?])[] = [
  [['ignore'], ['instruction']],
  [['ignore'], ['prior']],
  [['ignore'], ['user']],
  [['ignore'], ['safety', 'permission']],
  [['prior'], ['instruction']],
  [['your'], ['instruction', 'system']],
  [['not'], ['obey', 'instruction']],
  [['not'], ['show', 'say']],
  [['not'], ['permission', 'safety']],
  [['not'], ['call'], '-'],
  [['not'], ['ignore', 'delete', 'change', 'pay'], '-'],
  [['not'], ['send', 'include', 'leak'], '-'],
  [['not'], ['read', 'create'], '-'],
  [['tell'], ['user'], '-'],
  [['tell'], ['model', 'you'], '-'],
  [['conceal'], ['user', 'model']],
  [['conceal'], TAKE],
  [['user'], ['conceal']],
  [['user'], ['not']],
  [['secret', 'private'], ['conceal']],
  [OUT, LOOT],
  [OUT, ['data']],
  [['leak'], [...LOOT, 'data']],
  [['read'], ['secret']],
  [['read'], ['private']],
  [['read'], ['secret-path']],
  [['show'], ['secret', 'secret-path']],
  [['show'], ['private', 'instruction', 'system']],
  [['include'], ['secret', 'secret-path']],
  [['include'], ['private']],
  [['include'], ['data']],
  [LOOT, ['include', 'send']],
  [['secret-path'], ['data', 'secret', 'include', 'send', 'first']],
  [OUT, TARGET],
  [OUT, ['identifier', 'tool', 'shell']],
  [['include'], TARGET],
  [LOOT, TARGET],
  [['data', 'answer'], TARGET],
  [['visit', 'read'], ['url']],
  [
    ['call', 'create'],
    ['url', 'shell', 'substitution'],
  ],
  [
    ['url', 'shell'],
    ['substitution', 'secret-path', 'shell'],
  ],
  [['url'], ['data', 'private', 'secret']],
  [SPEAKER, ['imperative']],
  [SPEAKER, ['model', 'system', 'user', 'instruction']],
  [SPEAKER, DO],
  [SPEAKER, ['always', 'all', 'must', 'first', 'when']],
  [['label'], ['imperative']],
  [['label'], ['model']],
  [['label'], ['ignore', 'leak', 'send']],
  [['model'], ['imperative']],
  [['model'], TAKE],
  [['model'], ['must', 'always']],
  [['model'], ['pay', 'delete', 'grant', 'ignore', 'disable', 'say']],
  [DO, ['model']],
  [['when'], ['model']],
  [['when'], ['agent']],
  [['you'], ['now', 'pretend']],
  [
    ['now', 'after'],
    ['pretend', 'obey', 'always'],
  ],
  [['user'], ['system']],
  [['first'], ['read']],
  [['first'], ['call']],
  [['first'], ['send', 'include', 'leak']],
  [['first'], ['tool', 'identifier']],
  [['first'], ['answer', 'other', 'task']],
  [['always'], ['send', 'leak', 'show']],
  [['always'], ['include', 'grant']],
  [['always'], ['call', 'best']],
  [['always'], ['tool', 'answer', 'task']],
  [['all'], ['secret', 'private', 'key']],
  [['all'], ['instruction', 'safety']],
  [OUT, ['key']],
  [['read', 'show'], ['key']],
  [['include'], ['key']],
  [['key'], ['include', 'send']],
  [['agent'], ['must', 'always', 'imperative']],
  [['agent'], [...TAKE]],
  [['model', 'agent'], ['call']],
  [['always'], ['say']],
  [['say'], ['me', 'superlative']],
  [['you'], ['system']],
  [['instead'], [...OTHER_TOOL]],
  [['superlative'], ['tool']],
  [['best'], ['tool']],
  [['tool', 'identifier'], ['superlative']],
  [[...OTHER_TOOL], ['instead']],
  [['other'], ['tool']],
  [['call'], ['other']],
  [['call'], ['identifier']],
  [['call'], ['shell']],
  [['call'], ['tool']],
  [['when', 'always'], ['other']],
  [['when'], ['user'], '-'],
  [
    ['data', 'answer'],
    ['identifier', 'other'],
  ],
  [['grant'], ['permission']],
  [['grant'], TARGET],
  [['grant'], ['all', 'call', 'tool', 'task']],
  [['grant'], ['model', 'system', 'user']],
  [['disable'], ['safety', 'permission']],
  [['disable'], ['tool', 'other']],
  [['delete'], ['data', 'private']],
  [['delete'], ['all', 'money', 'user']],
  [['pay'], TARGET],
  [['pay'], ['money']],
  [['change'], ['account', 'address', 'url']],
  [['change'], ['secret', 'safety', 'permission', 'private']],
  [['change'], ['user', 'money']],
  [['remember'], ['always', 'remember', 'must']],
  [['remember'], ['user', 'you', 'model']],
  [['say'], ['answer', 'best']],
  [['your'], ['answer', 'task']],
  [['include', 'send'], ['answer']],
  [['change', 'create', 'delete', 'decode'], ['answer']],
  [['task-verb'], ['answer', 'first', 'task-verb']],
  [['imperative'], ['task-verb']],
  [['imperative'], ['ignore']],
  [['imperative'], ['leak']],
  [['imperative'], ['send']],
  [['imperative'], ['include']],
  [['imperative'], ['read', 'show']],
  [['imperative'], ['call', 'visit']],
  [['imperative'], ['delete', 'disable']],
  [['imperative'], ['pay']],
  [['imperative'], ['grant']],
  [['imperative'], ['change', 'create']],
  [['imperative'], ['obey', 'pretend', 'remember', 'decode']],
  [['decode'], ['obey', 'after', 'call']],
  [['send', 'show', 'tell'], ['me'], '-'],
  [['please'], ['me', 'tell'], '-'],
  [['me'], DO, '-'],
  [['tell'], ['first'], '-'],
  [['user'], ['grant', 'permission'], '-'],
  [['quoted'], DO, '-'],
  [['quoted'], ['model', 'system', 'you'], '-'],
  [['about-attack'], ['quoted', 'ignore', 'instruction'], '-'],
  [['quoted', 'instruction'], ['about-attack'], '-'],
  [['user'], ['must', 'include'], '-'],
  [['must', 'send'], ['reason']],
  [['reason'], ['send', 'include', 'always']],
  [['attacker'], ['url', 'address', 'data', 'instruction']],
  [['disguised'], ['disguised', 'instruction', 'secret']],
  [
    ['private', 'data'],
    ['all', 'always'],
  ],
  [['secret'], ['secret-path', 'user']],
  [['private'], ['include', 'secret']],
  [['new'], ['instruction']],
  [['new'], ['task', 'safety', 'mode']],
  [['your', 'label', 'marker'], ['new']],
  [['instruction', 'task'], ['new']],
  [['you', 'your'], ['mode']],
  [['mode'], ['you', 'must', 'now']],
  [['mode'], ['safety', 'permission', 'not', 'disable']],
  [['not'], ['refuse']],
  [['refuse'], ['penalty', 'not', 'mode']],
  [['penalty'], ['obey', 'refuse', 'instruction']],
  [['penalty'], ['you', 'model', 'user']],
  [['say', 'show'], ['only']],
  [['only'], ['say', 'show', 'answer']],
  [['must', 'not'], ['only']],
  [['all', 'scope'], ['answer']],
  [['answer'], ['scope', 'include']],
  [['include'], ['all', 'scope']],
  [['approved'], DO],
  [['approved'], ['system', 'user', 'permission', 'attacker']],
  [['user', 'system', 'permission'], ['approved']],
  [['scope'], ['always', 'must', 'obey', 'include']],
];

/** Kinds that a window has or has not; every two that meet are a feature. */
const GROUPS: readonly Concept[][] = [
  ['marker', 'voice', 'comment', 'hidden-markup'],
  ['model'],
  ['secret', 'secret-path', 'key'],
  ['private'],
  ['send', 'leak'],
  ['include'],
  ['address', 'url', 'account'],
  ['conceal'],
  ['ignore', 'instead'],
  ['about-attack', 'quoted'],
  ['me'],
  ['answer'],
  ['reason'],
  ['user'],
  ['instruction', 'prior'],
  ['disguised'],
  ['schema-value'],
  ['schema-text'],
  ['pretend', 'mode'],
  ['refuse', 'penalty'],
  ['approved', 'permission'],
  ['imperative'],
  ['tool', 'identifier', 'other'],
];

/** Concepts that mean something alone: that speak for an attack, against one, or either. */
const ALONE_FOR: Concept[] = [
  'leak',
  'conceal',
  'attacker',
  'secret-path',
  'substitution',
  'hidden-markup',
  'disguised',
  'marker',
  'shell',
  'decode',
  'pretend',
  'address',
  'account',
  'schema-value',
  'remember',
  'voice',
  'superlative',
];
const ALONE_AGAINST: Concept[] = ['about-attack', 'quoted', 'me'];

export const NEAR_FROM = 1 + CONCEPT_COUNT;
export const GROUP_FROM = NEAR_FROM + NEAR.length;
/** What a sentence is beside the others of its text (context.ts): further groups, which mean something alone too. */
export const CONTEXT = { begins: 0, ends: 1, order: 2, model: 3, you: 4, lone: 5 } as const;
export const CONTEXT_FROM = GROUPS.length;
/** At most 31: they are bits of a number. */
export const GROUP_COUNT = GROUPS.length + Object.keys(CONTEXT).length;
/** A group that no other sentence of the text has. */
export const ONLY_FROM = GROUP_FROM + GROUP_COUNT * GROUP_COUNT;
/** Every ordered pair of concepts near each other, for what the kinds above do not tell apart. */
export const FINE_FROM = ONLY_FROM + CONTEXT_FROM;
export const FEATURE_COUNT = FINE_FROM + CONCEPT_COUNT * CONCEPT_COUNT;

/** Features of an ordered pair of concepts, at most `PAIR_FEATURES`; 0 for none. */
export const PAIR_FEATURES = 4;
export const pairFeatures = new Uint16Array(CONCEPT_COUNT * CONCEPT_COUNT * PAIR_FEATURES);
/** Groups of a concept as bits. */
export const groupBits = new Uint32Array(CONCEPT_COUNT);

const known = new Set<string>(CONCEPTS);
NEAR.forEach(([firsts, seconds], index) => {
  for (const first of firsts.filter((one) => known.has(one)))
    for (const second of seconds.filter((one) => known.has(one))) addPair(conceptIndex(first), conceptIndex(second), NEAR_FROM + index);
});
GROUPS.forEach((concepts, index) => {
  for (const concept of concepts) groupBits[conceptIndex(concept)] = (groupBits[conceptIndex(concept)] as number) | (1 << index);
});

function addPair(first: number, second: number, feature: number): void {
  const from = (first * CONCEPT_COUNT + second) * PAIR_FEATURES;
  for (let at = from; at < from + PAIR_FEATURES; at++) {
    if (pairFeatures[at] === feature) return;
    if (pairFeatures[at] !== 0) continue;
    pairFeatures[at] = feature;
    return;
  }
}

/** 1: may only raise the score, -1: may only lower it, 0: either, undefined: not used. What a feature means is ours to say; how much, is learnt. */
export function featureSign(feature: number): 1 | -1 | 0 | undefined {
  if (feature === 0) return 0;
  if (feature < NEAR_FROM) {
    const concept = CONCEPTS[feature - 1] as Concept;
    return ALONE_FOR.includes(concept) ? 1 : ALONE_AGAINST.includes(concept) ? -1 : undefined;
  }
  if (feature < GROUP_FROM) return NEAR[feature - NEAR_FROM]?.[2] === '-' ? -1 : 1;
  return 0;
}
