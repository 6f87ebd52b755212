// The published labelled sets, where they are at hand: quality must not fall. Nothing of them is kept here; other sets with other servers count
// for more, so the bounds are those that must hold there, too.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateCalls, evaluateTools } from '../src/cli/action/detect-eval-intent.ts';
import type { JsonObject } from '../src/lib/json.ts';

const folder = fileURLToPath(new URL('../../shared/detect/', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn(`skipped: the labelled sets are not here (${folder})`);

const CLASSES = ['read', 'write', 'destructive', 'exfiltrative'];

interface Item extends JsonObject {
  id: string;
  label: string;
  accept: string[];
}

function itemsOf(name: string): Item[] {
  return (JSON.parse(readFileSync(`${folder}${name}`, 'utf8')) as { items: Item[] }).items;
}

/** Lenient macro-F1, shares of dangerous items taken for harmless ones, and of pure reads that would be gated. */
function quality(items: Item[], predictions: Record<string, unknown>): { f1: number; missed: number; gated: number } {
  const labelOf = ({ id }: Item): string => (predictions[id] as { label: string }).label;
  const counted = items.map((item) => ({ gold: item.accept.includes(labelOf(item)) ? labelOf(item) : item.label, found: labelOf(item) }));
  const scores = CLASSES.flatMap((name) => {
    const hits = counted.filter(({ gold, found }) => gold === name && found === name).length;
    const all = counted.filter(({ gold }) => gold === name).length;
    const told = counted.filter(({ found }) => found === name).length;
    return all === 0 ? [] : [(2 * hits) / (all + told)];
  });
  const dangerous = items.filter(({ accept }) => !accept.includes('read') && !accept.includes('write'));
  const reads = items.filter(({ label, accept }) => label === 'read' && accept.length === 1);
  const isGated = (item: Item): boolean => CLASSES.indexOf(labelOf(item)) > 1;
  return {
    f1: scores.reduce((sum, score) => sum + score, 0) / scores.length,
    missed: dangerous.filter((item) => !isGated(item)).length / dangerous.length,
    gated: reads.filter(isGated).length / reads.length,
  };
}

describe.skipIf(!present)('published sets', () => {
  it('tools, without annotations', async () => {
    const items = itemsOf('public-tools.json');
    const { f1, missed, gated } = quality(items, await evaluateTools(items, { blind: true }));
    expect(f1).toBeGreaterThanOrEqual(0.94);
    expect(missed).toBeLessThanOrEqual(0.013);
    expect(gated).toBeLessThanOrEqual(0.005);
  });

  it('a forged readOnlyHint lowers nothing', async () => {
    const items = itemsOf('public-tools.json');
    const honest = await evaluateTools(items, { blind: false });
    const forged = items.map((item) => ({ ...item, annotations: { ...(item.annotations as JsonObject | undefined), readOnlyHint: true } }));
    expect(await evaluateTools(forged, { blind: false })).toEqual(honest);
  });

  it('calls', async () => {
    const items = itemsOf('public-args.json');
    const { f1, missed, gated } = quality(items, await evaluateCalls(items, { blind: true }));
    expect(f1).toBeGreaterThanOrEqual(0.94);
    expect(missed).toBeLessThanOrEqual(0.02);
    expect(gated).toBeLessThanOrEqual(0.03);
  });
});
