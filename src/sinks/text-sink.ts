import type { EncodedBlock, Row, Sink, SinkOptions, SinkState } from '../model.js';
import { type ByteOutput, PlainOutput } from './byte-output.js';
import { checkRow } from './check-row.js';
import { GzipOutput } from './gzip-output.js';

/**
 * Rows become text when they have about this many characters: cells apart take several times the memory, and of many
 * parts in progress each has some.
 */
const BATCH_CHARS = 4 * 1024;
/** Text is written when it has this many bytes. */
const WRITE_BYTES = 64 * 1024;

/** Turns checked rows into text. */
export interface RowEncoder {
  /** Stands before the first row of a part. */
  readonly head: string;
  /** About how many characters wait for `take()`. */
  readonly waitingChars: number;
  add(row: Row): void;
  /** The text of the rows that waited; each row ends with its line break. */
  take(): string;
}

/**
 * A sink for a format of lines. Bytes are cut by size within a window, not by call, so the same rows in the
 * same windows give the same bytes. The state is null: the bytes alone are enough to go on.
 */
export class TextSink implements Sink {
  readonly #columns: SinkOptions['columns'];
  readonly #encoder: RowEncoder;
  readonly #output: ByteOutput;
  #rows: number;
  #head: string;
  #texts: Buffer[] = [];
  #bytes = 0;

  constructor(options: SinkOptions, encoder: RowEncoder) {
    this.#columns = options.columns;
    this.#encoder = encoder;
    this.#rows = options.resume?.rows ?? 0;
    this.#head = options.resume === undefined ? encoder.head : '';
    const isEmpty = options.resume === undefined || options.resume.bytes === 0;
    this.#output =
      options.compression === 'gzip'
        ? new GzipOutput(options.write, isEmpty)
        : new PlainOutput(options.write);
  }

  async write(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#rows++;
      checkRow(row, this.#columns, this.#rows);
      this.#encoder.add(row);
      if (this.#encoder.waitingChars >= BATCH_CHARS) this.#encode();
      if (this.#bytes >= WRITE_BYTES) await this.#flush();
    }
  }

  async writeEncoded({ rows, pieces }: EncodedBlock): Promise<void> {
    await this.#flush();
    this.#rows += rows;
    if (pieces.length > 0) await this.#output.write(pieces);
    // Of many parts none keeps a buffer until all have got their rows.
    await this.#output.endWindow();
  }

  async endWindow(): Promise<SinkState> {
    await this.#flush();
    await this.#output.endWindow();
    return null;
  }

  async finish(): Promise<void> {
    await this.endWindow();
    await this.#output.finish();
  }

  #encode(): void {
    const text = Buffer.from(this.#head + this.#encoder.take());
    this.#head = '';
    this.#texts.push(text);
    this.#bytes += text.length;
  }

  async #flush(): Promise<void> {
    this.#encode();
    const bytes = Buffer.concat(this.#texts, this.#bytes);
    this.#texts = [];
    this.#bytes = 0;
    if (bytes.length > 0) await this.#output.write([bytes]);
  }
}
