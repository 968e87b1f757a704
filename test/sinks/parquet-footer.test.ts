import fc from 'fast-check';
import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import util from 'parquetjs-lite/lib/util.js';
import { expect, test } from 'vitest';
import type { ChunkFacts, Column, ColumnType } from '../../src/model.js';
import { encodeFooter, MAGIC } from '../../src/sinks/parquet/footer.js';
import { PARQUET_CODECS, toLeaf } from '../../src/sinks/parquet/leaf.js';

/** parquetjs-lite reads a footer into objects that its own Thrift can write. */
const { decodeThrift, serializeThrift } = util as unknown as {
  decodeThrift(struct: object, bytes: Buffer): number;
  serializeThrift(struct: object): Buffer;
};
const { FileMetaData } = thrift as unknown as { readonly FileMetaData: new () => object };

const TYPES = [
  'boolean',
  'int64',
  'double',
  'string',
  'json',
  'list<int64>',
  'list<string>',
] as const satisfies readonly ColumnType[];

const column: fc.Arbitrary<Column> = fc.record({
  name: fc.string({ unit: 'grapheme', minLength: 1 }),
  type: fc.constantFrom(...TYPES),
  nullable: fc.boolean(),
  fieldIds: fc.constantFrom([], [1, 2], [900, 70_000]),
});
const bytes = fc.nat(2 ** 40);
const bound = fc.uint8Array({ maxLength: 64 }).map((value) => Buffer.from(value));
const chunk: fc.Arbitrary<ChunkFacts> = fc.record({
  entries: bytes,
  uncompressedBytes: bytes,
  compressedBytes: bytes,
  dictionaryBytes: fc.constantFrom(0, 7, 123_456),
  nulls: fc.option(fc.nat()),
  bounds: fc.option(fc.record({ min: bound, max: bound })),
});

test('the footer is the one that parquetjs-lite writes, byte for byte', () => {
  const table = fc.array(column, { minLength: 1, maxLength: 20 }).chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.record({ rows: bytes, chunks: fc.tuple(...columns.map(() => chunk)) }), {
        maxLength: 20,
      }),
      fc.constantFrom(...Object.values(PARQUET_CODECS)),
    ),
  );
  fc.assert(
    fc.property(table, ([columns, groups, codec]) => {
      const footer = encodeFooter(columns.map(toLeaf), codec, groups);
      const length = footer.readUInt32LE(footer.length - 8);
      const written = footer.subarray(0, -8);
      expect([length, footer.subarray(-4)]).toEqual([written.length, MAGIC]);
      const read = new FileMetaData();
      expect(decodeThrift(read, written)).toBe(written.length);
      expect(serializeThrift(read).equals(written)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
