// The Snappy format (google/snappy, format_description.txt): the length as a varint, then literals and copies.
// Blocks of 64 KiB are compressed one by one, so that every copy reaches back at most 65535 bytes.

import { allocate } from './layout';
import { copy } from './text';

const BLOCK_BYTES: usize = 65536;
const TABLE_BITS: u32 = 14;
const TABLE_BYTES: usize = (1 << TABLE_BITS) * 2;

/** u16 a slot: where in the block four bytes with this hash were last seen. */
let table: usize = 0;

/** The most that `length` bytes can become. */
export function snappyBound(length: usize): usize {
  return 32 + length + length / 6;
}

/** Compresses to `to`, where there must be `snappyBound` bytes; gives the end. */
export function compressSnappy(to: usize, from: usize, length: usize): usize {
  if (table == 0) table = allocate(TABLE_BYTES);
  let rest = length;
  for (; rest >= 0x80; rest >>>= 7) store<u8>(to++, (rest | 0x80) as u8);
  store<u8>(to++, rest as u8);
  const end = from + length;
  while (from < end) {
    const bytes = end - from < BLOCK_BYTES ? end - from : BLOCK_BYTES;
    to = compressBlock(to, from, from + bytes);
    from += bytes;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function slotOf(bytes: u32): usize {
  return table + (((bytes * 0x1e35a7bd) >>> (32 - TABLE_BITS)) << 1);
}

function compressBlock(to: usize, start: usize, end: usize): usize {
  let literal = start;
  if (end - start >= 16) {
    memory.fill(table, 0, TABLE_BYTES);
    const last = end - 15;
    let p = start + 1;
    let misses: usize = 32;
    while (p < last) {
      const bytes = load<u32>(p);
      const slot = slotOf(bytes);
      const candidate = start + (load<u16>(slot) as usize);
      store<u16>(slot, (p - start) as u16);
      if (load<u32>(candidate) != bytes || candidate >= p) {
        // The longer nothing repeats, the larger the steps.
        p += misses++ >>> 5;
        continue;
      }
      misses = 32;
      if (p > literal) to = writeLiteral(to, literal, p - literal);
      const matched = matchLength(candidate + 4, p + 4, end) + 4;
      to = writeCopies(to, p - candidate, matched);
      p += matched;
      literal = p;
      if (p < last) {
        store<u16>(slotOf(load<u32>(p - 1)), (p - 1 - start) as u16);
      }
    }
  }
  return literal < end ? writeLiteral(to, literal, end - literal) : to;
}

// @ts-ignore: decorator
@inline
function matchLength(a: usize, b: usize, end: usize): usize {
  const start = b;
  while (b + 8 <= end) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference != 0) return b - start + ((ctz<u64>(difference) >>> 3) as usize);
    a += 8;
    b += 8;
  }
  while (b < end && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return b - start;
}

function writeLiteral(to: usize, from: usize, length: usize): usize {
  const n = length - 1;
  if (n < 60) store<u8>(to++, (n << 2) as u8);
  else if (n < 256) {
    store<u8>(to, 60 << 2);
    store<u8>(to, n as u8, 1);
    to += 2;
  } else {
    store<u8>(to, 61 << 2);
    store<u16>(to, n as u16, 1);
    to += 3;
  }
  return copy(to, from, length);
}

function writeCopies(to: usize, offset: usize, length: usize): usize {
  while (length >= 68) {
    to = writeCopy(to, offset, 64);
    length -= 64;
  }
  if (length > 64) {
    to = writeCopy(to, offset, 60);
    length -= 60;
  }
  return writeCopy(to, offset, length);
}

/** 4 to 64 bytes. */
// @ts-ignore: decorator
@inline
function writeCopy(to: usize, offset: usize, length: usize): usize {
  if (length < 12 && offset < 2048) {
    store<u8>(to, (1 | ((length - 4) << 2) | ((offset >>> 8) << 5)) as u8);
    store<u8>(to, offset as u8, 1);
    return to + 2;
  }
  store<u8>(to, (2 | ((length - 1) << 2)) as u8);
  store<u16>(to, offset as u16, 1);
  return to + 3;
}
