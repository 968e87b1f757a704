import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compare, compareDamaged } from './compare-engines.mjs';
import { engines } from './engines.js';
import { compareReaders, hasPlainNames } from './other-readers.mjs';
import { randomCase } from './random-case.mjs';

// A seed is a case: smaller ones are not simpler. `test/services/fuzz-engines.mjs --seed N --runs 1` shows one again.
const seeds = fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 }));

describe('both engines make the same of', () => {
  test('any records of any table, however the answers are cut', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { problem } = await compare(engines, randomCase(seed));
        expect(problem).toBeNull();
      }),
      { numRuns: 80 },
    );
  });

  test('answers with a damage', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        expect(await compareDamaged(engines, randomCase(seed), seed, 8)).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  test('many rows: several pages, dictionaries that pay and that do not', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { problem } = await compare(engines, randomCase(seed, 'large'));
        expect(problem).toBeNull();
      }),
      { numRuns: 2 },
    );
  });

  test('long records', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const { problem } = await compare(engines, randomCase(seed, 'long'));
        expect(problem).toBeNull();
      }),
      { numRuns: 4 },
    );
  });
});

test('DuckDB and parquetjs-lite read the same in the Parquet files', async () => {
  const plain = seeds
    .map((seed) => randomCase(seed))
    .filter(({ format, plans }) => format === 'parquet' && plans.every(hasPlainNames));
  await fc.assert(
    fc.asyncProperty(plain, async (test) => {
      const { problem, tables = [], files } = await compare(engines, test);
      expect(problem).toBeNull();
      for (const [index, plan] of tables.entries()) {
        const file = files?.[index];
        if (file !== undefined) expect(await compareReaders(plan, file)).toBeNull();
      }
    }),
    { numRuns: 8 },
  );
});
