import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect } from 'vitest';
import { failureOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { SMALL_COLUMNS, smallRows } from './load-fixtures.js';
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
