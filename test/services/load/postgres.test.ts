import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import pg from 'pg';
import { expect } from 'vitest';
import { JsonNumber } from '../../../src/json-value.js';
import type { LoadCell } from '../../../src/load/load-model.js';
import { quoteName } from '../../../src/load/sql-names.js';
import type { Column, Row } from '../../../src/model.js';
import { failureOf, test } from '../../cli/export-test.js';
import { runCommand } from '../../cli/run-command.js';
import { COLUMNS, loadedRow, ROWS, SMALL_COLUMNS, smallRows } from '../../load/load-fixtures.js';
import { loaderContract } from '../../load/loader-contract.js';
import { makeExport } from '../../load/make-export.js';
import { runSection } from '../../warehouses.js';

const ENV = Object.fromEntries(
  ['PGHOST', 'PGPORT', 'PGUSER', 'PGPASSWORD', 'PGDATABASE'].map((name) => [name, String(process.env[name])]),
);

/** Text as it stands in the table, for the types that the client would read by itself. */
const JSON_OID = 114;

async function query(sql: string, database?: string): Promise<unknown[][]> {
  const client = new pg.Client({
    ...(database === undefined ? {} : { database }),
    types: {
      getTypeParser: ((oid: number, format: 'text') =>
        oid === JSON_OID ? (text: string) => text : pg.types.getTypeParser(oid, format)) as never,
    },
  });
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
    return rows;
  } finally {
    await client.end();
  }
}

function toCell(value: unknown, column: Column): LoadCell {
  if (Array.isArray(value)) return value.map((item) => toCell(item, column) as null);
  return column.type.includes('int64') && value !== null ? BigInt(value as string) : (value as LoadCell);
}

async function read(
  database: string,
  table: string,
  columns: readonly Column[],
): Promise<LoadCell[][] | null> {
  const known = await query('SELECT tablename::text FROM pg_tables', database);
  if (!known.some(([name]) => name === table)) return null;
  const names = columns.map((column) => quoteName(column.name));
  const order = columns[0]?.type === 'string' ? `${names[0]} COLLATE "C"` : names[0];
  const rows = await query(`SELECT ${names.join(', ')} FROM ${quoteName(table)} ORDER BY ${order}`, database);
  return rows.map((row) => row.map((value, index) => toCell(value, columns[index] as Column)));
}

let databases = 0;

async function createDatabase(): Promise<string> {
  const name = `load_${process.pid}_${databases++}`;
  await query(`CREATE DATABASE ${name}`);
  return name;
}

loaderContract({
  name: 'postgres',
  isTransactional: true,
  tableOfOtherShape: 'CREATE TABLE other_shape (id text, "分数" text, big bigint)',
  async open() {
    const name = await createDatabase();
    return {
      args: (exported) => ['postgres', exported],
      env: { ...ENV, PGDATABASE: name },
      read: (table, columns) => read(name, table, columns),
      run: async (sql) => void (await query(sql, name)),
    };
  },
});

const small = (jobId: string, first: number) =>
  ({
    format: 'csv',
    jobId,
    tables: [{ name: 'small', columns: SMALL_COLUMNS, parts: [smallRows(20, first)] }],
  }) as const;

test('what belongs to a table outlives its replacement: index, grant and view', async ({ folder }) => {
  const database = await createDatabase();
  const env = { ...ENV, PGDATABASE: database };
  await makeExport(`${folder}/a`, small('a', 0));
  await makeExport(`${folder}/b`, small('b', 30));
  await runCommand(['load', 'postgres', `${folder}/a`], { env });
  await query('CREATE INDEX by_id ON small (id)', database);
  await query('GRANT SELECT ON small TO PUBLIC', database);
  await query('CREATE VIEW shown AS SELECT min(big) AS least FROM small', database);
  const { exitCode, stderr } = await runCommand(['load', 'postgres', `${folder}/b`], { env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.any(String) });
  expect(await query('SELECT least::text FROM shown', database)).toEqual([['9007199254741022']]);
  expect(await query(`SELECT indexname::text FROM pg_indexes WHERE tablename = 'small'`, database)).toEqual([
    ['by_id'],
  ]);
  expect(await query(`SELECT has_table_privilege('public', 'small', 'SELECT')`, database)).toEqual([[true]]);
});

