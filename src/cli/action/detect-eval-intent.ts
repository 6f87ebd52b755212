// Sets of tools and of calls: their intent, as the gateway sees it. A tool is judged by its definition, a call by definition and arguments.
// The name of an item's server stands for how an operator would have registered it.
import { pin } from '../../catalog/catalog.ts';
import { IntentAnalyser } from '../../detect/intent/intent-analyser.ts';
import type { ToolProfile } from '../../detect/intent/profile.ts';
import { systemClock } from '../../lib/clock.ts';
import { isObject, type JsonObject } from '../../lib/json.ts';
import type { EvalOptions, Evaluate, Predictions } from './detect-eval.ts';

export const evaluateTools: Evaluate = async (items, options) => {
  const analyser = new IntentAnalyser();
  const predictions: Predictions = {};
  for (const item of items) {
    const profile = profileOf(analyser, item, options);
    if (profile)
      predictions[String(item.id)] = { label: profile.intent, category: profile.category ?? null, why: profile.evidence[0]?.why ?? '' };
  }
  return predictions;
};

export const evaluateCalls: Evaluate = async (items, options) => {
  const analyser = new IntentAnalyser();
  await analyser.load(() => systemClock.monotonicMs());
  const predictions: Predictions = {};
  for (const item of items) {
    const profile = profileOf(analyser, item, options);
    if (!profile) continue;
    const { intent, category, evidence } = analyser.classify(profile, isObject(item.arguments) ? item.arguments : {});
    predictions[String(item.id)] = { label: intent, category: category ?? null, why: evidence[0]?.why ?? '' };
  }
  return predictions;
};

function profileOf(analyser: IntentAnalyser, item: JsonObject, { blind }: EvalOptions): ToolProfile | undefined {
  const definition: JsonObject = { name: item.tool ?? '' };
  for (const member of ['description', 'inputSchema', 'annotations']) {
    if (item[member] === undefined || (blind && member === 'annotations')) continue;
    definition[member] = item[member];
  }
  const pinned = pin(definition);
  if (typeof pinned === 'string') return undefined;
  return analyser.profile(pinned.definition, { command: typeof item.server === 'string' ? item.server : undefined }, undefined);
}
