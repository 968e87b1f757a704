import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { splitPlace } from '../../src/config/dataset.js';
import { resolveExport, resolveOut } from '../../src/config/options.js';

const GRAPH = { endpoint: 'http://127.0.0.1', projectId: 'p', graph: 'g', token: 't', jobId: 'j' };

function resolved(options: Readonly<Record<string, unknown>>) {
  return resolveExport({ ...GRAPH, out: 'out', ...options });
}

test('key=value goes to the path, a column stays', () => {
  const partitionBy = ['export_date=2026-11-23', 'city', 'region=a/b'];
  expect(resolved({ partitionBy })).toMatchObject({
    out: 'out/export_date=2026-11-23/region=a%2Fb',
    partitionBy: ['city'],
    fixedPartitions: [
      { key: 'export_date', value: '2026-11-23' },
      { key: 'region', value: 'a/b' },
    ],
  });
  expect(resolved({ out: 's3://bucket/x/', partitionBy: 'd=' }).out).toBe(
    's3://bucket/x/d=__HIVE_DEFAULT_PARTITION__',
  );
  expect(resolved({ out: '/', partitionBy: 'd=1' }).out).toBe('//d=1');
  expect(resolveOut({ out: 'o', partitionBy: ['d=1'] })).toBe('o/d=1');
  // The logs of tables hold what paths would say.
  const tables = { out: 'o', partitionBy: ['d=1', 'city'], tableFormat: 'delta', format: 'parquet' };
  expect(resolved(tables)).toMatchObject({
    out: 'o',
    partitionBy: ['city'],
    fixedPartitions: [{ key: 'd' }],
  });
  expect(resolveOut(tables)).toBe('o');
  expect(resolved({})).toMatchObject({ out: 'out', partitionBy: [], fixedPartitions: [] });
});

test.each([
  [{ partitionBy: ['city', 'city'] }, /^--partition-by "city" is given twice/],
  [{ partitionBy: ['city', 'city=1'] }, /^--partition-by "city" is given twice/],
  [{ partitionBy: '=x' }, /^--partition-by "=x": no key before the =/],
  [{ partitionBy: '' }, /^--partition-by: /],
  [{ out: '-', partitionBy: 'd=1' }, /^--partition-by needs a folder, and --out is -/],
  [{ out: '-', fileBytes: 5 }, /^--file-bytes needs a folder, and --out is -/],
  [{ out: '-', latest: true }, /^--latest needs a folder, and --out is -/],
  [{ out: '-', keep: 3 }, /^--keep needs a folder, and --out is -/],
  [{ out: 'x/latest', latest: true }, /^"latest" is the name that --latest gives/],
  [{ out: 's3://bucket', latest: true }, /^--latest and --keep need a folder beside others/],
  [{ out: '/', keep: 1 }, /^--latest and --keep need a folder beside others/],
  [
    { tableFormat: 'delta', format: 'parquet', latest: true },
    /^--latest and --keep are for exports that stand/,
  ],
  [{ tableFormat: 'iceberg', format: 'parquet', keep: 3 }, /the history of the table keeps what was before/],
  [{ keep: 0 }, /^--keep: keep must be from 1 to/],
  [{ fileBytes: '1XB' }, /^--file-bytes: not a size such as 256MB/],
  [{ fileBytes: 0 }, /^--file-bytes: not a size/],
])('%j is refused', (options, message) => {
  expect(() => resolved(options)).toThrow(message);
});

test.each([
  ['1', 1],
  ['256MB', 256_000_000],
  ['64MiB', 64 * 1024 * 1024],
  ['3k', 3000],
  ['2GiB', 2 * 1024 ** 3],
  [4096, 4096],
])('%j are so many bytes', (fileBytes, bytes) => {
  expect(resolved({ fileBytes }).fileBytes).toBe(bytes);
});

test('where a place stands', () => {
  expect(splitPlace('s3://bucket/a/b/')).toEqual({ parent: 's3://bucket/a', name: 'b' });
  expect(splitPlace('s3://bucket/a')).toEqual({ parent: 's3://bucket', name: 'a' });
  expect(splitPlace(join('x', 'y'))).toEqual({ parent: resolve('x'), name: 'y' });
});
