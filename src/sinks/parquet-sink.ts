import { setImmediate } from 'node:timers/promises';
import type { JsonValue } from '../json-value.js';
import type { EncodedBlock, Row, RowGroupFacts, Sink, SinkFormat, SinkOptions, SinkState } from '../model.js';
import { HAS_ZSTD } from '../page-codecs.js';
import { checkOptions } from './check-options.js';
import { checkRow } from './check-row.js';
import type { ColumnChunkEncoder } from './parquet/column-chunk.js';
import { encodeFooter, MAGIC } from './parquet/footer.js';
import { type Leaf, PARQUET_CODECS, toLeaf } from './parquet/leaf.js';
import { fromState, toState } from './parquet/row-group-state.js';

/** After this many rows other work gets its turn: encoding is all computation. */
const ROWS_PER_TURN = 2_000;

/**
 * Parquet, one row group a window, made of the encoders, the compression and the Thrift structures of
 * parquetjs-lite (why not of its writer: docs/decisions/0001-parquetjs-lite-guards.md).
 *
 * - boolean, INT64, DOUBLE, text as BYTE_ARRAY (UTF8), `json` as BYTE_ARRAY (JSON), lists in three levels;
 *   nullable columns are OPTIONAL, others REQUIRED
 * - a lone surrogate, which has no UTF-8 form, is its `\uXXXX` escape in JSON text; no other text holds one
 * - a window is held encoded and compressed until `endWindow()`, because columns follow each other in the file
 */
export const parquetFormat: SinkFormat = {
  format: 'parquet',
  compressions: ['snappy', 'gzip', ...(HAS_ZSTD ? (['zstd'] as const) : []), 'none'],
  defaultCompression: 'snappy',
  extension: () => '.parquet',
  async open(options) {
    checkOptions(parquetFormat, options);
    return new ParquetSink(options);
  },
};

class ParquetSink implements Sink {
  readonly #options: SinkOptions;
  readonly #leaves: readonly Leaf[];
  /** Made for the first row: what comes encoded needs none of them, nor parquetjs-lite, which takes 30 ms to load. */
  #encoders: readonly ColumnChunkEncoder[] | null = null;
  readonly #rowGroups: RowGroupFacts[];
  #rows: number;
  #windowRows = 0;
  #hasMagic: boolean;

  constructor(options: SinkOptions) {
    this.#options = options;
    this.#leaves = options.columns.map((column) => toLeaf(column));
    this.#rowGroups = options.resume === undefined ? [] : fromState(options.resume, options.columns.length);
    this.#rows = options.resume?.rows ?? 0;
    this.#hasMagic = options.resume !== undefined;
  }

  async write(rows: readonly Row[]): Promise<void> {
    this.#encoders ??= await this.#makeEncoders();
    const encoders = this.#encoders;
    for (const row of rows) {
      this.#rows++;
      checkRow(row, this.#options.columns, this.#rows);
      for (let i = 0; i < encoders.length; i++) encoders[i]?.add(row[i] as JsonValue);
      this.#windowRows++;
      if (this.#windowRows % ROWS_PER_TURN === 0) await setImmediate();
    }
  }

  async writeEncoded({ rows, pieces, rowGroup }: EncodedBlock): Promise<void> {
    if (rowGroup === null) return;
    await this.#writeMagic();
    this.#rows += rows;
    this.#rowGroups.push(rowGroup);
    await this.#options.write(pieces);
  }

  async endWindow(): Promise<SinkState> {
    await this.#writeMagic();
    if (this.#encoders !== null && this.#windowRows > 0) await this.#writeRowGroup(this.#encoders);
    return toState(this.#rowGroups);
  }

  async finish(): Promise<void> {
    await this.endWindow();
    await this.#options.write([
      encodeFooter(this.#leaves, PARQUET_CODECS[this.#options.compression], this.#rowGroups),
    ]);
  }

  async #writeMagic(): Promise<void> {
    if (this.#hasMagic) return;
    this.#hasMagic = true;
    await this.#options.write([MAGIC]);
  }

  async #makeEncoders(): Promise<ColumnChunkEncoder[]> {
    const { ColumnChunkEncoder } = await import('./parquet/column-chunk.js');
    const codec = PARQUET_CODECS[this.#options.compression];
    return this.#leaves.map((leaf) => new ColumnChunkEncoder(leaf, codec));
  }

  async #writeRowGroup(encoders: readonly ColumnChunkEncoder[]): Promise<void> {
    const chunks = encoders.map((encoder) => encoder.finish());
    this.#rowGroups.push({ rows: this.#windowRows, chunks: chunks.map((chunk) => chunk.facts) });
    this.#windowRows = 0;
    for (const chunk of chunks) for (const page of chunk.pages) await this.#options.write([page]);
  }
}
