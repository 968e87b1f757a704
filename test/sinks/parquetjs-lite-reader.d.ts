/** The reader of parquetjs-lite 0.8.7, as far as the tests use it. */
declare module 'parquetjs-lite' {
  interface Cursor {
    next(): Promise<Record<string, unknown> | null>;
  }
  interface Reader {
    getCursor(): Cursor;
    close(): Promise<void>;
  }
  const library: { readonly ParquetReader: { openBuffer(buffer: Buffer): Promise<Reader> } };
  export = library;
}
