import { expect, test } from 'vitest';
import { exportAnswer, goldenCases, readGoldenCase } from './golden.js';

/** One case for each result that the API pages document, at least. */
const MINIMUM_CASES = 40;

test('the folder of cases is not empty', () => {
  expect(goldenCases.length).toBeGreaterThanOrEqual(MINIMUM_CASES);
});

test.each(goldenCases.flatMap((name) => [[name, 'csv'] as const, [name, 'ndjson'] as const]))(
  '%s as %s',
  async (name, format) => {
    const golden = readGoldenCase(name);
    const { files, columns } = await exportAnswer(golden, { format });
    expect(columns).toEqual(golden.columns);
    expect(Object.keys(files).sort()).toEqual([...golden.tables].sort());
    for (const table of golden.tables) expect(files[table]).toBe(golden.expected(table, format));
  },
);
