import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { printDdl } from '../../src/print-ddl.js';
import { queryDuckdb } from '../load/read-duckdb.js';
import { failureOf, hashParts, readManifest, test } from './export-test.js';

const JOB = 'synthetic-vertices-2000';
const COLUMNS = 'id, label, name, age, score, code, city';

test.concurrent.for(['csv', 'parquet'] as const)(
  '%s: rows are dealt out by a column, below the folder of a key, and DuckDB reads them as they were',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph();
    const args = ['--format', format, '--page-size', '500', '--rows-per-file', '100'];
    const out = join(folder, 'out');
    await graph.export(JOB, join(folder, 'plain'), ...args, '--rows-per-file', '500');
    const by = ['--partition-by', 'city', '--partition-by', 'export_date=2026-11-23'];
    expect((await graph.run('export', JOB, '--out', out, ...args, ...by)).exitCode).toBe(0);
    const dated = join(out, 'export_date=2026-11-23');
    const manifest = await readManifest(dated);
    const [table] = manifest.tables;
    expect(table).toMatchObject({ rows: 2000, partitionBy: ['city'], engine: 'columnar' });
    expect(manifest.options['partitionBy']).toBe('["city"]');
    expect(new Set(table?.files.map(({ partition }) => partition?.[0]))).toEqual(
      new Set([null, '', '东京', '北京', '深圳', 'Austin, TX', 'Köln', 'Lagos', 'Oslo', 'São Paulo', 'Wien']),
    );
    expect(table?.files[0]?.path).toMatch(/^vertices\/city=[^/]+\/part-00000\./);
    expect(table?.files.every(({ rows }) => rows <= 100)).toBe(true);

    const reader = { csv: 'read_csv', parquet: 'read_parquet' }[format];
    const types = format === 'csv' ? `, header = true, all_varchar = true, null_padding = false` : '';
    const read = (path: string, more: string) =>
      `${reader}('${path}'${format === 'csv' ? types : ''}${more})`;
    const nullCity = `nullif(city, '')`;
    const select = (from: string) =>
      `SELECT id, label, coalesce(name, '') AS name, age::VARCHAR AS age, score::VARCHAR AS score, code::VARCHAR AS code, ${nullCity} AS city FROM ${from}`;
    const plain = select(read(`${folder}/plain/vertices/*.${format}`, ''));
    const dealt = select(
      read(
        `${out}/*/vertices/*/*.${format}`,
        `, hive_partitioning = true, hive_types = {'city': VARCHAR, 'export_date': DATE}`,
      ),
    );
    const [[differing] = []] = await queryDuckdb(
      ':memory:',
      `SELECT (SELECT count(*) FROM ((${plain}) EXCEPT ALL (${dealt}))) + (SELECT count(*) FROM ((${dealt}) EXCEPT ALL (${plain})))`,
    );
    expect(differing).toBe(0n);

    const verified = await graph.run('verify', dated, '--read-data', '--remote', '3');
    expect(verified).toMatchObject({ exitCode: 0, stderr: '' });
    const database = join(folder, 'd.duckdb');
    for (const [from, name] of [
      [join(folder, 'plain'), 'plain'],
      [dated, 'dealt'],
    ] as const) {
      const loaded = await graph.run('load', 'duckdb', from, database, '--table', name);
      expect(loaded.exitCode, loaded.stderr).toBe(0);
    }
    // Unlike readers of paths, a load keeps null and empty text apart.
    const except = (one: string, other: string) =>
      `SELECT ${COLUMNS} FROM ${one} EXCEPT ALL SELECT ${COLUMNS} FROM ${other}`;
    expect(await queryDuckdb(database, except('plain', 'dealt'))).toEqual([]);
    expect(await queryDuckdb(database, except('dealt', 'plain'))).toEqual([]);
    await queryDuckdb(database, await printDdl(dated, { warehouse: 'duckdb', table: 'by_ddl' }));
    expect(await queryDuckdb(database, except('plain', 'by_ddl'))).toEqual([]);
    expect(await queryDuckdb(database, 'SELECT count(*) FROM by_ddl')).toEqual([[2000n]]);
  },
);

