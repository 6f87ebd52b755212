// A policy that only watches, under many calls: a gateway of its own with a real server behind it, asked over the wire, its heap looked at as it goes.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { SHADOW_PROGRESS_EVERY } from '../../src/admin/shadow-row.ts';
import { MAX_DIFFERENCES } from '../../src/pipeline/shadow.ts';

const [FEW, MANY] = [3_000, 12_000];
/** Of a call that stayed in memory, its entry and its arguments alone are more than a kilobyte. */
const MAX_GROWTH_MIB = 6;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-shadow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Watched {
  answered: number;
  forwarded: number;
  /** Of progress, while the log was read for the sum. */
  reports: number;
  shown: number;
  beyond: number;
  recorded: number;
  entries: number;
  most: number;
  peakHeapMiB: number;
}

async function watched(calls: number): Promise<Watched> {
  const main = fileURLToPath(new URL('../support/shadow-heap-main.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, join(folder, String(calls)), String(calls)]);
  return JSON.parse(stdout) as Watched;
}

it('shadow mode: nothing is enforced, every difference is recorded, progress is told, and four times as many calls need no more memory', async () => {
  const [few, many] = [await watched(FEW), await watched(MANY)];
  for (const [one, calls] of [
    [few, FEW],
    [many, MANY],
  ] as const) {
    // Half of the amounts are large; all calls reached the server and were answered.
    const large = Array.from({ length: calls }, (_, i) => (i * 499) % 1_000).filter((amount) => amount >= 500).length;
    expect(one).toMatchObject({ answered: calls, forwarded: calls, shown: large, recorded: large });
    // More different ones than are told apart: the rest is counted.
    expect(one.most).toBe(MAX_DIFFERENCES);
    expect(one.beyond).toBeGreaterThan(0);
    expect(one.entries).toBeLessThan(100);
  }
  // Two entries a call, and a few about other things.
  expect([few.reports, many.reports]).toEqual([0, Math.floor((2 * MANY) / SHADOW_PROGRESS_EVERY)]);
  expect(many.peakHeapMiB - few.peakHeapMiB).toBeLessThan(MAX_GROWTH_MIB);
}, 1_800_000);
