import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResumableSha256 } from '../../src/destination/s3/sha256.js';

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('it is SHA-256 at every length around the block, saved and gone on with in between', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length) & 255));
    let hash = new ResumableSha256();
    for (const byte of bytes) {
      hash.update(Uint8Array.of(byte));
      hash = ResumableSha256.resume(hash.save());
    }
    expect(hash.digest()).toBe(hashOf(bytes));
    expect(hash.digest()).toBe(hashOf(bytes));
  }
});

test('pieces of any size give the hash of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 12 }), (pieces) => {
      const hash = new ResumableSha256();
      for (const piece of pieces) hash.update(piece);
      expect(hash.digest()).toBe(hashOf(Buffer.concat(pieces)));
    }),
  );
});

test('what is no saved hash is refused', () => {
  expect(() => ResumableSha256.resume('AAAA')).toThrow(RangeError);
});
