import { listElementType } from '../../cell.js';
import type { ColumnType, ScalarType } from '../../model.js';
import type { LoadPart, LoadTable } from '../load-model.js';
import { inWholeRows } from '../parts/pending-bytes.js';
import { BinaryOutput } from './binary-output.js';
import type { ClickhouseColumn } from './column-types.js';
import { compactEnd, skipBytes, unescapeText } from './json-bytes.js';
import { JsonNumberScan, writeInt64 } from './number-bytes.js';
import { RowBinaryEncoder } from './row-binary.js';

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_END = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const BRACE_END = 0x7d;
const FIRST_PRINTED = 0x20;
const [NULL, TRUE, FALSE] = ['null', 'true', 'false'].map((word) => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
];
/** An integer of so many characters is one that a double holds exactly. */
const SAFE_CHARACTERS = 15;

/** Whether the parts of a table are lines of objects with all of its columns. */
export function isPlainNdjson({ source, partitionBy }: LoadTable): boolean {
  return source.format === 'ndjson' && !source.raw && partitionBy.length === 0;
}

interface Member {
  /** What stands before the value: `{"a":`, `,"b":`. */
  readonly key: Buffer;
  readonly type: ColumnType;
  readonly element: ScalarType | null;
  /** Whether ClickHouse has a byte for null before it. */
  readonly isNullable: boolean;
  /** Whether a column behind a list says that it is null. */
  readonly hasNullMark: boolean;
}

/**
 * The rows of an NDJSON part in the format RowBinary. A line that is as the exports write it becomes bytes without
 * becoming values of JavaScript; any other one goes by way of values, by itself.
 */
export class NdjsonToBinary {
  readonly #part: LoadPart;
  readonly #keys: readonly number[];
  readonly #toKeyError: () => Error;
  readonly #members: readonly Member[];
  readonly #loadId: string | null;
  readonly #output = new BinaryOutput();
  readonly #values: RowBinaryEncoder;
  readonly #numbers = new JsonNumberScan();
  #scratch = Buffer.alloc(0);
  #lines = 0;

