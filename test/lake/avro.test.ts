import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AvroSchema, type AvroValue, decodeAvro, encodeAvro } from '../../src/lake/iceberg/avro.js';

/** A schema with a generator of its values; named types get a number of their own. */
interface Typed {
  readonly schema: AvroSchema;
  readonly value: fc.Arbitrary<AvroValue>;
}

let names = 0;

const scalars: readonly Typed[] = [
  { schema: 'boolean', value: fc.boolean() },
  { schema: 'int', value: fc.integer() },
  { schema: 'long', value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
  { schema: 'string', value: fc.string({ unit: 'grapheme' }) },
  { schema: 'bytes', value: fc.uint8Array().map((bytes) => Buffer.from(bytes)) },
];

const { typed } = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...scalars),
    tie('typed').map(({ schema, value }) => ({
      schema: { type: 'array' as const, items: schema },
      value: fc.array(value, { maxLength: 4 }),
    })),
    tie('typed').map(({ schema, value }) => ({
      schema: { type: 'map' as const, values: schema },
      value: fc.dictionary(fc.string(), value, { maxKeys: 3 }).map((map) => new Map(Object.entries(map))),
    })),
    fc.constantFrom(...scalars).map(({ schema, value }) => ({
      schema: ['null', schema] as AvroSchema,
      value: fc.option(value, { nil: null }),
    })),
    fc.array(tie('typed'), { maxLength: 4 }).map((fields) => ({
      schema: {
        type: 'record' as const,
        name: `r${names++}`,
        fields: fields.map(({ schema }, index) => ({ name: `f${index}`, type: schema })),
      },
      value: fc
        .tuple(...fields.map(({ value }) => value))
        .map((values) => Object.fromEntries(values.map((value, index) => [`f${index}`, value]))),
    })),
  ),
}));

test('what is written is read back, for any schema', () => {
  const file = typed.chain(({ schema, value }) =>
    fc.record({
      schema: fc.constant(schema),
      metadata: fc.dictionary(fc.stringMatching(/^[a-z-]{1,8}$/), fc.string()),
      records: fc.array(value, { maxLength: 5 }),
    }),
  );
  fc.assert(
    fc.property(file, ({ schema, metadata, records }) => {
      const written = { schema, metadata: new Map(Object.entries(metadata)), records };
      expect(decodeAvro(encodeAvro(written))).toEqual(written);
    }),
  );
});

/** The bytes of a number, from the table of the specification ("Binary Encoding", int and long). */
test.each([
  [0n, '00'],
  [-1n, '01'],
  [1n, '02'],
  [-2n, '03'],
  [-64n, '7f'],
  [64n, '8001'],
  [2n ** 63n - 1n, 'feffffffffffffffff01'],
  [-(2n ** 63n), 'ffffffffffffffffff01'],
])('%d is written as the specification says', (value, hex) => {
  const bytes = encodeAvro({ schema: 'long', metadata: new Map(), records: [value] });
  const block = bytes.subarray(bytes.length - 16 - hex.length / 2, bytes.length - 16);
  expect(block.toString('hex')).toBe(hex);
});

test('blocks that another writer has packed, and counts that have a length behind them', () => {
  const plain = encodeAvro({
    schema: { type: 'array', items: 'long' },
    metadata: new Map([['avro.codec', 'deflate']]),
    records: [],
  });
  const sync = plain.subarray(-16);
  // An array of a block of two longs that says its length: count -2, two bytes, 3 and -4, no block more.
  const packed = deflateRawSync(Buffer.from([0x03, 0x04, 0x06, 0x07, 0x00]));
  const file = Buffer.concat([plain, Buffer.from([0x02, packed.length * 2]), packed, sync]);
  expect(decodeAvro(file).records).toEqual([[3n, -4n]]);
});

test('damage is an error and never other records', () => {
  const records = [1n, 2n ** 40n, -7n];
  const whole = encodeAvro({ schema: 'long', metadata: new Map(), records });
  for (let end = 0; end < whole.length; end++) {
    // Cut behind the header, a file without blocks is whole.
    const isHeader = end === whole.length - 16 - 2 - 8;
    const read = () => decodeAvro(whole.subarray(0, end));
    if (isHeader) expect(read().records).toEqual([]);
    else expect(read, `cut at ${end}`).toThrow();
  }
  const other = Buffer.from(whole);
  other.writeUInt8(other.readUInt8(whole.length - 1) ^ 1, whole.length - 1);
  expect(() => decodeAvro(other)).toThrow('sync marker');
  const bomb = Buffer.concat([
    encodeAvro({ schema: 'null', metadata: new Map(), records: [] }),
    // 2^34 records in no byte.
    Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]),
    Buffer.alloc(16),
  ]);
  expect(() => decodeAvro(bomb)).toThrow('items in one block');
  const snappy = encodeAvro({ schema: 'long', metadata: new Map([['avro.codec', 'snappy']]), records });
  expect(() => decodeAvro(snappy)).toThrow('packed with snappy');
});
