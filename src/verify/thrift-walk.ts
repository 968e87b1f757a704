import { THRIFT, ThriftBytes } from './thrift-bytes.js';

/** Structs in structs and lists; a Parquet footer has six levels. */
const MAX_DEPTH = 16;
/** Of a number of 64 bits. */
const MAX_NUMBER_BYTES = 10;

/**
 * Walks over a struct in Thrift's compact protocol without keeping any of it: every length in it must lie within the
 * bytes. A reader that takes a damaged length at its word reserves memory for what is not there.
 *
 * @returns where it ends; -1 where it is no such struct
 */
export function endOfStruct(bytes: Uint8Array, start: number): number {
  const walked = new ThriftBytes(bytes, start);
  return skipStruct(walked, 0) ? walked.at : -1;
}

function skipStruct(bytes: ThriftBytes, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  for (;;) {
    const head = bytes.next();
    if (head === THRIFT.stop) return true;
    if (head === undefined) return false;
    // The number of the field follows where its distance from the last one is not in the head.
    if (head < 0x10 && bytes.number(MAX_NUMBER_BYTES) < 0) return false;
    const type = head & 0x0f;
    // A boolean is its type.
    const isThere = type === THRIFT.true || type === THRIFT.false || skipValue(bytes, type, depth);
    if (!isThere) return false;
  }
}

/** Skips a value of a field or a list; false where it is none. */
export function skipValue(bytes: ThriftBytes, type: number, depth: number): boolean {
  switch (type) {
    case THRIFT.true:
    case THRIFT.false:
    case THRIFT.byte:
      return skip(bytes, 1);
    case THRIFT.i16:
    case THRIFT.i32:
    case THRIFT.i64:
      return bytes.number(MAX_NUMBER_BYTES) >= 0;
    case THRIFT.double:
      return skip(bytes, 8);
    case THRIFT.binary: {
      const length = bytes.number(MAX_NUMBER_BYTES);
      return length >= 0 && skip(bytes, length);
    }
    case THRIFT.list:
      return skipList(bytes, depth + 1);
    case THRIFT.struct:
      return skipStruct(bytes, depth + 1);
    default:
      return false;
  }
}

function skipList(bytes: ThriftBytes, depth: number): boolean {
  const head = bytes.next();
  if (head === undefined || depth > MAX_DEPTH) return false;
  const size = head >> 4 === 15 ? bytes.number(MAX_NUMBER_BYTES) : head >> 4;
  // Each element takes a byte at least.
  if (size < 0 || size > bytes.left) return false;
  for (let index = 0; index < size; index++) if (!skipValue(bytes, head & 0x0f, depth)) return false;
  return true;
}

function skip(bytes: ThriftBytes, length: number): boolean {
  bytes.at += length;
  return bytes.left >= 0;
}
