import { cp, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import {
  type ExportIdentity,
  formatCheckpoint,
  parseCheckpoint,
} from '../../src/checkpoint/checkpoint-file.js';
import { failureOf, hashParts, hashTree, test } from '../cli/export-test.js';
import { killedExports } from './kill-command.js';

const JOB = 'synthetic-vertices-1000';

const killed = killedExports(JOB, 200, 900);

describe('an unfinished export goes on with the same job and options only', () => {
  test.for<[string, string, string[], RegExp]>([
    ['another job', 'synthetic-vertices-1001', [], /made for jobId "synthetic-vertices-1000", not "synth/],
    ['another format', JOB, ['--format', 'ndjson'], /made for option format "csv", not "ndjson"/],
    ['another compression', JOB, ['--compression', 'gzip'], /made for option compression "none", not "gzip"/],
    ['another page size', JOB, ['--page-size', '200'], /made for option pageSize "100", not "200"/],
    ['another delimiter', JOB, ['--delimiter', ';'], /made for option delimiter ",", not ";"/],
    ['--strict', JOB, ['--strict'], /made for option strict "false", not "true"/],
  ])('%s', async ([, job, args, message], { folder }) => {
    await cp(await killed.leftover('--page-size', '100'), folder, { recursive: true });
    const before = await hashTree(folder);
    const result = await killed.graph.run('export', job, '--out', folder, '--page-size', '100', ...args);
    const { exitCode, line } = failureOf(result);
    expect({ exitCode, line }).toEqual({ exitCode: 2, line: expect.stringMatching(message) });
    expect(line).toMatch(/--force to start again$/);
    // The lock that the killed process left is gone; all else is as it was.
    delete before['.ges-export/lock/holder.json'];
    expect(await hashTree(folder)).toEqual(before);
  });
});

test('a result that changed since the checkpoint is not mixed with the old one', async ({ folder }) => {
  await cp(await killed.leftover('--page-size', '100'), folder, { recursive: true });
  const path = join(folder, '.ges-export/checkpoint.json');
  const checkpoint = await readFile(path, 'utf8');
  const edit = async (change: (identity: ExportIdentity) => ExportIdentity) => {
    const saved = parseCheckpoint(checkpoint, path);
    await writeFile(path, formatCheckpoint({ ...saved, identity: change(saved.identity) }));
  };
  await edit((identity) => ({ ...identity, fingerprint: '0'.repeat(64) }));
  const other = failureOf(await killed.graph.run('export', JOB, '--out', folder, '--page-size', '100'));
  expect(other.exitCode).toBe(1);
  expect(other.line).toMatch(/^Cannot resume: the records of the result are not those/);
  await edit((identity) => ({ ...identity, total: 999 }));
  const longer = failureOf(await killed.graph.run('export', JOB, '--out', folder, '--page-size', '100'));
  expect(longer.exitCode).toBe(1);
  expect(longer.line).toMatch(/^Cannot resume: the result had 999 total when the export began and has 1000/);
});

test('a finished export is left alone by the same command, and by others unless they use --force', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  const before = await hashTree(folder);
  const files = Object.keys(before);
  const times = () => Promise.all(files.map(async (path) => (await stat(join(folder, path))).mtimeMs));
  const timesBefore = await times();

  const same = await graph.run('export', 'pagerank', '--out', folder);
  expect(same.exitCode).toBe(0);
  expect(same.stderr).toMatch(/^Already complete: .* \(305 rows, finished .*\); --force exports again\n$/);
  for (const args of [['vertices'], ['pagerank', '--format', 'ndjson']]) {
    const other = failureOf(await graph.run('export', ...args, '--out', folder));
    expect(other.exitCode).toBe(2);
    expect(other.line).toMatch(/holds a finished export of job "pagerank" .*--force to replace it/);
  }
  expect(await hashTree(folder)).toEqual(before);
  expect(await times()).toEqual(timesBefore);

  await graph.export('vertices', folder, '--force');
  expect(Object.keys(await hashTree(folder)).sort()).toEqual([
    '_SUCCESS',
    'manifest.json',
    'vertices/part-00000.csv',
  ]);
});

test('--force that is cut off leaves nothing that a reader takes for an export', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const args = ['--rows-per-file', '100', '--page-size', '100'];
  await graph.export('pagerank', folder, ...args);
  const whole = await hashParts(folder);
  // What cannot be removed stops it as a kill would.
  await rm(join(folder, 'pagerank/part-00001.csv'));
  await mkdir(join(folder, 'pagerank/part-00001.csv'));
  const { exitCode } = failureOf(await graph.run('export', 'pagerank', '--out', folder, ...args, '--force'));
  expect(exitCode).toBe(1);
  const left = Object.keys(await hashTree(folder));
  expect(left).not.toContain('manifest.json');
  expect(left).not.toContain('_SUCCESS');
  await rmdir(join(folder, 'pagerank/part-00001.csv'));
  await graph.export('pagerank', folder, ...args);
  expect(await hashParts(folder)).toEqual(whole);
});

test('--force leaves files of others alone', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  await writeFile(join(folder, 'notes.txt'), 'mine');
  await writeFile(join(folder, 'pagerank/part-of-my-life.csv'), 'mine');
  await graph.export('pagerank', folder, '--force');
  expect(Object.keys(await hashTree(folder)).sort()).toEqual([
    '_SUCCESS',
    'manifest.json',
    'notes.txt',
    'pagerank/part-00000.csv',
    'pagerank/part-of-my-life.csv',
  ]);
});

test('part files that no export accounts for are not overwritten', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export('pagerank', folder);
  await rm(join(folder, 'manifest.json'));
  const before = await hashParts(folder);
  const { exitCode, line } = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(exitCode).toBe(2);
  expect(line).toMatch(/holds part files of no export that can go on here/);
  expect(await hashParts(folder)).toEqual(before);
});

test('a checkpoint does not go on with another version of the compression, whose bytes may be others', async ({
  folder,
}) => {
  const args = ['--page-size', '100', '--format', 'csv', '--compression', 'gzip'];
  await cp(await killed.leftover(...args), folder, { recursive: true });
  const path = join(folder, '.ges-export/checkpoint.json');
  const checkpoint = await readFile(path, 'utf8');
  const saved = parseCheckpoint(checkpoint, path);
  const options = { ...saved.identity.options, codecVersion: 'zlib 1.2.3' };
  await writeFile(path, formatCheckpoint({ ...saved, identity: { ...saved.identity, options } }));
  const other = failureOf(await killed.graph.run('export', JOB, '--out', folder, ...args));
  expect(other.exitCode).toBe(2);
  expect(other.line).toMatch(
    /^Cannot resume: the checkpoint was made for option codecVersion "zlib 1\.2\.3", not "zlib /,
  );
  // A finished export is what it is.
  await writeFile(path, checkpoint);
  const finished = await killed.graph.run('export', JOB, '--out', folder, ...args);
  expect(finished.exitCode, finished.stderr).toBe(0);
  const manifest = join(folder, 'manifest.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"zlib ', '"zlib 1.2.3 '));
  const again = await killed.graph.run('export', JOB, '--out', folder, ...args);
  expect(again.exitCode, again.stderr).toBe(0);
  expect(again.stderr).toMatch(/^Already complete: /);
});
