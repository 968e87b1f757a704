import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { signalAt as signalFolderAt } from '../checkpoint/kill-command.js';
import { failureOf, hashTree } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';
import { committedOffset, keysOf, signalAt, test } from './store-export.js';

const JOB = 'synthetic-vertices-200000';
const SIZES = ['--page-size', '10000', '--rows-per-file', '60000', '--format', 'ndjson'];

test('a dead export on a store: told, then removed with --yes', async ({ openGraph, openStore }) => {
  const graph = await openGraph({ latencyMs: 10 });
  const { store, start, run } = await openStore(graph);
  const out = 's3://exports/x';
  await signalAt(
    start(['export', JOB, '--out', out, ...SIZES]),
    () => (committedOffset(store, 'x') ?? -1) >= 110_000,
    'SIGKILL',
  );
  await graph.simulator.close();
  const stray = { key: 'x/vertices/part-00009.ndjson', beganAt: new Date(), parts: new Map() };
  store.bucket.uploads.set('stray', stray);
  store.bucket.objects.delete('x/.ges-export/lock');
  const before = keysOf(store, 'x');
  expect(before).toContain('vertices/part-00000.ndjson');

  // It may go on: only the upload that its checkpoint does not know is of no use.
  const young = await run(['gc', out]);
  expect(young.exitCode, young.stderr).toBe(0);
  expect(young.stdout.toString()).toMatch(
    /^part in progress vertices\/part-00009\.ndjson, .*\nTo remove: 1; --yes does it\n$/,
  );
  const old = await run(['gc', out, '--older-than', '0']);
  // Every object, the checkpoint among them, and every upload.
  const all = before.length + store.bucket.uploads.size;
  expect(all).toBeGreaterThanOrEqual(3);
  expect(old.stdout.toString()).toMatch(
    new RegExp(`^part vertices/part-00000\\.ndjson, .*\\n(.*\\n)+To remove: ${all}; `),
  );
  expect(keysOf(store, 'x')).toEqual(before);
  expect(store.bucket.uploads.has('stray')).toBe(true);

  const removed = await run(['gc', out, '--older-than', '0', '--yes', '--json']);
  expect(JSON.parse(removed.stdout.toString())).toMatchObject({ removed: true, found: { length: all } });
  expect(keysOf(store, 'x')).toEqual([]);
  expect(store.bucket.uploads.size).toBe(0);
  expect((await run(['gc', out])).stdout.toString()).toBe('To remove: nothing\n');
});

test('a finished export on a store keeps its files', async ({ openGraph, openStore }) => {
  const { store, run } = await openStore(await openGraph());
  const out = 's3://exports/x';
  await run(['export', 'pagerank', '--out', out]);
  const whole = keysOf(store, 'x');
  const object = { body: Buffer.from('x'), etag: '"x"', modifiedAt: new Date() };
  store.bucket.objects.set('x/pagerank/part-00001.csv', object);
  store.bucket.objects.set('x/pagerank/notes.txt', object);
  store.bucket.objects.set('x/spark/part-00000.parquet', object);
  const result = await run(['gc', out, '--older-than', '0', '--yes']);
  expect(result.stdout.toString()).toMatch(/^part pagerank\/part-00001\.csv, .*\nRemoved: 1\n$/);
  expect(keysOf(store, 'x')).toEqual([...whole, 'pagerank/notes.txt', 'spark/part-00000.parquet'].sort());
  expect(failureOf(await run(['verify', out]))).toEqual({
    exitCode: 5,
    line: '"pagerank/notes.txt" is not named in the manifest. Export again',
  });
  store.bucket.objects.delete('x/pagerank/notes.txt');
  expect(await run(['verify', out])).toMatchObject({ exitCode: 0, stderr: '' });
});

test('a folder: the same', async ({ folder, openGraph }) => {
  const graph = await openGraph({ latencyMs: 30 });
  const out = join(folder, 'out');
  const args = ['--page-size', '100', '--rows-per-file', '400'];
  await signalFolderAt(
    graph.start('export', 'synthetic-edges-1000', '--out', out, ...args),
    out,
    600,
    'SIGKILL',
  );
  await mkdir(join(out, 'spark'));
  await writeFile(join(out, 'spark/part-00000.parquet'), 'of somebody else');
  await writeFile(join(out, 'spark/.part-00001.csv.open'), 'of an export that nothing tells of');
  const longAgo = new Date(Date.now() - 30 * 86_400_000);
  await utimes(join(out, 'spark/.part-00001.csv.open'), longAgo, longAgo);

  const young = await runCommand(['gc', out]);
  expect(young.stdout.toString()).toMatch(
    /^part in progress spark\/part-00001\.csv, 34 B, .*\nTo remove: 1; --yes does it\n$/,
  );
  const old = await runCommand(['gc', out, '--older-than', '0s', '--yes']);
  expect(old.stdout.toString()).toMatch(/checkpoint .*checkpoint\.json, .*\nRemoved: \d+\n$/);
  expect(Object.keys(await hashTree(out))).toEqual(['spark/part-00000.parquet']);
});

test('what is wrong is one line', async ({ folder }) => {
  expect(failureOf(await runCommand(['gc', join(folder, 'none')]))).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^Cannot read ".*none": ENOENT/),
  });
  expect(failureOf(await runCommand(['gc', folder, '--older-than', 'long']))).toMatchObject({ exitCode: 2 });
});