test('nothing is left of loads that ended and of loads that were killed before them', async ({ folder }) => {
  const database = await createDatabase();
  const env = { ...ENV, PGDATABASE: database };
  await makeExport(`${folder}/a`, small('a', 0));
  await runCommand(['load', 'postgres', `${folder}/a`, '--schema', 'public'], { env });
  const tables = await query(
    `SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    database,
  );
  expect(tables.flat()).toEqual(['ges_export_loads', 'ges_export_staged_files', 'small']);
  expect(await query('SELECT * FROM ges_export_staged_files', database)).toEqual([]);
});

test('wrong credentials, database, schema, server and rights: one clear line', async ({ folder }) => {
  const database = await createDatabase();
  await makeExport(`${folder}/a`, small('a', 0));
  const failure = async (env: Record<string, string>, ...flags: string[]) =>
    failureOf(
      await runCommand(['load', 'postgres', `${folder}/a`, '--quiet', ...flags], {
        env: { ...ENV, PGDATABASE: database, ...env },
      }),
    );
  const refused = await failure({ PGPASSWORD: 'open sesame' });
  expect(refused).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/cannot connect: password authentication failed/),
  });
  expect(refused.line).not.toMatch(/sesame/);
  expect(await failure({ PGDATABASE: 'nowhere' })).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/database "nowhere" does not exist/),
  });
  expect(await failure({ PGPORT: '1' })).toEqual({
    exitCode: 3,
    line: expect.stringMatching(/^PostgreSQL: cannot connect: .*ECONNREFUSED/),
  });
  expect(await failure({}, '--schema', 'no where')).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^PostgreSQL has no schema "no where"/),
  });
  await query(`CREATE ROLE reader_${database} LOGIN PASSWORD 'chinook'`, database);
  await query('REVOKE CREATE ON SCHEMA public FROM PUBLIC', database);
  expect(await failure({ PGUSER: `reader_${database}`, PGPASSWORD: 'chinook' })).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/permission denied for schema public/),
  });
});

test('a value that PostgreSQL cannot hold is named, and nothing is loaded', async ({ folder }) => {
  const database = await createDatabase();
  const env = { ...ENV, PGDATABASE: database };
  const columns = [SMALL_COLUMNS[0], SMALL_COLUMNS[1]] as Column[];
  await makeExport(`${folder}/nul`, {
    format: 'csv',
    tables: [
      {
        name: 'nul',
        columns,
        parts: [
          [
            ['good', null],
            ['a\0b', null],
          ],
        ],
      },
    ],
  });
  const result = await runCommand(['load', 'postgres', `${folder}/nul`, '--quiet'], { env });
  expect(failureOf(result)).toEqual({
    exitCode: 1,
    line: expect.stringMatching(
      /^PostgreSQL: cannot load "nul\/part-00000\.csv": invalid byte sequence .*line 3/,
    ),
  });
  expect(await read(database, 'nul', columns)).toBeNull();
});

test('a full disk of the server: one clear line, nothing loaded; with room again it is', async ({
  folder,
  onTestFinished,
  skip,
}) => {
  const disk = mkdtempSync('/tmp/ges-export-disk-');
  onTestFinished(() => {
    spawnSync('umount', [disk]);
    rmdirSync(disk);
  });
  const server = spawnSync('id', ['-u', 'postgres'], { encoding: 'utf8' }).stdout.trim();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=16m,uid=${server}`, 'tmpfs', disk]);
  if (mounted.status !== 0) skip('this user cannot mount a file system');
  const name = `full_${process.pid}`;
  await query(`CREATE TABLESPACE ${name} LOCATION '${disk}'`);
  onTestFinished(async () => {
    await query(`DROP DATABASE IF EXISTS ${name}`);
    await query(`DROP TABLESPACE ${name}`);
  });
  await query(`CREATE DATABASE ${name} TABLESPACE ${name}`);
  const columns: readonly Column[] = [
    { name: 'id', type: 'int64', nullable: false },
    { name: 'text', type: 'string', nullable: true },
  ];
  const text = 'x'.repeat(1000);
  const rows = (first: number): Row[] =>
    Array.from({ length: 5000 }, (_, index) => [new JsonNumber(String(first + index)), text]);
  const parts = [rows(0), rows(5000), rows(10_000)];
  await makeExport(`${folder}/a`, { format: 'csv', jobId: 'a', tables: [{ name: 'wide', columns, parts }] });
  const load = () =>
    runCommand(['load', 'postgres', `${folder}/a`, '--quiet'], { env: { ...ENV, PGDATABASE: name } });
  expect(failureOf(await load())).toEqual({
    exitCode: 3,
    line: expect.stringMatching(
      /^PostgreSQL: cannot load "wide\/part.*No space left on device.*Free space there/,
    ),
  });
  expect(await read(name, 'wide', columns)).toBeNull();
  spawnSync('mount', ['-o', 'remount,size=64m', disk]);
  const { exitCode, stderr } = await load();
  expect(exitCode, stderr).toBe(0);
  expect(await query('SELECT count(*)::int, count(DISTINCT id)::int FROM wide', name)).toEqual([
    [15_000, 15_000],
  ]);
});

