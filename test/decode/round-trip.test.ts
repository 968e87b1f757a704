import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BufferPool } from '../../src/decode/reference/buffer-pool.js';
import { decodeBody } from '../../src/decode/reference/decode-body.js';
import { stringifyJson } from '../../src/json-value.js';
import { cutAnywhere, jsonElements, jsonObject, jsonValue } from './arbitrary-json.js';
import { chunksOf, decode, recordTexts } from './decode-text.js';

test('every value of an answer comes out with its own digits, keys and characters', async () => {
  const pool = new BufferPool();
  await fc.assert(
    fc.asyncProperty(
      jsonElements,
      jsonElements,
      jsonValue,
      jsonObject,
      fc.array(fc.nat(), { maxLength: 8 }),
      async (first, second, nested, object, cuts) => {
        const text =
          ` {"before" :${object.spelled},"data":{ "outputs":{"rows":[${first.map((item) => item.spelled).join(',')}],` +
          `"extra":{"x":${nested.spelled}}\n},"more":[${second.map((item) => item.spelled).join(',')}]},"status":"success"}\n`;
        const body = await decodeBody(chunksOf(...cutAnywhere(Buffer.from(text), cuts)), 1e6, pool);
        expect(body.lists.map((list) => [list.key, list.count])).toEqual([
          ['rows', first.length],
          ['more', second.length],
        ]);
        expect(recordTexts(body.lists[0])).toEqual(first.map((item) => item.compact));
        expect(recordTexts(body.lists[1])).toEqual(second.map((item) => item.compact));
        expect(stringifyJson(body.envelope)).toBe(
          `{"before":${object.compact},"data":{"outputs":{"extra":{"x":${nested.compact}}}},"status":"success"}`,
        );
        expect(body.bytes).toBe(Buffer.byteLength(text));
        body.release();
      },
    ),
    { numRuns: 400 },
  );
});

test('a list of many batches keeps every record in order', async () => {
  const texts = Array.from(
    { length: 20_000 },
    (_, index) => `{"v${index}":[${index},"${'中'.repeat(index % 40)}"]}`,
  );
  const body = await decode(`{"data":{"outputs":{"rows":[\n${texts.join(' ,\n')}\n]}}}`);
  const list = body.lists[0];
  expect([...(list?.batches() ?? [])].length).toBeGreaterThan(10);
  expect(recordTexts(list)).toEqual(texts);
});

test('a record longer than a batch stays whole', async () => {
  const long = `"${'x'.repeat(300_000)}"`;
  const body = await decode(`{"rows":[1,${long},{"a":${long}},2]}`);
  expect(recordTexts(body.lists[0])).toEqual(['1', long, `{"a":${long}}`, '2']);
});

test('a list can be read more than once', async () => {
  const body = await decode('{"rows":[1,2,3]}');
  expect(recordTexts(body.lists[0])).toEqual(['1', '2', '3']);
  expect(recordTexts(body.lists[0])).toEqual(['1', '2', '3']);
});
