// Replaying a long log takes no more memory than a short one: a gateway with its own store, asked over its own API, its heap looked at as it goes.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const [FEW, MANY] = [10_000, 30_000];
/** Of a call that stayed in memory, its entry and its arguments alone are more than a kilobyte. */
const MAX_GROWTH_MIB = 8;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-rehearse-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Replayed {
  type: string;
  replayed: number;
  changed: number;
  reports: number;
  peakHeapMiB: number;
}

async function replayed(calls: number): Promise<Replayed> {
  const main = fileURLToPath(new URL('../support/rehearse-heap-main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, join(folder, String(calls)), String(calls)]);
  return JSON.parse(stdout) as Replayed;
}

it('policy simulate streams its progress and needs no more memory for three times as many calls', async () => {
  const [few, many] = [await replayed(FEW), await replayed(MANY)];
  expect(few).toMatchObject({ type: 'summary', replayed: FEW, changed: 0.499 * FEW, reports: FEW / 5_000 });
  expect(many).toMatchObject({ type: 'summary', replayed: MANY, changed: 0.499 * MANY, reports: MANY / 5_000 });
  expect(many.peakHeapMiB - few.peakHeapMiB).toBeLessThan(MAX_GROWTH_MIB);
}, 1_800_000);