test('a table that another load holds', async ({ folder }) => {
  const database = await createDatabase();
  await makeExport(`${folder}/a`, small('a', 0));
  const env = { ...ENV, PGDATABASE: database };
  const [one, two] = await Promise.all([
    runCommand(['load', 'postgres', `${folder}/a`], { env }),
    runCommand(['load', 'postgres', `${folder}/a`], { env }),
  ]);
  expect([one.exitCode, two.exitCode], one.stderr + two.stderr).toEqual([0, 0]);
  expect(await query('SELECT count(*)::int FROM small', database)).toEqual([[20]]);
  expect(await query('SELECT count(*)::int FROM ges_export_loads', database)).toEqual([[1]]);
});

test('the statements of ddl load every value through psql', async ({ folder }) => {
  // psql before 18 takes a line of `\\.` for the end of the data, even inside quotes; the loader does not.
  const rows = ROWS.filter((row) => !row.some((cell) => typeof cell === 'string' && /^\\\.\r?$/m.test(cell)));
  const database = await createDatabase();
  const env = { ...ENV, PGDATABASE: database };
  for (const [name, compression, csv] of [
    ['plain', 'none', {}],
    ['packed', 'gzip', { delimiter: ';', nullText: 'NULL', crlf: true, bom: true }],
  ] as const) {
    const exported = `${folder}/${name}`;
    await makeExport(exported, {
      format: 'csv',
      compression,
      csv,
      tables: [{ name, columns: COLUMNS, parts: [rows.slice(0, 7), rows.slice(7)] }],
    });
    const { stdout } = await runCommand(['ddl', exported, '--for', 'postgres']);
    const psql = spawnSync('psql', ['--set', 'ON_ERROR_STOP=1', '--quiet'], {
      input: stdout,
      env: { PATH: process.env['PATH'], ...env },
      encoding: 'utf8',
    });
    expect({ status: psql.status, stderr: psql.stderr }).toEqual({ status: 0, stderr: '' });
    expect(await read(database, name, COLUMNS)).toEqual(rows.map((row) => loadedRow(row, COLUMNS)));
  }
});

test('a line that only looks like the end of the data', async ({ folder }) => {
  const database = await createDatabase();
  const rows: Row[] = [
    ['\\.', null, null],
    ['\\.\n', null, null],
    ['a\n\\.\nb', null, null],
    ['~', null, null],
  ];
  await makeExport(`${folder}/a`, {
    format: 'csv',
    tables: [{ name: 'dots', columns: SMALL_COLUMNS, parts: [rows] }],
  });
  const result = await runCommand(['load', 'postgres', `${folder}/a`], {
    env: { ...ENV, PGDATABASE: database },
  });
  expect({ exitCode: result.exitCode, stderr: result.stderr }).toMatchObject({ exitCode: 0 });
  expect(await read(database, 'dots', SMALL_COLUMNS)).toEqual(rows.map((row) => [...row]));
});

test('docs/warehouses.md: PostgreSQL', async ({ folder, openGraph }) => {
  const database = await createDatabase();
  const { env } = await openGraph();
  const { exitCode, output } = await runSection('PostgreSQL', folder, {
    ...env,
    ...ENV,
    PGDATABASE: database,
  });
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringMatching(/\| +305\n/) });
  expect(await query('SELECT count(*)::int FROM airports_by_psql', database)).toEqual([[305]]);
});
