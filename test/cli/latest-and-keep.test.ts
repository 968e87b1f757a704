import { cp, mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { LocalPlace } from '../../src/destination/local-place.js';
import { failureOf, type Graph, hashTree, readManifest, test } from './export-test.js';

async function exportTo(graph: Graph, folder: string, name: string, ...flags: readonly string[]) {
  const result = await graph.run('export', 'pagerank', '--out', join(folder, name), ...flags);
  expect(result.exitCode, result.stderr).toBe(0);
  return result.stderr;
}

test.concurrent('latest points to the export that was finished last', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const flags = ['--latest', '--partition-by'];
  expect(await exportTo(graph, folder, 'o', ...flags, 'day=1')).toMatch(
    /^The name "latest" points to .*day=1$/m,
  );
  expect(await readlink(join(folder, 'o', 'latest'))).toBe('day=1');
  await exportTo(graph, folder, 'o', ...flags, 'day=2');
  expect(await readlink(join(folder, 'o', 'latest'))).toBe('day=2');
  expect((await readManifest(join(folder, 'o', 'latest'))).total).toBe(305);
  // A finished export that is exported again does not become the newest, but is there for a pointer that was lost.
  expect(await exportTo(graph, folder, 'o', ...flags, 'day=1')).toMatch(/^Already complete/);
  expect(await readlink(join(folder, 'o', 'latest'))).toBe('day=2');
  await rm(join(folder, 'o', 'latest'));
  await exportTo(graph, folder, 'o', ...flags, 'day=1');
  expect(await readlink(join(folder, 'o', 'latest'))).toBe('day=1');
  expect((await readdir(join(folder, 'o'))).sort()).toEqual(['day=1', 'day=2', 'latest']);
});

test.concurrent('what is no such link is not replaced', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await mkdir(join(folder, 'latest'));
  const out = join(folder, 'a');
  const taken = failureOf(await graph.run('export', 'pagerank', '--out', out, '--latest', '--quiet'));
  expect(taken).toEqual({
    exitCode: 2,
    line: expect.stringMatching(/latest" is no link to a folder beside it/),
  });
  // The export itself is whole.
  expect(await graph.run('verify', out)).toMatchObject({ exitCode: 0 });
  await rm(join(folder, 'latest'), { recursive: true });
  expect(await exportTo(graph, folder, 'a', '--latest')).toMatch(/^Already complete.*\nThe name "latest"/);
});

test.concurrent('keep removes older exports of the series, and nothing else', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await exportTo(graph, folder, 'a', '--latest');
  const made = [
    'b',
    'pointed',
    'other-graph',
    'other-tables',
    'unfinished',
    'no-success',
    'strange',
    'locked',
  ];
  for (const [index, name] of [...made, 'c'].entries()) {
    await cp(join(folder, 'a'), join(folder, name), { recursive: true });
    // Each a second later than the one before, all before the export that is to come.
    const time = new Date(Date.UTC(2020, 0, 1, 0, 0, index)).toISOString();
    await editManifest(folder, name, (text) =>
      text.replace(/"finishedAt": "[^"]+"/, `"finishedAt": "${time}"`),
    );
  }
  await editManifest(folder, 'a', (text) =>
    text.replace(/"finishedAt": "[^"]+"/, '"finishedAt": "2019-01-01T00:00:00Z"'),
  );
  await editManifest(folder, 'other-graph', (text) => text.replace(/"graph": "[^"]+"/, '"graph": "another"'));
  await editManifest(folder, 'other-tables', (text) =>
    text.replace('"name": "pagerank"', '"name": "louvain"'),
  );
  await rename(join(folder, 'unfinished/manifest.json'), join(folder, 'unfinished/.manifest.json'));
  await rm(join(folder, 'no-success/_SUCCESS'));
  await editManifest(folder, 'strange', () => '{"tables": []}');
  await rm(join(folder, 'latest'));
  await symlink('pointed', join(folder, 'latest'));
  await writeFile(join(folder, 'b/notes.txt'), 'mine');
  await writeFile(join(folder, 'a file'), 'mine');
  const unlock = await new LocalPlace(join(folder, 'locked')).lock();
  const said = await exportTo(graph, folder, 'new', '--keep', '2');
  await unlock();
  expect(
    said.match(/^Removed the older export .*$/gm)?.map((line) => line.slice(line.lastIndexOf('/') + 1)),
  ).toEqual(['b', 'a']);
  expect((await readdir(folder)).sort()).toEqual(
    ['a file', 'b', 'c', 'latest', 'new', ...made.filter((name) => name !== 'b')].sort(),
  );
  // What the export did not write stays.
  expect(Object.keys(await hashTree(join(folder, 'b')))).toEqual(['notes.txt']);
  expect(await graph.run('verify', join(folder, 'new'))).toMatchObject({ exitCode: 0 });
  // By now nobody holds it: the same command finishes the work.
  expect(await exportTo(graph, folder, 'new', '--keep', '2')).toMatch(
    /^Already complete.*\nRemoved .*locked$/m,
  );
});

test.concurrent('a removal that was cut off is finished by the next run, and in its own folder', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await exportTo(graph, folder, 'old', '--format', 'parquet');
  for (const name of ['half', 'begun', 'again', 'swept']) {
    await cp(join(folder, 'old'), join(folder, name), { recursive: true });
    await cp(join(folder, name, 'manifest.json'), join(folder, name, '.ges-export/removing'));
  }
  for (const name of ['half', 'again', 'swept']) {
    await rm(join(folder, name, '_SUCCESS'));
    await rm(join(folder, name, 'manifest.json'));
  }
  const swept = await graph.run('gc', join(folder, 'swept'), '--yes');
  expect([swept.exitCode, String(swept.stdout)]).toEqual([
    0,
    expect.stringMatching(/^removal that was cut off .*\npart /),
  ]);
  expect(await readdir(folder)).not.toContain('swept');
  expect(await exportTo(graph, folder, 'again', '--format', 'csv')).toMatch(/^Exporting/);
  expect(Object.keys(await hashTree(join(folder, 'again')))).toEqual(
    expect.arrayContaining(['_SUCCESS', 'manifest.json', 'pagerank/part-00000.csv']),
  );
  await exportTo(graph, folder, 'new', '--keep', '100');
  expect((await readdir(folder)).sort()).toEqual(['again', 'new', 'old']);
});

async function editManifest(folder: string, name: string, edit: (text: string) => string): Promise<void> {
  const path = join(folder, name, 'manifest.json');
  const before = JSON.stringify(await readManifest(join(folder, name)), null, 2);
  const after = edit(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
}
