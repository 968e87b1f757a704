import { JsonNumber, type JsonValue } from '../../json-value.js';
import type { Leaf } from './leaf.js';
import type { ValueRange } from './value-range.js';

/** A buffer begins small and doubles: of many parts in progress most have few values of a window. */
const FIRST_BYTES = 128;

/**
 * The values of a page in PLAIN encoding (Parquet, "Encodings"): INT64 and DOUBLE little-endian, text with its length
 * before it, a boolean as one bit. As values of JavaScript they would take several times the memory, for as long as
 * the window lasts.
 */
export class PlainValues {
  readonly #leaf: Leaf;
  #buffer: Buffer = Buffer.alloc(0);
  #filled = 0;
  #booleans = 0;

  constructor(leaf: Leaf) {
    this.#leaf = leaf;
  }

  /** What `take()` would give; booleans, which are packed, count as eight bytes each. */
  get bytes(): number {
    return this.#leaf.type === 'boolean' ? this.#booleans * 8 : this.#filled;
  }

  /** @param value of the leaf's type; for `json` its text */
  add(value: JsonValue, range: ValueRange): void {
    if (typeof value === 'string') {
      const length = Buffer.byteLength(value);
      this.#makeRoom(4 + length);
      const start = this.#buffer.writeUInt32LE(length, this.#filled);
      this.#filled = start + this.#buffer.write(value, start);
      range.addBytes(this.#buffer, start, this.#filled);
    } else if (value instanceof JsonNumber) {
      this.#makeRoom(8);
      if (this.#leaf.type === 'int64') {
        const integer = BigInt(value.text);
        this.#filled = this.#buffer.writeBigInt64LE(integer, this.#filled);
        range.add(integer);
      } else {
        const number = Number(value.text);
        this.#filled = this.#buffer.writeDoubleLE(number, this.#filled);
        range.add(number);
      }
    } else this.#addBit(value === true, range);
  }

  /** The values so far; what comes after begins anew. */
  take(): Buffer {
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#buffer = Buffer.alloc(0);
    this.#filled = 0;
    this.#booleans = 0;
    return bytes;
  }

  #addBit(value: boolean, range: ValueRange): void {
    const bit = this.#booleans++ % 8;
    if (bit === 0) {
      this.#makeRoom(1);
      this.#buffer[this.#filled++] = 0;
    }
    if (value) this.#buffer[this.#filled - 1] = (this.#buffer[this.#filled - 1] ?? 0) | (1 << bit);
    range.add(value);
  }

  #makeRoom(bytes: number): void {
    const needed = this.#filled + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2, FIRST_BYTES));
    this.#buffer.copy(larger, 0, 0, this.#filled);
    this.#buffer = larger;
  }
}
