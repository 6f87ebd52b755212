// One configuration for every kind of test; real stores and processes need more than the default patience.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Real processes, sockets and databases on a busy machine: one more try in CI, never on a developer's machine, where a flaw must show.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default'],
  },
});
