import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { createClient } from '@clickhouse/client';
import { expect } from 'vitest';
import { listElementType } from '../../../src/cell.js';
import { JsonNumber } from '../../../src/json-value.js';
import type { LoadCell } from '../../../src/load/load-model.js';
import { backslashText, backtickName } from '../../../src/load/sql-names.js';
import type { Column, Row } from '../../../src/model.js';
import { failureOf, test } from '../../cli/export-test.js';
import { runCommand } from '../../cli/run-command.js';
import { SMALL_COLUMNS, smallRows } from '../../load/load-fixtures.js';
import { loaderContract } from '../../load/loader-contract.js';
import { makeExport } from '../../load/make-export.js';
import { runSection } from '../../warehouses.js';

const ENV = Object.fromEntries(
  ['CLICKHOUSE_URL', 'CLICKHOUSE_USER', 'CLICKHOUSE_PASSWORD'].map((name) => [
    name,
    String(process.env[name]),
  ]),
);

async function post(sql: string, database = 'default'): Promise<string> {
  const client = createClient({
    url: ENV['CLICKHOUSE_URL'] as string,
    username: ENV['CLICKHOUSE_USER'] as string,
    password: ENV['CLICKHOUSE_PASSWORD'] as string,
    database,
  });
  try {
    const { stream } = await client.exec({
      query: sql,
      clickhouse_settings: { output_format_json_quote_64bit_integers: 1 },
    });
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  } finally {
    await client.close();
  }
}

async function query(sql: string, database: string): Promise<unknown[][]> {
  const { data } = JSON.parse(await post(`${sql} FORMAT JSONCompact`, database)) as { data: unknown[][] };
  return data;
}

function toCell(value: unknown, type: string): LoadCell {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => toCell(item, type) as null);
  if (type.includes('int64')) return BigInt(value as string);
  return type.includes('boolean') ? value === 1 || value === true : (value as LoadCell);
}

/** Lists with the column beside them that says whether they are null. */
async function read(
  database: string,
  table: string,
  columns: readonly Column[],
): Promise<LoadCell[][] | null> {
  const known = await query(
    `SELECT 1 FROM system.tables WHERE database = ${backslashText(database)} AND name = ${backslashText(table)}`,
    database,
  );
  if (known.length === 0) return null;
  const values = columns.flatMap(({ name, type, nullable }) => {
    const isMarked = listElementType(type) !== null && nullable;
    return [backtickName(name), isMarked ? backtickName(`${name}_is_null`) : '0'];
  });
  const rows = await query(
    `SELECT ${values.join(', ')} FROM ${backtickName(table)} ORDER BY ${backtickName(String(columns[0]?.name))}`,
    database,
  );
  return rows.map((row) =>
    columns.map(({ type }, index) => (row[2 * index + 1] === 1 ? null : toCell(row[2 * index], type))),
  );
}

let databases = 0;

async function createDatabase(): Promise<string> {
  const name = `load_${process.pid}_${databases++}`;
  await post(`CREATE DATABASE ${name}`);
  return name;
}

loaderContract({
  name: 'clickhouse',
  isTransactional: false,
  tableOfOtherShape:
    'CREATE TABLE other_shape (id Nullable(String), `分数` String, big Nullable(Int64)) ENGINE = MergeTree() ORDER BY tuple()',
  async open() {
    const name = await createDatabase();
    return {
      args: (exported) => ['clickhouse', exported],
      env: { ...ENV, CLICKHOUSE_DATABASE: name },
      read: (table, columns) => read(name, table, columns),
      run: async (sql) => void (await post(sql, name)),
    };
  },
});

const small = (jobId: string, first: number) =>
  ({
    format: 'csv',
    jobId,
    tables: [{ name: 'small', columns: SMALL_COLUMNS, parts: [smallRows(20, first)] }],
  }) as const;

test('nothing is left of a load that ended', async ({ folder }) => {
  const database = await createDatabase();
  await makeExport(`${folder}/a`, small('a', 0));
  const env = { ...ENV, CLICKHOUSE_DATABASE: database };
  await runCommand(['load', 'clickhouse', `${folder}/a`], { env });
  const tables = await query(
    `SELECT name FROM system.tables WHERE database = ${backslashText(database)} ORDER BY name`,
    database,
  );
  expect(tables.flat()).toEqual(['ges_export_loads', 'small']);
});

