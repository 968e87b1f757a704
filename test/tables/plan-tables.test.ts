import { expect, test } from 'vitest';
import { stringifyJson } from '../../src/json-value.js';
import { primaryList, readScalars } from '../../src/tables/plan-tables.js';
import { decode } from '../decode/decode-text.js';
import { exportAnswer, readGoldenCase } from './golden.js';

test('scalars are what stands beside the records, without the fields of paging', async () => {
  const body = await decode(
    '{"data":{"outputs":{"modularity":0.50,"sources":["a","b"],"community":[{"a":"1"}],"runtime":1,"note":{"x":[1]},' +
      '"data_return_size":1,"data_offset":0,"data_total_size":1},"extra":true},"status":"success"}',
  );
  expect(stringifyJson(readScalars(body))).toBe(
    '{"modularity":0.50,"runtime":1,"note":{"x":[1]},"extra":true,"sources":["a","b"]}',
  );
});

test('the list that the sizes count is as long as declared, or the shortest, in whatever order they come', () => {
  const lists = [
    { key: 'sources', count: 9 },
    { key: 'vertices', count: 2 },
    { key: 'paths', count: 5 },
  ];
  expect(primaryList(lists, null)).toBe('vertices');
  expect(primaryList(lists, 5)).toBe('paths');
  expect(primaryList(lists, 9)).toBe('vertices');
  expect(primaryList(lists.toReversed(), null)).toBe('vertices');
  expect(primaryList([{ key: 'sources', count: 1 }], 1)).toBeNull();
});

test('--paths long gives one row a vertex', async () => {
  const golden = readGoldenCase('all-shortest-paths');
  const { files } = await exportAnswer(golden, { paths: 'long' });
  expect(files['paths']).toBe(
    'path_id,position,vertex_id\n0,0,oslo\n0,1,rome\n0,2,cairo\n1,0,oslo\n1,1,bonn\n1,2,cairo\n',
  );
});

test('--raw passes the records through as they came', async () => {
  const { files } = await exportAnswer(readGoldenCase('pagerank'), { raw: true, format: 'ndjson' });
  expect(files['pagerank']?.split('\n')[2]).toBe('{"10":1.2100E-2}');
});

test('a table with a dangerous name is written inside the output folder', async () => {
  const answer = Buffer.from('{"data":{"outputs":{"../../x":[{"a":1},{"b":2}]}},"status":"success"}');
  const { manifest, files } = await exportAnswer({ answer, schema: null }, {});
  expect(manifest.tables[0]?.name).toBe('../../x');
  expect(manifest.tables[0]?.files[0]?.path).toMatch(/^t[^/]*\/part-00000\.csv$/);
  expect(files['../../x']).toBe('vertex_id,../../x\na,1\nb,2\n');
});

test('a result without paging and beyond any sample is read whole from one answer', async () => {
  const records = Array.from({ length: 1500 }, (_, index) => `{"v${index}":${index}}`);
  const answer = Buffer.from(
    `{"data":{"outputs":{"triangle_count":3,"vertex_triangles":[${records.join(',')}]}},"status":"success"}`,
  );
  const { manifest, files } = await exportAnswer({ answer, schema: null }, { pageSize: 10, rowsPerFile: 7 });
  expect(manifest.total).toBe(1500);
  expect(files['vertex_triangles']?.split('\n')).toEqual([
    'vertex_id,vertex_triangles',
    ...records.map((_, index) => `v${index},${index}`),
    '',
  ]);
});

test('a column that a query named like an algorithm has the type of its values', async () => {
  const answer = Buffer.from(
    '{"results":[{"columns":["distance","community"],"data":[{"row":[9007199254740993,7]}]}],"errors":[],"status":"success"}',
  );
  const { columns } = await exportAnswer({ answer, schema: null }, {});
  expect(columns['results']?.map(({ name, type }) => [name, type])).toEqual([
    ['distance', 'int64'],
    ['community', 'int64'],
  ]);
});
