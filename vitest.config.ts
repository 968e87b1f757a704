import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/services/**'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a test's time is spent waiting for the command it has started.
    maxWorkers: 3,
  },
});
