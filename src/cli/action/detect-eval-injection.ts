// Labelled definitions, results, changes and pairs through the gateway's own checks. Never looks at the labels, and never keeps anything of the set.
import { judgeChange } from '../../detect/injection/change.ts';
import { definitionScore } from '../../detect/injection/definition.ts';
import { COUNTS } from '../../detect/injection/finding.ts';
import { injectionScore } from '../../detect/injection/passage.ts';
import { type NamedDefinition, shadowScore } from '../../detect/injection/shadow.ts';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import type { Evaluate, Predictions } from './detect-eval.ts';

/** Item id → {positive, score} and, for changes, whether the definition changed at all. */
export const evaluateInjection: Evaluate = async (items) => {
  const predictions: Predictions = {};
  for (const item of items) {
    const judged = judge(item);
    if (judged !== undefined) predictions[item.id as string] = { positive: judged.score >= COUNTS, ...judged };
  }
  return predictions;
};

function judge(item: JsonObject): { score: number; changed?: boolean } | undefined {
  const { definition, text, before, after, trusted, candidate } = item;
  if (isObject(definition)) return { score: definitionScore(definition) };
  if (typeof text === 'string') return { score: injectionScore(text) };
  if (isObject(before) && isObject(after)) {
    const { score, changed } = judgeChange(before, after);
    return { score, changed };
  }
  return isObject(trusted) && isObject(candidate) ? { score: shadowScore(named(candidate), named(trusted)) } : undefined;
}

function named(value: JsonObject): NamedDefinition {
  const text = (one: Json | undefined): string => (typeof one === 'string' ? one : '');
  return { server: text(value.server), name: text(value.name), description: text(value.description) };
}
