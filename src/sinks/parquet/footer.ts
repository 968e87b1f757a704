import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import util from 'parquetjs-lite/lib/util.js';
import type { ChunkFacts, RowGroupFacts } from '../../model.js';
import type { ParquetCodec } from './data-page.js';
import type { Leaf } from './leaf.js';

/** Stands at both ends of a Parquet file. */
export const MAGIC = Buffer.from('PAR1');

/**
 * The version is that of this layout, not of the program: an export that a newer program finishes must end in
 * the same bytes. The shape of the text is the one readers parse ("… version … (build …)").
 */
const CREATED_BY = 'ges-export version 1.0.0 (build parquetjs-lite-0.8.7)';

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
  let offset = MAGIC.length;
  const thriftGroups = rowGroups.map((group) => {
    const columns = group.chunks.map((chunk, index) => {
      const column = toColumnChunk(leaves[index] as Leaf, codec, chunk, offset);
      offset += chunk.compressedBytes;
      return column;
    });
    return new thrift.RowGroup({
      columns,
      total_byte_size: group.chunks.reduce((sum, chunk) => sum + chunk.uncompressedBytes, 0),
      num_rows: group.rows,
    });
  });
  const metadata = util.serializeThrift(
    new thrift.FileMetaData({
      version: 1,
      schema: [
        new thrift.SchemaElement({ name: 'root', num_children: leaves.length }),
        ...leaves.flatMap((leaf) => toSchemaElements(leaf)),
      ],
      num_rows: rowGroups.reduce((sum, group) => sum + group.rows, 0),
      row_groups: thriftGroups,
      created_by: CREATED_BY,
      // Without it readers must not trust min_value and max_value.
      column_orders: leaves.map(() => new thrift.ColumnOrder({ TYPE_ORDER: new thrift.TypeDefinedOrder() })),
    }),
  );
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, trailer, MAGIC]);
}

function toColumnChunk(
  leaf: Leaf,
  codec: ParquetCodec,
  chunk: ChunkFacts,
  offset: number,
): thrift.ColumnChunk {
  return new thrift.ColumnChunk({
    file_offset: offset,
    meta_data: new thrift.ColumnMetaData({
      type: thrift.Type[leaf.physicalType],
      encodings: [
        thrift.Encoding.PLAIN,
        thrift.Encoding.RLE,
        ...(chunk.dictionaryBytes > 0 ? [thrift.Encoding.PLAIN_DICTIONARY] : []),
      ],
      path_in_schema: [...leaf.path],
      codec: thrift.CompressionCodec[codec],
      num_values: chunk.entries,
      total_uncompressed_size: chunk.uncompressedBytes,
      total_compressed_size: chunk.compressedBytes,
      data_page_offset: offset + chunk.dictionaryBytes,
      ...(chunk.dictionaryBytes > 0 ? { dictionary_page_offset: offset } : {}),
      ...(chunk.nulls === null ? {} : { statistics: toStatistics(chunk, chunk.nulls) }),
    }),
  });
}

function toStatistics(chunk: ChunkFacts, nulls: number): thrift.Statistics {
  const { bounds } = chunk;
  return new thrift.Statistics({
    null_count: nulls,
    ...(bounds === null ? {} : { min_value: bounds.min, max_value: bounds.max }),
  });
}

function toSchemaElements(leaf: Leaf): thrift.SchemaElement[] {
  const { OPTIONAL, REPEATED, REQUIRED } = thrift.FieldRepetitionType;
  const repetition = leaf.isNullable ? OPTIONAL : REQUIRED;
  const [id, elementId] = leaf.fieldIds;
  if (!leaf.isList) return [toLeafElement(leaf, leaf.name, repetition, id)];
  return [
    new thrift.SchemaElement({
      name: leaf.name,
      repetition_type: repetition,
      num_children: 1,
      converted_type: thrift.ConvertedType.LIST,
      ...withId(id),
    }),
    new thrift.SchemaElement({ name: 'list', repetition_type: REPEATED, num_children: 1 }),
    toLeafElement(leaf, 'element', OPTIONAL, elementId),
  ];
}

function withId(id: number | undefined): { field_id?: number } {
  return id === undefined ? {} : { field_id: id };
}

function toLeafElement(
  leaf: Leaf,
  name: string,
  repetition: number,
  id: number | undefined,
): thrift.SchemaElement {
  const type = { name, type: thrift.Type[leaf.physicalType], repetition_type: repetition, ...withId(id) };
  if (leaf.type === 'string')
    return new thrift.SchemaElement({ ...type, converted_type: thrift.ConvertedType.UTF8 });
  if (leaf.type === 'json')
    return new thrift.SchemaElement({ ...type, converted_type: thrift.ConvertedType.JSON });
  return new thrift.SchemaElement(type);
}
