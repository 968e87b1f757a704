import { expect, test } from 'vitest';
import {
  arrayOf,
  boolean,
  count,
  nullable,
  objectOf,
  oneOf,
  recordOf,
  string,
} from '../src/document-shape.js';

const shape = objectOf(
  {
    name: string,
    rows: count,
    tags: arrayOf(nullable(string)),
    facts: recordOf(boolean),
    version: oneOf(1, 2),
  },
  { note: string },
);
const good = { name: 'a', rows: 3, tags: ['x', null], facts: { ok: true }, version: 2 };

test('what fits comes back without what nobody knows', () => {
  expect(shape({ ...good, other: 1 }, '')).toEqual(good);
  expect(shape({ ...good, note: 'b' }, '')).toEqual({ ...good, note: 'b' });
  const odd = JSON.parse('{"__proto__": true}');
  expect(Object.keys(recordOf(boolean)(odd, ''))).toEqual(['__proto__']);
});

test.each([
  [[], 'content: not an object'],
  [{ ...good, name: 1 }, 'name: not a string'],
  [{ ...good, rows: 1.5 }, 'rows: not a count'],
  [{ ...good, rows: -1 }, 'rows: not a count'],
  [{ ...good, rows: 2 ** 53 }, 'rows: not a count'],
  [{ ...good, rows: undefined }, 'rows: not a count'],
  [{ ...good, tags: 'x' }, 'tags: not an array'],
  [{ ...good, tags: ['x', 2] }, 'tags.1: not a string'],
  [{ ...good, facts: { ok: 'yes' } }, 'facts.ok: not true or false'],
  [{ ...good, version: 3 }, 'version: not one of 1, 2'],
  [{ ...good, note: null }, 'note: not a string'],
])('%j', (value, message) => {
  expect(() => shape(value, '')).toThrow(message);
});
