import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // `npm run test:slow` runs the tests that start the command many times or export much.
    include: process.env['TESTS'] === 'slow' ? ['test/**/*.slow.test.ts'] : ['test/**/*.test.ts'],
    exclude:
      process.env['TESTS'] === 'slow' ? ['test/services/**'] : ['test/services/**', 'test/**/*.slow.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // Much of a test's time is spent waiting for the command it has started.
    maxWorkers: 3,
  },
});
