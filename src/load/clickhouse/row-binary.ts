import type { LoadCell, LoadRow } from '../load-model.js';
import type { ClickhouseColumn } from './column-types.js';

type LoadScalar = Exclude<LoadCell, readonly unknown[]>;

const FLUSH_BYTES = 256 * 1024;

/**
 * Rows in the format RowBinary, in which every value is exact: little-endian numbers, text after its length as
 * LEB128, a byte before what may be null.
 */
export class RowBinaryEncoder {
  readonly #columns: readonly ClickhouseColumn[];
  readonly #loadId: string;
  #bytes = Buffer.allocUnsafe(2 * FLUSH_BYTES);
  #length = 0;

  constructor(columns: readonly ClickhouseColumn[], loadId: string) {
    this.#columns = columns;
    this.#loadId = loadId;
  }

  /**
   * @throws TypeError when a cell of a key is null
   */
  *encode(rows: readonly LoadRow[]): Iterable<Buffer> {
    for (const row of rows) {
      for (const column of this.#columns) this.#cell(row, column);
      if (this.#length >= FLUSH_BYTES) yield this.#take();
    }
    if (this.#length > 0) yield this.#take();
  }

  #take(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  #cell(row: LoadRow, column: ClickhouseColumn): void {
    if (column.from === null) {
      this.#text(this.#loadId);
      return;
    }
    const cell = row[column.from] as LoadCell;
    if (column.isNullMark) {
      this.#byte(cell === null ? 1 : 0);
    } else if (column.type.startsWith('Array(')) {
      const list = (cell ?? []) as readonly LoadScalar[];
      this.#size(list.length);
      for (const item of list) this.#nullable(item);
    } else if (column.type.startsWith('Nullable(')) {
      this.#nullable(cell as LoadScalar);
    } else {
      this.#scalar(cell as Exclude<LoadScalar, null>);
    }
  }

  #nullable(cell: LoadScalar): void {
    this.#byte(cell === null ? 1 : 0);
    if (cell !== null) this.#scalar(cell);
  }

  #scalar(cell: Exclude<LoadScalar, null>): void {
    if (typeof cell === 'string') {
      this.#text(cell);
    } else if (typeof cell === 'boolean') {
      this.#byte(cell ? 1 : 0);
    } else if (typeof cell === 'bigint') {
      this.#reserve(8);
      this.#length = this.#bytes.writeBigInt64LE(cell, this.#length);
    } else {
      this.#reserve(8);
      this.#length = this.#bytes.writeDoubleLE(cell, this.#length);
    }
  }

  #text(text: string): void {
    const size = Buffer.byteLength(text);
    this.#size(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** An unsigned LEB128 number. */
  #size(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
