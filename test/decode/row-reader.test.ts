import { expect, test } from 'vitest';
import { createRowReader } from '../../src/decode/reference/row-reader.js';
import { stringifyJson } from '../../src/json-value.js';
import type {
  ColumnSource,
  ColumnType,
  PlannedColumn,
  RecordShape,
  Row,
  TablePlan,
} from '../../src/model.js';
import { parse } from './parse.js';

function column(source: ColumnSource, type: ColumnType, member?: string, nullable = true): PlannedColumn {
  return { name: member ?? source, type, nullable, source, member };
}

const OVERFLOW = column('overflow', 'json');
const KEY = column('key', 'string', undefined, false);

function planOf(shape: RecordShape, columns: readonly PlannedColumn[]): TablePlan {
  return { name: 't', folder: 't', feed: 'elements', list: 't', shape, columns };
}

/** The rows of records at offsets 7, 8, …, each as the JSON text of its cells. */
function rowsOf(shape: RecordShape, columns: readonly PlannedColumn[], ...records: readonly string[]) {
  const reader = createRowReader(planOf(shape, columns), () => {
    throw new Error('drift');
  });
  const rows: Row[] = [];
  for (const [index, record] of records.entries()) reader.read(parse(record), 7 + index, rows);
  return { rows: rows.map((row) => stringifyJson(row)), overflowRows: reader.overflowRows };
}

test('keyed: one row a key, whatever the key is', () => {
  expect(
    rowsOf(
      'keyed',
      [KEY, column('value', 'double', 'rank'), OVERFLOW],
      '{"46":0.50}',
      '{"__proto__":1,"10":2,"9":3}',
      '{"a":1,"a":2}',
      '{"none":null}',
    ),
  ).toEqual({
    rows: [
      '["46",0.50,null]',
      '["__proto__",1,null]',
      '["10",2,null]',
      '["9",3,null]',
      '["a",1,null]',
      '["a",2,null]',
      '["none",null,null]',
    ],
    overflowRows: 0,
  });
});

test('keyed: a value of another type, an empty object and what is no object overflow', () => {
  expect(
    rowsOf(
      'keyed',
      [KEY, column('value', 'int64', 'rank'), OVERFLOW],
      '{"a":"x"}',
      '{"a":9223372036854775808}',
      '{}',
      '"a"',
    ),
  ).toEqual({
    rows: [
      '["a",null,{"rank":"x"}]',
      '["a",null,{"rank":9223372036854775808}]',
      '[null,null,{"record":{}}]',
      '[null,null,{"record":"a"}]',
    ],
    overflowRows: 4,
  });
});

test('keyed-object: one row a key, columns from its members', () => {
  expect(
    rowsOf(
      'keyed-object',
      [KEY, column('member', 'int64', 'dist'), column('member', 'string', 'from'), OVERFLOW],
      '{"a":{"from":"x","dist":3}}',
      '{"b":{"dist":3,"dist":4,"new":[1]},"c":7}',
    ).rows,
  ).toEqual(['["a",3,"x",null]', '["b",3,null,{"dist":4,"new":[1]}]', '["c",null,null,{"value":7}]']);
});

test('id: the record itself', () => {
  expect(rowsOf('id', [KEY, OVERFLOW], '"a"', '5', 'null').rows).toEqual([
    '["a",null]',
    '[null,{"record":5}]',
    '[null,{"record":null}]',
  ]);
});

test('path: one row, its offset and its list', () => {
  const columns = [column('record-offset', 'int64'), column('value', 'list<string>'), OVERFLOW];
  expect(rowsOf('path', columns, '["a","b"]', '[]', '["a",1]', '"a"').rows).toEqual([
    '[7,["a","b"],null]',
    '[8,[],null]',
    '[9,null,{"record":["a",1]}]',
    '[10,null,{"record":"a"}]',
  ]);
});

test('path-long: one row an element, with offset and position', () => {
  const columns = [
    column('record-offset', 'int64'),
    column('position', 'int64'),
    column('value', 'string'),
    OVERFLOW,
  ];
  expect(rowsOf('path-long', columns, '["a","b",3]', '"x"').rows).toEqual([
    '[7,0,"a",null]',
    '[7,1,"b",null]',
    '[7,2,null,{"vertex_id":3}]',
    '[8,null,null,{"record":"x"}]',
  ]);
});

