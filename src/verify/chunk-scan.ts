import { isUtf8 } from 'node:buffer';
import type { ColumnMetaData } from 'hyparquet';
import type { Column } from '../model.js';
import { type PageHeader, readHybrid } from './parquet-pages.js';
import { endOfValue, KIND, kindOf, LIST } from './value-bytes.js';

// parquet.thrift: Encoding.
const PLAIN = 0;
const DICTIONARIES: ReadonlySet<number> = new Set([2, 8]);

const PHYSICAL_TYPES: Readonly<Record<number, string>> = {
  [KIND.boolean]: 'BOOLEAN',
  [KIND.int64]: 'INT64',
  [KIND.double]: 'DOUBLE',
};

const LINE_FEED = 0x0a;
const MAX_INDEX_BITS = 24;
/** More than a page of an export has, whose longest record fits in 16 MiB; a header that lies would cost memory. */
const MAX_ENTRIES = 1 << 24;

/**
 * Looks at the pages of one column chunk, one after the other: levels that make sense, values that are of the column's
 * type and within its statistics.
 */
export class ChunkScan {
  readonly #kind: number;
  readonly #isList: boolean;
  /** The definition level of a value; a list counts up as far as it is nullable: null, empty, null element, value. */
  readonly #maxLevel: number;
  readonly #bounds: Bounds;
  readonly #statedNulls: number | null;
  /** Entries of the dictionary; null before there is one. */
  #dictionary: number | null = null;
  #definitions = new Uint8Array(0);
  #repetitions = new Uint8Array(0);
  #indexes = new Uint32Array(0);
  #rows = 0;
  #entries = 0;
  #nulls = 0;

  private constructor(column: Column, bounds: Bounds, statedNulls: number | null) {
    const kind = kindOf(column.type);
    this.#isList = kind >= LIST;
    this.#kind = this.#isList ? kind - LIST : kind;
    this.#maxLevel = (column.nullable ? 1 : 0) + (this.#isList ? 2 : 0);
    this.#bounds = bounds;
    this.#statedNulls = statedNulls;
  }

  /** Null for a chunk that is not of the column's type, its statistics included. */
  static for(column: Column, { type, statistics }: ColumnMetaData): ChunkScan | null {
    if (statistics !== undefined && column.type.startsWith('list<')) return null;
    const kind = kindOf(column.type) % LIST;
    if (!isStoredAs(type, kind)) return null;
    const bounds = boundsOf(kind, statistics?.min_value, statistics?.max_value);
    const { null_count: nulls } = statistics ?? {};
    return bounds === null ? null : new ChunkScan(column, bounds, nulls === undefined ? null : Number(nulls));
  }

  /** For `isWhole` alone. Null for a chunk that is not of the column's type. */
  static ofForm(column: Column, { type }: ColumnMetaData): ChunkScan | null {
    if (!isStoredAs(type, kindOf(column.type) % LIST)) return null;
    return new ChunkScan(column, new Bounds(undefined, undefined), null);
  }

  get rows(): number {
    return this.#rows;
  }

  get entries(): number {
    return this.#entries;
  }

  get nulls(): number {
    return this.#nulls;
  }

  /** Whether the nulls are as many as the statistics say, if they do. */
  get hasStatedNulls(): boolean {
    return this.#statedNulls === null || this.#statedNulls === this.#nulls;
  }

  /** Looks at one page; whether it is plainly right. */
  page(body: Buffer, header: PageHeader): boolean {
    const plain = this.#plainPart(body, header);
    return plain !== null && this.#plain(body, plain.start, plain.values);
  }

  /** Looks at one page, but not at its values: whether its levels and indexes are as many as it says. */
  isWhole(body: Buffer, header: PageHeader): boolean {
    return this.#plainPart(body, header) !== null;
  }

