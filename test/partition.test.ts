import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonNumber } from '../src/json-value.js';
import { parsePartitionName, partitionName, partitionValue } from '../src/partition.js';
import { queryDuckdb } from './load/read-duckdb.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '__HIVE_DEFAULT_PARTITION__',
    '%5F_HIVE_DEFAULT_PARTITION__',
    '%',
    '%25',
    '..',
    '.',
    '=',
    'a=b/c',
  ),
);

test('what a name of a partition says is what it was made of', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.constant(null)), text, (cell, key) => {
      const column = `c${partitionValue(key)}`;
      const value = partitionValue(cell);
      const name = partitionName(column, value);
      expect(name).not.toMatch(/[/\\\0]/);
      expect(name.split('=')).toHaveLength(2);
      expect(parsePartitionName(name)).toEqual({ column, value: value === '' ? null : value });
    }),
    { numRuns: 3000 },
  );
});

test('two values never meet in one folder, but for null and empty text', () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const [a, b] = [partitionValue(one), partitionValue(other)];
      expect(partitionName('c', a) === partitionName('c', b)).toBe(a === b);
    }),
    { numRuns: 3000 },
  );
  expect(partitionName('c', '')).toBe(partitionName('c', null));
});

test('names are those of Hive', () => {
  expect(partitionName('city', 'Austin, TX')).toBe('city=Austin, TX');
  expect(partitionName('city', '北京')).toBe('city=北京');
  expect(partitionName('a/b', '10:30 100% {x}')).toBe('a%2Fb=10%3A30 100%25 %7Bx}');
  expect(partitionName('city', null)).toBe('city=__HIVE_DEFAULT_PARTITION__');
  expect(partitionValue(new JsonNumber('-0'))).toBe('0');
  expect(partitionValue(new JsonNumber('9223372036854775807'))).toBe('9223372036854775807');
  expect(partitionValue(true)).toBe('true');
});

test('DuckDB reads the values that were escaped', async () => {
  const values = [
    'a=b',
    'x/y',
    '10:30',
    '100%',
    '%41',
    'a b',
    '北京',
    '"q"',
    "it's",
    '{[^]}',
    '#?*',
    '..',
    '007',
  ];
  const root = await mkdtemp(join(tmpdir(), 'ges-export-'));
  try {
    for (const [index, value] of [...values, null].entries()) {
      const folder = join(root, partitionName('key', value));
      await mkdir(folder);
      await writeFile(join(folder, 'part-00000.csv'), `n\n${index}\n`);
    }
    const rows = await queryDuckdb(
      ':memory:',
      `SELECT n, key FROM read_csv('${root}/*/*.csv', hive_partitioning = true, hive_types = {'key': VARCHAR}) ORDER BY n`,
    );
    expect(rows.map(([, key]) => key)).toEqual([...values, null]);
  } finally {
    await rm(root, { recursive: true });
  }
});
