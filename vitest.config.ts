// One configuration for every kind of test; real stores and processes need more than the default patience.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    // Hundreds of processes are started from the same sources: each reads what the first one compiled.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') },
    // A condition that comes at all may take long on a busy machine; only one that never comes is a failure.
    expect: { poll: { timeout: 30_000 } },
    reporters: ['default'],
  },
});
