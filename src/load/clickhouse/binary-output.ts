const FLUSH_BYTES = 256 * 1024;
/** Below this length a loop copies sooner than a call. */
const LOOP_BYTES = 24;

/** Bytes of the format RowBinary: little-endian numbers, text after its length as LEB128, a byte before what may be null. */
export class BinaryOutput {
  #bytes = Buffer.allocUnsafe(2 * FLUSH_BYTES);
  #length = 0;

  get isFull(): boolean {
    return this.#length >= FLUSH_BYTES;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Bytes since the last `take()`. */
  get length(): number {
    return this.#length;
  }

  /** Takes back what was written behind the first `length` bytes. */
  cut(length: number): void {
    this.#length = length;
  }

  /** What was written since the last time; the caller keeps it. */
  take(): Buffer {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return bytes;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  int64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeBigInt64LE(value, this.#length);
  }

  /** @param value an integer that a double holds exactly */
  safeInteger(value: number): void {
    this.#reserve(8);
    this.#bytes.writeInt32LE(value | 0, this.#length);
    this.#length = this.#bytes.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#length + 4);
  }

  text(text: string): void {
    const size = Buffer.byteLength(text);
    this.size(size);
    this.#reserve(size);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Text that is there as UTF-8: the bytes `[start, end)`. */
  utf8(from: Buffer, start: number, end: number): void {
    this.size(end - start);
    this.#reserve(end - start);
    if (end - start > LOOP_BYTES) {
      from.copy(this.#bytes, this.#length, start, end);
      this.#length += end - start;
    } else for (let at = start; at < end; at++) this.#bytes[this.#length++] = from[at] as number;
  }

  /** An unsigned LEB128 number. */
  size(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** Puts a size before what was written behind the first `at` bytes. */
  insertSize(at: number, value: number): void {
    const end = this.#length;
    this.size(value);
    const size = Uint8Array.from(this.#bytes.subarray(end, this.#length));
    this.#bytes.copyWithin(at + size.length, at, end);
    this.#bytes.set(size, at);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
