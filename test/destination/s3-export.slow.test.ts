import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { hashTree } from '../cli/export-test.js';
import { checkpointText, committedOffset, keysOf, partsOf, signalAt, test } from './store-export.js';

const JOB = 'synthetic-vertices-80000';
/** Eight windows; part files of about 7 and 2 MB: one is an upload of two parts, the other a single object. */
const SIZES = [
  '--page-size',
  '10000',
  '--rows-per-file',
  '60000',
  '--concurrency',
  '2',
  '--format',
  'ndjson',
];

test.for([
  ['csv', 'none'],
  ['ndjson', 'gzip'],
  ['parquet', 'snappy'],
] as const)(
  '%s %s: a store gets the bytes that a folder gets',
  async ([format, compression], { folder, openGraph, openStore, expect }) => {
    const graph = await openGraph();
    const { store, run } = await openStore(graph, { pageSize: 2 });
    const args = ['--format', format, '--compression', compression, '--rows-per-file', '2000'];
    await graph.export('edges', folder, ...args);
    const out = 's3://exports/daily/edges';
    const result = await run(['export', 'edges', '--out', out, ...args]);
    expect(result.exitCode, result.stderr).toBe(0);

    const files = Object.keys(await hashTree(folder));
    expect(keysOf(store, 'daily/edges')).toEqual(files.sort());
    for (const [path, body] of Object.entries(partsOf(store, 'daily/edges')))
      expect(body.equals(await readFile(join(folder, path)))).toBe(true);
    expect(store.bucket.uploads.size).toBe(0);
    const written = store.requests.filter((request) =>
      /^PUT object .*(manifest|_SUCCESS|part-)/.test(request),
    );
    expect(written.slice(-2)).toEqual([
      'PUT object daily/edges/manifest.json',
      'PUT object daily/edges/_SUCCESS',
    ]);

    const verified = await run(['verify', out]);
    expect(verified).toMatchObject({ exitCode: 0, stderr: '' });
    const again = await run(['export', 'edges', '--out', out, ...args]);
    expect(again.stderr).toMatch(/^Already complete: s3:/);
    const object = store.bucket.objects.get(`daily/edges/${Object.keys(partsOf(store, 'daily/edges'))[1]}`);
    object?.body.writeUInt8(1, 100);
    expect(await run(['verify', out])).toMatchObject({ exitCode: 5 });
  },
);

test('kill -9 leaves no trace in the store', async ({ folder, openGraph, openStore }) => {
  const graph = await openGraph({ latencyMs: 10 });
  const { store, start, run } = await openStore(graph);
  await graph.export(JOB, folder, ...SIZES);
  const whole = Object.keys(await hashTree(folder)).sort();
  expect(whole.filter((path) => path.includes('part-'))).toHaveLength(2);
  const command = ['export', JOB, '--out', 's3://exports/killed', ...SIZES];
  let killed = 0;
  // With the tail only in the checkpoint; with an upload begun; with the first file finished.
  for (const offset of [20_000, 50_000, 60_000]) {
    const running = start(command);
    const result = await signalAt(
      running,
      () => (committedOffset(store, 'killed') ?? -1) >= offset,
      'SIGKILL',
    );
    if (result.signal === 'SIGKILL') killed++;
  }
  expect(killed).toBeGreaterThanOrEqual(2);
  expect(keysOf(store, 'killed')).not.toContain('manifest.json');
  const last = await run(command);
  expect(last.exitCode, last.stderr).toBe(0);
  expect(last.stderr).toMatch(/^Resuming job .* at record \d+/m);
  expect(keysOf(store, 'killed')).toEqual(whole);
  for (const [path, body] of Object.entries(partsOf(store, 'killed')))
    expect(body.equals(await readFile(join(folder, path)))).toBe(true);
  expect(store.bucket.uploads.size).toBe(0);
});

test('kill -9 in the middle of an upload: it goes on, and what was not committed is dropped', async ({
  openGraph,
  openStore,
}) => {
  const graph = await openGraph({ latencyMs: 10 });
  const { store, start, run } = await openStore(graph);
  const command = ['export', JOB, '--out', 's3://exports/x', ...SIZES.slice(0, 2), '--format', 'ndjson'];
  const sent = () => store.requests.filter((request) => request.startsWith('PUT part'));
  await signalAt(start(command), () => /"uploadId":"/.test(checkpointText(store, 'x')), 'SIGKILL');
  const [[uploadId] = []] = [...store.bucket.uploads];
  expect(uploadId).toBeDefined();
  const before = sent().length;
  const last = await run(command);
  expect(last.exitCode, last.stderr).toBe(0);
  // One upload from the beginning to the end; a part sent twice at most for the window that was open.
  expect(store.requests.filter((request) => request.startsWith('POST uploads'))).toHaveLength(1);
  expect(store.requests).toContain('GET upload x/vertices/part-00000.ndjson');
  const total = Object.values(partsOf(store, 'x'))[0]?.length ?? 0;
  const parts = Math.ceil(total / (5 * 1024 * 1024));
  expect(before).toBeLessThan(parts + 1);
  expect(sent().length).toBeLessThanOrEqual(parts + 2);
  expect(store.bucket.uploads.size).toBe(0);
});

test('an interrupt leaves what goes on, and --force removes it', async ({ openGraph, openStore }) => {
  const graph = await openGraph({ latencyMs: 20 });
  const { store, start, run } = await openStore(graph);
  const command = ['export', JOB, '--out', 's3://exports/x', ...SIZES];
  const result = await signalAt(
    start(command),
    () => (committedOffset(store, 'x') ?? -1) >= 60_000,
    'SIGINT',
  );
  expect(result.exitCode, result.stderr).toBe(130);
  expect(keysOf(store, 'x')).toEqual(['.ges-export/checkpoint', 'vertices/part-00000.ndjson']);
  const other = await run(['export', 'pagerank', '--out', 's3://exports/x']);
  expect(other.exitCode).toBe(2);
  const forced = await run(['export', 'pagerank', '--out', 's3://exports/x', '--force']);
  expect(forced.exitCode, forced.stderr).toBe(0);
  expect(keysOf(store, 'x')).toEqual(['_SUCCESS', 'manifest.json', 'pagerank/part-00000.csv']);
  expect(store.bucket.uploads.size).toBe(0);
});
