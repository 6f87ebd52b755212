// The published DLP set, where its generator is at hand: quality must not fall. Nothing of it is kept here; other sets with other layouts and
// locales count for more (src/detect/dlp/quality.test.ts), so the bounds are those that must hold there, too.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateDlp } from '../src/cli/action/detect-eval-dlp.ts';
import type { JsonObject } from '../src/lib/json.ts';

const folder = fileURLToPath(new URL('../../shared/detect/', import.meta.url));
const present = existsSync(folder);
if (!present) console.warn(`skipped: the generator of the DLP set is not here (${folder})`);

interface Score {
  per_type: Record<string, { precision: number; recall: number; f1: number }>;
  groups: Record<string, { f1: number }>;
  clean_items: { rate: number };
}

describe.skipIf(!present)('the published set', () => {
  it('secrets, personal and bank data, clean documents', async () => {
    const place = mkdtempSync(join(tmpdir(), 'sallyport-dlp-'));
    try {
      const set = join(place, 'set.json');
      const predicted = join(place, 'predictions.json');
      execFileSync(process.execPath, [join(folder, 'dlp-gen.mjs'), '--split', 'public', '--out', set], { stdio: 'ignore' });
      const { items } = JSON.parse(readFileSync(set, 'utf8')) as { items: JsonObject[] };
      writeFileSync(predicted, JSON.stringify({ predictions: await evaluateDlp(items, { blind: false }) }));
      const score = JSON.parse(
        execFileSync(process.execPath, [join(folder, 'score.mjs'), '--set', set, '--pred', predicted, '--json'], { encoding: 'utf8' }),
      ) as Score;
      expect(score.groups.secrets?.f1).toBeGreaterThanOrEqual(0.98);
      expect(score.groups.pii?.f1).toBeGreaterThanOrEqual(0.98);
      expect(score.groups.financial?.f1).toBeGreaterThanOrEqual(0.98);
      for (const [type, one] of Object.entries(score.per_type)) expect(one.f1, type).toBeGreaterThanOrEqual(0.95);
      expect(score.clean_items.rate).toBeLessThanOrEqual(0.01);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
