import type { LoadCell, LoadRow } from '../load-model.js';
import { BinaryOutput } from './binary-output.js';
import type { ClickhouseColumn } from './column-types.js';

type LoadScalar = Exclude<LoadCell, readonly unknown[]>;

/** Rows in the format RowBinary, in which every value is exact. */
export class RowBinaryEncoder {
  readonly #columns: readonly ClickhouseColumn[];
  readonly #loadId: string;
  readonly #output: BinaryOutput;

  constructor(columns: readonly ClickhouseColumn[], loadId: string, output = new BinaryOutput()) {
    this.#columns = columns;
    this.#loadId = loadId;
    this.#output = output;
  }

  /** @throws TypeError when a cell of a key is null */
  add(row: LoadRow): void {
    for (const column of this.#columns) this.#cell(row, column);
  }

  /** @throws TypeError when a cell of a key is null */
  *encode(rows: readonly LoadRow[]): Iterable<Buffer> {
    for (const row of rows) {
      this.add(row);
      if (this.#output.isFull) yield this.#output.take();
    }
    if (!this.#output.isEmpty) yield this.#output.take();
  }

  #cell(row: LoadRow, column: ClickhouseColumn): void {
    if (column.from === null) {
      this.#output.text(this.#loadId);
      return;
    }
    const cell = row[column.from] as LoadCell;
    if (column.isNullMark) {
      this.#output.byte(cell === null ? 1 : 0);
    } else if (column.type.startsWith('Array(')) {
      const list = (cell ?? []) as readonly LoadScalar[];
      this.#output.size(list.length);
      for (const item of list) this.#nullable(item);
    } else if (column.type.startsWith('Nullable(')) {
      this.#nullable(cell as LoadScalar);
    } else {
      this.#scalar(cell as Exclude<LoadScalar, null>);
    }
  }

  #nullable(cell: LoadScalar): void {
    this.#output.byte(cell === null ? 1 : 0);
    if (cell !== null) this.#scalar(cell);
  }

  #scalar(cell: Exclude<LoadScalar, null>): void {
    if (typeof cell === 'string') this.#output.text(cell);
    else if (typeof cell === 'boolean') this.#output.byte(cell ? 1 : 0);
    else if (typeof cell === 'bigint') this.#output.int64(cell);
    else this.#output.double(cell);
  }
}
