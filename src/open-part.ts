import type { OpenPartCheckpoint } from './checkpoint/checkpoint-file.js';
import type { PartWriter } from './destination/part-writer.js';
import type {
  Column,
  Compression,
  CsvOptions,
  EncodedBlock,
  PartFile,
  Row,
  Sink,
  SinkFormat,
  SinkState,
} from './model.js';
import type { PartitionValue } from './partition.js';

export interface PartEncoding {
  readonly format: SinkFormat;
  readonly compression: Compression;
  readonly csv: CsvOptions;
  readonly raw: boolean;
}

/** What a part file is called, and which rows it takes. */
export interface PartIdentity {
  readonly path: string;
  readonly firstOffset: number;
  readonly partition?: readonly PartitionValue[] | undefined;
}

/** A part file in progress: the rows of windows in, bytes out. */
export class OpenPart {
  readonly identity: PartIdentity;
  readonly #writer: PartWriter;
  readonly #sink: Sink;
  readonly #size: { bytes: number };
  #rows: number;
  /** What the next checkpoint says of the part; null where rows came since the last one. */
  #saved: OpenPartCheckpoint | null;
  #state: SinkState = null;

  private constructor(
    identity: PartIdentity,
    writer: PartWriter,
    sink: Sink,
    size: { bytes: number },
    saved: OpenPartCheckpoint | null,
  ) {
    this.identity = identity;
    this.#writer = writer;
    this.#sink = sink;
    this.#size = size;
    this.#rows = saved?.rows ?? 0;
    this.#saved = saved;
  }

  /** @param saved what the checkpoint says of the part, where another run began it */
  static async open(
    identity: PartIdentity,
    writer: PartWriter,
    columns: readonly Column[],
    { format, ...encoding }: PartEncoding,
    saved: OpenPartCheckpoint | null,
  ): Promise<OpenPart> {
    const size = { bytes: saved?.bytes ?? 0 };
    const sink = await format.open({
      ...encoding,
      columns,
      write: (pieces) => {
        for (const piece of pieces) size.bytes += piece.length;
        return writer.write(pieces);
      },
      ...(saved === null ? {} : { resume: { bytes: saved.bytes, rows: saved.rows, state: saved.state } }),
    });
    return new OpenPart(identity, writer, sink, size, saved);
  }

  get rows(): number {
    return this.#rows;
  }

  /** Bytes that were handed to the file; all of its rows after `endWindow`. */
  get bytes(): number {
    return this.#size.bytes;
  }

  /** Bytes that every checkpoint has to carry. */
  get waitingBytes(): number {
    return this.#writer.waitingBytes;
  }

  write(rows: readonly Row[]): Promise<void> {
    this.#saved = null;
    this.#rows += rows.length;
    return this.#sink.write(rows);
  }

  writeEncoded(encoded: EncodedBlock): Promise<void> {
    this.#saved = null;
    this.#rows += encoded.rows;
    return this.#sink.writeEncoded(encoded);
  }

  async endWindow(): Promise<void> {
    if (this.#saved === null) this.#state = await this.#sink.endWindow();
  }

  /** Makes the window durable. */
  async commit(endOffset: number): Promise<OpenPartCheckpoint> {
    this.#saved =
      this.#saved === null
        ? { ...this.#fields(endOffset), ...(await this.#writer.commit()), state: this.#state }
        : { ...this.#saved, endOffset };
    return this.#saved;
  }

  /** Closes the part and gives it its final name. */
  async finish(endOffset: number): Promise<PartFile> {
    await this.#sink.finish();
    const digest = await this.#writer.finish();
    return { ...this.#fields(endOffset), ...digest };
  }

  /** Closes the file and leaves it for a later run. */
  close(): Promise<void> {
    return this.#writer.close();
  }

  #fields(endOffset: number) {
    const { path, firstOffset, partition } = this.identity;
    const base = { path, rows: this.#rows, firstOffset, endOffset };
    return partition === undefined ? base : { ...base, partition };
  }
}
