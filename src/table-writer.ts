import { type OpenPartCheckpoint, openPartsOf, type TableCheckpoint } from './checkpoint/checkpoint-file.js';
import { createRowReader, type Drift, type RowReader } from './decode/reference/row-reader.js';
import type { CommittedPart, PartWriter } from './destination/part-writer.js';
import { SinkError } from './errors.js';
import { recordsFor } from './job-source.js';
import { stringifyJson } from './json-value.js';
import type { DecodedBody, EncodedRows, PartFile, Row, TablePlan, Window } from './model.js';
import { OpenPart, type PartEncoding, type PartIdentity } from './open-part.js';
import {
  MAX_PARTITIONS,
  type PartitionValue,
  partitionName,
  partitionPath,
  storedColumns,
} from './partition.js';
import { partitionKey, RowDealer } from './row-dealer.js';

export interface TableOutput extends PartEncoding {
  /** A part ends with the window in which it reaches this many rows, or this many bytes. */
  readonly rowsPerFile: number;
  readonly fileBytes: number;
  readonly createPart: (path: string) => Promise<PartWriter>;
  readonly resumePart: (part: CommittedPart) => Promise<PartWriter>;
  /** Called when a part has its final name, or will get it with the next checkpoint. */
  readonly onFinished: (file: PartFile) => void;
  readonly signal: AbortSignal;
  /** Whether the export can begin again with a wider table; if not, a misfit is an error. */
  readonly canRestart: boolean;
  /** Blots secrets out of a text: what messages say of a record, and names of folders, must hold none. */
  readonly clean: (text: string) => string;
}

/** A record does not fit its table, which has no `_overflow`: the export must begin again with one. */
export class DriftFound extends Error {
  readonly drift: Drift;

  constructor(drift: Drift, message: string) {
    super(message);
    this.drift = drift;
  }
}

/** What to do about a misfit in a table without `_overflow`. */
export function driftHandler({
  canRestart,
  clean,
}: Pick<TableOutput, 'canRestart' | 'clean'>): (drift: Drift) => never {
  return (drift) => {
    const message = describe(drift, clean);
    if (canRestart) throw new DriftFound(drift, message);
    throw new SinkError('ROW_TYPE_MISMATCH', message, {
      details: { table: drift.table, offset: drift.offset },
    });
  };
}

