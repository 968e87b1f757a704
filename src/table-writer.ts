import type { TableCheckpoint } from './checkpoint/checkpoint-file.js';
import { createRowReader, type Drift, type RowReader } from './decode/reference/row-reader.js';
import type { CommittedPart, PartWriter } from './destination/part-writer.js';
import { SinkError } from './errors.js';
import { recordsFor } from './job-source.js';
import { stringifyJson } from './json-value.js';
import type {
  Compression,
  CsvOptions,
  DecodedBody,
  EncodedRows,
  PartFile,
  Row,
  Sink,
  SinkFormat,
  SinkState,
  TablePlan,
  Window,
} from './model.js';

export interface TableOutput {
  readonly format: SinkFormat;
  readonly compression: Compression;
  readonly csv: CsvOptions;
  readonly raw: boolean;
  /** A part ends with the window in which it reaches this many rows. */
  readonly rowsPerFile: number;
  readonly createPart: (path: string) => Promise<PartWriter>;
  readonly resumePart: (part: CommittedPart) => Promise<PartWriter>;
  readonly signal: AbortSignal;
  /** Whether the export can begin again with a wider table; if not, a misfit is an error. */
  readonly canRestart: boolean;
}

/** A record does not fit its table, which has no `_overflow`: the export must begin again with one. */
export class DriftFound extends Error {
  readonly drift: Drift;

  constructor(drift: Drift) {
    super(describe(drift));
    this.drift = drift;
  }
}

/** What to do about a misfit in a table without `_overflow`. */
export function driftHandler({ canRestart }: Pick<TableOutput, 'canRestart'>): (drift: Drift) => never {
  return (drift) => {
    if (canRestart) throw new DriftFound(drift);
    throw new SinkError('ROW_TYPE_MISMATCH', describe(drift), {
      details: { table: drift.table, offset: drift.offset },
    });
  };
}

function describe({ table, offset, misfits }: Drift): string {
  const text = stringifyJson(misfits);
  return `Record ${offset} of table "${table}" has what fits no column: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

interface OpenPart {
  readonly path: string;
  readonly firstOffset: number;
  readonly writer: PartWriter;
  readonly sink: Sink;
  rows: number;
}

/** Writes the rows of one table into part files: pages in, finished parts out, one window at a time. */
export class TableWriter {
  readonly plan: TablePlan;
  readonly #output: TableOutput;
  readonly #reader: RowReader;
  readonly #files: PartFile[];
  #overflowRowsBefore: number;
  #open: OpenPart | null = null;
  #endOffset: number;

  private constructor(plan: TablePlan, output: TableOutput, saved: TableCheckpoint | null, offset: number) {
    this.plan = plan;
    this.#output = output;
    this.#reader = createRowReader(plan, driftHandler(output));
    this.#files = [...(saved?.files ?? [])];
    this.#overflowRowsBefore = saved?.overflowRows ?? 0;
    this.#endOffset = offset;
  }

  static start(plan: TablePlan, output: TableOutput): TableWriter {
    return new TableWriter(plan, output, null, 0);
  }

  /** Goes on where the checkpoint says; the open part is checked and cut back to it. */
  static async resume(
    saved: TableCheckpoint,
    output: TableOutput,
    committedOffset: number,
  ): Promise<TableWriter> {
    const table = new TableWriter(saved.plan, output, saved, committedOffset);
    if (saved.open !== null) {
      const { path, rows, bytes, firstOffset, state } = saved.open;
      const writer = await output.resumePart(saved.open);
      table.#open = {
        path,
        rows,
        firstOffset,
        writer,
        sink: await table.#openSink(writer, { bytes, rows, state }),
      };
    }
    return table;
  }

  get rows(): number {
    return this.#files.reduce((sum, file) => sum + file.rows, 0) + (this.#open?.rows ?? 0);
  }

  get overflowRows(): number {
    return this.#overflowRowsBefore + this.#reader.overflowRows;
  }

  get files(): readonly PartFile[] {
    return this.#files;
  }

  /** Encodes the rows that one answer, whose first record is at `offset`, gives this table. */
  async writeAnswer(body: DecodedBody, offset: number): Promise<void> {
    const part = await this.#part(this.#endOffset);
    let recordOffset = offset;
    for (const records of recordsFor(this.plan, body)) {
      this.#output.signal.throwIfAborted();
      const rows: Row[] = [];
      for (const record of records) this.#reader.read(record, recordOffset++, rows);
      part.rows += rows.length;
      await part.sink.write(rows);
    }
  }

  /** Takes the rows of the window that an engine has encoded itself. */
  async writeEncoded(encoded: EncodedRows): Promise<void> {
    this.#output.signal.throwIfAborted();
    const part = await this.#part(this.#endOffset);
    part.rows += encoded.rows;
    this.#overflowRowsBefore += encoded.overflowRows;
    await part.sink.writeEncoded(encoded);
  }

  /** Makes the window durable. A part that is full by now gets its final name. */
  async commitWindow(window: Window): Promise<TableCheckpoint> {
    this.#endOffset = window.offset + window.limit;
    const part = await this.#part(window.offset);
    const state = await part.sink.endWindow();
    if (part.rows >= this.#output.rowsPerFile) {
      await this.#finishPart(part);
      return this.#checkpoint(null);
    }
    return this.#checkpoint({ part, state });
  }

  /** Finishes the last part; a table without rows gets one part file that is valid and empty. */
  async finish(): Promise<TableCheckpoint> {
    if (this.#open !== null || this.#files.length === 0)
      await this.#finishPart(await this.#part(this.#endOffset));
    return this.#checkpoint(null);
  }

  /** Closes what is open and leaves it for a later run. */
  async close(): Promise<void> {
    await this.#open?.writer.close();
  }

  async #part(firstOffset: number): Promise<OpenPart> {
    if (this.#open !== null) return this.#open;
    const { format, compression } = this.#output;
    const number = String(this.#files.length).padStart(5, '0');
    const path = `${this.plan.folder}/part-${number}${format.extension(compression)}`;
    const writer = await this.#output.createPart(path);
    this.#open = { path, rows: 0, firstOffset, writer, sink: await this.#openSink(writer, undefined) };
    return this.#open;
  }

  #openSink(
    writer: PartWriter,
    resume: { bytes: number; rows: number; state: SinkState } | undefined,
  ): Promise<Sink> {
    const { format, compression, csv, raw } = this.#output;
    return format.open({
      columns: this.plan.columns,
      compression,
      csv,
      raw,
      write: (bytes) => writer.write(bytes),
      resume,
    });
  }

  async #finishPart(part: OpenPart): Promise<void> {
    await part.sink.finish();
    const digest = await part.writer.finish();
    const { path, rows, firstOffset } = part;
    this.#files.push({ path, rows, ...digest, firstOffset, endOffset: this.#endOffset });
    this.#open = null;
  }

  async #checkpoint(open: { part: OpenPart; state: SinkState } | null): Promise<TableCheckpoint> {
    const base = {
      plan: this.plan as TableCheckpoint['plan'],
      overflowRows: this.overflowRows,
      files: [...this.#files],
    };
    if (open === null) return { ...base, open: null };
    const { path, rows, firstOffset, writer } = open.part;
    const digest = await writer.commit();
    return {
      ...base,
      open: { path, rows, ...digest, firstOffset, endOffset: this.#endOffset, state: open.state },
    };
  }
}
