import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import type { Warehouse } from '../../src/load/ddl/ddl-model.js';
import type { Column, Format } from '../../src/model.js';
import { type DdlRequest, printDdl, printRedshiftManifest } from '../../src/print-ddl.js';
import { failureOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { ALL_TYPES } from '../sinks/table-fixtures.js';
import { COLUMNS, loadedRow, ROWS } from './load-fixtures.js';
import { type MadeExport, makeExport } from './make-export.js';
import { queryDuckdb, readDuckdb } from './read-duckdb.js';

const TABLE = 'it\'s "t` 表';

function made(
  format: Format,
  more: Partial<MadeExport> = {},
  columns: readonly Column[] = COLUMNS,
): MadeExport {
  const rows = ROWS.map((row) => row.slice(0, columns.length));
  return { format, ...more, tables: [{ name: TABLE, columns, parts: [rows.slice(0, 9), rows.slice(9)] }] };
}

/** Hive takes no white space in names. */
function namesFor(warehouse: Warehouse, columns: readonly Column[]): readonly Column[] {
  if (warehouse !== 'hive') return columns;
  return columns.map((column) => ({ ...column, name: column.name.replaceAll(' ', '_') }));
}

/** Two parts in two partitions, of a column with a name that must be quoted. */
function inPartitions(format: Format, columns = COLUMNS): MadeExport {
  const column = { name: "day's", type: 'int64', nullable: true } as const;
  const { tables, ...rest } = made(format, {}, columns);
  return {
    ...rest,
    tables: tables.map((table) => ({ ...table, partition: { column, values: ['7', null] } })),
  };
}

/** By the command once, to the letter what the function gives. */
test('the command prints it', async ({ folder }) => {
  await makeExport(folder, made('csv'));
  const flags = [
    '--for',
    'spark',
    '--schema',
    'dm',
    '--location',
    'obs://bucket/a',
    '--only',
    TABLE,
    '--table',
    'x',
  ];
  const result = await runCommand(['ddl', folder, ...flags]);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  expect(result.stdout.toString()).toBe(
    await printDdl(folder, { warehouse: 'spark', schema: 'dm', location: 'obs://bucket/a', table: 'x' }),
  );
  expect(failureOf(await runCommand(['ddl', folder, '--for', 'spark', '--manifest']))).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/^--manifest is for --for redshift/),
  });
});

describe('duckdb: the printed statements load these very files', () => {
  test.for([
    ['csv', {}],
    ['csv', { compression: 'gzip', csv: { delimiter: '|', nullText: 'NULL', crlf: true, bom: true } }],
    ['ndjson', { compression: 'gzip' }],
    ['parquet', {}],
  ] as const)('%s %j', async ([format, more], { folder }) => {
    // DuckDB rounds numbers in JSON columns of NDJSON.
    const columns = format === 'ndjson' ? COLUMNS.filter(({ type }) => type !== 'json') : COLUMNS;
    await makeExport(join(folder, 'export'), made(format, more, columns));
    const statements = await printDdl(join(folder, 'export'), { warehouse: 'duckdb', table: 'loaded "t"' });
    const file = join(folder, 'data.duckdb');
    const instance = await DuckDBInstance.create(file);
    const connection = await instance.connect();
    await connection.run(statements);
    connection.closeSync();
    instance.closeSync();
    const expected = ROWS.map((row) => loadedRow(row.slice(0, columns.length), columns));
    expect(await readDuckdb(file, 'loaded "t"', columns)).toEqual(expected);
  });
});

test('duckdb: a folder above that is called like a column', async ({ folder }) => {
  const exported = join(folder, 'n=7/a string=x');
  await makeExport(exported, made('parquet'));
  const file = join(folder, 'data.duckdb');
  await queryDuckdb(file, await printDdl(exported, { warehouse: 'duckdb', table: 't' }));
  expect(await readDuckdb(file, 't', COLUMNS)).toEqual(ROWS.map((row) => loadedRow(row, COLUMNS)));
});

test.for([
  [{ nullText: '\\N' }, /^Spark takes text that is the null text for a null: export without --null-text/],
  [{ crlf: true }, /^Spark makes line feeds of CR LF within text .*: export without --crlf/],
] as const)('spark: CSV with %j would be read as other values', async ([csv, message], { folder }) => {
  await makeExport(folder, made('csv', { csv }));
  await expect(printDdl(folder, { warehouse: 'spark' })).rejects.toThrow(message);
});

test.for(['csv', 'parquet'] as const)('duckdb: the partitions of %s', async (format, { folder }) => {
  await makeExport(join(folder, 'export'), inPartitions(format));
  const file = join(folder, 'data.duckdb');
  const statements = await printDdl(join(folder, 'export'), { warehouse: 'duckdb', table: 't' });
  await queryDuckdb(file, statements);
  const counts = await queryDuckdb(file, `SELECT "day's", count(*) FROM t GROUP BY ALL ORDER BY ALL`);
  expect(counts).toEqual([
    [7n, 9n],
    [null, BigInt(ROWS.length - 9)],
  ]);
});

