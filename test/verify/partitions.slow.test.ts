import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { checkExport } from '../../src/verify-export.js';
import { type Graph, readManifest, test } from '../cli/export-test.js';

/** Five windows; two files of most partitions. */
async function exported(graph: Graph, out: string) {
  const args = ['--page-size', '200', '--rows-per-file', '60', '--partition-by', 'city'];
  await graph.export('synthetic-vertices-1000', out, ...args);
  const manifest = await readManifest(out);
  const save = () => writeFile(join(out, 'manifest.json'), JSON.stringify(manifest));
  const [table] = manifest.tables;
  if (table === undefined) throw new Error('There is one table');
  return { manifest, table, save };
}

test('what is wrong with partitions is named', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  const { table, save } = await exported(graph, out);
  const seen = async () => (await checkExport(out)).disagreements.map(({ kind, path }) => [kind, path]);
  expect(await seen()).toEqual([]);

  // A folder that nobody knows would be a partition to readers.
  await mkdir(join(out, 'vertices/city=Atlantis'));
  expect(await seen()).toEqual([['unnamed', 'vertices/city=Atlantis']]);
  await rm(join(out, 'vertices/city=Atlantis'), { recursive: true });

  const first = table.files.findIndex((file) => file.partition?.[0] === 'Oslo');
  const second = table.files.findLastIndex((file) => file.partition?.[0] === 'Oslo');
  const [one, two] = [table.files[first], table.files[second]];
  if (one === undefined || two === undefined || one === two) throw new Error('Oslo has two files');
  // Another value than the path says.
  table.files[first] = { ...one, partition: ['Bergen'] };
  await save();
  expect(await seen()).toEqual([['manifest', one.path]]);
  // Twice the same records.
  table.files[first] = one;
  table.files[second] = { ...two, firstOffset: one.firstOffset };
  await save();
  expect(await seen()).toEqual([['tiling', two.path]]);
  // A file is lost, from the manifest too: the rows tell.
  table.files.splice(second, 1);
  await save();
  await rm(join(out, two.path));
  expect(await seen()).toEqual([['rows', null]]);
});

test('the server tells of a partition that is not there, and of rows in another one', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const out = join(folder, 'out');
  const { manifest, table, save } = await exported(graph, out);
  const compare = async () => {
    const result = await graph.run('verify', out, '--remote', '4', '--json');
    const { disagreements } = JSON.parse(result.stdout.toString()) as {
      disagreements: { kind: string; message: string }[];
    };
    return disagreements.filter(({ kind }) => kind === 'remote').map(({ message }) => message);
  };
  expect(await compare()).toEqual([]);

  // Oslo is forged to be Bergen, with everything that tells of it.
  for (const [index, file] of table.files.entries()) {
    if (file.partition?.[0] !== 'Oslo') continue;
    const path = file.path.replace('city=Oslo', 'city=Bergen');
    table.files[index] = { ...file, path, partition: ['Bergen'] };
  }
  await rename(join(out, 'vertices/city=Oslo'), join(out, 'vertices/city=Bergen'));
  await save();
  expect(await graph.run('verify', out, '--read-data')).toMatchObject({ exitCode: 0 });
  expect(manifest.total).toBe(1000);
  expect(await compare()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^The server gives \d+ rows of table "vertices", .* there is no file$/),
    ]),
  );
});
