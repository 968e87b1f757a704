import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { hashTree, test } from '../cli/export-test.js';

test('the manifest accounts for every record, row and byte', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const manifest = await graph.export('pagerank', folder, '--rows-per-file', '200');
  expect(manifest).toMatchObject({
    formatVersion: 1,
    tool: { name: 'ges-export', version: expect.stringMatching(/^\d+\.\d+\.\d+/) },
    job: { id: 'pagerank', status: 'success' },
    source: {
      endpoint: graph.simulator.endpoint,
      projectId: graph.simulator.projectId,
      graph: graph.simulator.graph,
    },
    total: 305,
    scalars: { runtime: expect.any(Number) },
    options: {
      format: 'csv',
      compression: 'none',
      pageSize: 100_000,
      rowsPerFile: 200,
      delimiter: ',',
      strict: false,
    },
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    completeness: {
      windows: 2,
      recordsDeclared: 305,
      recordsRead: 305,
      rowsDecoded: 305,
      rowsInFiles: 305,
    },
    warnings: [],
  });
  expect(manifest.tables).toHaveLength(1);
  expect(manifest.tables[0]).toMatchObject({
    name: 'pagerank',
    rows: 305,
    columns: [
      { name: 'vertex_id', type: 'string', nullable: false },
      { name: 'pagerank', type: 'double', nullable: true },
    ],
  });
  expect(Date.parse(manifest.finishedAt)).toBeGreaterThanOrEqual(Date.parse(manifest.startedAt));
  for (const file of manifest.tables[0]?.files ?? []) {
    const bytes = await readFile(join(folder, file.path));
    expect(file.bytes).toBe(bytes.length);
    expect(file.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(file.rows).toBe(bytes.toString().split('\n').length - 2);
  }
});

test('a finished folder holds the parts, the manifest and an empty _SUCCESS, and nothing else', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await graph.export('edges', folder, '--page-size', '1000');
  expect(Object.keys(await hashTree(folder)).sort()).toEqual([
    '_SUCCESS',
    'edges/part-00000.csv',
    'manifest.json',
  ]);
  expect((await stat(join(folder, '_SUCCESS'))).size).toBe(0);
});

test('two exports of one result differ in their times only', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const [first, second] = [
    await graph.export('vertices', join(folder, 'first')),
    await graph.export('vertices', join(folder, 'second')),
  ];
  const times = { startedAt: '', finishedAt: '' };
  expect({ ...first, ...times }).toEqual({ ...second, ...times });
});
