import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { LoadError } from '../../src/errors.js';
import { optionalPackage } from '../../src/load/optional-package.js';
import { failureOf, test } from '../cli/export-test.js';
import { startCommand } from '../cli/run-command.js';
import { SMALL_COLUMNS, smallRows } from './load-fixtures.js';
import { makeExport } from './make-export.js';
import { queryDuckdb } from './read-duckdb.js';

test('export --load does both, and the second time neither', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const file = join(folder, 'd.duckdb');
  const args = ['export', 'pagerank', '--out', join(folder, 'out'), '--load', `duckdb:${file}`];
  const first = await graph.run(...args, '--load-table', 'ranks');
  expect(first).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/^Done: table ranks, 305 rows$/m),
  });
  const second = await graph.run(...args, '--load-table', 'ranks');
  expect(second.stderr).toMatch(/^Already complete: .*\n(.*\n)*Already loaded: table ranks, 305 rows$/m);
  expect(await queryDuckdb(file, 'SELECT count(*) FROM ranks')).toEqual([[305n]]);
});

test('what would stop the load is said before the export begins', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  await writeFile(join(folder, 'text.duckdb'), 'no database');
  const failure = async (...flags: string[]) =>
    failureOf(await graph.run('export', 'pagerank', '--out', out, '--quiet', ...flags));
  expect(await failure('--load', `duckdb:${join(folder, 'text.duckdb')}`)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^DuckDB: cannot open/),
  });
  expect(await failure('--load', 'oracle')).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^--load "oracle": give postgres, clickhouse or duckdb:FILE/),
  });
  expect(await failure('--load-table', 'x')).toMatchObject({ exitCode: 2 });
  expect(await failure('--load', `duckdb:${folder}/d.duckdb`, '--load-mode', 'upsert')).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^--mode upsert needs --key/),
  });
  expect(existsSync(out)).toBe(false);
  const piped = await graph.run('export', 'pagerank', '--out', '-', '--load', `duckdb:${folder}/d.duckdb`);
  expect(failureOf(piped)).toEqual({ exitCode: 2, line: expect.stringMatching(/^--load needs a folder/) });
});

test('requests that do not fit the export', async ({ folder }) => {
  const file = join(folder, 'd.duckdb');
  const small = { name: 'small', columns: SMALL_COLUMNS, parts: [smallRows(3)] };
  await makeExport(join(folder, 'one'), { format: 'csv', tables: [small] });
  await makeExport(join(folder, 'two'), { format: 'csv', tables: [small, { ...small, name: 'other' }] });
  await makeExport(join(folder, 'escaped'), {
    format: 'csv',
    csv: { escapeFormulas: true },
    tables: [small],
  });
  const failure = async (from: string, ...flags: string[]) =>
    failureOf(await startCommand(['load', 'duckdb', join(folder, from), file, ...flags]).ended);
  for (const [from, flags, message] of [
    ['two', ['--table', 'x'], /^--table names one table, and ".*" holds "small" and "other"/],
    ['one', ['--key', 'id'], /^--key is for --mode upsert/],
    ['one', ['--mode', 'upsert', '--key', 'id,name'], /^--key "name": table "small" has id, 分数, big/],
    ['one', ['--mode', 'merge'], /--mode <mode>.*invalid/],
    ['escaped', [], /^The export was made with --escape-formulas/],
  ] as const) {
    expect(await failure(from, ...flags)).toEqual({ exitCode: 2, line: expect.stringMatching(message) });
  }
  expect(existsSync(file)).toBe(false);
});

test('a client that is not installed is named with its command', async () => {
  const missing = 'a-package-that-is-not-there';
  const importing = optionalPackage(() => import(missing), 'a-package');
  await expect(importing).rejects.toThrow(
    new LoadError('LOAD_CLIENT_MISSING', 'A database client is not installed: npm install a-package'),
  );
  await expect(importing).rejects.toMatchObject({ code: 'LOAD_CLIENT_MISSING' });
});
