import { expect, test } from 'vitest';
import { decode, refusal } from './decode-text.js';

test.each<[string, number, string]>([
  ['', 0, 'it ends where an object should stand'],
  ['   ', 3, 'it ends where an object should stand'],
  ['[]', 0, '"[" where an object should stand'],
  ['<html>', 0, '"<" where an object should stand'],
  ['\ufeff{}', 0, 'byte 0xef where an object should stand'],
  ['{} x', 3, '"x" where the end should stand'],
  ['{"a":1,}', 7, '"}" where a key should stand'],
  ['{"a" 1}', 5, '"1" where ":" should stand'],
  ['{"a":1 "b":2}', 7, '""" where "," or "}" should stand'],
  ['{"rows":[1 2]}', 11, '"2" where "," or "]" should stand'],
  ['{"rows":[1,]}', 11, '"]" where a value should stand'],
  ['{"rows":[01]}', 10, '"1" where "," or "]" should stand'],
  ['{"rows":[-]}', 10, '"]" where a digit should stand'],
  ['{"rows":[1.]}', 11, '"]" where a digit should stand'],
  ['{"rows":[NaN]}', 9, '"N" where a value should stand'],
  ['{"rows":[nul]}', 9, 'a wrong literal'],
  ['{"rows":["a\nb"]}', 11, 'a bare control character in a string'],
  ['{"rows":["\\x"]}', 10, 'a wrong escape'],
  ['{"rows":["\\u12G4"]}', 10, 'a wrong \\u escape'],
  ['{"rows":["é', 12, 'it ends where the end of a string should stand'],
])('%j is refused at byte %i: %s', async (text, offset, problem) => {
  const error = await refusal(text);
  expect(error?.message).toBe(`The answer is not valid JSON: ${problem} at byte ${offset}`);
  expect(error?.details).toEqual({ byteOffset: offset });
  expect(error?.retryable).toBe(true);
});

test.each<[string, number[]]>([
  ['a stray continuation byte', [0x80]],
  ['an overlong form', [0xc0, 0xaf]],
  ['a surrogate half', [0xed, 0xa0, 0x80]],
  ['a value above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
  ['a character that is cut short', [0xe4, 0xb8]],
  ['a byte that UTF-8 never uses', [0xff]],
])('%s is refused where it begins, far into the answer too', async (_, bad) => {
  for (const before of ['中', `${'中é'.repeat(60_000)}a`]) {
    const head = Buffer.from(`{"rows":["${before}`);
    const error = await refusal(Buffer.concat([head, Buffer.from(bad), Buffer.from('"]}')]));
    expect(error?.message).toBe(`The answer is not valid JSON: invalid UTF-8 at byte ${head.length}`);
  }
});

test('an answer beyond the limit is refused for good, one of just that length is read', async () => {
  const text = '{"rows":[1,2,3]}';
  expect((await decode(text, { maxBytes: text.length })).bytes).toBe(text.length);
  await expect(decode(text, { maxBytes: text.length - 1 })).rejects.toMatchObject({
    code: 'PAGE_INVALID',
    message: 'The answer is longer than 15 bytes: ask for smaller pages',
    retryable: false,
  });
});
