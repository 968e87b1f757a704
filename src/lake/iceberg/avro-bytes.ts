/** Collects bytes in the binary encoding of Avro. */
export class AvroWriter {
  readonly #pieces: Buffer[] = [];

  byte(value: number): void {
    this.#pieces.push(Buffer.of(value));
  }

  raw(bytes: Buffer): void {
    this.#pieces.push(bytes);
  }

  /** Zigzag, seven bits a byte, the lowest first. `int` is written the same way. */
  long(value: bigint): void {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    const bytes: number[] = [];
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    this.#pieces.push(Buffer.from(bytes));
  }

  toBuffer(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** Takes bytes in the binary encoding of Avro apart. Every method throws an Error at the end of the bytes. */
export class AvroReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  bytes(length: number): Buffer {
    if (!(length >= 0 && this.#at + length <= this.#bytes.length)) throw new Error('it ends too early');
    const found = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return found;
  }

  long(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.bytes(1)[0] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        const bits = BigInt.asUintN(64, value);
        return BigInt.asIntN(64, (bits >> 1n) ^ -(bits & 1n));
      }
    }
    throw new Error('a number has too many bytes');
  }
}
