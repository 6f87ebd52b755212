// `sallyport detect eval`: a labelled set in, one prediction per item out. What a kind of set is judged by is listed here, one file each.
// Never looks at the labels, and never keeps anything of the set.
import { readFileSync, writeFileSync } from 'node:fs';
import { isObject, type Json, type JsonObject } from '../../lib/json.ts';
import { type Action, show } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { usageError } from '../failure.ts';

export interface EvalOptions {
  /** Without what authors of tools say of them. */
  blind: boolean;
}

/** Item id → prediction, in the form the scorer of the set takes. */
export type Predictions = Record<string, Json>;

/** Judges the items of one kind of set. Items it cannot read get no prediction. */
export type Evaluate = (items: readonly JsonObject[], options: EvalOptions) => Promise<Predictions>;

/** Kind of set → its judge, loaded when it is needed. */
const EVALUATIONS: Readonly<Record<string, () => Promise<Evaluate>>> = {
  tools: async () => (await import('./detect-eval-intent.ts')).evaluateTools,
  args: async () => (await import('./detect-eval-intent.ts')).evaluateCalls,
  injection: async () => (await import('./detect-eval-injection.ts')).evaluateInjection,
  dlp: async () => (await import('./detect-eval-dlp.ts')).evaluateDlp,
  sessions: async () => (await import('./detect-eval-flow.ts')).evaluateSessions,
};

export const detectEvalAction: Action = async (run) => {
  const from = run.options.text('set');
  const to = run.options.text('out');
  if (from === undefined || to === undefined)
    throw usageError('--set and --out name files, for example: sallyport detect eval --set tools.json --out predictions.json');
  const { kind, items, stated } = readSet(from);
  const load = Object.hasOwn(EVALUATIONS, kind) ? EVALUATIONS[kind] : undefined;
  if (!load)
    throw usageError(`${from} is a set of kind ${JSON.stringify(kind.slice(0, 40))}; known kinds: ${Object.keys(EVALUATIONS).join(', ')}.`);
  const predictions = await (await load())(items, { blind: run.options.flag('blind') });
  try {
    writeFileSync(to, JSON.stringify({ set: kind, predictions }));
  } catch (error) {
    throw usageError(`${to} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
  }
  const made = Object.keys(predictions).length;
  show(
    run,
    { set: kind, items: stated, predictions: made },
    () => `${made} predictions for ${stated} items (${kind}) in ${to}${left(stated - made)}`,
  );
  return exitCode.ok;
};

function left(count: number): string {
  return count === 0 ? '' : `\n${count} items got none: they have no id of their own, or cannot be read.`;
}

/** `stated`: items of the set, with those that have no id. */
function readSet(path: string): { kind: string; items: JsonObject[]; stated: number } {
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  let set: Json;
  try {
    set = JSON.parse(text) as Json;
  } catch (error) {
    throw usageError(`${path} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(set) || typeof set.set !== 'string' || !Array.isArray(set.items))
    throw usageError(`${path} is no labelled set: it needs a text "set" and a list "items".`);
  const items = set.items.filter((item) => isObject(item) && typeof item.id === 'string') as JsonObject[];
  return { kind: set.set, items, stated: set.items.length };
}
