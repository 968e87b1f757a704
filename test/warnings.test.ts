import { expect, test } from 'vitest';
import type { DecodedBody } from '../src/model.js';
import { readScalars } from '../src/tables/plan-tables.js';
import { ScalarWatch } from '../src/warnings.js';
import { decode } from './decode/decode-text.js';

const pageOf = (outputs: object): Promise<DecodedBody> =>
  decode(JSON.stringify({ data: { outputs }, status: 'success' }));

async function warningsOf(first: object, ...later: readonly object[]): Promise<readonly string[]> {
  const watch = new ScalarWatch(readScalars(await pageOf(first)), []);
  for (const [index, outputs] of later.entries()) watch.compare(await pageOf(outputs), (index + 1) * 10, []);
  return watch.warnings.map(({ code, message }) => `${code}: ${message}`);
}

test('scalars that are the same on each page give no warning, nor does the time of a run', async () => {
  expect(
    await warningsOf({ modularity: 0.5, runtime: 1 }, { runtime: 2, modularity: 0.5 }, { runtime: 3 }),
  ).toEqual([]);
});

test('a scalar that changes is told once, with both values and the place', async () => {
  expect(
    await warningsOf({ modularity: 0.5 }, { modularity: 0.5 }, { modularity: 0.25 }, { modularity: 1 }),
  ).toEqual(['SCALAR_CHANGED: "modularity" was 0.5 on the first page and is 0.25 at offset 20']);
});

test('so is one that only a later page has, and a list of what was asked', async () => {
  expect(await warningsOf({}, { community_num: 4 })).toEqual([
    'SCALAR_CHANGED: "community_num" is not on the first page and is 4 at offset 10',
  ]);
  expect(await warningsOf({ sources: ['a'] }, { sources: ['a', 'b'] })).toEqual([
    'SCALAR_CHANGED: "sources" was ["a"] on the first page and is ["a","b"] at offset 10',
  ]);
});

test('the order of the members of a scalar is no change', async () => {
  expect(
    await warningsOf({ about: { a: 1, b: [{ c: 2, d: 3 }] } }, { about: { b: [{ d: 3, c: 2 }], a: 1 } }),
  ).toEqual([]);
});
