import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.js';
import { failureOf, type Graph, graphOf, test } from './export-test.js';

let simulator: Simulator;
let graph: Graph;

beforeAll(async () => {
  simulator = await startSimulator();
  graph = graphOf(simulator);
});
afterAll(() => simulator.close());

/** A folder where the export, or a later run of it, needs a file. */
test.concurrent.for([
  ['the manifest', 'manifest.json', /^Cannot read ".*manifest\.json": EISDIR\. Check the folder/],
  ['a manifest in progress', '.manifest.json.tmp', /^Cannot write ".*manifest\.json": EISDIR/],
  ['_SUCCESS', '_SUCCESS', /^Cannot write ".*_SUCCESS": EISDIR/],
  ['the checkpoint', '.ges-export/checkpoint.json', /^Cannot read ".*checkpoint\.json": EISDIR/],
  [
    'a checkpoint in progress',
    '.ges-export/.checkpoint.json.tmp',
    /^Cannot write ".*checkpoint\.json": EISDIR/,
  ],
] as const)(
  'a folder in the place of %s is a failure of the destination',
  async ([, path, line], { folder }) => {
    await mkdir(join(folder, path), { recursive: true });
    const failed = failureOf(await graph.run('export', 'pagerank', '--out', folder, '--quiet'));
    expect(failed).toEqual({ exitCode: 1, line: expect.stringMatching(line) });
  },
);

test('a file in the place of a folder is one too', async ({ folder }) => {
  await writeFile(join(folder, 'pagerank'), '');
  const table = failureOf(await graph.run('export', 'pagerank', '--out', folder));
  expect(table).toEqual({ exitCode: 1, line: expect.stringMatching(/^Cannot \w+ ".*pagerank": ENOTDIR/) });
  const out = join(folder, 'pagerank');
  const root = failureOf(await graph.run('export', 'pagerank', '--out', out));
  expect(root).toEqual({ exitCode: 1, line: expect.stringMatching(/^Cannot create ".*pagerank": E/) });
});

test('verify of a manifest that cannot be read says so', async ({ folder }) => {
  await mkdir(join(folder, 'manifest.json'));
  const failed = failureOf(await graph.run('verify', folder));
  expect(failed).toEqual({
    exitCode: 1,
    line: expect.stringMatching(/^Cannot read ".*manifest\.json": EISDIR/),
  });
});
