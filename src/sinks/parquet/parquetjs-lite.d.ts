/** The parts of parquetjs-lite 0.8.7 (CommonJS, no types of its own) that the Parquet sink is made of. */

declare module 'parquetjs-lite/lib/codec/index.js' {
  interface Codec {
    /** Throws a string, not an Error, for an unknown type. Replaces BYTE_ARRAY values in the array by copies. */
    encodeValues(type: string, values: unknown[], options: { bitWidth?: number }): Buffer;
  }
  const codecs: { readonly PLAIN: Codec; readonly RLE: Codec };
  export = codecs;
}

declare module 'parquetjs-lite/lib/compression.js' {
  const compression: {
    /** Throws a string, not an Error, for an unknown method. */
    deflate(method: 'UNCOMPRESSED' | 'SNAPPY' | 'GZIP', value: Buffer): Buffer;
  };
  export = compression;
}

declare module 'parquetjs-lite/lib/util.js' {
  const util: { serializeThrift(struct: object): Buffer };
  export = util;
}

declare module 'parquetjs-lite/gen-nodejs/parquet_types.js' {
  namespace thrift {
    class DataPageHeader {
      constructor(fields: {
        num_values: number;
        encoding: number;
        definition_level_encoding: number;
        repetition_level_encoding: number;
      });
    }
    class PageHeader {
      constructor(fields: {
        type: number;
        uncompressed_page_size: number;
        compressed_page_size: number;
        data_page_header: DataPageHeader;
      });
    }
    const Encoding: { PLAIN: number; RLE: number };
    const PageType: { DATA_PAGE: number };
  }
  export = thrift;
}
