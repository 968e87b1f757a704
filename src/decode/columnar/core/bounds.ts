// The least and the greatest value of a page or of a dictionary, for the statistics of a column chunk.

import { BOOLEAN, COLUMN_TYPE, DOUBLE, INT64, bufferLength, bufferStart } from './layout';

/** Set by findBounds: addresses and lengths of the bounds in PLAIN encoding, without the length of texts. */
export let minStart: usize = 0;
export let maxStart: usize = 0;
export let minLength: usize = 0;
export let maxLength: usize = 0;

/**
 * The least and the greatest value of the open page, or of the dictionary, in the order that the format gives the
 * column's type; false without values.
 */
export function findBounds(column: usize, buffer: usize): bool {
  const type = load<u32>(column, COLUMN_TYPE);
  const start = bufferStart(column, buffer);
  const end = start + bufferLength(column, buffer);
  if (start == end) return false;
  if (type == INT64) boundFixed<i64>(start, end, 8);
  else if (type == DOUBLE) boundFixed<f64>(start, end, 8);
  else if (type == BOOLEAN) boundFixed<u8>(start, end, 1);
  else boundText(start, end);
  return true;
}

function boundFixed<T>(start: usize, end: usize, bytes: usize): void {
  minStart = start;
  maxStart = start;
  minLength = bytes;
  maxLength = bytes;
  for (let p = start + bytes; p < end; p += bytes) {
    if (load<T>(p) < load<T>(minStart)) minStart = p;
    else if (load<T>(p) > load<T>(maxStart)) maxStart = p;
  }
}

/** Texts are ordered by their bytes, without a sign. */
function boundText(start: usize, end: usize): void {
  minStart = start + 4;
  minLength = load<u32>(start) as usize;
  maxStart = minStart;
  maxLength = minLength;
  for (let p = start; p < end; ) {
    const length = load<u32>(p) as usize;
    p += 4;
    if (isBefore(p, length, minStart, minLength)) {
      minStart = p;
      minLength = length;
    } else if (isBefore(maxStart, maxLength, p, length)) {
      maxStart = p;
      maxLength = length;
    }
    p += length;
  }
}

/** Compares 16 bytes at a time: the first that differs decides; where none does, the length. */
// @ts-ignore: decorator
@inline
function isBefore(a: usize, aLength: usize, b: usize, bLength: usize): bool {
  const length = aLength < bLength ? aLength : bLength;
  for (let at: usize = 0; at < length; at += 16) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(a + at), v128.load(b + at)));
    const first = at + (ctz<i32>(~same) as usize);
    if (first < at + 16) return first < length ? load<u8>(a + first) < load<u8>(b + first) : aLength < bLength;
  }
  return aLength < bLength;
}