  /**
   * @param table one that `isPlainNdjson`
   * @param targets the columns of ClickHouse, in the order of those of the table
   * @param keys the places of the columns that cannot be null in ClickHouse
   * @param toKeyError makes the error to throw for null in one of them
   */
  constructor(
    table: LoadTable,
    part: LoadPart,
    targets: readonly ClickhouseColumn[],
    keys: readonly number[],
    toKeyError: () => Error,
  ) {
    this.#part = part;
    this.#keys = keys;
    this.#toKeyError = toKeyError;
    this.#values = new RowBinaryEncoder(targets, table.loadId, this.#output);
    this.#loadId = targets.some(({ from }) => from === null) ? table.loadId : null;
    this.#members = table.columns.map(({ name, type }, index) => ({
      key: Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(name)}:`),
      type,
      element: listElementType(type),
      isNullable: targets.some((one) => one.from === index && one.type.startsWith('Nullable(')),
      hasNullMark: targets.some((one) => one.from === index && one.isNullMark),
    }));
  }

  /** @throws VerifyError `VERIFY_FAILED` where the text is not that of the columns */
  async *encode(text: NodeJS.ReadableStream): AsyncIterable<Buffer> {
    yield* inWholeRows(text, this.#part.file, (bytes) => this.#rows(bytes));
    if (!this.#output.isEmpty) yield this.#output.take();
  }

  /** Encodes the rows that are whole; gives where they end. */
  *#rows(bytes: Buffer): Generator<Buffer, number> {
    let at = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, at)) {
      this.#row(bytes, at, end);
      at = end + 1;
      if (this.#output.isFull) yield this.#output.take();
    }
    return at;
  }

  /** @param end where the line feed is, at which every scan of the line ends that nothing else ended */
  #row(bytes: Buffer, start: number, end: number): void {
    this.#lines++;
    const before = this.#output.length;
    if (this.#isCopied(bytes, start, end)) return;
    this.#output.cut(before);
    const row = this.#part.lineRow(bytes.toString('utf8', start, end), this.#lines);
    if (this.#keys.some((index) => row[index] === null)) throw this.#toKeyError();
    this.#values.add(row);
  }

  /** False where something is not as expected: then what was written of the line does not count. */
  #isCopied(bytes: Buffer, start: number, end: number): boolean {
    let at = start;
    for (const member of this.#members) {
      at = skipBytes(bytes, at, member.key);
      if (at >= 0) at = this.#cell(bytes, at, member, end);
      if (at < 0) return false;
    }
    if (bytes[at] !== BRACE_END || at + 1 !== end) return false;
    if (this.#loadId !== null) this.#output.text(this.#loadId);
    return true;
  }

  /** Like all below: gives where the value ends, -1 where it is not as expected. */
  #cell(bytes: Buffer, at: number, member: Member, end: number): number {
    if (member.element !== null) return this.#list(bytes, at, member, member.element, end);
    const isNull = bytes[at] === LOWER_N;
    if (member.isNullable) this.#output.byte(isNull ? 1 : 0);
    if (isNull) return member.isNullable ? skipBytes(bytes, at, NULL) : -1;
    if (member.type !== 'json') return this.#scalar(bytes, at, member.type as ScalarType, end);
    const behind = compactEnd(bytes, at);
    if (behind >= 0) this.#output.utf8(bytes, at, behind);
    return behind;
  }

  #list(bytes: Buffer, start: number, { hasNullMark }: Member, element: ScalarType, end: number): number {
    if (bytes[start] === LOWER_N) {
      if (!hasNullMark) return -1;
      this.#output.size(0);
      this.#output.byte(1);
      return skipBytes(bytes, start, NULL);
    }
    if (bytes[start] !== BRACKET) return -1;
    const before = this.#output.length;
    let length = 0;
    let at = start + 1;
    while (bytes[at] !== BRACKET_END) {
      if (length > 0 && bytes[at++] !== COMMA) return -1;
      const isNull = bytes[at] === LOWER_N;
      this.#output.byte(isNull ? 1 : 0);
      at = isNull ? skipBytes(bytes, at, NULL) : this.#scalar(bytes, at, element, end);
      if (at < 0) return -1;
      length++;
    }
    this.#output.insertSize(before, length);
    if (hasNullMark) this.#output.byte(0);
    return at + 1;
  }

  #scalar(bytes: Buffer, at: number, type: ScalarType, end: number): number {
    switch (type) {
      case 'string':
        return this.#string(bytes, at, end);
      case 'int64':
        return this.#int64(bytes, at);
      case 'double':
        return this.#double(bytes, at);
      case 'boolean':
        this.#output.byte(bytes[at] === LOWER_T ? 1 : 0);
        if (bytes[at] === LOWER_T) return skipBytes(bytes, at, TRUE);
        return bytes[at] === LOWER_F ? skipBytes(bytes, at, FALSE) : -1;
    }
  }

  #string(bytes: Buffer, at: number, lineEnd: number): number {
    if (bytes[at] !== QUOTE) return -1;
    const start = at + 1;
    for (let end = start; ; end++) {
      const byte = bytes[end] as number;
      if (byte === QUOTE) {
        this.#output.utf8(bytes, start, end);
        return end + 1;
      }
      if (byte < FIRST_PRINTED) return -1;
      if (byte === BACKSLASH) return this.#escaped(bytes, start, lineEnd);
    }
  }

  #escaped(bytes: Buffer, start: number, lineEnd: number): number {
    if (this.#scratch.length < lineEnd - start) this.#scratch = Buffer.alloc(2 * (lineEnd - start));
    const text = unescapeText(bytes, start, this.#scratch);
    if (text === null) return -1;
    this.#output.utf8(this.#scratch, 0, text.length);
    return text.end + 1;
  }

  #int64(bytes: Buffer, start: number): number {
    if (!this.#numbers.at(bytes, start) || !this.#numbers.isInteger) return -1;
    const { end } = this.#numbers;
    return writeInt64(this.#output, bytes, start, end) ? end : -1;
  }

  #double(bytes: Buffer, start: number): number {
    const numbers = this.#numbers;
    if (!numbers.at(bytes, start)) return -1;
    if (numbers.isInteger && numbers.end - start > SAFE_CHARACTERS) return -1;
    const value = numbers.toDouble(bytes);
    if (!Number.isFinite(value)) return -1;
    this.#output.double(value);
    return numbers.end;
  }
}
