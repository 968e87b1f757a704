import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openDriftingGraph } from '../cli/drifting-graph.js';
import { failureOf, hashTree } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import type { FakeS3 } from './fake-s3.js';
import { committedOffset, keysOf, partsOf, signalAt, test } from './store-export.js';

const OUT = 's3://exports/x';

function objectOf(store: FakeS3, path: string) {
  const object = store.bucket.objects.get(`x/${path}`);
  if (object === undefined) throw new Error(`There is no x/${path}`);
  return object;
}

test('an export whose result is lost is marked in the store; the right server goes on and takes the mark away', async ({
  openGraph,
  openStore,
}) => {
  const graph = await openGraph({ latencyMs: 20 });
  const { store, start, run } = await openStore(graph);
  const command = ['export', 'synthetic-vertices-80000', '--out', OUT, '--page-size', '10000'];
  const reached = () => (committedOffset(store, 'x') ?? -1) >= 20_000;
  await signalAt(start(command), reached, 'SIGINT');
  const elsewhere = await openGraph();
  const refused = await run(command, elsewhere.env);
  expect(failureOf(refused).exitCode).toBe(1);
  expect(refused.stderr).toMatch(
    /^Warning: The files in "s3:\/\/exports\/x" are kept: \d+ of 80000 records, marked by _UNFINISHED$/m,
  );
  expect(JSON.parse(objectOf(store, '_UNFINISHED').body.toString())).toMatchObject({
    jobId: 'synthetic-vertices-80000',
    total: 80_000,
    code: 'HOST_CHANGED',
  });
  const resumed = await run(command);
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect(resumed.stderr).toMatch(/^Resuming job .* at record \d+/m);
  expect(keysOf(store, 'x')).toEqual(['_SUCCESS', 'manifest.json', 'vertices/part-00000.csv']);
});

test('a finished export that has lost bytes is no finished export, and is not read to find that out', async ({
  openGraph,
  openStore,
}) => {
  const { store, run } = await openStore(await openGraph());
  const command = ['export', 'pagerank', '--out', OUT];
  expect((await run(command)).exitCode).toBe(0);
  const part = objectOf(store, 'pagerank/part-00000.csv');
  const before = store.requests.length;
  store.bucket.objects.set('x/pagerank/part-00000.csv', { ...part, body: part.body.subarray(1) });
  expect(failureOf(await run(command))).toEqual({
    exitCode: 5,
    line: expect.stringMatching(/"s3:\/\/exports\/x" .* "pagerank\/part-00000\.csv" has \d+ bytes, not/),
  });
  store.bucket.objects.delete('x/pagerank/part-00000.csv');
  expect(failureOf(await run(command))).toMatchObject({
    exitCode: 5,
    line: expect.stringMatching(/"pagerank\/part-00000\.csv" is missing/),
  });
  expect(store.requests.slice(before).filter((request) => /^GET object .*part-/.test(request))).toEqual([]);
});

test('a restart with _overflow saves its checkpoint first, then removes the parts; a folder gets the same bytes', async ({
  folder,
  openGraph,
  openStore,
}) => {
  const { store, run } = await openStore(await openGraph());
  const env = await openDriftingGraph();
  const args = ['export', 'drifting', '--page-size', '500', '--rows-per-file', '2000', '--out'];
  const result = await run([...args, OUT], env);
  expect(result.exitCode, result.stderr).toBe(0);
  expect(result.stderr).toMatch(/^Starting again with a column _overflow/m);
  const removed = store.requests.indexOf('DELETE object x/hubs/part-00000.csv');
  const saved = store.requests.slice(0, removed).lastIndexOf('PUT object x/.ges-export/checkpoint');
  const published = store.requests.slice(0, removed).lastIndexOf('PUT object x/hubs/part-00001.csv');
  expect(published).toBeGreaterThan(-1);
  expect(saved).toBeGreaterThan(published);

  expect((await runCommand([...args, folder], { env })).exitCode).toBe(0);
  expect(keysOf(store, 'x')).toEqual(Object.keys(await hashTree(folder)).sort());
  for (const [path, body] of Object.entries(partsOf(store, 'x')))
    expect(body.equals(await readFile(join(folder, path)))).toBe(true);
  expect(store.bucket.uploads.size).toBe(0);
});

test.for([
  ['csv', 'gzip'],
  ['ndjson', 'none'],
  ['parquet', 'snappy'],
] as const)(
  'verify reads %s %s in a store as in a folder: cells, and the server',
  async ([format, compression], { openGraph, openStore }) => {
    const { store, run } = await openStore(await openGraph());
    const shape = ['--format', format, '--compression', compression, '--rows-per-file', '2000'];
    expect((await run(['export', 'edges', '--out', OUT, ...shape])).exitCode).toBe(0);
    const verified = await run(['verify', OUT, '--read-data', '--remote', '3', '--json']);
    expect(verified.exitCode, verified.stderr).toBe(0);
    const report = JSON.parse(verified.stdout.toString());
    expect(report).toMatchObject({ disagreements: [], remote: { windows: { length: 3 } } });
    expect(report.data.cells).toBeGreaterThan(report.rows);

    const [path = ''] = Object.keys(partsOf(store, 'x'));
    objectOf(store, path).body.writeUInt8(1, 100);
    store.bucket.objects.set('x/edges/part-09999.csv', objectOf(store, path));
    store.bucket.objects.delete('x/_SUCCESS');
    const wrong = await run(['verify', OUT, '--json']);
    expect(wrong.exitCode).toBe(5);
    const kinds = JSON.parse(wrong.stdout.toString()).disagreements.map(
      ({ kind, path: name }: { kind: string; path: string }) => `${kind} ${name}`,
    );
    expect(kinds).toEqual(['missing _SUCCESS', `hash ${path}`, 'unnamed edges/part-09999.csv']);
  },
);

test('loads and table definitions of a store without an export write nothing', async ({
  folder,
  openGraph,
  openStore,
}) => {
  const { store, run } = await openStore(await openGraph());
  const refusal = {
    exitCode: 5,
    line: expect.stringMatching(/^"s3:\/\/exports\/x" holds no finished export/),
  };
  const database = join(folder, 'ranks.duckdb');
  expect(failureOf(await run(['load', 'duckdb', OUT, database]))).toEqual(refusal);
  expect(failureOf(await run(['ddl', OUT, '--for', 'hive']))).toEqual(refusal);
  expect(store.requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
  expect(await hashTree(folder)).toEqual({});
});

test('a submitted job goes to a store, but not where another export is', async ({ openGraph, openStore }) => {
  const graph = await openGraph();
  const { store, run } = await openStore(graph);
  const command = ['submit', 'pagerank', '--export', OUT];
  const first = await run(command);
  expect(first.exitCode, first.stderr).toBe(0);
  expect(keysOf(store, 'x')).toEqual(['_SUCCESS', 'manifest.json', 'pagerank/part-00000.csv']);
  const again = await run(command);
  expect(failureOf(again)).toMatchObject({
    exitCode: 2,
    line: expect.stringMatching(
      /holds an export of another job: "s3:\/\/exports\/x\/manifest\.json" is there/,
    ),
  });
  expect(again.stdout.toString()).toBe('');
});
