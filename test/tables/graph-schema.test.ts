import { expect, test } from 'vitest';
import { isJsonArray, type JsonValue } from '../../src/json-value.js';
import { readGraphSchema } from '../../src/tables/graph-schema.js';
import { planColumns } from '../../src/tables/plan-columns.js';
import { parse } from '../decode/parse.js';

interface Property {
  readonly name: string;
  readonly type?: string;
  readonly dataType?: string;
  readonly cardinality?: string;
}

const label = (name: string, type: string | null, ...properties: readonly Property[]) => ({
  label: name,
  ...(type === null ? {} : { type }),
  properties,
});

function list(value: unknown): readonly JsonValue[] {
  const parsed = parse(JSON.stringify(value));
  if (!isJsonArray(parsed)) throw new TypeError('no array');
  return parsed;
}

/** The property columns of vertices, by name, with or without a schema. */
function typesOf(schema: readonly unknown[] | null, vertices: readonly unknown[], isWhole = true) {
  const columns = planColumns(
    'element',
    { key: 'vertices', records: list(vertices), isWhole },
    schema === null ? null : readGraphSchema(list(schema)),
  );
  return Object.fromEntries(
    columns.filter((column) => column.source === 'property').map(({ name, type }) => [name, type]),
  );
}

const vertex = (properties: Record<string, unknown>, name = 'a') => ({ id: '1', label: name, properties });

test.each([
  ['int', 'int64'],
  ['long', 'int64'],
  ['float', 'double'],
  ['double', 'double'],
  ['bool', 'boolean'],
  ['Boolean', 'boolean'],
  ['char array', 'string'],
  ['string', 'string'],
  ['enum', 'string'],
  ['date', 'string'],
])('type %s is %s, and a list of it for list and set', (type, column) => {
  const schema = [
    label(
      'a',
      'vertex',
      { name: 'one', type, cardinality: 'single' },
      { name: 'bare', dataType: type },
      { name: 'many', type, cardinality: 'list' },
      { name: 'different', type, cardinality: 'set' },
    ),
  ];
  expect(typesOf(schema, [vertex({})])).toEqual({
    one: column,
    bare: column,
    many: `list<${column}>`,
    different: `list<${column}>`,
  });
});

test('a list stays a list where the schema says so, though every sample holds one value', () => {
  const many = [label('a', 'vertex', { name: 'tags', type: 'string', cardinality: 'list' })];
  expect(typesOf(many, [vertex({ tags: ['x'] })])).toEqual({ tags: 'list<string>' });
  expect(typesOf(null, [vertex({ tags: ['x'] })])).toEqual({ tags: 'string' });
  expect(typesOf(null, [vertex({ tags: ['x'] }), vertex({ tags: ['x', 'y'] })])).toEqual({
    tags: 'list<string>',
  });
});

test('a type that no page names leaves the decision to the samples', () => {
  const schema = [label('a', 'vertex', { name: 'x', type: 'point' })];
  expect(typesOf(schema, [vertex({ x: [1.5] })])).toEqual({ x: 'double' });
  const odd = [label('a', 'vertex', { name: 'x', type: 'constructor' })];
  expect(typesOf(odd, [vertex({ x: [1.5] })])).toEqual({ x: 'double' });
  expect(typesOf(schema, [vertex({})])).toEqual({});
});

test('a name with different types under different labels gets a type that holds both', () => {
  const schema = (one: string, other: string) => [
    label('a', 'vertex', { name: 'x', type: one }),
    label('b', 'vertex', { name: 'x', type: other }),
  ];
  const both = [vertex({}), vertex({}, 'b')];
  expect(typesOf(schema('int', 'double'), both)).toEqual({ x: 'double' });
  expect(typesOf(schema('int', 'string'), both)).toEqual({ x: 'json' });
  expect(typesOf(schema('int', 'string'), [vertex({})])).toEqual({ x: 'int64' });
});

test('where the samples contradict the schema, they decide', () => {
  const schema = (cardinality: string) => [label('a', 'vertex', { name: 'x', type: 'int', cardinality })];
  expect(typesOf(schema('single'), [vertex({ x: ['seven'] })])).toEqual({ x: 'string' });
  expect(typesOf(schema('single'), [vertex({ x: [1, 2] })])).toEqual({ x: 'list<int64>' });
  expect(typesOf(schema('list'), [vertex({ x: ['a', 'b'] })])).toEqual({ x: 'list<string>' });
  expect(typesOf(schema('single'), [vertex({ x: [1] }), vertex({ x: ['seven'] })])).toEqual({ x: 'json' });
});

test('labels that the samples did not show count, unless the samples are everything', () => {
  const schema = [
    label('a', 'vertex', { name: 'x', type: 'int' }),
    label('rare', 'vertex', { name: 'y', type: 'int' }),
    label('flight', 'edge', { name: 'z', type: 'int' }),
    label('either', null, { name: 'w', type: 'int' }),
  ];
  expect(Object.keys(typesOf(schema, [vertex({})], true))).toEqual(['x']);
  expect(Object.keys(typesOf(schema, [vertex({})], false))).toEqual(['x', 'y']);
  expect(Object.keys(typesOf(schema, [vertex({}, 'either')], false))).toEqual(['x', 'y', 'w']);
});

test('an empty list of vertices has the documented members and the properties of all vertex labels', () => {
  const schema = readGraphSchema(list([label('a', 'vertex', { name: 'x', type: 'int' })]));
  const columns = planColumns('element', { key: 'vertices', records: [], isWhole: true }, schema);
  expect(columns.map(({ name, type }) => [name, type])).toEqual([
    ['id', 'string'],
    ['label', 'string'],
    ['x', 'int64'],
    ['_overflow', 'json'],
  ]);
});

test('what is no label or no property is passed over', () => {
  const schema = [
    7,
    { label: 'a', properties: 'none' },
    { label: 'a', type: 'vertex', properties: [1, { type: 'int' }] },
  ];
  expect(typesOf(schema, [vertex({ x: [true] })])).toEqual({ x: 'boolean' });
});
