import { expect, test } from 'vitest';
import type { Column } from '../../src/model.js';
import { parseObject } from '../decode/parse.js';
import { expectedTable, readParquet } from '../sinks/read-back.js';
import { exportAnswer, goldenCases, readGoldenCase } from './golden.js';

/** One case for each result that the API pages document, at least. */
const MINIMUM_CASES = 80;

test('the folder of cases is not empty', () => {
  expect(goldenCases.length).toBeGreaterThanOrEqual(MINIMUM_CASES);
});

test.each(goldenCases.flatMap((name) => [[name, 'csv'] as const, [name, 'ndjson'] as const]))(
  '%s as %s',
  async (name, format) => {
    const golden = readGoldenCase(name);
    const { files, columns, account } = await exportAnswer(golden, { format });
    expect(columns).toEqual(golden.columns);
    expect(account).toEqual(golden.manifest);
    expect(Object.keys(files).sort()).toEqual([...golden.tables].sort());
    for (const table of golden.tables) expect(files[table]).toBe(golden.expected(table, format));
  },
);

test.each(goldenCases)('%s as parquet', async (name) => {
  const golden = readGoldenCase(name);
  const { manifest, bytes } = await exportAnswer(golden, { format: 'parquet' });
  for (const table of golden.tables) {
    const { columns = [] }: { columns?: readonly Column[] } =
      manifest.tables.find((exported) => exported.name === table) ?? {};
    const lines = golden.expected(table, 'ndjson').split('\n').slice(0, -1);
    const rows = lines.map((line) => parseObject(line).values);
    expect(await readParquet(bytes[table] ?? Buffer.alloc(0))).toEqual(
      expectedTable('parquet', columns, rows),
    );
  }
});
