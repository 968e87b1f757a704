import { defineConfig } from 'vitest/config';

/** Tests that need a server: run by the run.sh beside them, which starts it. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
