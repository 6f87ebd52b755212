// The tests that mutants of policy/, limit/ and kill/ must not survive: those that need no gateway and no other process. `npm run -s mutation`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'src/policy/**/*.test.ts',
      'src/limit/**/*.test.ts',
      'src/kill/**/*.test.ts',
      'test/cases/policy/*.test.ts',
      'test/differential/*.test.ts',
      'test/property/{policy,rehearse,explain}.test.ts',
    ],
    testTimeout: 60_000,
    env: { SALLYPORT_QUICK: '1' },
  },
});
