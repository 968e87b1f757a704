import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { hashTree } from '../cli/export-test.js';
import { queryDuckdb } from '../load/read-duckdb.js';
import { committedOffset, keysOf, partsOf, signalAt, test } from './store-export.js';

const JOB = 'synthetic-vertices-3000';
const SIZES = ['--page-size', '300', '--concurrency', '2', '--partition-by', 'city', '--format', 'ndjson'];

test('a store gets the partitions that a folder gets, also after kill -9; loads and statements read them there', async ({
  folder,
  openGraph,
  openStore,
}) => {
  const graph = await openGraph({ latencyMs: 10 });
  const { store, start, run } = await openStore(graph, { pageSize: 4 });
  await graph.export(JOB, join(folder, 'whole'), ...SIZES, '--file-bytes', '20kB');
  const whole = Object.keys(await hashTree(join(folder, 'whole'))).sort();
  expect(whole.length).toBeGreaterThan(20);
  const command = ['export', JOB, '--out', 's3://exports/o', ...SIZES, '--file-bytes', '20kB'];
  let killed = 0;
  for (const offset of [600, 1500]) {
    const reached = () => (committedOffset(store, 'o') ?? -1) >= offset;
    if ((await signalAt(start(command), reached, 'SIGKILL')).signal === 'SIGKILL') killed++;
  }
  expect(killed).toBeGreaterThanOrEqual(1);
  const last = await run(command);
  expect(last.exitCode, last.stderr).toBe(0);
  expect(keysOf(store, 'o')).toEqual(whole);
  for (const [path, body] of Object.entries(partsOf(store, 'o')))
    expect(body.equals(await readFile(join(folder, 'whole', path))), path).toBe(true);
  expect(store.bucket.uploads.size).toBe(0);
  expect(await run(['verify', 's3://exports/o', '--read-data'])).toMatchObject({ exitCode: 0, stderr: '' });

  const database = join(folder, 'd.duckdb');
  for (const [from, table] of [
    ['s3://exports/o', 'stored'],
    [join(folder, 'whole'), 'local'],
  ] as const) {
    const loaded = await run(['load', 'duckdb', from, database, '--table', table]);
    expect(loaded.exitCode, loaded.stderr).toBe(0);
  }
  const except = 'SELECT * FROM stored EXCEPT ALL SELECT * FROM local';
  expect(await queryDuckdb(database, except)).toEqual([]);
  expect(await queryDuckdb(database, 'SELECT count(*), count(DISTINCT city) FROM stored')).toEqual([
    [3000n, 10n],
  ]);

  const ddl = await run(['ddl', 's3://exports/o', '--for', 'spark']);
  expect(ddl.stdout.toString()).toMatch(
    /PARTITIONED BY \(`city`\)\nLOCATION 's3:\/\/exports\/o\/vertices';\nMSCK REPAIR/,
  );
});

test('Parquet and compressed text are loaded from a store', async ({ folder, openGraph, openStore }) => {
  const graph = await openGraph();
  const { run } = await openStore(graph);
  const database = join(folder, 'd.duckdb');
  for (const [format, compression] of [
    ['parquet', 'snappy'],
    ['csv', 'gzip'],
  ] as const) {
    const out = `s3://exports/${format}`;
    const flags = ['--format', format, '--compression', compression, '--load', `duckdb:${database}`];
    const made = await run(['export', 'pagerank', '--out', out, ...flags, '--load-table', format]);
    expect(made.exitCode, made.stderr).toBe(0);
  }
  expect(await queryDuckdb(database, 'SELECT * FROM parquet EXCEPT ALL SELECT * FROM csv')).toEqual([]);
  expect(await queryDuckdb(database, 'SELECT count(*) FROM parquet')).toEqual([[305n]]);
  const copy = await run(['ddl', 's3://exports/csv', '--for', 'postgres']);
  expect(copy.stderr).toMatch(/COPY of PostgreSQL reads files of this machine, and "s3:\/\/exports\/csv"/);
});

test('latest is an object with the name of a folder; older exports are removed, object by object', async ({
  openGraph,
  openStore,
}) => {
  const graph = await openGraph();
  const { store, run } = await openStore(graph);
  const latest = () => store.bucket.objects.get('daily/latest')?.body.toString();
  const day = async (number: number) => {
    const by = ['--partition-by', `day=${number}`, '--latest', '--keep', '2'];
    const result = await run(['export', 'pagerank', '--out', 's3://exports/daily', ...by]);
    expect(result.exitCode, result.stderr).toBe(0);
    return result.stderr;
  };
  await day(1);
  expect(latest()).toBe('day=1\n');
  await day(2);
  expect(await day(3)).toMatch(/^Removed the older export s3:\/\/exports\/daily\/day=1$/m);
  expect(latest()).toBe('day=3\n');
  expect(keysOf(store, 'daily')).toEqual([
    ...['day=2', 'day=3'].flatMap((name) =>
      ['_SUCCESS', 'manifest.json', 'pagerank/part-00000.csv'].map((path) => `${name}/${path}`),
    ),
    'latest',
  ]);
  store.bucket.objects.get('daily/latest')?.body.fill('/');
  const refused = await run(['export', 'pagerank', '--out', 's3://exports/daily/x', '--latest', '--quiet']);
  expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/is no name of a folder/) });
});
