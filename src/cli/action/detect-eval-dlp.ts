// Labelled texts through the gateway's own DLP path: parts of a tool result, a compiled plan, the scanner, the rules. Offsets are those of the text.
// Never looks at the labels, and never keeps anything of the set.
import type { Match } from '../../detect/dlp/finding-kind.ts';
import { compileDlp } from '../../detect/dlp/model.ts';
import { ruleOn } from '../../detect/dlp/redact.ts';
import { createDlpScanner } from '../../detect/dlp/scanner.ts';
import type { JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { dlpSpec } from '../../object/kind/dlp.ts';
import { partsOf, toolAnswer } from '../../pipeline/message-part.ts';
import type { Evaluate, Predictions } from './detect-eval.ts';

/** Item id → [{type, start, end}], for items with a text. */
export const evaluateDlp: Evaluate = async (items) => {
  const scanner = createDlpScanner();
  try {
    const predictions: Predictions = {};
    for (const item of items) {
      if (typeof item.id !== 'string' || typeof item.text !== 'string') continue;
      const found = await findInResult(item.text, patternsOf(item), scanner);
      predictions[item.id] = found.map(({ type, start, end }) => ({ type, start, end }));
    }
    return predictions;
  } finally {
    await scanner.close();
  }
};

/** What the gateway would find in a tool result that is this text. */
async function findInResult(
  text: string,
  patterns: { name: string; pattern: string }[],
  scanner: ReturnType<typeof createDlpScanner>,
): Promise<Match[]> {
  const spec = dlpSpec.parse({ rules: [{ name: 'all', types: ['*'], action: 'log' }], patterns });
  const plan = compileDlp([{ kind: 'dlp', metadata: { name: 'eval' }, spec }])?.planFor({
    server: 'eval',
    tool: 'eval',
    agent: 'eval',
    direction: 'result',
  });
  const [part] = partsOf({ content: [{ type: 'text', text }] }, toolAnswer);
  if (plan === undefined || part === undefined) return [];
  const scanned = await scanner.scan([part.text], plan);
  if (scanned === 'exceeded') return [];
  const found = 'partly' in scanned ? scanned.partly : scanned;
  return ruleOn(found[0] ?? [], part.text, plan).map(({ match }) => match);
}

function patternsOf(item: JsonObject): { name: string; pattern: string }[] {
  if (!Array.isArray(item.custom)) return [];
  return item.custom.flatMap((one, index) =>
    isObject(one) && typeof one.pattern === 'string' ? [{ name: `pattern-${index}`, pattern: one.pattern }] : [],
  );
}
