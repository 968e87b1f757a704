import { listElementType } from '../../cell.js';
import type { VerifyError } from '../../errors.js';
import type { Column } from '../../model.js';
import type { LoadPart, LoadTable } from '../load-model.js';
import { CsvCells, ESCAPED, hasByteDelimiter, PLAIN } from '../parts/csv-cells.js';
import { damagedPart, misfit, wrongCellCount } from '../parts/damaged-part.js';
import { inWholeRows } from '../parts/pending-bytes.js';
import { BinaryOutput } from './binary-output.js';
import type { ClickhouseColumn } from './column-types.js';
import { writeInt64 } from './number-bytes.js';

const QUOTE = 0x22;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Whether the parts of a table go from CSV to RowBinary without becoming values of JavaScript: every column is one cell
 * that says by itself whether it is null, and none is a list, whose cell is JSON.
 */
export function isPlainCsv({ source, columns, partitionBy }: LoadTable): boolean {
  return (
    source.format === 'csv' &&
    partitionBy.length === 0 &&
    columns.length > 1 &&
    columns.every(({ type }) => listElementType(type) === null) &&
    hasByteDelimiter(source.csv)
  );
}

/** The rows of a CSV part in the format RowBinary. */
export class CsvToBinary {
  readonly #table: LoadTable;
  readonly #part: LoadPart;
  readonly #loadId: string | null;
  readonly #isNullable: readonly boolean[];
  readonly #toKeyError: () => Error;
  readonly #nullText: Buffer;
  readonly #cells: CsvCells;
  readonly #output = new BinaryOutput();
  #hasBom: boolean;
  /** Of the header, and of the rows so far. */
  #lines = 0;

  /**
   * @param table one that `isPlainCsv`
   * @param targets the columns of ClickHouse, in the order of those of the table
   * @param toKeyError makes the error to throw for null in a column that may be null, but not in ClickHouse
   */
  constructor(
    table: LoadTable,
    part: LoadPart,
    targets: readonly ClickhouseColumn[],
    toKeyError: () => Error,
  ) {
    this.#table = table;
    this.#part = part;
    this.#toKeyError = toKeyError;
    this.#loadId = targets.some(({ from }) => from === null) ? table.loadId : null;
    this.#isNullable = table.columns.map((_, index) =>
      targets.some(({ from, type }) => from === index && type.startsWith('Nullable(')),
    );
    this.#hasBom = !table.source.csv.bom;
    this.#nullText = Buffer.from(table.source.csv.nullText);
    this.#cells = new CsvCells(table.source.csv, table.columns.length, (problem) =>
      this.#damaged(`${problem}, in ${this.#lines === 0 ? 'the header' : `row ${this.#lines}`}`),
    );
  }

  /** @throws VerifyError `VERIFY_FAILED` where the text is not that of the columns */
  async *encode(text: NodeJS.ReadableStream): AsyncIterable<Buffer> {
    yield* inWholeRows(text, this.#part.file, (bytes) => this.#rows(bytes));
    if (this.#lines === 0) throw this.#damaged('ends in the middle of a row');
    if (!this.#output.isEmpty) yield this.#output.take();
  }

  /** Encodes the rows that are whole; gives where they end. */
  *#rows(bytes: Buffer): Generator<Buffer, number> {
    let at = 0;
    if (!this.#hasBom) {
      if (bytes.length < BYTE_ORDER_MARK.length) return 0;
      if (!bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK))
        throw this.#damaged('does not begin with a byte order mark');
      this.#hasBom = true;
      at = BYTE_ORDER_MARK.length;
    }
    for (let next = this.#cells.line(bytes, at); next >= 0; next = this.#cells.line(bytes, at)) {
      at = next;
      if (this.#lines++ > 0) this.#row(bytes);
      if (this.#output.isFull) yield this.#output.take();
    }
    return at;
  }

  #row(bytes: Buffer): void {
    const { columns } = this.#table;
    const { count, starts, ends, forms } = this.#cells;
    if (count !== columns.length)
      throw wrongCellCount(this.#part.file, this.#lines - 1, count, columns.length);
    for (let i = 0; i < count; i++) {
      const [start, end, form] = [starts[i] as number, ends[i] as number, forms[i] as number];
      const isNull = form === PLAIN && this.#isNullText(bytes, start, end);
      if (this.#isNullable[i]) this.#output.byte(isNull ? 1 : 0);
      if (!isNull) this.#value(bytes, start, end, form, columns[i] as Column);
      else if (!this.#isNullable[i]) {
        const column = columns[i] as Column;
        throw column.nullable ? this.#toKeyError() : this.#misfit(bytes, start, end, column);
      }
    }
    if (this.#loadId !== null) this.#output.text(this.#loadId);
  }

  #isNullText(bytes: Buffer, start: number, end: number): boolean {
    if (end - start !== this.#nullText.length) return false;
    for (let i = 0; i < this.#nullText.length; i++) if (bytes[start + i] !== this.#nullText[i]) return false;
    return true;
  }

  #value(bytes: Buffer, start: number, end: number, form: number, column: Column): void {
    if (column.type === 'int64') {
      if (!writeInt64(this.#output, bytes, start, end)) throw this.#misfit(bytes, start, end, column);
    } else if (column.type === 'double') {
      const value = Number(bytes.toString('latin1', start, end));
      if (start === end || !Number.isFinite(value)) throw this.#misfit(bytes, start, end, column);
      this.#output.double(value);
    } else if (column.type === 'boolean') {
      const text = bytes.toString('latin1', start, end);
      if (text !== 'true' && text !== 'false') throw this.#misfit(bytes, start, end, column);
      this.#output.byte(text === 'true' ? 1 : 0);
    } else if (form === ESCAPED) {
      const text = withoutDoubledQuotes(bytes.subarray(start, end));
      this.#output.utf8(text, 0, text.length);
    } else {
      this.#output.utf8(bytes, start, end);
    }
  }

  #misfit(bytes: Buffer, start: number, end: number, column: Column): VerifyError {
    return misfit(this.#part.file, this.#lines - 1, bytes.toString('utf8', start, end), column);
  }

  #damaged(problem: string): VerifyError {
    return damagedPart(this.#part.file, problem);
  }
}

function withoutDoubledQuotes(bytes: Buffer): Buffer {
  const text = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    text[length++] = bytes[at] as number;
    if (bytes[at] === QUOTE) at++;
  }
  return text.subarray(0, length);
}
