import { expect, test } from 'vitest';
import { stringifyJson } from '../../src/json-value.js';
import { decode, recordTexts } from './decode-text.js';

async function cut(text: string) {
  const body = await decode(text);
  return {
    envelope: stringifyJson(body.envelope),
    lists: body.lists.map((list) => [list.key, ...recordTexts(list)]),
  };
}

test('arrays at the top, in data and in data.outputs are record lists, in the order of the text', async () => {
  expect(
    await cut('{"a":[1],"data":{"b":[2],"outputs":{"c":[3],"s":4,"d":[]},"e":[5]},"status":"success"}'),
  ).toEqual({
    envelope: '{"data":{"outputs":{"s":4}},"status":"success"}',
    lists: [['a', '1'], ['b', '2'], ['c', '3'], ['d'], ['e', '5']],
  });
});

test('arrays anywhere else belong to the envelope', async () => {
  const text =
    '{"outputs":{"a":[1]},"data":{"data":{"b":[2]},"outputs":{"outputs":{"c":[3]},"data":{"d":[4]}}},"x":{"y":[5]}}';
  expect(await cut(text)).toEqual({ envelope: text, lists: [] });
});

test('a key that only reads like the way to a list parent is none', async () => {
  const text = '{"data.outputs":{"a":[1]},"":{"b":[2],"data":{"c":[3]}}}';
  expect(await cut(text)).toEqual({ envelope: text, lists: [] });
});

test('keys are compared after their escapes are read', async () => {
  expect(await cut('{"d\\u0061ta":{"outputs":{"p\\"q":[1]}}}')).toEqual({
    envelope: '{"data":{"outputs":{}}}',
    lists: [['p"q', '1']],
  });
});

test.each([
  '{}',
  '{"status":"pending"}',
  '{"data":null}',
  '{"data":{},"status":"running"}',
  '{"data":{"outputs":"x"}}',
])('an answer without lists is all envelope: %s', async (text) => {
  expect(await cut(text)).toEqual({ envelope: text, lists: [] });
});

test('a list that comes twice comes out twice', async () => {
  expect((await cut('{"data":{"rows":[1],"rows":[2,3]}}')).lists).toEqual([
    ['rows', '1'],
    ['rows', '2', '3'],
  ]);
});

test('the digest tells records apart, whatever white space and order of members they have', async () => {
  const digest = async (text: string, from: number, to: number) =>
    (await decode(text)).lists[0]?.digest(from, to);
  const plain = '{"rows":[{"a":1,"b":[2]},3,"é"]}';
  const spaced = '{ "rows" : [ {"b" : [ 2 ], "a":1} ,\n3, "\\u00e9" ] }';
  for (const [from, to] of [
    [0, 3],
    [0, 1],
    [1, 3],
    [2, 2],
  ] as const) {
    expect(await digest(spaced, from, to)).toBe(await digest(plain, from, to));
  }
  expect(await digest(plain, 0, 2)).not.toBe(await digest(plain, 0, 3));
  expect(await digest('{"rows":[1.0]}', 0, 1)).not.toBe(await digest('{"rows":[1]}', 0, 1));
});
