import { expect, test } from 'vitest';
import { JsonNumber, JsonObject, type JsonValue } from '../../src/json-value.js';
import { detectShape } from '../../src/tables/detect-shape.js';
import { readGraphSchema } from '../../src/tables/graph-schema.js';
import { planColumns } from '../../src/tables/plan-columns.js';

const score = (id: string, value: JsonValue) => new JsonObject([id], [value]);
const scores = Array.from({ length: 20 }, (_, index) => score(`v${index}`, new JsonNumber(`0.${index + 1}`)));

test('one record of another shape does not turn a table into JSON', () => {
  expect(detectShape('pagerank', [...scores, 'odd'])).toBe('keyed');
  expect(detectShape('pagerank', ['odd', ...scores])).toBe('keyed');
});

test('records of which no shape is the most common are JSON', () => {
  expect(detectShape('x', [scores[0] as JsonValue, 'odd'])).toBe('json');
});

test('one value of another type does not change a documented type', () => {
  const sample = { key: 'pagerank', records: [...scores, score('w', 'inf')], isWhole: false };
  expect(planColumns('keyed', sample, null)[1]).toMatchObject({ name: 'pagerank', type: 'double' });
});

const vertex = (level: JsonValue) =>
  new JsonObject(['id', 'label', 'properties'], ['a', 'user', new JsonObject(['level'], [[level]])]);
const schema = readGraphSchema([
  new JsonObject(
    ['label', 'type', 'properties'],
    ['user', 'vertex', [new JsonObject(['name', 'type', 'cardinality'], ['level', 'int', 'single'])]],
  ),
]);
const typeOfLevel = (levels: readonly JsonValue[]) =>
  planColumns('element', { key: 'vertices', records: levels.map(vertex), isWhole: false }, schema).find(
    (column) => column.name === 'level',
  )?.type;

test('the schema keeps its word against one odd value, not against most of them', () => {
  const numbers = Array.from({ length: 9 }, (_, index) => new JsonNumber(String(index)));
  expect(typeOfLevel([...numbers, 'high'])).toBe('int64');
  expect(typeOfLevel(['high', 'low', new JsonNumber('1')])).toBe('json');
});
