import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.js';
import { verifyExport } from '../../src/verify-export.js';
import { failureOf, graphOf, test } from '../cli/export-test.js';
import { runCommand } from '../cli/run-command.js';

let finished = '';

beforeAll(async () => {
  finished = await mkdtemp(join(tmpdir(), 'ges-export-'));
  const simulator = await startSimulator();
  const graph = graphOf(simulator);
  await graph.export('pagerank', join(finished, 'csv'), '--rows-per-file', '200');
  await graph.export('vertices', join(finished, 'parquet'), '--format', 'parquet');
  await graph.export('edges', join(finished, 'gzip'), '--format', 'ndjson', '--compression', 'gzip');
  await simulator.close();
});
afterAll(() => rm(finished, { recursive: true, force: true }));

async function change(path: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'latin1');
  const changed = edit(text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed, 'latin1');
}

test.for([
  ['csv', '305 records, 305 rows in 2 files'],
  ['parquet', '305 records, 305 rows in 1 file'],
  ['gzip', '5,366 records, 5,366 rows in 1 file'],
])('a whole %s export passes', async ([kind = '', text]) => {
  const folder = join(finished, kind);
  const result = await runCommand(['verify', folder]);
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  expect(result.stdout.toString()).toBe(`Verified ${folder}: ${text}\n`);
});

const PART = 'pagerank/part-00000.csv';

describe('what is not as the manifest says ends with 5 and one line', () => {
  test.for<[string, string, (folder: string) => Promise<void>, RegExp]>([
    [
      'an altered byte',
      'csv',
      (folder) => change(join(folder, PART), (text) => text.replace('ATL', 'ATK')),
      /"pagerank\/part-00000\.csv" has changed: its SHA-256 is not the recorded one/,
    ],
    [
      'a missing file',
      'csv',
      (folder) => rm(join(folder, 'pagerank/part-00001.csv')),
      /"pagerank\/part-00001\.csv" is missing/,
    ],
    [
      'an extra row',
      'csv',
      (folder) => appendFile(join(folder, PART), 'XXX,0.5\n'),
      /part-00000\.csv" has \d+ bytes, not \d+/,
    ],
    [
      'a changed byte in Parquet',
      'parquet',
      (folder) =>
        change(join(folder, 'vertices/part-00000.parquet'), (text) => text.replace('airport', 'airpork')),
      /has changed/,
    ],
    [
      'a gzip file that is cut',
      'gzip',
      (folder) => change(join(folder, 'edges/part-00000.ndjson.gz'), (text) => text.slice(0, -9)),
      /has \d+ bytes, not \d+/,
    ],
    [
      'a row count that was edited',
      'csv',
      (folder) => change(join(folder, 'manifest.json'), (text) => text.replace('"rows": 200', '"rows": 201')),
      /part-00000\.csv" has 200 rows, not 201/,
    ],
    [
      'offsets that leave a gap',
      'csv',
      (folder) =>
        change(join(folder, 'manifest.json'), (text) =>
          text.replace('"firstOffset": 200', '"firstOffset": 201'),
        ),
      /"pagerank\/part-00001\.csv" begins at offset 201, not at 200/,
    ],
    [
      'a total that was edited',
      'csv',
      (folder) =>
        change(join(folder, 'manifest.json'), (text) => text.replace('"total": 305', '"total": 306')),
      /The files of table "pagerank" end at offset 305, not at 306/,
    ],
    [
      'counts that contradict each other',
      'csv',
      (folder) =>
        change(join(folder, 'manifest.json'), (text) =>
          text.replace('"recordsRead": 305', '"recordsRead": 304'),
        ),
      /contradicts itself/,
    ],
    [
      'a manifest that is cut',
      'csv',
      (folder) => change(join(folder, 'manifest.json'), (text) => text.slice(0, 300)),
      /is not a manifest: it is not JSON/,
    ],
    [
      'a manifest without what it needs',
      'csv',
      (folder) => change(join(folder, 'manifest.json'), (text) => text.replace('"total"', '"sum"')),
      /is not a manifest of this version \(total: /,
    ],
    ['no manifest', 'csv', (folder) => rm(join(folder, 'manifest.json')), /there is no manifest\.json/],
    ['no _SUCCESS', 'csv', (folder) => rm(join(folder, '_SUCCESS')), /holds no _SUCCESS/],
  ])('%s', async ([, kind, damage, message], { folder }) => {
    await cp(join(finished, kind), folder, { recursive: true });
    await damage(folder);
    await expect(verifyExport(folder)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(message),
    });
  });

  test('on the command line', async ({ folder }) => {
    await cp(join(finished, 'csv'), folder, { recursive: true });
    await change(join(folder, PART), (text) => text.replace('ATL', 'ATK'));
    const result = await runCommand(['verify', folder]);
    expect(failureOf(result)).toEqual({
      exitCode: 5,
      line: `"${PART}" has changed: its SHA-256 is not the recorded one. Export again`,
    });
    expect(result.stdout).toHaveLength(0);
  });
});
