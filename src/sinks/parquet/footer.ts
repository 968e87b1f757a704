import type { ChunkFacts, RowGroupFacts } from '../../model.js';
import { encodeThrift, type ThriftStruct } from '../../thrift.js';
import type { ParquetCodec } from './data-page.js';
import type { Leaf } from './leaf.js';

/** Stands at both ends of a Parquet file. */
export const MAGIC = Buffer.from('PAR1');

/**
 * The version is that of this layout, not of the program: an export that a newer program finishes must end in
 * the same bytes. The shape of the text is the one readers parse ("… version … (build …)").
 */
const CREATED_BY = 'ges-export version 1.0.0 (build parquetjs-lite-0.8.7)';

// parquet.thrift: Type, ConvertedType, FieldRepetitionType, Encoding, CompressionCodec.
const TYPES = { BOOLEAN: 0, INT64: 2, DOUBLE: 5, BYTE_ARRAY: 6 } as const satisfies Record<
  Leaf['physicalType'],
  number
>;
const UTF8 = 0;
const LIST = 3;
const JSON_TEXT = 19;
const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE = 3;
const CODECS = { UNCOMPRESSED: 0, SNAPPY: 1, GZIP: 2, ZSTD: 6 } as const satisfies Record<
  ParquetCodec,
  number
>;

/** Bytes from the start of the file to the end of the last row group. */
export function endOfRowGroups(rowGroups: readonly RowGroupFacts[]): number {
  let end = MAGIC.length;
  for (const group of rowGroups) for (const chunk of group.chunks) end += chunk.compressedBytes;
  return end;
}

/** The footer: FileMetaData, its length, the magic. Holds nothing of the host, the time or the way here. */
export function encodeFooter(
  leaves: readonly Leaf[],
  codec: ParquetCodec,
  rowGroups: readonly RowGroupFacts[],
): Buffer {
  const metadata = encodeThrift(fileMetaData(leaves, codec, rowGroups));
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, trailer, MAGIC]);
}

/**
 * FileMetaData of parquet.thrift, and below it the structs that it names. Not by the classes of parquetjs-lite: they take
 * 30 ms to load, and 30 ms for the footer of a million rows, in which nothing else runs.
 */
function fileMetaData(
  leaves: readonly Leaf[],
  codec: ParquetCodec,
  rowGroups: readonly RowGroupFacts[],
): ThriftStruct {
  let offset = MAGIC.length;
  const groups = rowGroups.map((group) => {
    const columns = group.chunks.map((chunk, index) => {
      const column = columnChunk(leaves[index] as Leaf, codec, chunk, offset);
      offset += chunk.compressedBytes;
      return column;
    });
    const bytes = group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0);
    return [
      [1, { list: columns }],
      [2, BigInt(bytes)],
      [3, BigInt(group.rows)],
    ] satisfies ThriftStruct;
  });
  const root: ThriftStruct = [
    [4, 'root'],
    [5, leaves.length],
  ];
  const typeDefinedOrder: ThriftStruct = [[1, []]];
  return [
    [1, 1],
    [2, { list: [root, ...leaves.flatMap((leaf) => schemaElements(leaf))] }],
    [3, BigInt(rowGroups.reduce((sum, group) => sum + group.rows, 0))],
    [4, { list: groups }],
    [6, CREATED_BY],
    // Without it readers must not trust min_value and max_value.
    [7, { list: leaves.map(() => typeDefinedOrder) }],
  ];
}

function columnChunk(leaf: Leaf, codec: ParquetCodec, chunk: ChunkFacts, offset: number): ThriftStruct {
  const hasDictionary = chunk.dictionaryBytes > 0;
  return [
    [2, BigInt(offset)],
    [
      3,
      [
        [1, TYPES[leaf.physicalType]],
        [2, { list: [PLAIN, RLE, ...(hasDictionary ? [PLAIN_DICTIONARY] : [])] }],
        [3, { list: leaf.path }],
        [4, CODECS[codec]],
        [5, BigInt(chunk.entries)],
        [6, BigInt(chunk.uncompressedBytes)],
        [7, BigInt(chunk.compressedBytes)],
        [9, BigInt(offset + chunk.dictionaryBytes)],
        [11, hasDictionary ? BigInt(offset) : undefined],
        [12, chunk.nulls === null ? undefined : statistics(chunk, chunk.nulls)],
      ],
    ],
  ];
}

function statistics({ bounds }: ChunkFacts, nulls: number): ThriftStruct {
  return [
    [3, BigInt(nulls)],
    [5, bounds?.max],
    [6, bounds?.min],
  ];
}

function schemaElements(leaf: Leaf): ThriftStruct[] {
  const repetition = leaf.isNullable ? OPTIONAL : REQUIRED;
  const [id, elementId] = leaf.fieldIds;
  if (!leaf.isList) return [leafElement(leaf, leaf.name, repetition, id)];
  return [
    [
      [3, repetition],
      [4, leaf.name],
      [5, 1],
      [6, LIST],
      [9, id],
    ],
    [
      [3, REPEATED],
      [4, 'list'],
      [5, 1],
    ],
    leafElement(leaf, 'element', OPTIONAL, elementId),
  ];
}

function leafElement(leaf: Leaf, name: string, repetition: number, id: number | undefined): ThriftStruct {
  const converted = { string: UTF8, json: JSON_TEXT };
  return [
    [1, TYPES[leaf.physicalType]],
    [3, repetition],
    [4, name],
    [6, leaf.type === 'string' || leaf.type === 'json' ? converted[leaf.type] : undefined],
    [9, id],
  ];
}
