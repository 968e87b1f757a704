import { PageError, SinkError } from '../../errors.js';
import { type JsonValue, stringifyJson } from '../../json-value.js';
import type { EncodedRows, Row, TablePlan } from '../../model.js';
import { MAX_RECORD_BYTES, MAX_RECORDS, tooLarge } from '../limits.js';
import { JsonCursor } from '../reference/json-cursor.js';
import { parseChecked } from '../reference/parse-json.js';
import { recordMark } from '../reference/record-mark.js';
import { createRowReader, type Drift, type RowReader } from '../reference/row-reader.js';
import type { ListFacts } from './answer-facts.js';
import type { BlockPool } from './block-store.js';
import { type Core, EXPECTED, RUN } from './core.js';
import { coreColumns, type EncodingOptions, openCore } from './core-plan.js';
import { openOutput } from './open-output.js';
import type { RowOutput } from './row-output.js';

const ALL_RECORDS = 0xffff_ffff;
/** A literal or an escape that is not wholly there begins at most this far before the end. */
const LONGEST_CUT = 6;
/** Arrays and objects around a record: the answer, `data`, `outputs` and the list. */
const RECORD_DEPTH = 3;
/** A record that is longer than this is tried again only when twice as much of it is there. */
const LONG_RECORD_BYTES = 64 * 1024;

/** What an attempt to read an answer must be able to take back. */
interface Mark {
  readonly rows: number;
  readonly overflowRows: number;
}

/** Decodes the records of one table in one window, answer by answer, and encodes their rows. */
export class TableDecoder {
  readonly plan: TablePlan;
  readonly #core: Core;
  readonly #reader: RowReader;
  readonly #output: RowOutput;
  /** For each column of the core its place in the rows of the reference engine. */
  readonly #places: readonly number[];
  #rows = 0;
  #overflowRows = 0;
  #mark: Mark = { rows: 0, overflowRows: 0 };
  #firstOffset = 0;
  /** The offset in the answer behind the last byte that the core was given. */
  #answerEnd = 0;
  #nextTry = 0;
  /** The text of the answer's first record. */
  #first: string | null = null;
  readonly #watched: readonly number[];
  /** Which of the watched offsets comes next. */
  #nextWatched = 0;
  #marks = new Map<number, string>();

  constructor(
    plan: TablePlan,
    options: EncodingOptions,
    pool: BlockPool,
    onDrift: (drift: Drift) => never,
    watched: readonly number[],
  ) {
    this.plan = plan;
    this.#watched = watched;
    const columns = coreColumns(plan);
    this.#places = columns.map((column) => plan.columns.indexOf(column));
    this.#core = openCore(plan, options, () => this.#output.takeFull());
    this.#reader = createRowReader(plan, onDrift);
    this.#output = openOutput(this.#core, columns, plan.partitionBy?.length ?? 0, options, pool);
    this.beginWindow();
  }

  /** Bytes of memory that the decoder holds. */
  get heldBytes(): number {
    return this.#core.size;
  }

  /** Bytes that are encoded and wait. */
  get encodedBytes(): number {
    return this.#output.bytes;
  }

  /** Begins a window; what the last one gave must not be used any more. */
  beginWindow(): void {
    this.#rows = 0;
    this.#overflowRows = 0;
    this.#clear();
    this.#output.begin();
    this.acceptAnswer();
  }

  /** What was read so far stays. */
  acceptAnswer(): void {
    this.#mark = { rows: this.#rows, overflowRows: this.#overflowRows };
    this.#output.accept();
  }

  /** Takes back everything since the last accepted answer. */
  dropAnswer(): void {
    this.#rows = this.#mark.rows;
    this.#overflowRows = this.#mark.overflowRows;
    this.#output.drop();
    this.#clear();
  }

