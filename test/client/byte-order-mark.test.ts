import { expect, test } from 'vitest';
import { withoutMark } from '../../src/client/byte-order-mark.js';
import { chunksOf } from '../decode/decode-text.js';

const MARK = [0xef, 0xbb, 0xbf];
const text = [...Buffer.from('{"a":"\ufeff"}')];

async function read(bytes: readonly number[], size: number): Promise<number[]> {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(Uint8Array.from(bytes.slice(at, at + size)));
  const read: number[] = [];
  for await (const chunk of withoutMark(chunksOf(...chunks))) read.push(...chunk);
  return read;
}

test('a mark is taken off the beginning only, wherever it is cut; all else passes', async () => {
  for (const size of [1, 2, 3, 4, 100]) {
    expect(await read([...MARK, ...text], size)).toEqual(text);
    expect(await read([...MARK, ...MARK, ...text], size)).toEqual([...MARK, ...text]);
    for (const bytes of [text, [], [0xef], [0xef, 0xbb], [0xef, 0xbb, 0x41], MARK.slice(0, 2)])
      expect(await read(bytes, size)).toEqual(bytes);
  }
});
