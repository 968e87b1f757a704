import codecs from 'parquetjs-lite/lib/codec/index.js';
import type { Leaf } from './leaf.js';

/** A value as the PLAIN encoder takes it: BYTE_ARRAY as its bytes, INT64 as a bigint. */
type PlainValue = boolean | bigint | number | Buffer;

/** Longer text is left out: the footer, and the checkpoint with it, must not grow with the data. */
const MAX_BOUND_BYTES = 64;

/**
 * The least and the greatest value of a column chunk, in the order the Parquet format defines for its type.
 * Text is ordered by its bytes, without a sign; JavaScript's order of strings is another one above U+FFFF, and
 * a reader that skips row groups by statistics would lose rows.
 */
export class ValueRange {
  readonly #leaf: Leaf;
  #min: PlainValue | null = null;
  #max: PlainValue | null = null;

  constructor(leaf: Leaf) {
    this.#leaf = leaf;
  }

  add(value: Exclude<PlainValue, Buffer>): void {
    if (this.#min === null || this.#max === null) {
      this.#min = value;
      this.#max = value;
    } else {
      if (value < this.#min) this.#min = value;
      else if (value > this.#max) this.#max = value;
    }
  }

  /** Takes text, as bytes that are copied where they are kept. */
  addBytes(buffer: Buffer, start: number, end: number): void {
    if (this.#min === null || this.#max === null) {
      this.#min = copyOf(buffer, start, end);
      this.#max = this.#min;
    } else if (buffer.compare(this.#min as Buffer, 0, (this.#min as Buffer).length, start, end) < 0) {
      this.#min = copyOf(buffer, start, end);
    } else if (buffer.compare(this.#max as Buffer, 0, (this.#max as Buffer).length, start, end) > 0) {
      this.#max = copyOf(buffer, start, end);
    }
  }

  /**
   * Both bounds in PLAIN encoding; null without values, for lists and for JSON, whose order readers do not agree
   * on, and for long text.
   */
  bounds(): { readonly min: Buffer; readonly max: Buffer } | null {
    if (this.#min === null || this.#max === null || this.#leaf.isList || this.#leaf.type === 'json')
      return null;
    const min = this.#encode(this.#min === 0 ? -0 : this.#min);
    const max = this.#encode(this.#max === 0 ? 0 : this.#max);
    return min.length > MAX_BOUND_BYTES || max.length > MAX_BOUND_BYTES ? null : { min, max };
  }

  /** Bounds of text carry no length before them. Zeros are signed outwards, as the format asks of writers. */
  #encode(value: PlainValue): Buffer {
    return value instanceof Buffer ? value : codecs.PLAIN.encodeValues(this.#leaf.physicalType, [value], {});
  }
}

/** Shares no memory: of thousands of short Buffers, each would keep the 8 KiB that it shares, while its part is open. */
function copyOf(buffer: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  buffer.copy(copy, 0, start, end);
  return copy;
}