  /**
   * Begins a list of records in an answer.
   *
   * @param recordOffset offset of the first record in the result
   * @param answerOffset where the list's text begins in the answer, in bytes
   */
  beginList(recordOffset: number, answerOffset: number): void {
    this.#core.call.beginList((recordOffset % 2 ** 32) | 0, Math.floor(recordOffset / 2 ** 32));
    this.#firstOffset = recordOffset;
    this.#answerEnd = answerOffset;
    this.#nextTry = 0;
    this.#first = null;
    this.#marks = new Map();
    this.#nextWatched = this.#watched.findIndex((offset) => offset >= recordOffset);
  }

  /**
   * Reads on in the list.
   *
   * @returns the bytes behind the end of the list; null while it goes on
   * @throws PageError `PAGE_INVALID`, with the offset in the answer; whatever `onDrift` throws
   */
  read(bytes: Uint8Array): Buffer | null {
    const { call } = this.#core;
    const address = call.reserveInput(bytes.length) >>> 0;
    this.#core.bytes.set(bytes, address);
    call.commitInput(bytes.length);
    this.#answerEnd += bytes.length;
    if (this.#left() < this.#nextTry) return null;
    return this.#readOn();
  }

  /**
   * Reads what still waits when the answer has ended.
   *
   * @returns the bytes behind the end of the list
   * @throws PageError `PAGE_INVALID` when the list does not end
   */
  readToEnd(): Buffer {
    const behind = this.#readOn();
    if (behind !== null) return behind;
    const cursor = this.#cursor(this.#core.call.inPos.value >>> 0, this.#inEnd());
    const isAfterRecord = this.#core.call.expected.value === EXPECTED.commaOrEnd;
    const isNumberAtEnd = !isAfterRecord && cursor.peek() !== -1;
    if (isNumberAtEnd) cursor.skipValue(RECORD_DEPTH);
    cursor.peek();
    throw cursor.unexpected(isAfterRecord || isNumberAtEnd ? '"," or "]"' : 'a value');
  }

  /** What the list held; to be called when it has ended. */
  endList(): Omit<ListFacts, 'key'> {
    const { call } = this.#core;
    this.#output.takeRest();
    this.#rows += call.rows.value >>> 0;
    call.clearRows();
    const count = call.records.value >>> 0;
    if (count > MAX_RECORDS) throw tooLarge(`more than ${MAX_RECORDS} records`, this.#answerEnd);
    const first = this.#first;
    const last = count === 0 ? null : this.#lastRecord();
    call.clearInput();
    return { count, first, last, marks: this.#marks };
  }

  /** The rows of the window, encoded; their memory is the decoder's until the next window begins. */
  async endWindow(): Promise<EncodedRows> {
    return { ...(await this.#output.end(this.#rows)), overflowRows: this.#overflowRows };
  }

  /** Drops what an attempt that broke off has left. */
  #clear(): void {
    const { call } = this.#core;
    call.clearOutput();
    call.clearRows();
    call.clearInput();
  }

  #left(): number {
    return this.#inEnd() - (this.#core.call.inPos.value >>> 0);
  }

  #inEnd(): number {
    return this.#core.call.inEnd.value >>> 0;
  }

  #readOn(): Buffer | null {
    const { call } = this.#core;
    for (;;) {
      const records = call.records.value >>> 0;
      if (this.#first === null && records !== 0) this.#first = this.#lastRecord();
      // A record whose text is to be kept is the last one of a run.
      const watched = this.#nextToKeep(records);
      const status = call.run(
        this.#first === null ? 1 : watched === null ? ALL_RECORDS : watched + 1 - records,
      );
      if (status === RUN.hostRecord) this.#readByReference();
      else if (status === RUN.needInput) {
        const left = this.#left();
        if (left > MAX_RECORD_BYTES) throw this.#tooLong();
        this.#nextTry = left > LONG_RECORD_BYTES ? left * 2 : 0;
        return null;
      } else if (status === RUN.listEnd) {
        // The input stays until `endList`: the last record is in it.
        return this.#core.copy(call.inPos.value >>> 0, this.#inEnd());
      } else if (status === RUN.unexpected) {
        throw this.#cursor(call.inPos.value >>> 0, this.#inEnd()).unexpected('"," or "]"');
      }
    }
  }

  /**
   * The index of the next record that is watched, null without any. Keeps the mark of the one that was read last.
   *
   * @param records so many were read
   */
  #nextToKeep(records: number): number | null {
    for (;;) {
      const offset = this.#watched[this.#nextWatched];
      if (offset === undefined) return null;
      const index = offset - this.#firstOffset;
      if (index >= records) return index;
      if (index === records - 1) this.#marks.set(index, recordMark(this.#lastRecord()));
      this.#nextWatched++;
    }
  }

  /** What is wrong with a record whose end does not come: it is long, or damaged so that others seem to be in it. */
  #tooLong(): Error {
    const start = this.#core.call.inPos.value >>> 0;
    const cursor = this.#cursor(start, this.#inEnd());
    try {
      cursor.skipValue(RECORD_DEPTH);
      if (cursor.at <= MAX_RECORD_BYTES) {
        cursor.peek();
        return cursor.unexpected('"," or "]"');
      }
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      // Nearer to the end a token is cut off, not wrong.
      if (Number(error.details['byteOffset']) < this.#answerEnd - LONGEST_CUT) return error;
    }
    return tooLarge(`a record of more than ${MAX_RECORD_BYTES} bytes`, this.#answerEnd - this.#left());
  }

  /** A reader of part of the input that names places by their offset in the answer. */
  #cursor(start: number, end: number): JsonCursor {
    const offset = this.#answerEnd - (this.#inEnd() - start);
    return new JsonCursor(this.#core.copy(start, end), (at) => offset + at);
  }

  /** The record at hand is not as planned, or not valid: the reference engine decides. */
  #readByReference(): void {
    const { call } = this.#core;
    const start = call.inPos.value >>> 0;
    const end = call.recordEnd.value >>> 0;
    if (end - start > MAX_RECORD_BYTES) throw this.#tooLong();
    // With the byte behind the record, which the message names where a value is missing.
    const cursor = this.#cursor(start, Math.min(end + 1, this.#inEnd()));
    cursor.skipValue(RECORD_DEPTH);
    if (cursor.at < end - start) throw cursor.unexpected('"," or "]"');
    const record = parseChecked(this.#core.bytes.toString('utf8', start, end));
    const rows: Row[] = [];
    const before = this.#reader.overflowRows;
    this.#reader.read(record, this.#firstOffset + (call.records.value >>> 0), rows);
    this.#overflowRows += this.#reader.overflowRows - before;
    for (const row of rows) this.#writeRow(row);
    call.skipRecord();
  }

  #writeRow(row: Row): void {
    const { columns } = this.plan;
    const cells = this.#places.map((place) => {
      const cell = row[place] as JsonValue;
      // The core takes the text of a `json` cell as it takes any text.
      return columns[place]?.type === 'json' && cell !== null
        ? JSON.stringify(stringifyJson(cell))
        : stringifyJson(cell);
    });
    const text = Buffer.from(`[${cells.join(',')}]\n`);
    const address = this.#core.call.reserveCells(text.length) >>> 0;
    this.#core.bytes.set(text, address);
    if (this.#core.call.writeCells(text.length) === 1) return;
    throw new SinkError('ROW_TYPE_MISMATCH', `A row of table "${this.plan.name}" does not fit its columns`, {
      details: { table: this.plan.name, row: cells.join(',').slice(0, 200) },
    });
  }

  /** The text of the last whole record. */
  #lastRecord(): string {
    const { lastStart, lastEnd } = this.#core.call;
    return this.#core.bytes.toString('utf8', lastStart.value >>> 0, lastEnd.value >>> 0);
  }
}
