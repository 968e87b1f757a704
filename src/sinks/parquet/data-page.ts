import thrift from 'parquetjs-lite/gen-nodejs/parquet_types.js';
import codecs from 'parquetjs-lite/lib/codec/index.js';
import compression from 'parquetjs-lite/lib/compression.js';
import util from 'parquetjs-lite/lib/util.js';
import { packZstd } from '../../page-codecs.js';
import type { Leaf } from './leaf.js';

export type ParquetCodec = 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP' | 'ZSTD';

/** The values of a page and where nulls and lists stand between them. */
export interface PageContent {
  /** In PLAIN encoding. */
  readonly values: Buffer;
  /** One level for each value, null or empty list; empty for a column that needs none. */
  readonly definitionLevels: number[];
  readonly repetitionLevels: number[];
  /** Values, nulls and empty lists. */
  readonly entries: number;
}

/** An encoded page: its header and its body as they go into the file. */
export interface DataPage {
  readonly bytes: Buffer;
  /** What `bytes` would be without compression. */
  readonly uncompressedBytes: number;
}

/**
 * Encodes a data page of version 1, which every reader knows: PLAIN values, RLE levels, no statistics
 * (column chunks carry them).
 */
export function encodeDataPage(leaf: Leaf, codec: ParquetCodec, content: PageContent): DataPage {
  const parts: Buffer[] = [];
  if (leaf.isList) parts.push(encodeLevels(content.repetitionLevels, 1));
  if (leaf.maxDefinitionLevel > 0) {
    parts.push(encodeLevels(content.definitionLevels, leaf.maxDefinitionLevel === 1 ? 1 : 2));
  }
  parts.push(content.values);
  const plainBody = Buffer.concat(parts);
  const body = codec === 'ZSTD' ? packZstd(plainBody) : compression.deflate(codec, plainBody);
  const header = util.serializeThrift(
    new thrift.PageHeader({
      type: thrift.PageType.DATA_PAGE,
      uncompressed_page_size: plainBody.length,
      compressed_page_size: body.length,
      data_page_header: new thrift.DataPageHeader({
        num_values: content.entries,
        encoding: thrift.Encoding.PLAIN,
        definition_level_encoding: thrift.Encoding.RLE,
        repetition_level_encoding: thrift.Encoding.RLE,
      }),
    }),
  );
  return { bytes: Buffer.concat([header, body]), uncompressedBytes: header.length + plainBody.length };
}

function encodeLevels(levels: number[], bitWidth: number): Buffer {
  return codecs.RLE.encodeValues('INT32', levels, { bitWidth });
}