function describe({ table, offset, misfits }: Drift, clean: TableOutput['clean']): string {
  const text = clean(stringifyJson(misfits));
  return `Record ${offset} of table "${table}" has what fits no column: ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

/** The longest name of a folder on the usual file systems. */
const MAX_NAME_BYTES = 255;

/** More than this of unfinished parts is not carried from checkpoint to checkpoint: the largest is finished. */
const MAX_WAITING_BYTES = 48 * 1024 * 1024;

/** The key of the parts of a table without partitions. */
const NO_PARTITION = '';

/** Writes the rows of one table into part files: pages in, finished parts out, one window at a time. */
export class TableWriter {
  readonly plan: TablePlan;
  readonly #output: TableOutput;
  readonly #reader: RowReader;
  readonly #dealer: RowDealer | null;
  readonly #files: PartFile[];
  /** The parts in progress by partition, in the order in which they began. */
  readonly #open = new Map<string, OpenPart>();
  /** How many parts each folder has, those in progress included. */
  readonly #partsIn = new Map<string, number>();
  readonly #partitions = new Set<string>();
  #overflowRowsBefore: number;
  /** Rows read, counted before they are dealt out; for a table with partitions. */
  #dealtRows: number;
  #endOffset: number;

  private constructor(plan: TablePlan, output: TableOutput, saved: TableCheckpoint | null, offset: number) {
    this.plan = plan;
    this.#output = output;
    this.#reader = createRowReader(plan, driftHandler(output));
    this.#dealer = plan.partitionBy === undefined ? null : new RowDealer(plan.columns, plan.partitionBy);
    this.#files = [...(saved?.files ?? [])];
    for (const file of this.#files) this.#countPart(file);
    this.#overflowRowsBefore = saved?.overflowRows ?? 0;
    this.#dealtRows = saved?.rows ?? 0;
    this.#endOffset = offset;
  }

  static start(plan: TablePlan, output: TableOutput): TableWriter {
    return new TableWriter(plan, output, null, 0);
  }

  /** Goes on where the checkpoint says; the open parts are checked and cut back to it. */
  static async resume(
    saved: TableCheckpoint,
    output: TableOutput,
    committedOffset: number,
  ): Promise<TableWriter> {
    const table = new TableWriter(saved.plan, output, saved, committedOffset);
    try {
      for (const part of openPartsOf(saved)) {
        const key = part.partition === undefined ? NO_PARTITION : partitionKey(part.partition);
        table.#countPart(part);
        table.#open.set(key, await table.#openPart(part, await output.resumePart(part), part));
      }
    } catch (error) {
      await table.close();
      throw error;
    }
    return table;
  }

  get rows(): number {
    const open = [...this.#open.values()];
    return [...this.#files, ...open].reduce((sum, part) => sum + part.rows, 0);
  }

  get overflowRows(): number {
    return this.#overflowRowsBefore + this.#reader.overflowRows;
  }

  get files(): readonly PartFile[] {
    return this.#files;
  }

  /** Encodes the rows that one answer, whose first record is at `offset`, gives this table. */
  async writeAnswer(body: DecodedBody, offset: number): Promise<void> {
    let recordOffset = offset;
    for (const records of recordsFor(this.plan, body)) {
      this.#output.signal.throwIfAborted();
      const rows: Row[] = [];
      for (const record of records) this.#reader.read(record, recordOffset++, rows);
      if (this.#dealer === null) await (await this.#part(NO_PARTITION, this.#endOffset)).write(rows);
      else await this.#deal(this.#dealer, rows);
    }
  }

  /** Takes the rows of the window that an engine has encoded itself. */
  async writeEncoded(encoded: EncodedRows): Promise<void> {
    this.#output.signal.throwIfAborted();
    this.#overflowRowsBefore += encoded.overflowRows;
    if (encoded.partitions === undefined) {
      await (await this.#part(NO_PARTITION, this.#endOffset)).writeEncoded(encoded);
      return;
    }
    this.#dealtRows += encoded.rows;
    for (const { partition, ...block } of encoded.partitions)
      await (await this.#partOf(partition)).writeEncoded(block);
  }

  /** Makes the window durable. A part that is full by now gets its final name. */
  async commitWindow(window: Window): Promise<TableCheckpoint> {
    this.#endOffset = window.offset + window.limit;
    if (this.#dealer === null) await this.#part(NO_PARTITION, window.offset);
    for (const [key, part] of this.#open) {
      await part.endWindow();
      if (part.rows >= this.#output.rowsPerFile || part.bytes >= this.#output.fileBytes)
        await this.#finishPart(key, part);
    }
    await this.#finishWaiting();
    return this.#checkpoint();
  }

  /** Finishes the last parts; a table without rows gets one part file that is valid and empty. */
  async finish(): Promise<TableCheckpoint> {
    if (this.#open.size === 0 && this.#files.length === 0) {
      if (this.#dealer === null) await this.#part(NO_PARTITION, this.#endOffset);
      else await this.#partOf(this.#dealer.partitionBy.map(() => null));
    }
    for (const [key, part] of this.#open) await this.#finishPart(key, part);
    return this.#checkpoint();
  }

  /** Closes what is open and leaves it for a later run. */
  async close(): Promise<void> {
    for (const part of this.#open.values()) await part.close();
  }

  async #deal(dealer: RowDealer, rows: readonly Row[]): Promise<void> {
    this.#dealtRows += rows.length;
    for (const { partition, rows: dealt } of dealer.deal(rows)) {
      const part = await this.#partOf(partition);
      await part.write(dealt);
    }
  }

  /** @throws SinkError `PARTITION_REFUSED` for one partition too many, or a value that may be no name */
  async #partOf(partition: readonly PartitionValue[]): Promise<OpenPart> {
    const key = partitionKey(partition);
    if (!this.#partitions.has(key) && this.#partitions.size === MAX_PARTITIONS) {
      const names = this.plan.partitionBy?.map((name) => `"${name}"`).join(' and ');
      throw new SinkError(
        'PARTITION_REFUSED',
        `Column ${names} of table "${this.plan.name}" has more than ${MAX_PARTITIONS} different values: partition by a column that has fewer`,
      );
    }
    const tooLong = this.plan.partitionBy?.find(
      (column, index) => Buffer.byteLength(partitionName(column, partition[index] ?? null)) > MAX_NAME_BYTES,
    );
    if (tooLong !== undefined) {
      throw new SinkError(
        'PARTITION_REFUSED',
        `Column "${tooLong}" of table "${this.plan.name}" holds a value too long for the name of a folder (${MAX_NAME_BYTES} bytes): partition by a column of short values`,
      );
    }
    const told = partition.findIndex((value) => value !== null && this.#output.clean(value) !== value);
    if (told >= 0) {
      throw new SinkError(
        'PARTITION_REFUSED',
        `Column "${this.plan.partitionBy?.[told]}" of table "${this.plan.name}" holds the token, or another secret of this command: it would be in the name of a folder`,
      );
    }
    return this.#part(key, this.#endOffset, partition);
  }

  async #part(key: string, firstOffset: number, partition?: readonly PartitionValue[]): Promise<OpenPart> {
    const open = this.#open.get(key);
    if (open !== undefined) return open;
    const { format, compression } = this.#output;
    const { folder, partitionBy = [] } = this.plan;
    const below = partition === undefined ? folder : `${folder}/${partitionPath(partitionBy, partition)}`;
    const number = String(this.#partsIn.get(below) ?? 0).padStart(5, '0');
    const path = `${below}/part-${number}${format.extension(compression)}`;
    const identity = { path, firstOffset, partition };
    this.#countPart(identity);
    const part = await this.#openPart(identity, await this.#output.createPart(path), null);
    this.#open.set(key, part);
    return part;
  }

  #openPart(identity: PartIdentity, writer: PartWriter, saved: OpenPartCheckpoint | null): Promise<OpenPart> {
    const columns = storedColumns(this.plan.columns, this.plan.partitionBy);
    return OpenPart.open(identity, writer, columns, this.#output, saved);
  }

  #countPart({ path, partition }: Pick<PartIdentity, 'path' | 'partition'>): void {
    const folder = path.slice(0, path.lastIndexOf('/'));
    this.#partsIn.set(folder, (this.#partsIn.get(folder) ?? 0) + 1);
    if (partition !== undefined) this.#partitions.add(partitionKey(partition));
  }

  /** What depends on bytes alone, so that an export that was stopped ends its parts where an uninterrupted one does. */
  async #finishWaiting(): Promise<void> {
    if (this.#dealer === null) return;
    const waiting = [...this.#open].sort(([, a], [, b]) => b.waitingBytes - a.waitingBytes);
    let bytes = waiting.reduce((sum, [, part]) => sum + part.waitingBytes, 0);
    for (const [key, part] of waiting) {
      if (bytes <= MAX_WAITING_BYTES) return;
      bytes -= part.waitingBytes;
      await this.#finishPart(key, part);
    }
  }

  async #finishPart(key: string, part: OpenPart): Promise<void> {
    const file = await part.finish(this.#endOffset);
    this.#files.push(file);
    this.#output.onFinished(file);
    this.#open.delete(key);
  }

  async #checkpoint(): Promise<TableCheckpoint> {
    const commits = [...this.#open.values()].map((part) => part.commit(this.#endOffset));
    const open = await Promise.all(commits);
    const base = {
      plan: this.plan as TableCheckpoint['plan'],
      overflowRows: this.overflowRows,
      files: [...this.#files],
    };
    return this.#dealer === null
      ? { ...base, open: open[0] ?? null }
      : { ...base, open: null, openPartitions: open, rows: this.#dealtRows };
  }
}
