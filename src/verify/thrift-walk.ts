// Thrift's compact protocol, type codes of fields and elements.
const [STOP, TRUE, FALSE, BYTE, I16, I32, I64] = [0, 1, 2, 3, 4, 5, 6] as const;
const [DOUBLE, BINARY, LIST, STRUCT] = [7, 8, 9, 12] as const;

/** Structs in structs and lists; a Parquet footer has six levels. */
const MAX_DEPTH = 16;
/** Of a number of 64 bits. */
const MAX_VARINT_BYTES = 10;

/**
 * Walks over a struct in Thrift's compact protocol without keeping any of it: every length in it must lie within the
 * bytes. A reader that takes a damaged length at its word reserves memory for what is not there.
 *
 * @returns where it ends; -1 where it is no such struct
 */
export function endOfStruct(bytes: Uint8Array, start: number): number {
  const walk = new Walk(bytes, start);
  return walk.struct(0) ? walk.at : -1;
}

class Walk {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  struct(depth: number): boolean {
    if (depth > MAX_DEPTH) return false;
    for (;;) {
      const head = this.#bytes[this.at++];
      if (head === STOP) return true;
      if (head === undefined) return false;
      // The number of the field follows where its distance from the last one is not in the head.
      if (head < 0x10 && this.#number() < 0) return false;
      const type = head & 0x0f;
      const isThere = type === TRUE || type === FALSE || this.#value(type, depth);
      if (!isThere) return false;
    }
  }

  #value(type: number, depth: number): boolean {
    switch (type) {
      case TRUE:
      case FALSE:
      case BYTE:
        return this.#skip(1);
      case I16:
      case I32:
      case I64:
        return this.#number() >= 0;
      case DOUBLE:
        return this.#skip(8);
      case BINARY: {
        const length = this.#number();
        return length >= 0 && this.#skip(length);
      }
      case LIST:
        return this.#list(depth + 1);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        return false;
    }
  }

  #list(depth: number): boolean {
    const head = this.#bytes[this.at++];
    if (head === undefined || depth > MAX_DEPTH) return false;
    const size = head >> 4 === 15 ? this.#number() : head >> 4;
    // Each element takes a byte at least.
    if (size < 0 || size > this.#bytes.length - this.at) return false;
    for (let index = 0; index < size; index++) if (!this.#value(head & 0x0f, depth)) return false;
    return true;
  }

  #skip(length: number): boolean {
    this.at += length;
    return this.at <= this.#bytes.length;
  }

  /** The next number as if it had no sign, exact as far as lengths go; -1 where it does not end. */
  #number(): number {
    let value = 0;
    for (let count = 0; count < MAX_VARINT_BYTES; count++) {
      const byte = this.#bytes[this.at++];
      if (byte === undefined) return -1;
      value += (byte & 0x7f) * 128 ** count;
      if (byte < 0x80) return value;
    }
    return -1;
  }
}
