import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect } from 'vitest';
import type { LoadCell } from '../../src/load/load-model.js';
import type { Column, Format, Row } from '../../src/model.js';
import { failureOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { number } from '../sinks/table-fixtures.js';
import { COLUMNS, loadedRow, SMALL_COLUMNS, smallRows } from './load-fixtures.js';
import { loaderContract } from './loader-contract.js';
import { makeExport } from './make-export.js';
import { queryDuckdb, readDuckdb } from './read-duckdb.js';

loaderContract({
  name: 'duckdb',
  isTransactional: true,
  tableOfOtherShape: 'CREATE TABLE other_shape (id VARCHAR, "分数" VARCHAR, big BIGINT)',
  async open(folder) {
    const file = join(folder, 'data.duckdb');
    return {
      args: (exported) => ['duckdb', exported, file],
      env: {},
      read: (table, columns) => readDuckdb(file, table, columns),
      run: async (sql) => void (await queryDuckdb(file, sql)),
    };
  },
});

describe('what the readers of DuckDB do not take, or would change, is loaded as it is', () => {
  const id: Column = { name: 'id', type: 'string', nullable: true };
  const overflow: Column = { name: '_overflow', type: 'json', nullable: true };
  test.concurrent.for<[string, Format, string, readonly Column[], readonly Row[]]>([
    // The manifest of these exports says that no row has any overflow.
    ['overflow that the manifest does not know', 'ndjson', 'a', [id, overflow], [['x', number('1.50')]]],
    ['a line longer than DuckDB takes', 'csv', 'a', [id, overflow], [['long '.repeat(1_000_000), null]]],
    ['an object of 20 MB', 'ndjson', 'a', [id], [['long '.repeat(4_000_000)], ['x']]],
    ['a folder above that is called like a column', 'parquet', 'id=other', [id], [['x']]],
    ['a folder that is a pattern', 'csv', 'a[b]*?{c,d}', [id, overflow], [['x', null]]],
    [
      'U+0000, and line ends of both kinds',
      'csv',
      'a',
      [id, overflow],
      [
        ['\0', null],
        ['\r\n\n\r', null],
      ],
    ],
  ])('%s', async ([, format, name, columns, rows], { folder }) => {
    await makeExport(join(folder, name), { format, tables: [{ name: 't', columns, parts: [rows] }] });
    const file = join(folder, 'data.duckdb');
    const { exitCode, stderr } = await runCommand(['load', 'duckdb', join(folder, name), file]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
    const wanted = rows.map((row) => loadedRow(row, columns));
    const found = await readDuckdb(file, 't', columns);
    expect(new Set(found)).toEqual(new Set(wanted));
  });
});

test('quotes and line ends across the pieces that DuckDB reads at the same time', async ({ folder }) => {
  const columns = COLUMNS.filter(({ type }) => type !== 'double');
  const cells = ['"\n', ',"', '\n",\n', '\r\n', 'x', '""'];
  // Some 35 MB in one file.
  const rows = Array.from({ length: 30_000 }, (_, n): Row => {
    const text = Array.from({ length: 24 }, (_, index) => cells[(n * 7 + index * (n % 11)) % cells.length]);
    return columns.map(({ type }) =>
      type === 'int64'
        ? number(n)
        : type === 'string'
          ? text.join('').repeat(15)
          : type === 'list<string>'
            ? text.slice(0, 3)
            : null,
    ) as Row;
  });
  const nullable = columns.map((column) => ({ ...column, nullable: true }));
  await makeExport(join(folder, 'a'), {
    format: 'csv',
    tables: [{ name: 't', columns: nullable, parts: [rows] }],
  });
  const file = join(folder, 'data.duckdb');
  expect((await runCommand(['load', 'duckdb', join(folder, 'a'), file, '--quiet'])).exitCode).toBe(0);
  const hash = createHash('sha256');
  for (const row of (await readDuckdb(file, 't', nullable)) ?? []) hash.update(stringOf(row));
  const wanted = createHash('sha256');
  for (const row of rows) wanted.update(stringOf(loadedRow(row, nullable)));
  expect(hash.digest('hex')).toBe(wanted.digest('hex'));
});

const stringOf = (row: readonly LoadCell[]): string =>
  JSON.stringify(row, (_, cell: unknown) => (typeof cell === 'bigint' ? `${cell}n` : cell));

test('a file that another process holds', async ({ folder }) => {
  const file = join(folder, 'held.duckdb');
  await makeExport(join(folder, 'a'), {
    format: 'csv',
    tables: [{ name: 'small', columns: SMALL_COLUMNS, parts: [smallRows(3)] }],
  });
  const held = await DuckDBInstance.create(file);
  try {
    const result = await runCommand(['load', 'duckdb', join(folder, 'a'), file, '--quiet']);
    expect(failureOf(result)).toEqual({
      exitCode: 3,
      line: expect.stringMatching(/^DuckDB: cannot open .*held\.duckdb.*Could not set lock/),
    });
  } finally {
    held.closeSync();
  }
});

test('a file that is no database, and an export that is none', async ({ folder }) => {
  await makeExport(join(folder, 'a'), {
    format: 'csv',
    tables: [{ name: 'small', columns: SMALL_COLUMNS, parts: [smallRows(3)] }],
  });
  const noDatabase = join(folder, 'a/manifest.json');
  const result = await runCommand(['load', 'duckdb', join(folder, 'a'), noDatabase, '--quiet']);
  expect(failureOf(result)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/is no database file of DuckDB/),
  });
  const noExport = await runCommand(['load', 'duckdb', folder, join(folder, 'x.duckdb'), '--quiet']);
  expect(failureOf(noExport)).toEqual({
    exitCode: 5,
    line: expect.stringMatching(/holds no finished export/),
  });
  expect(existsSync(join(folder, 'x.duckdb'))).toBe(false);
});
