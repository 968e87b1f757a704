import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitsType } from '../../src/cell.js';
import { isJsonArray, JsonNumber, type JsonValue } from '../../src/json-value.js';
import { COLUMN_TYPES } from '../../src/model.js';
import { inferType, widen } from '../../src/tables/infer-type.js';
import { planColumns } from '../../src/tables/plan-columns.js';
import { parse, parseObject } from '../decode/parse.js';

function inferred(text: string) {
  const values = parse(text);
  return isJsonArray(values) ? inferType(values) : null;
}

test.each([
  ['[]', null],
  ['[null, null]', null],
  ['[true, null]', 'boolean'],
  ['["a", ""]', 'string'],
  ['[1, -5, 9223372036854775807]', 'int64'],
  ['[1, 2.5]', 'double'],
  ['[1e3]', 'double'],
  ['[9223372036854775808]', 'json'],
  ['[1, "a"]', 'json'],
  ['[true, 1]', 'json'],
  ['[{"a": 1}]', 'json'],
  ['[[]]', 'list<string>'],
  ['[[null]]', 'list<string>'],
  ['[[], [1]]', 'list<int64>'],
  ['[[1], [2.5], []]', 'list<double>'],
  ['[["a", null]]', 'list<string>'],
  ['[[1, "a"]]', 'json'],
  ['[[[1]]]', 'json'],
  ['[[1], 1]', 'json'],
  ['[[], 1]', 'json'],
])('%s gives %s', (text, type) => {
  expect(inferred(text)).toBe(type);
});

const value = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, 'a', ''),
    fc
      .constantFrom('0', '-1', '2.5', '1e3', '9223372036854775807', '9223372036854775808')
      .map((text) => new JsonNumber(text)),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
})).value;

test('the type of a sample holds every value of it, whatever their order', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (values) => {
      const type = inferType(values);
      for (const item of values) {
        if (item === null) continue;
        expect(type).not.toBeNull();
        // Integers beyond 2^53 beside fractions are the one exception: they overflow, row by row.
        const isBig = JSON.stringify(item).includes('9223372036854775807');
        if (type !== null && !isBig) expect(fitsType(item, type)).toBe(true);
      }
      expect(inferType([...values].reverse())).toBe(type);
    }),
    { numRuns: 1000 },
  );
});

test('widening does not depend on the order, and a type is no wider than itself', () => {
  for (const a of COLUMN_TYPES) {
    expect(widen(a, a)).toBe(a);
    for (const b of COLUMN_TYPES) expect(widen(a, b)).toBe(widen(b, a));
  }
  expect(widen('int64', 'double')).toBe('double');
  expect(widen('list<int64>', 'list<double>')).toBe('list<double>');
  expect(widen('string', 'list<string>')).toBe('json');
});

test('a documented score is a double, even where the sample begins with whole numbers', () => {
  for (const key of ['pagerank', 'distance', 'betweenness']) {
    const sample = { key, records: [parse('{"a": 1}'), parse('{"b": null}')], isWhole: false };
    expect(planColumns('keyed', sample, null)[1]).toMatchObject({ name: key, type: 'double' });
  }
  const text = { key: 'pagerank', records: [parse('{"a": "n/a"}')], isWhole: false };
  expect(planColumns('keyed', text, null)[1]?.type).toBe('string');
});

test('so are the documented scalars', () => {
  const records = [parseObject('{"closeness": 1, "source": "a", "runtime": 0}')];
  expect(
    planColumns('object', { key: 'closeness', records, isWhole: true }, null).map((column) => column.type),
  ).toEqual(['double', 'string', 'double']);
});
