import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineCounter } from '../../src/verify/count-lines.js';

/** The same by the book: one byte after the other. */
function countPlainly(bytes: Uint8Array, isQuoted: boolean) {
  let lines = 0;
  let inQuotes = false;
  for (const byte of bytes) {
    if (byte === 0x22 && isQuoted) inQuotes = !inQuotes;
    else if (byte === 0x0a && !inQuotes) lines++;
  }
  return { lines, isWhole: (bytes.length === 0 || bytes.at(-1) === 0x0a) && !inQuotes };
}

/** Bytes among which those that matter, and those that differ from them in one bit, are many. */
const bytes = fc.array(
  fc.oneof(fc.constantFrom(0x0a, 0x22, 0x8a, 0xa2, 0x0b, 0x23, 0x00, 0xff), fc.nat(255)),
  {
    maxLength: 300,
  },
);

test('lines are counted as byte by byte, wherever the pieces are cut and however they lie in memory', () => {
  fc.assert(
    fc.property(
      bytes,
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.nat(7),
      (all, isQuoted, cuts, shift) => {
        const memory = Buffer.alloc(all.length + shift);
        memory.set(all, shift);
        const text = memory.subarray(shift);
        const counter = new LineCounter(isQuoted);
        for (let at = 0, piece = 0; at < text.length; piece++) {
          const size = cuts[piece % cuts.length] ?? 1;
          counter.add(text.subarray(at, at + size));
          at += size;
        }
        expect({ lines: counter.lines, isWhole: counter.isWhole }).toEqual(countPlainly(text, isQuoted));
      },
    ),
    { numRuns: 2000 },
  );
});

test('line ends within quotes are no row ends', () => {
  const counter = new LineCounter(true);
  counter.add(Buffer.from('id,name\n1,"a\nb ""c"" \r\n d"\n2,e\n'));
  expect([counter.lines, counter.isWhole]).toEqual([3, true]);
});
