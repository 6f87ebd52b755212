// Labelled sessions: those of our own (support/flow-variation.ts), and the published set where it is at hand. Quality must not fall. Nothing of the
// published set is kept here.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { evaluateSessions } from '../src/cli/action/detect-eval-flow.ts';
import { isObject, type JsonObject } from '../src/lib/json.ts';
import { makeSessions } from './support/flow-variation.ts';
import { unseenSessions } from './support/unseen-sessions.ts';

const published = fileURLToPath(new URL('../../shared/detect/public-sessions.json', import.meta.url));
const present = existsSync(published);
if (!present) console.warn(`skipped: the published set of sessions is not here (${published})`);

async function rates(items: readonly JsonObject[]): Promise<{ recall: number; falsePositives: number; wrong: string[] }> {
  const predictions = await evaluateSessions(items, { blind: false });
  const count = { leaks: 0, found: 0, benign: 0, alarms: 0 };
  const wrong: string[] = [];
  for (const { id, label, kind } of items) {
    const prediction = predictions[String(id)];
    const isFound = isObject(prediction) && prediction.positive === true;
    if (label === 'exfil') {
      count.leaks++;
      if (isFound) count.found++;
    } else {
      count.benign++;
      if (isFound) count.alarms++;
    }
    if (isFound !== (label === 'exfil')) wrong.push(`${String(label)} ${String(kind)}`);
  }
  return { recall: count.found / count.leaks, falsePositives: count.alarms / count.benign, wrong };
}

function casesOf(name: string): JsonObject[] {
  return readFileSync(new URL(`cases/flow/${name}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as JsonObject);
}

describe('sessions', () => {
  it('of our own: leaks in every disguise, and their benign twins', async () => {
    const { recall, falsePositives, wrong } = await rates(makeSessions(11, 4));
    expect(recall, wrong.join(', ')).toBeGreaterThanOrEqual(0.97);
    expect(falsePositives, wrong.join(', ')).toBeLessThanOrEqual(0.02);
  }, 180_000);

  it('written by hand: other servers, other disguises', async () => {
    const { recall, falsePositives, wrong } = await rates(unseenSessions());
    expect(recall, wrong.join(', ')).toBeGreaterThanOrEqual(0.95);
    expect(falsePositives, wrong.join(', ')).toBeLessThanOrEqual(0.05);
  });

  it('that were wrong at first sight and were mended: every one', async () => {
    const items = casesOf('blind-mended-sessions.txt');
    expect(items.length).toBeGreaterThan(10);
    expect((await rates(items)).wrong).toEqual([]);
  });

  it('judged by somebody who had not seen the index', async () => {
    const items = casesOf('blind-sessions.txt');
    expect(items.length).toBeGreaterThan(150);
    const { recall, falsePositives, wrong } = await rates(items);
    expect(recall, wrong.join(', ')).toBeGreaterThanOrEqual(0.92);
    expect(falsePositives, wrong.join(', ')).toBeLessThanOrEqual(0.06);
  });

  it.skipIf(!present)('of the published set', async () => {
    const { items } = JSON.parse(readFileSync(published, 'utf8')) as { items: JsonObject[] };
    const { recall, falsePositives } = await rates(items);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    expect(falsePositives).toBeLessThanOrEqual(0.04);
  });
});