test.for(['dws', 'postgres', 'redshift', 'snowflake'] as const)(
  '%s does not take columns from paths',
  async (warehouse, { folder }) => {
    await makeExport(folder, inPartitions('csv'));
    const location = { dws: 'obs://b/x', redshift: 's3://b/x', snowflake: '@s/x', postgres: undefined }[
      warehouse
    ];
    await expect(printDdl(folder, { warehouse, location })).rejects.toThrow(
      /reads whole rows, and "day's" of table .* stands in the paths: export without --partition-by/,
    );
  },
);

describe('the statements of warehouses that cannot be had here', () => {
  const golden: readonly (readonly [Warehouse, Format, Partial<DdlRequest>])[] = [
    ['dws', 'csv', { location: 'obs://bucket/ranks/', schema: 'dm', table: 'ranks' }],
    ['snowflake', 'csv', { location: '@stage/ranks', schema: 'DM' }],
    ['snowflake', 'parquet', { location: '@stage/ranks' }],
    ['bigquery', 'csv', { location: 'gs://bucket/ranks', schema: 'dm' }],
    ['bigquery', 'ndjson', { location: 'gs://bucket/ranks' }],
    ['redshift', 'csv', { location: 's3://bucket/ranks', schema: 'dm' }],
    ['redshift', 'parquet', { location: 's3://bucket/ranks' }],
    ['hive', 'parquet', { location: 'obs://bucket/ranks', schema: 'dm' }],
    ['spark', 'csv', { location: 'obs://bucket/ranks' }],
    ['spark', 'ndjson', { location: 'obs://bucket/ranks' }],
    ['spark', 'parquet', { location: 'obs://bucket/ranks', schema: 'dm' }],
    ['clickhouse', 'ndjson', { location: 'https://bucket.obs.example.com/ranks', schema: 'dm' }],
  ];

  test.for(golden)('%s from %s', async ([warehouse, format, request], { folder }) => {
    const csv = warehouse === 'redshift' ? { csv: { nullText: '\\N' } } : {};
    const columns = namesFor(warehouse, [
      { name: 'it`s "n\\ 列', type: 'int64', nullable: false },
      ...ALL_TYPES,
    ]);
    const exported = made(format, csv, columns);
    // Paths of GaussDB(DWS) are ASCII.
    const tables = exported.tables.map((table) => ({
      ...table,
      name: warehouse === 'dws' ? 'ranks' : table.name,
    }));
    await makeExport(folder, { ...exported, tables });
    await expect(await printDdl(folder, { warehouse, ...request })).toMatchFileSnapshot(
      `ddl/${warehouse}-${format}.sql`,
    );
  });

  const partitioned: readonly (readonly [Warehouse, Format, Partial<DdlRequest>])[] = [
    ['hive', 'parquet', { location: 's3a://bucket/ranks', schema: 'dm' }],
    ['spark', 'csv', { location: 'obs://bucket/ranks' }],
    ['bigquery', 'csv', { location: 'gs://bucket/ranks', schema: 'dm' }],
  ];

  test.for(partitioned)('%s from %s with partitions', async ([warehouse, format, request], { folder }) => {
    await makeExport(folder, inPartitions(format, namesFor(warehouse, COLUMNS)));
    await expect(await printDdl(folder, { warehouse, ...request })).toMatchFileSnapshot(
      `ddl/${warehouse}-${format}-partitions.sql`,
    );
  });

  test('redshift: the manifest names each file with its size', async ({ folder }) => {
    const { tables } = await makeExport(folder, made('parquet'));
    const request = { warehouse: 'redshift', location: 's3://bucket/ranks' } as const;
    const text = await printRedshiftManifest(folder, request);
    expect(JSON.parse(text)).toEqual({
      entries: tables[0]?.files.map(({ path, bytes }) => ({
        url: `s3://bucket/ranks/${path}`,
        mandatory: true,
        meta: { content_length: bytes },
      })),
    });
  });
});

describe('what a warehouse cannot read is refused', () => {
  test.for([
    [
      'postgres',
      'parquet',
      {},
      /^COPY of PostgreSQL does not read these parquet files: export with --format csv/,
    ],
    ['hive', 'csv', {}, /^Hive, .* does not read these csv files: export with --format parquet/],
    [
      'hive',
      'parquet',
      {},
      /^Hive reads no columns whose names hold white space .* has the column "a boolean": use "--for spark"/,
    ],
    ['dws', 'ndjson', {}, /does not read these ndjson files/],
    ['dws', 'csv', {}, /^--location must say where the files are: obs:\/\/bucket\/folder/],
    ['dws', 'csv', { location: 'obs://bucket/数据' }, /takes ASCII paths only/],
    ['bigquery', 'csv', { location: 's3://bucket' }, /^--location must say where the files are: gs:\/\//],
    ['snowflake', 'csv', { location: 's3://bucket' }, /^--location for Snowflake is a stage/],
    [
      'duckdb',
      'ndjson',
      {},
      /^DuckDB rounds numbers in JSON columns of NDJSON: export with --format csv or parquet/,
    ],
    ['clickhouse', 'csv', {}, /^ClickHouse does not read these csv files/],
    ['spark', 'csv', { only: 'nothing' }, /^--only "nothing": the export holds/],
  ] as const)('%s %s %j', async ([warehouse, format, request, message], { folder }) => {
    await makeExport(folder, made(format));
    const failure = printDdl(folder, { warehouse, ...request });
    await expect(failure).rejects.toThrow(ConfigError);
    await expect(failure).rejects.toThrow(message);
  });
});
