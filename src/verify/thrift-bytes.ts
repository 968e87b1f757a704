/** Type codes of fields and elements (apache/thrift, doc/specs/thrift-compact-protocol.md). */
export const THRIFT = {
  ...{ stop: 0, true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6 },
  ...{ double: 7, binary: 8, list: 9, struct: 12 },
} as const;

/** Of a number of 32 bits. */
const MAX_COUNT_BYTES = 5;

/** Bytes in Thrift's compact protocol, and where they are read next. */
export class ThriftBytes {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** How many are left; less than none where more were skipped than there were. */
  get left(): number {
    return this.#bytes.length - this.at;
  }

  /** Undefined behind the end. */
  next(): number | undefined {
    return this.#bytes[this.at++];
  }

  /** The next number as if it had no sign, exact as far as lengths go; -1 where so many bytes do not end it. */
  number(maxBytes: number): number {
    let value = 0;
    for (let count = 0; count < maxBytes; count++) {
      const byte = this.next();
      if (byte === undefined) return -1;
      value += (byte & 0x7f) * 128 ** count;
      if (byte < 0x80) return value;
    }
    return -1;
  }

  /** The next zigzag number of 32 bits; -1 for one below 0, and for what is no such number. */
  count(): number {
    const value = this.number(MAX_COUNT_BYTES);
    return value >= 0 && value % 2 === 0 && value < 2 ** 32 ? value / 2 : -1;
  }
}
