// A process that appends as fast as it can and prints each receipt it gets; it is killed at a random moment, again and again.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Store } from '../../src/store/port.ts';
import { entries, ORG, verdict } from './store-cases.ts';

const ROUNDS = 3;
const CHILD = fileURLToPath(new URL('../support/append-process.ts', import.meta.url));

/** Every receipt that was printed must be in the log afterwards, and the log must verify. */
export async function appendUntilKilled(target: { dataDir: string } | { url: string }, open: () => Promise<Store>): Promise<void> {
  const first = await open();
  await first.objects.createOrganization(ORG);
  await first.lifecycle.close();
  const acknowledged = new Map<number, string>();
  for (let round = 1; round <= ROUNDS; round++) {
    await runChild(target, round * 150, acknowledged);
    const store = await open();
    const stored = await entries(store);
    for (const [seq, hash] of acknowledged) expect(stored[seq - 1]?.hash).toBe(hash);
    expect((await verdict(store)).state).toBe('sound');
    await store.lifecycle.close();
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(ROUNDS * 150);
}

/** Kills the child with SIGKILL once it has reported this many receipts. */
function runChild(target: object, receipts: number, acknowledged: Map<number, string>): Promise<void> {
  const child = spawn(process.execPath, [CHILD], {
    env: { ...process.env, APPEND_TARGET: JSON.stringify(target) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let seen = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [seq, hash] = line.split(' ');
    // The last line may have been cut off by the kill.
    if (hash?.length !== 64) return;
    acknowledged.set(Number(seq), hash);
    if (++seen === receipts) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (_code, signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error('the appending process ended by itself'))));
  });
}
