import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect } from 'vitest';
import { hashParts, hashTree, test } from './export-test.js';

test('part files roll at --rows-per-file and hold together what one file holds', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const one = join(folder, 'one');
  const many = join(folder, 'many');
  await graph.export('pagerank', one);
  const manifest = await graph.export('pagerank', many, '--rows-per-file', '100', '--page-size', '70');
  const files = manifest.tables[0]?.files ?? [];
  expect(files.map(({ path, rows, firstOffset, endOffset }) => [path, rows, firstOffset, endOffset])).toEqual(
    [
      ['pagerank/part-00000.csv', 100, 0, 100],
      ['pagerank/part-00001.csv', 100, 100, 200],
      ['pagerank/part-00002.csv', 100, 200, 300],
      ['pagerank/part-00003.csv', 5, 300, 305],
    ],
  );
  // 70 + 30 for each full file, 5 for the last.
  expect(manifest.completeness.windows).toBe(7);
  const texts = await Promise.all(files.map((file) => readFile(join(many, file.path), 'utf8')));
  const header = 'vertex_id,pagerank\n';
  for (const text of texts) expect(text.startsWith(header)).toBe(true);
  expect(header + texts.map((text) => text.slice(header.length)).join('')).toBe(
    await readFile(join(one, 'pagerank/part-00000.csv'), 'utf8'),
  );
});

test('one request at a time gives the same bytes', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const args = ['--page-size', '41', '--format', 'parquet'];
  await graph.export('vertices', join(folder, 'four'), ...args);
  await graph.export('vertices', join(folder, 'one'), ...args, '--concurrency', '1');
  expect(await hashParts(join(folder, 'one'))).toEqual(await hashParts(join(folder, 'four')));
});

test.for(['csv', 'ndjson', 'parquet'])(
  'an empty result gives one valid %s file',
  async (format, { folder, openGraph }) => {
    const graph = await openGraph();
    const manifest = await graph.export('empty-vertices', folder, '--format', format);
    expect(manifest).toMatchObject({ total: 0, completeness: { rowsInFiles: 0 } });
    expect(manifest.tables).toMatchObject([
      { name: 'vertices', rows: 0, files: [{ rows: 0, endOffset: 0 }] },
    ]);
    const text = await readFile(join(folder, `vertices/part-00000.${format}`), 'latin1');
    if (format === 'csv') expect(text).toMatch(/^id,label,.*_overflow\n$/);
    if (format === 'ndjson') expect(text).toBe('');
    if (format === 'parquet') expect(text).toMatch(/^PAR1.*PAR1$/s);
    expect((await graph.run('verify', folder)).exitCode).toBe(0);
  },
);

test('odd texts and 64-bit integers arrive as they are', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const manifest = await graph.export('odd-vertices', folder);
  expect(manifest.tables[0]).toMatchObject({ rows: 12, overflowRows: 0 });
  const rows = parse(await readFile(join(folder, 'vertices/part-00000.csv')), { columns: true }) as Record<
    string,
    string
  >[];
  const byId = new Map(rows.map((row) => [row['id'], row]));
  expect(byId.get('莎拉')).toMatchObject({ Name: '莎拉', '薇 name': '薇薇安', big: '9223372036854775807' });
  expect(byId.get('quote"comma,back\\slash')).toMatchObject({ big: '-9223372036854775808' });
  expect(byId.get('line\nbreak')).toMatchObject({
    Name: 'first\nsecond\r\nthird\tend',
    big: '9007199254740993',
    scores: '[1,2,2,3]',
  });
  expect(byId.get('__proto__')).toMatchObject({ Name: 'constructor', ratio: '5e-324' });
  expect(byId.get(' padded ')).toMatchObject({ Name: ' both ends ' });
  expect(byId.has('')).toBe(true);
});

test('--raw passes records through as they came', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  await graph.export('unknown-shape', folder, '--format', 'ndjson', '--raw');
  const text = await readFile(join(folder, 'trees/part-00000.ndjson'), 'utf8');
  expect(text.trimEnd().split('\n').at(-1)).toBe('[1,{"x":[true]},"mixed"]');
  expect(text).toContain('"a.b":1e+21');
});

test('a result without a total is walked to its end', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const manifest = await graph.export('no-total', folder, '--page-size', '60');
  expect(manifest).toMatchObject({ total: 250, tables: [{ rows: 250, files: [{ endOffset: 250 }] }] });
});

