import { THRIFT, ThriftBytes } from './thrift-bytes.js';

/** What a page says of itself (parquet.thrift, PageHeader), as far as pages of version 1 need it. */
export interface PageHeader {
  readonly isDictionary: boolean;
  readonly plainBytes: number;
  readonly packedBytes: number;
  /** Values, nulls and empty lists; entries of a dictionary. */
  readonly entries: number;
  readonly encoding: number;
  /** Where its body begins. */
  readonly bodyStart: number;
}

// parquet.thrift: PageType, Encoding.
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const RLE = 3;

/** A struct by the ids of its fields. */
type Fields = Map<number, number | Fields>;

/**
 * Reads the header of a page of version 1 with levels in RLE, which is what the files of an export hold.
 *
 * @returns null where it is anything else
 */
export function readPageHeader(bytes: Uint8Array, start: number): PageHeader | null {
  const header = new ThriftBytes(bytes, start);
  const page = readFields(header, 0);
  if (page?.size !== 4) return null;
  const type = page.get(1);
  const details = page.get(type === DICTIONARY_PAGE ? 7 : 5);
  if ((type !== DATA_PAGE && type !== DICTIONARY_PAGE) || !(details instanceof Map)) return null;
  const isDictionary = type === DICTIONARY_PAGE;
  if (!isDictionary && (details.get(3) !== RLE || details.get(4) !== RLE)) return null;
  const sizes = [page.get(2), page.get(3), details.get(1), details.get(2)];
  if (!sizes.every((size) => typeof size === 'number')) return null;
  const [plainBytes, packedBytes, entries, encoding] = sizes as [number, number, number, number];
  return { isDictionary, plainBytes, packedBytes, entries, encoding, bodyStart: header.at };
}

/** Null where the bytes end, or hold anything but 32-bit numbers and structs in the short form of their order. */
function readFields(bytes: ThriftBytes, depth: number): Fields | null {
  const fields: Fields = new Map();
  let id = 0;
  for (;;) {
    const head = bytes.next();
    if (head === THRIFT.stop) return fields;
    if (head === undefined || head < 0x10) return null;
    id += head >> 4;
    const type = head & 0x0f;
    const value =
      type === THRIFT.i32
        ? bytes.count()
        : type === THRIFT.struct && depth < 2
          ? readFields(bytes, depth + 1)
          : null;
    if (value === null || value === -1) return null;
    fields.set(id, value);
  }
}

/**
 * Reads numbers in the hybrid of runs and packed bits that levels and dictionary indexes are written in (Parquet
 * format, Encodings, RLE = 3).
 *
 * @param width bits of a number, 1 to 24
 * @returns whether the bytes `[start, end)` hold `count` numbers, and nothing else
 */
export function readHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
  into: Uint8Array | Uint32Array,
): boolean {
  return endOfHybrid(bytes, start, end, width, count, into) === end;
}

/** Groups of eight that a run of packed bits may have beyond what is needed: some writers fill up. */
const SPARE_GROUPS = 64;

/** The same, for what may have more behind it. @returns where the numbers end; -1 where they are not there */
export function endOfHybrid(
  bytes: Uint8Array,
  start: number,
  end: number,
  width: number,
  count: number,
  into: Uint8Array | Uint32Array,
): number {
  const valueBytes = Math.ceil(width / 8);
  let at = start;
  let done = 0;
  while (done < count) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      if (at > end || shift > 28) return -1;
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const length = head >>> 1;
    if (length === 0) return -1;
    if ((head & 1) === 0) {
      let value = 0;
      if (at + valueBytes > end) return -1;
      for (let index = 0; index < valueBytes; index++) value |= (bytes[at++] as number) << (8 * index);
      if (value >>> width !== 0) return -1;
      // A run beyond the end says nothing more, and other readers reserve memory for all of it.
      if (length > count - done) return -1;
      into.fill(value, done, done + length);
      done += length;
      continue;
    }
    const packed = length * width;
    if (at + packed > end || length > Math.ceil((count - done) / 8) + SPARE_GROUPS) return -1;
    const to = Math.min(count, done + length * 8);
    unpack(bytes, at, width, into, done, to);
    at += packed;
    done = to;
  }
  return at;
}

/** Numbers of `width` bits, the lowest bit first. */
function unpack(
  bytes: Uint8Array,
  start: number,
  width: number,
  into: Uint8Array | Uint32Array,
  from: number,
  to: number,
): void {
  const mask = (1 << width) - 1;
  let at = start;
  let bits = 0;
  let held = 0;
  for (let index = from; index < to; index++) {
    while (held < width) {
      bits |= (bytes[at++] as number) << held;
      held += 8;
    }
    into[index] = bits & mask;
    bits >>>= width;
    held -= width;
  }
}