test('path-group: one row a path; a pair without paths keeps its row', () => {
  const columns = [
    column('member', 'string', 'source'),
    column('member', 'string', 'target'),
    column('position', 'int64'),
    column('value', 'list<string>'),
    OVERFLOW,
  ];
  expect(
    rowsOf(
      'path-group',
      columns,
      '{"source":"a","target":"b","paths":[["a","b"],["a","c","b"],7]}',
      '{"source":"a","target":"d","paths":[]}',
      '{"source":"a","target":"d","paths":[],"paths":[["x"]]}',
      '{"source":"a","target":"d"}',
    ).rows,
  ).toEqual([
    '["a","b",0,["a","b"],null]',
    '["a","b",1,["a","c","b"],null]',
    '["a","b",2,null,{"path":7}]',
    '["a","d",null,null,null]',
    '["a","d",null,null,{"paths":[["x"]]}]',
    '[null,null,null,null,{"record":{"source":"a","target":"d"}}]',
  ]);
});

test('edge-circle: one row an edge', () => {
  const columns = [
    column('record-offset', 'int64'),
    column('position', 'int64'),
    column('member', 'string', 'source'),
    column('member', 'string', 'index'),
    OVERFLOW,
  ];
  expect(
    rowsOf('edge-circle', columns, '[{"source":"a","index":"0"},{"source":"b","w":1},"a-b-0"]', '{}').rows,
  ).toEqual([
    '[7,0,"a","0",null]',
    '[7,1,"b",null,{"w":1}]',
    '[7,2,null,null,{"element":"a-b-0"}]',
    '[8,null,null,null,{"record":{}}]',
  ]);
});

const ELEMENT = [
  column('member', 'string', 'id'),
  column('property', 'int64', 'age'),
  column('property', 'list<string>', 'tags'),
  column('property', 'json', 'any'),
  OVERFLOW,
];

test('element: single properties lose their array, lists keep it', () => {
  expect(
    rowsOf(
      'element',
      ELEMENT,
      '{"id":"a","properties":{"age":[3],"tags":["x"],"any":["y"]}}',
      '{"id":"b","properties":{"age":4,"tags":"x","any":[1,"z"]}}',
      '{"id":"c","properties":{"age":[],"tags":[],"any":[]}}',
      '{"id":"d","properties":null}',
      '{"id":"e"}',
    ),
  ).toEqual({
    rows: [
      '["a",3,["x"],"y",null]',
      '["b",4,["x"],[1,"z"],null]',
      '["c",null,[],null,null]',
      '["d",null,null,null,null]',
      '["e",null,null,null,null]',
    ],
    overflowRows: 0,
  });
});

test('element: what fits no column overflows under its own name, whole', () => {
  expect(
    rowsOf(
      'element',
      ELEMENT,
      '{"id":"a","label":"new","properties":{"age":[3,4],"more":[1]}}',
      '{"id":5,"properties":{"age":["x"],"tags":[1]}}',
      '{"id":"c","properties":[1]}',
      '{"id":"d","properties":{"age":[1]},"properties":{"age":[2]}}',
      '"e"',
    ).rows,
  ).toEqual([
    '["a",null,null,null,{"label":"new","properties":{"age":[3,4],"more":[1]}}]',
    '[null,null,null,null,{"id":5,"properties":{"age":["x"],"tags":[1]}}]',
    '["c",null,null,null,{"properties":[1]}]',
    '["d",1,null,null,{"properties":{"age":[2]}}]',
    '[null,null,null,null,{"record":"e"}]',
  ]);
});

test('object: its members; json: the record as it is', () => {
  expect(rowsOf('object', [column('member', 'double', 'x'), OVERFLOW], '{"x":1.0,"y":2}', '3').rows).toEqual([
    '[1.0,{"y":2}]',
    '[null,{"record":3}]',
  ]);
  expect(rowsOf('json', [column('record', 'json')], '{"a":[1,{"a":1e9}],"a":null}', '2').rows).toEqual([
    '[{"a":[1,{"a":1e9}],"a":null}]',
    '[2]',
  ]);
});

test('without _overflow the misfit is handed to onDrift, and no row comes out', () => {
  const rows: Row[] = [];
  const drifts: string[] = [];
  const reader = createRowReader(planOf('keyed', [KEY, column('value', 'int64', 'rank')]), (drift) => {
    drifts.push(`${drift.table} ${drift.offset} ${stringifyJson(drift.misfits)}`);
    throw new Error('drift');
  });
  expect(() => reader.read(parse('{"a":1,"b":"x"}'), 12, rows)).toThrow('drift');
  expect(drifts).toEqual(['t 12 {"rank":"x"}']);
  // The reader is not spoilt by what it refused.
  reader.read(parse('{"c":3}'), 13, rows);
  expect(rows.map((row) => stringifyJson(row))).toEqual(['["a",1]', '["c",3]']);
});