test('a result that is not paged comes with one request and is one record', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const path = await graph.export('shortest_path', join(folder, 'path'));
  expect(path).toMatchObject({ total: 1, completeness: { windows: 1 }, tables: [{ name: 'path', rows: 1 }] });
  const scalars = await graph.export('closeness', join(folder, 'scalars'));
  expect(scalars).toMatchObject({ total: 1, tables: [{ name: 'closeness', rows: 1 }] });
  expect(scalars.scalars).toHaveProperty('closeness');
});

test('a job that has a status only gives a manifest without tables', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const manifest = await graph.export('hyg-sync', folder);
  expect(manifest).toMatchObject({ total: 0, tables: [], completeness: { rowsInFiles: 0 } });
  expect(Object.keys(await hashTree(folder)).sort()).toEqual(['_SUCCESS', 'manifest.json']);
  expect((await graph.run('verify', folder)).exitCode).toBe(0);
});

test('the result of a partly failed job is exported, and the exit code tells', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const { exitCode, stderr } = await graph.run('export', 'partially-failed', '--out', folder);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Warning: Job "partially-failed" has the status "partiallyFailed"/m);
  expect(await hashTree(folder)).toHaveProperty('_SUCCESS');
});

test.for(['import-graph', 'export-graph', 'create-index'])(
  '%s has a status only: no file is invented',
  async (job, { folder, openGraph }) => {
    const graph = await openGraph();
    expect(await graph.export(job, folder)).toMatchObject({ total: 0, tables: [], scalars: {} });
    expect(Object.keys(await hashTree(folder)).sort()).toEqual(['_SUCCESS', 'manifest.json']);
  },
);

test('a partly failed job without rows ends with exit code 1 as well', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  const { exitCode, stderr } = await graph.run('export', 'import-partly-failed', '--out', folder);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Warning: Job "import-partly-failed" has the status "partiallyFailed"/m);
});

test('a result of HyG that may be cut is exported with a warning that names the way to the whole', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  const { exitCode, stderr } = await graph.run('export', 'hyg-truncated', '--out', folder);
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^Warning: .*1000 records is such a round number.*"mode": "FULL".*export-result/m);
});

test('vertices and edges of one answer are two tables of one export', async ({ folder, openGraph }) => {
  const graph = await openGraph();
  expect(await graph.export('temporal-graph', folder)).toMatchObject({
    total: 16,
    tables: [
      { name: 'vertices', rows: 4, files: [{ endOffset: 16 }] },
      { name: 'edges', rows: 12, files: [{ endOffset: 16 }] },
    ],
  });
  expect((await graph.run('verify', folder)).exitCode).toBe(0);
});

test.for(['columnar', 'reference'])(
  'a list that comes whole with every page is written once (%s)',
  async (engine, { folder, openGraph }) => {
    const graph = await openGraph();
    const options = ['--engine', engine, '--format', 'ndjson'];
    const rowsOf = async (name: string, size: string) => {
      const { tables } = await graph.export(
        'filtered-query',
        join(folder, name),
        '--page-size',
        size,
        ...options,
      );
      return tables.map((table) => [table.name, table.rows]);
    };
    const whole = await rowsOf('whole', '100000');
    expect(whole).toEqual([
      ['vertices', expect.any(Number)],
      ['paths', expect.any(Number)],
    ]);
    expect(await rowsOf('pages', '50')).toEqual(whole);
    expect((await graph.run('verify', join(folder, 'pages'), '--remote', '2')).exitCode).toBe(0);
  },
);

test('a pair whose paths are counted one by one is put together from its pages', async ({
  folder,
  openGraph,
}) => {
  const graph = await openGraph();
  await graph.export('batch-paths-by-path', folder, '--page-size', '2');
  expect(await readFile(join(folder, 'batch_paths/part-00000.csv'), 'utf8')).toBe(
    [
      'source,target,path_id,vertices',
      'ABE,ANC,0,"[""ABE"",""ORD"",""ANC""]"',
      'ABE,ANC,1,"[""ABE"",""ATL"",""ANC""]"',
      'ABE,ANC,2,"[""ABE"",""DFW"",""ANC""]"',
      'ABE,ATL,3,"[""ABE"",""ATL""]"',
      '',
    ].join('\n'),
  );
});
