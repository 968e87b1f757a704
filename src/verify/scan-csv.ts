import type { Column, StoredFile } from '../model.js';
import { csvRow } from './csv-rows.js';
import type { FileLayout } from './file-layout.js';
import { PassedRows } from './passed-rows.js';
import { readBlocks } from './read-blocks.js';
import { FileProblem } from './row-batch.js';
import type { RowJudge } from './row-judge.js';
import { DOUBT, endOfDouble, endOfInt64, endOfValue, KIND, kindOf } from './value-bytes.js';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** The row goes on behind the bytes at hand. */
const MORE = -1;

/** Whether the delimiter is a byte that is a part of no number, literal, quote or line end. */
export function scansCsv({ csv }: FileLayout): boolean {
  return /^[\t\x20-\x7e]$/.test(csv.delimiter) && !/[-+.\w"]/.test(csv.delimiter);
}

/**
 * Looks at every row of CSV as bytes, in the dialect of the layout and nothing wider: one of as many cells as there are
 * columns, each plainly of its type, passes; every other one is read and judged.
 *
 * @param layout one that `scansCsv`
 * @throws FileProblem
 */
export async function scanCsv(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  judge: RowJudge,
): Promise<void> {
  const passed = new PassedRows(columns);
  const rows = new RowScan(columns, layout, passed);
  let isHeader = true;
  let hasBom = !layout.csv.bom;
  const scan = (bytes: Buffer, end: number): number => {
    let at = 0;
    if (!hasBom) {
      if (!bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK))
        throw new FileProblem('does not begin with a byte order mark');
      hasBom = true;
      at = BYTE_ORDER_MARK.length;
    }
    while (at < end) {
      const behind = rows.row(bytes, at, end);
      if (behind === MORE) break;
      if (rows.problem !== null) {
        passed.tell(judge);
        throw new FileProblem(`${rows.problem}, in ${isHeader ? 'the header' : `row ${judge.rows + 1}`}`);
      }
      // The header is no row; it is compared where the schema is.
      if (!isHeader && rows.isDoubtful) {
        passed.tell(judge);
        const line = bytes.toString('utf8', at, behind);
        judge.judge(() => csvRow(line, columns, layout));
      } else if (!isHeader) passed.pass();
      isHeader = false;
      at = behind;
    }
    passed.tell(judge);
    return at;
  };
  await readBlocks(file, scan, scan);
}

class RowScan {
  readonly #kinds: Uint8Array;
  readonly #width: number;
  readonly #delimiter: number;
  readonly #isCrlf: boolean;
  readonly #nullText: Buffer;
  /** Bytes at which a cell without quotes ends, rightly or not. */
  readonly #stops: Uint8Array;
  readonly #passed: PassedRows;
  #unpacked = Buffer.alloc(1024);
  /** Whether the row that was read last is not plainly right. */
  isDoubtful = false;
  /** Why the row that was read last cannot be cut into cells; null where it can. */
  problem: string | null = null;

  constructor(columns: readonly Column[], { csv }: FileLayout, passed: PassedRows) {
    this.#kinds = Uint8Array.from(columns, ({ type }) => kindOf(type));
    this.#width = columns.length;
    this.#delimiter = csv.delimiter.charCodeAt(0);
    this.#isCrlf = csv.crlf;
    this.#nullText = Buffer.from(csv.nullText);
    this.#stops = new Uint8Array(256);
    for (const byte of [this.#delimiter, LINE_FEED, CARRIAGE_RETURN, QUOTE]) this.#stops[byte] = 1;
    this.#passed = passed;
  }

  /** Reads the row that begins at `start`; gives where the next begins, or MORE. */
  row(bytes: Buffer, start: number, end: number): number {
    this.isDoubtful = false;
    this.problem = null;
    this.#passed.beginRow();
    let at = start;
    for (let column = 0; ; column++) {
      const from = at;
      if (bytes[at] === QUOTE) {
        at = this.#quoted(bytes, at, column, end);
        if (at === MORE) return MORE;
      } else {
        at = this.#bare(bytes, at, column);
        if (bytes[at] === QUOTE) return this.#wrong('has a quote inside a cell without quotes', at);
        if (!this.isDoubtful && this.#isNull(bytes, from, at)) this.#addNull(column);
      }
      const byte = bytes[at];
      if (byte === this.#delimiter) {
        at++;
        continue;
      }
      if (column + 1 !== this.#width) this.isDoubtful = true;
      const lineEnd = this.#isCrlf && byte === CARRIAGE_RETURN ? at + 1 : at;
      if (end - at < (this.#isCrlf ? 2 : 1)) return MORE;
      if (bytes[lineEnd] === LINE_FEED && lineEnd > at === this.#isCrlf) return lineEnd + 1;
      return this.#wrong(
        'has a cell that ends with neither the delimiter nor the line end of the export',
        at,
      );
    }
  }

  #wrong(problem: string, at: number): number {
    this.problem = problem;
    return at;
  }

  /** The end of a cell without quotes, its type looked at. */
  #bare(bytes: Buffer, start: number, column: number): number {
    const kind = this.#kinds[column];
    let at = DOUBT;
    if (kind === KIND.double) at = endOfDouble(bytes, start);
    else if (kind === KIND.int64) at = endOfInt64(bytes, start);
    if (at !== DOUBT && this.#stops[bytes[at] as number] === 1) return at;
    at = start;
    while (this.#stops[bytes[at] as number] === 0) at++;
    if (kind === KIND.string || this.#isNull(bytes, start, at)) return at;
    // JSON that goes on behind the delimiter is none of this cell.
    if (kind === undefined || endOfValue(bytes, start, kind) !== at) this.isDoubtful = true;
    return at;
  }

  #isNull(bytes: Buffer, start: number, end: number): boolean {
    const text = this.#nullText;
    if (end - start !== text.length) return false;
    for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false;
    return true;
  }

  #addNull(column: number): void {
    if (!this.#passed.addNull(column)) this.isDoubtful = true;
  }

  /** The end of a cell in quotes, behind the last one; MORE where that is not known yet. */
  #quoted(bytes: Buffer, start: number, column: number, end: number): number {
    let at = start + 1;
    let isEscaped = false;
    for (;;) {
      while (bytes[at] !== QUOTE) at++;
      if (at + 1 >= end) return MORE;
      if (bytes[at + 1] !== QUOTE) break;
      isEscaped = true;
      at += 2;
    }
    const kind = this.#kinds[column];
    if (kind === KIND.string) {
      // In a table of one column, with an empty null text, null and empty text are written alike.
      if (at === start + 1 && this.#width === 1 && this.#nullText.length === 0) this.#addNull(column);
    } else if (
      kind === undefined ||
      kind < KIND.json ||
      !this.#isValue(bytes, start + 1, at, kind, isEscaped)
    )
      this.isDoubtful = true;
    return at + 1;
  }

  /** Whether the text in quotes is plainly a value of JSON. */
  #isValue(bytes: Buffer, start: number, end: number, kind: number, isEscaped: boolean): boolean {
    if (!isEscaped) return endOfValue(bytes, start, kind) === end;
    if (this.#unpacked.length < end - start + 1) this.#unpacked = Buffer.alloc((end - start) * 2);
    let length = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      this.#unpacked[length++] = byte;
      if (byte === QUOTE) at++;
    }
    this.#unpacked[length] = LINE_FEED;
    return endOfValue(this.#unpacked, 0, kind) === length;
  }
}
