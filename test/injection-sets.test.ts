// The published labelled set, where it is at hand: quality must not fall. Nothing of it is kept here, and nothing was trained on it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateInjection } from '../src/cli/action/detect-eval-injection.ts';
import type { JsonObject } from '../src/lib/json.ts';

const path = fileURLToPath(new URL('../../shared/detect/public-injection.json', import.meta.url));
const present = existsSync(path);
if (!present) console.warn(`skipped: the labelled set is not here (${path})`);

const POSITIVE = new Set(['poisoned', 'injected', 'shadow', 'malicious-change']);

describe.skipIf(!present)('the published set', () => {
  it.each([
    ['tool-definition', 0.88, 0.01],
    ['tool-result', 0.92, 0.01],
    ['definition-change', 0.95, 0.05],
    ['shadowing', 0.93, 0.05],
  ])('%s: recall at least %f, false alarms at most %f', async (kind, leastRecall, mostAlarms) => {
    const { items } = JSON.parse(readFileSync(path, 'utf8')) as { items: JsonObject[] };
    const chosen = items.filter((item) => item.kind === kind);
    const predictions = (await evaluateInjection(chosen, { blind: false })) as Record<string, { positive: boolean; changed?: boolean }>;
    const positives = chosen.filter(({ label }) => POSITIVE.has(label as string));
    const negatives = chosen.filter(({ label }) => !POSITIVE.has(label as string));
    const share = (list: JsonObject[]): number => list.filter(({ id }) => predictions[id as string]?.positive).length / list.length;
    expect(share(positives)).toBeGreaterThanOrEqual(leastRecall);
    expect(share(negatives)).toBeLessThanOrEqual(mostAlarms);
    if (kind === 'definition-change') for (const { id, label } of chosen) expect(predictions[id as string]?.changed).toBe(label !== 'none');
  });
});
