// What a person is shown of a definition before they approve it: intent, category, a proposed risk, and what speaks against it. Pure but for a memory of
// what was looked at; texts of definitions go to operators only.
import type { Stated } from '../catalog/drift.ts';
import { judgeChange } from '../detect/injection/change.ts';
import { checkDefinition } from '../detect/injection/definition.ts';
import { COUNTS, type DefinitionFinding } from '../detect/injection/finding.ts';
import { checkShadowing, type NamedDefinition } from '../detect/injection/shadow.ts';
import { classifyDefinition } from '../detect/intent/definition.ts';
import type { JsonObject } from '../lib/json.ts';
import { isObject } from '../lib/json.ts';
import { Lru } from '../lib/lru.ts';
import { parseJson } from '../mcp/parse-json.ts';
import type { DefinitionBody } from './contract.ts';

/** A definition of another server. */
export interface Neighbour {
  server: string;
  kind: string;
  name: string;
  value: JsonObject;
}

/** What a server states; of a file, also what nobody approves one by one. */
type Reviewed = Omit<Stated, 'kind'> & { kind: string };

type Review = Pick<DefinitionBody, 'intent' | 'category' | 'risk' | 'findings'>;

/** Definitions whose texts need not be looked at again. */
const REMEMBERED = 10_000;
const checked = new Lru<string, DefinitionFinding[]>(REMEMBERED);

/** `old`: canonical text that was approved under this name, when there is one. */
export function reviewDefinition(server: string, now: Reviewed, old: string | undefined, others: readonly Neighbour[]): Review {
  const findings = [
    ...checkOnce(now),
    ...checkShadowing(
      named(server, now),
      others.filter(({ kind }) => kind === now.kind).map((other) => named(other.server, other)),
    ),
  ];
  if (old !== undefined) {
    const before = parseJson(old);
    if (isObject(before)) findings.push(...judgeChange(before, now.value).findings.filter(({ type }) => type === 'poison.change'));
  }
  const counted = findings.filter(({ score }) => score >= COUNTS).sort((one, other) => other.score - one.score);
  const shown = counted.length === 0 ? {} : { findings: counted.map((one) => ({ ...one, score: Math.round(one.score * 100) / 100 })) };
  if (now.kind !== 'tool') return shown;
  const { intent, category } = classifyDefinition(now.value);
  return { intent, ...(category === undefined ? {} : { category }), risk: riskOf(intent, category, counted.length > 0), ...shown };
}

export function flagged(review: Review): NonNullable<Review['findings']> {
  return review.findings ?? [];
}

function checkOnce({ hash, value }: Reviewed): DefinitionFinding[] {
  const known = checked.get(hash);
  if (known) return known;
  const found = checkDefinition(value);
  checked.set(hash, found);
  return found;
}

function named(server: string, { name, value }: { name: string; value: JsonObject }): NamedDefinition {
  return { server, name, description: typeof value.description === 'string' ? value.description : '' };
}

/** Reading is low, changing medium, what destroys or leaves is high; one step more where money, people's rights, secrets or code are at stake. */
function riskOf(intent: NonNullable<Review['intent']>, category: string | undefined, isFlagged: boolean): NonNullable<Review['risk']> {
  if (isFlagged) return 'critical';
  const levels = ['low', 'medium', 'high', 'critical'] as const;
  const step = { read: 0, write: 1, destructive: 2, exfiltrative: 2 }[intent];
  const more = category !== undefined && ['financial', 'identity', 'secret', 'code-execution'].includes(category) ? 1 : 0;
  return levels[Math.min(step + more, intent === 'read' ? 1 : 3)] as (typeof levels)[number];
}
