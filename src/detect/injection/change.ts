// What a changed definition means: is it another one at all, and does the change look like an attack? Only what is new is judged, so a lower score counts.
import { canonicalJson } from '../../lib/canonical-json.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isObject } from '../../lib/json.ts';
import { checkDefinition } from './definition.ts';
import { type DefinitionFinding, excerptOf, worst } from './finding.ts';
import { scoreText } from './score.ts';

export interface ChangeVerdict {
  /** Key order and white space outside of texts do not count. */
  changed: boolean;
  /** 0 to 1; 0.5 and above counts. */
  score: number;
  findings: DefinitionFinding[];
}

/** Added text counts from this score of the model on: an honest author seldom adds an order. */
const ADDED_POINT = 0.08;
/** Texts of a definition that are compared. */
const MAX_TEXTS = 2000;

export function judgeChange(before: JsonObject, after: JsonObject): ChangeVerdict {
  if (canonicalJson(before) === canonicalJson(after)) return { changed: false, score: 0, findings: [] };
  const findings: DefinitionFinding[] = [];
  const known = new Set(checkDefinition(before).map(({ type, path, excerpt }) => `${type} ${path} ${excerpt}`));
  for (const finding of checkDefinition(after))
    if (!known.has(`${finding.type} ${finding.path} ${finding.excerpt}`)) findings.push(finding);
  const [old, now] = [textsOf(before), textsOf(after)];
  const oldText = [...old.values()].join('\n');
  for (const [path, text] of now) {
    const added = addedPart(old.get(path) ?? '', text);
    if (added.trim().length < 3) continue;
    const score = scoreText(added, path.startsWith('/inputSchema') ? 'schema-text' : 'definition').score;
    if (score >= ADDED_POINT)
      findings.push({ type: 'poison.change', path, score: Math.min(0.98, 0.5 + score / 2), excerpt: excerptOf(added) });
    for (const [target] of added.matchAll(/(?:https?:\/\/|[\w.+-]+@)[\w.-]+\.\w+/g))
      if (!oldText.includes(target)) findings.push({ type: 'poison.change', path, score: 0.7, excerpt: excerptOf(target) });
  }
  findings.push(...weakened(before, after));
  return { changed: true, score: worst(findings), findings };
}

/** Hints that say less danger than before. */
function weakened(before: JsonObject, after: JsonObject): DefinitionFinding[] {
  const [old, now] = [hintsOf(before), hintsOf(after)];
  const found: DefinitionFinding[] = [];
  for (const [hint, safe] of [
    ['readOnlyHint', true],
    ['destructiveHint', false],
    ['openWorldHint', false],
  ] as const) {
    if (now[hint] === safe && old[hint] !== safe)
      found.push({
        type: 'poison.change',
        path: `/annotations/${hint}`,
        score: hint === 'openWorldHint' ? 0.4 : 0.7,
        excerpt: `${hint}: ${String(safe)}`,
      });
  }
  return found;
}

function hintsOf(definition: JsonObject): JsonObject {
  return isObject(definition.annotations) ? definition.annotations : {};
}

function textsOf(definition: JsonObject): Map<string, string> {
  const texts = new Map<string, string>();
  const visit = (value: Json, path: string, depth: number): void => {
    if (texts.size >= MAX_TEXTS || depth > 48) return;
    if (typeof value === 'string') texts.set(path, value);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item as Json, `${path}/${index}`, depth + 1);
    else if (isObject(value)) for (const [key, member] of Object.entries(value)) visit(member as Json, `${path}/${key}`, depth + 1);
  };
  visit(definition, '', 0);
  return texts;
}

/** What stands between the beginning and the end that both texts have, to whole words. */
function addedPart(before: string, after: string): string {
  let from = 0;
  while (from < before.length && from < after.length && before[from] === after[from]) from++;
  let tail = 0;
  while (tail < Math.min(before.length, after.length) - from && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  while (from > 0 && /\w/.test(after[from - 1] ?? '')) from--;
  let end = after.length - tail;
  while (end < after.length && /\w/.test(after[end] ?? '')) end++;
  return after.slice(from, end);
}