  /** What is to be read as plain values: of a page of indexes, which are looked at here, nothing. Null where it is damaged. */
  #plainPart(
    body: Buffer,
    { isDictionary, entries, encoding }: PageHeader,
  ): { readonly start: number; readonly values: number } | null {
    const hasIndexes = DICTIONARIES.has(encoding);
    const isKnown = encoding === PLAIN || (hasIndexes && this.#kind !== KIND.boolean);
    if (entries > MAX_ENTRIES || !isKnown) return null;
    if (isDictionary) {
      const isExpected = this.#dictionary === null && this.#entries === 0;
      this.#dictionary = entries;
      return isExpected ? { start: 0, values: entries } : null;
    }
    this.#entries += entries;
    const levels = this.#levels(body, entries);
    if (levels === null || !hasIndexes) return levels;
    return this.#areIndexes(body, levels.start, levels.values) ? { start: body.length, values: 0 } : null;
  }

  /** Where the values start, behind the levels, and how many there are; null where they make no sense. */
  #levels(body: Buffer, entries: number): { readonly start: number; readonly values: number } | null {
    if (this.#maxLevel === 0) {
      this.#rows += entries;
      return { start: 0, values: entries };
    }
    if (this.#definitions.length < entries) {
      this.#definitions = new Uint8Array(entries);
      this.#repetitions = new Uint8Array(entries);
    }
    let at = 0;
    if (this.#isList) {
      at = readLevels(body, at, 1, entries, this.#repetitions);
      if (at < 0) return null;
    }
    at = readLevels(body, at, this.#maxLevel === 1 ? 1 : 2, entries, this.#definitions);
    if (at < 0) return null;
    const values = this.#isList ? this.#countLists(entries) : this.#countCells(entries);
    return values < 0 ? null : { start: at, values };
  }

  #countCells(entries: number): number {
    let values = 0;
    for (let index = 0; index < entries; index++) values += this.#definitions[index] as number;
    this.#rows += entries;
    this.#nulls += entries - values;
    return values;
  }

  /** A page begins with a list, and only elements are repeated. */
  #countLists(entries: number): number {
    const isElement = this.#maxLevel - 1;
    let values = 0;
    let before = -1;
    for (let index = 0; index < entries; index++) {
      const level = this.#definitions[index] as number;
      if (level > this.#maxLevel) return -1;
      if (this.#repetitions[index] === 0) {
        this.#rows++;
        if (level < this.#maxLevel - 2) this.#nulls++;
      } else if (level < isElement || before < isElement) return -1;
      if (level === this.#maxLevel) values++;
      before = level;
    }
    return values;
  }

  #areIndexes(body: Buffer, start: number, count: number): boolean {
    const width = body[start];
    if (this.#dictionary === null || width === undefined || width > MAX_INDEX_BITS) return false;
    if (width === 0) return count === 0 || this.#dictionary > 0;
    if (this.#indexes.length < count) this.#indexes = new Uint32Array(count);
    if (!readHybrid(body, start + 1, body.length, width, count, this.#indexes)) return false;
    for (let index = 0; index < count; index++)
      if ((this.#indexes[index] as number) >= this.#dictionary) return false;
    return true;
  }

  /** Whether the rest of the page is so many values that fit, and nothing else. */
  #plain(body: Buffer, start: number, count: number): boolean {
    switch (this.#kind) {
      case KIND.boolean:
        return body.length - start === Math.ceil(count / 8) && this.#areBooleans(body, start, count);
      case KIND.int64:
        return body.length - start === count * 8 && this.#bounds.hasIntegers(viewOf(body, start), count);
      case KIND.double:
        return body.length - start === count * 8 && this.#bounds.hasDoubles(viewOf(body, start), count);
      default:
        return this.#areTexts(body, start, count);
    }
  }

  #areBooleans(body: Buffer, start: number, count: number): boolean {
    const { min, max } = this.#bounds;
    for (let index = 0; index < count; index++) {
      const value = (((body[start + (index >> 3)] as number) >> (index & 7)) & 1) === 1;
      if ((min === true && !value) || (max === false && value)) return false;
    }
    return true;
  }

  #areTexts(body: Buffer, start: number, count: number): boolean {
    let at = start;
    /** From here on it is not known yet whether it is UTF-8. */
    let unchecked = start;
    for (let index = 0; index < count; index++) {
      if (at + 4 > body.length) return false;
      const length = body.readUInt32LE(at);
      const from = at + 4;
      const end = from + length;
      if (end > body.length) return false;
      // Shorter lengths are characters of their own, so all around them can be checked at once.
      if (length > 0x7f) {
        if (!isUtf8(body.subarray(unchecked, at)) || !isUtf8(body.subarray(from, end))) return false;
        unchecked = end;
      }
      if (!this.#bounds.hasText(body, from, end)) return false;
      if (this.#kind === KIND.json && !isJsonCell(body, from, end)) return false;
      at = end;
    }
    return at === body.length && isUtf8(body.subarray(unchecked, at));
  }
}

function isStoredAs(type: string, kind: number): boolean {
  return type === (PHYSICAL_TYPES[kind] ?? 'BYTE_ARRAY');
}

/** Levels have their length before them. @returns where they end, -1 where they are wrong */
function readLevels(body: Buffer, at: number, width: number, count: number, into: Uint8Array): number {
  if (at + 4 > body.length) return -1;
  const end = at + 4 + body.readUInt32LE(at);
  return end <= body.length && readHybrid(body, at + 4, end, width, count, into) ? end : -1;
}

function isJsonCell(body: Buffer, start: number, end: number): boolean {
  const behind = body[end];
  body[end] = LINE_FEED;
  const isCell = endOfValue(body, start, KIND.json) === end;
  if (behind !== undefined) body[end] = behind;
  return isCell;
}

function viewOf(body: Buffer, start: number): DataView {
  return new DataView(body.buffer, body.byteOffset + start, body.length - start);
}

type Bound = string | number | bigint | boolean | undefined;

/** Null where they are not of the kind. */
function boundsOf(kind: number, min: unknown, max: unknown): Bounds | null {
  const expected = { [KIND.boolean]: 'boolean', [KIND.int64]: 'bigint', [KIND.double]: 'number' }[kind];
  const isOfKind = (bound: unknown) => bound === undefined || typeof bound === (expected ?? 'string');
  return isOfKind(min) && isOfKind(max) ? new Bounds(min as Bound, max as Bound) : null;
}

/** The least and the greatest value that the statistics allow. */
class Bounds {
  readonly min: Bound;
  readonly max: Bound;
  readonly #minText: Buffer | null;
  readonly #maxText: Buffer | null;

  constructor(min: Bound, max: Bound) {
    this.min = min;
    this.max = max;
    this.#minText = typeof min === 'string' ? Buffer.from(min) : null;
    this.#maxText = typeof max === 'string' ? Buffer.from(max) : null;
  }

  /** Text is ordered by its bytes (Parquet format, "Column Orders"). */
  hasText(body: Buffer, start: number, end: number): boolean {
    return (
      (this.#minText === null || compareBytes(body, start, end, this.#minText) >= 0) &&
      (this.#maxText === null || compareBytes(body, start, end, this.#maxText) <= 0)
    );
  }

  hasIntegers(view: DataView, count: number): boolean {
    const least = halves(this.min as bigint | undefined, -(2n ** 63n));
    const greatest = halves(this.max as bigint | undefined, 2n ** 63n - 1n);
    for (let index = 0; index < count; index++) {
      const low = view.getUint32(index * 8, true);
      const high = view.getInt32(index * 8 + 4, true);
      if (high < least.high || (high === least.high && low < least.low)) return false;
      if (high > greatest.high || (high === greatest.high && low > greatest.low)) return false;
    }
    return true;
  }

  /** Finite ones only: no other is a value of JSON. */
  hasDoubles(view: DataView, count: number): boolean {
    const least = (this.min as number | undefined) ?? -Number.MAX_VALUE;
    const greatest = (this.max as number | undefined) ?? Number.MAX_VALUE;
    for (let index = 0; index < count; index++) {
      const value = view.getFloat64(index * 8, true);
      if (!(value >= least && value <= greatest && Number.isFinite(value))) return false;
    }
    return true;
  }
}

/** Two 32-bit halves, of which the upper one has the sign: numbers, where 64 bits would be objects. */
function halves(
  value: bigint | undefined,
  fallback: bigint,
): { readonly high: number; readonly low: number } {
  const whole = value ?? fallback;
  return { high: Number(whole >> 32n), low: Number(whole & 0xffff_ffffn) };
}

function compareBytes(body: Buffer, start: number, end: number, other: Buffer): number {
  const length = Math.min(end - start, other.length);
  for (let index = 0; index < length; index++) {
    const difference = (body[start + index] as number) - (other[index] as number);
    if (difference !== 0) return difference;
  }
  return end - start - other.length;
}