test('wrong credentials, database, server and rights: one clear line', async ({ folder }) => {
  await makeExport(`${folder}/a`, small('a', 0));
  const failure = async (env: Record<string, string>) =>
    failureOf(
      await runCommand(['load', 'clickhouse', `${folder}/a`, '--quiet'], {
        env: { ...ENV, CLICKHOUSE_DATABASE: 'default', ...env },
      }),
    );
  const refused = await failure({ CLICKHOUSE_PASSWORD: 'open sesame' });
  expect(refused).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^ClickHouse: cannot connect: .*assword/),
  });
  expect(refused.line).not.toMatch(/sesame/);
  expect(await failure({ CLICKHOUSE_DATABASE: 'nowhere' })).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/nowhere/),
  });
  expect(await failure({ CLICKHOUSE_URL: 'http://127.0.0.1:1' })).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/^ClickHouse: cannot connect: .*ECONNREFUSED/),
  });
  expect(await failure({ CLICKHOUSE_URL: 'http://me:sesame@127.0.0.1:1' })).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^CLICKHOUSE_URL must not hold a user name or a password/),
  });
  expect(await failure({ CLICKHOUSE_USER: 'reader' })).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/readonly/),
  });
});

test('a table that is not partitioned by load cannot be appended to', async ({ folder }) => {
  const database = await createDatabase();
  await makeExport(`${folder}/a`, small('a', 0));
  const env = { ...ENV, CLICKHOUSE_DATABASE: database };
  await runCommand(['load', 'clickhouse', `${folder}/a`], { env });
  const result = await runCommand(['load', 'clickhouse', `${folder}/a`, '--mode', 'append', '--quiet'], {
    env,
  });
  expect(failureOf(result)).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/has another shape: --mode append needs it partitioned by ges_export_load/),
  });
});

test('a full disk of the server: one clear line, nothing loaded; with room again it is', async ({
  folder,
  onTestFinished,
  skip,
}) => {
  const database = await createDatabase();
  // The folder of the database, found by a table in it.
  await post('CREATE TABLE probe (n UInt8) ENGINE = MergeTree() ORDER BY n', database);
  const [[place]] = (await query(
    `SELECT data_path FROM system.tables WHERE database = ${backslashText(database)}`,
    database,
  )) as [[string]];
  await post('DROP TABLE probe', database);
  const disk = dirname(place);
  const tables = `SELECT name FROM system.tables WHERE database = ${backslashText(database)}`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
  if (mounted.status !== 0) skip('this user cannot mount a file system');
  onTestFinished(async () => {
    for (const [name] of await query(tables, database)) await post(`DROP TABLE ${String(name)}`, database);
    spawnSync('umount', [disk]);
    await post(`DROP DATABASE ${database}`);
  });
  // Text that does not become shorter by packing it.
  const columns: readonly Column[] = [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'text', type: 'string', nullable: true },
  ];
  const rows: Row[] = Array.from({ length: 12_000 }, (_, index) => [
    new JsonNumber(String(index)),
    randomBytes(750).toString('base64'),
  ]);
  await makeExport(`${folder}/a`, {
    format: 'csv',
    jobId: 'a',
    tables: [{ name: 'wide', columns, parts: [rows.slice(0, 4000), rows.slice(4000)] }],
  });
  const load = () =>
    runCommand(['load', 'clickhouse', `${folder}/a`, '--quiet'], {
      env: { ...ENV, CLICKHOUSE_DATABASE: database },
    });
  expect(failureOf(await load())).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/^ClickHouse: cannot load "wide\/part.*Free space there/),
  });
  expect(await query(tables, database)).toEqual([['ges_export_loads']]);
  spawnSync('mount', ['-o', 'remount,size=64m', disk]);
  const { exitCode, stderr } = await load();
  expect(exitCode, stderr).toBe(0);
  expect(await query('SELECT toString(count()), toString(uniqExact(id)) FROM wide', database)).toEqual([
    ['12000', '12000'],
  ]);
});

test('docs/warehouses.md: ClickHouse', async ({ folder, openGraph }) => {
  const database = await createDatabase();
  const { env } = await openGraph();
  const { exitCode, output } = await runSection('ClickHouse', folder, {
    ...env,
    ...ENV,
    CLICKHOUSE_DATABASE: database,
  });
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(/│ ATL +│ 0\.0359/) });
});