test.concurrent.for(['csv', 'ndjson', 'parquet'] as const)(
  '%s: both engines, and worker threads, write the same partitions',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph();
    const args = [
      '--format',
      format,
      '--page-size',
      '300',
      '--rows-per-file',
      '60',
      '--partition-by',
      'city',
    ];
    const ways = { reference: ['--engine', 'reference'], columnar: [], workers: ['--workers', '2'] };
    const exported = async (way: keyof typeof ways) => {
      const out = join(folder, way);
      const [table] = (await graph.export(JOB, out, ...args, ...ways[way])).tables;
      expect(table?.engine).toBe(way === 'reference' ? 'reference' : 'columnar');
      return { hashes: await hashParts(out), files: table?.files };
    };
    const reference = await exported('reference');
    const columnar = await exported('columnar');
    expect(await exported('workers')).toEqual(columnar);
    // The engines encode pages in ways of their own: of Parquet the rows and where they are must be the same.
    const placeOf = (files: typeof columnar.files) =>
      files?.map(({ bytes, sha256, ...place }) =>
        format === 'parquet' ? place : { ...place, bytes, sha256 },
      );
    expect(placeOf(columnar.files)).toEqual(placeOf(reference.files));
    if (format !== 'parquet') expect(columnar.hashes).toEqual(reference.hashes);
    if (format !== 'parquet') return;
    const rowsOf = (way: string) =>
      `SELECT * FROM read_parquet('${folder}/${way}/vertices/*/*.parquet', hive_partitioning = true)`;
    const differing = `SELECT count(*) FROM ((${rowsOf('reference')}) EXCEPT ALL (${rowsOf('columnar')}))`;
    expect(await queryDuckdb(':memory:', differing)).toEqual([[0n]]);
  },
);

test.concurrent('numbers and several columns; part files end at a size', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const manifest = await graph.export(
    JOB,
    join(folder, 'out'),
    ...['--format', 'csv', '--page-size', '250', '--file-bytes', '1kB'],
    ...['--partition-by', 'label', '--partition-by', 'age'],
  );
  const files = manifest.tables[0]?.files ?? [];
  expect(files.map(({ path }) => path)).toContain('vertices/label=person/age=18/part-00000.csv');
  expect(new Set(files.map(({ partition }) => partition?.[1])).size).toBe(70);
  // A file ends with the window in which it has the size: the next one of its partition begins after it.
  for (const [number, bytes] of [
    [0, 1000],
    [1, 1000],
  ] as const) {
    const ended = files.filter(
      (file) => file.path.endsWith(`part-0000${number}.csv`) && file.endOffset < 2000,
    );
    expect(ended.filter((file) => file.bytes < bytes)).toEqual([]);
  }
  expect(files.some(({ path }) => path.endsWith('part-00001.csv'))).toBe(true);
  const head = await readFile(join(folder, 'out', files[0]?.path ?? ''), 'utf8');
  expect(head).toMatch(/^id,name,score,code,city,_overflow\n/);
});

test.concurrent('a size ends the files of a table without partitions', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const args = ['--page-size', '100', '--format', 'ndjson'];
  const sized = await graph.export(JOB, join(folder, 'sized'), ...args, '--file-bytes', '64KiB');
  const files = sized.tables[0]?.files ?? [];
  expect(files.length).toBeGreaterThan(2);
  expect(files.slice(0, -1).every(({ bytes }) => bytes >= 65_536 && bytes < 65_536 + 20_000)).toBe(true);
  expect(sized.tables[0]?.engine).toBe('columnar');
  const other = await graph.run(
    'export',
    JOB,
    '--out',
    join(folder, 'sized'),
    ...args,
    '--file-bytes',
    '1MB',
  );
  expect(failureOf(other)).toEqual({ exitCode: 2, line: expect.stringMatching(/with another fileBytes/) });
});

test.concurrent('a table without rows has one file, with its columns', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  const manifest = await graph.export(
    'empty-vertices',
    out,
    '--partition-by',
    'label',
    '--format',
    'parquet',
  );
  expect(manifest.tables[0]).toMatchObject({ rows: 0, files: [{ rows: 0, partition: [null] }] });
  expect(await graph.run('verify', out, '--read-data')).toMatchObject({ exitCode: 0 });
});

test.concurrent('what cannot be dealt out is refused before anything is written', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const failure = async (...args: string[]) => {
    const out = join(folder, 'out');
    const result = failureOf(await graph.run('export', JOB, '--out', out, '--quiet', ...args));
    expect(existsSync(join(out, '.ges-export/checkpoint.json'))).toBe(false);
    expect(existsSync(join(out, 'vertices'))).toBe(false);
    return result;
  };
  const cases: [string[], RegExp][] = [
    [['_overflow'], /^--partition-by "_overflow": in table "vertices" it is json/],
    [
      ['nothing'],
      /^--partition-by "nothing": no table has such a column; table "vertices" has "id", "label"/,
    ],
    [['City=x'], /^--partition-by "City=…": table "vertices" has a column "city"/],
  ];
  for (const [columns, line] of cases) {
    const flags = columns.flatMap((column) => ['--partition-by', column]);
    expect(await failure(...flags)).toEqual({ exitCode: 2, line: expect.stringMatching(line) });
  }
});

test.concurrent('--force removes the parts of every partition, and gc those of a dead export', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  await graph.export(JOB, out, '--partition-by', 'city');
  await graph.export(JOB, out, '--partition-by', 'age', '--force');
  const parts = Object.keys(await hashParts(out));
  expect(parts.filter((path) => !path.startsWith('vertices/age='))).toEqual([]);
  expect(await graph.run('gc', out)).toMatchObject({
    exitCode: 0,
    stdout: Buffer.from('To remove: nothing\n'),
  });
});
