// The bodies of pages, from the open pages.
//
// Sources: the Parquet format's Encodings.md (RLE / bit-packing hybrid, RLE_DICTIONARY) and README.md (definition and
// repetition levels, data pages).

import { isLargeDictionary, tryDictionary } from './dictionary';
import {
  BOOLEAN,
  COLUMN_BYTES,
  COLUMN_DISTINCT,
  COLUMN_ENTRIES,
  COLUMN_HAS_DICTIONARY,
  COLUMN_IS_SETTLED,
  COLUMN_NULLABLE,
  COLUMN_TYPE,
  COLUMN_VALUES,
  DEFINITIONS,
  DICTIONARY,
  INDICES,
  LIST_OF,
  PAGE_BUFFERS,
  REPETITIONS,
  VALUES,
  bufferLength,
  bufferStart,
  setBufferLength,
} from './layout';
import { pageRows, setPageRows } from './open-page';
import { columns, columnsEnd, ensureOut, outBase, outPos, setOutPos } from './row';
import { copy } from './text';

export function hasOpenPage(): bool {
  return pageRows > 0;
}

/** Writes the body of the column's open page to the output, from its beginning. */
export function buildPage(column: usize): void {
  setOutPos(outBase);
  if (load<u32>(column, COLUMN_IS_SETTLED) == 0) tryDictionary(column);
  store<u32>(column, 1, COLUMN_IS_SETTLED);
  const entries = load<u32>(column, COLUMN_ENTRIES) as usize;
  const isList = load<u32>(column, COLUMN_TYPE) >= LIST_OF;
  if (isList) writeLevels(bufferStart(column, REPETITIONS), entries, 1);
  if (isList) writeLevels(bufferStart(column, DEFINITIONS), entries, 2);
  else if (load<u32>(column, COLUMN_NULLABLE) != 0) writeLevels(bufferStart(column, DEFINITIONS), entries, 1);

  if (load<u32>(column, COLUMN_HAS_DICTIONARY) != 0) {
    writeIndices(
      bufferStart(column, INDICES),
      load<u32>(column, COLUMN_VALUES) as usize,
      load<u32>(column, COLUMN_DISTINCT),
    );
    return;
  }
  const length = bufferLength(column, VALUES);
  const start = bufferStart(column, VALUES);
  if ((load<u32>(column, COLUMN_TYPE) & (LIST_OF - 1)) == BOOLEAN) writeBits(start, length);
  else {
    ensureOut(length);
    setOutPos(copy(outPos, start, length));
  }
}

/**
 * Begins new pages in all columns. A dictionary that has become large takes no more values: the host writes the pages
 * that it has anew when the row group ends (unpack.ts).
 */
export function clearPages(): void {
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    if (isLargeDictionary(column)) store<u32>(column, 0, COLUMN_HAS_DICTIONARY);
    store<u32>(column, 0, COLUMN_ENTRIES);
    store<u32>(column, 0, COLUMN_VALUES);
    for (let buffer: usize = 0; buffer < PAGE_BUFFERS; buffer++) setBufferLength(column, buffer, 0);
  }
  setPageRows(0);
}

/** Writes the dictionary page's body to the output, from its beginning. */
export function buildDictionary(column: usize): void {
  setOutPos(outBase);
  const length = bufferLength(column, DICTIONARY);
  ensureOut(length);
  setOutPos(copy(outPos, bufferStart(column, DICTIONARY), length));
}

/** Booleans in PLAIN: a bit each, least significant first. */
function writeBits(start: usize, count: usize): void {
  ensureOut((count >>> 3) + 16);
  let to = outPos;
  let bits: u32 = 0;
  for (let i: usize = 0; i < count; i++) {
    bits |= (load<u8>(start + i) as u32) << ((i as u32) & 7);
    if ((i & 7) == 7 || i + 1 == count) {
      store<u8>(to++, bits as u8);
      bits = 0;
    }
  }
  setOutPos(to);
}

/** Levels of one byte each: four bytes of length, then runs. */
function writeLevels(start: usize, count: usize, bitWidth: u32): void {
  ensureOut(count + 64);
  const lengthOffset = outPos - outBase;
  setOutPos(outPos + 4);
  writeRuns<u8>(start, count, bitWidth);
  const at = outBase + lengthOffset;
  store<u32>(at, (outPos - at - 4) as u32);
}

function writeIndices(start: usize, count: usize, distinct: u32): void {
  const bitWidth: u32 = distinct <= 1 ? 0 : 32 - clz<u32>(distinct - 1);
  ensureOut(count * 4 + 64);
  store<u8>(outPos, bitWidth as u8);
  setOutPos(outPos + 1);
  writeRuns<u32>(start, count, bitWidth);
}

/** Fewer equal values than this are packed with their neighbours. */
const LEAST_RUN: usize = 16;

/**
 * The hybrid of run lengths and bit packing: equal values in a row become a run, the others are packed in groups of
 * eight. Only the last group may be filled up with zeros.
 */
function writeRuns<T>(start: usize, count: usize, bitWidth: u32): void {
  let packed: usize = 0;
  let i: usize = 0;
  while (i < count) {
    const value = load<T>(start + i * sizeof<T>());
    let end = i + 1;
    while (end < count && load<T>(start + end * sizeof<T>()) == value) end++;
    // A run begins where the packed values before it are whole groups.
    const first = packed + ((i - packed + 7) & ~7);
    if (end >= first + LEAST_RUN) {
      if (first > packed) writePacked<T>(start, packed, first, bitWidth);
      writeVarint(((end - first) as u32) << 1);
      let to = outPos;
      for (let shift: u32 = 0; shift < bitWidth; shift += 8) store<u8>(to++, ((value as u32) >>> shift) as u8);
      setOutPos(to);
      packed = end;
    }
    i = end;
  }
  if (packed < count) writePacked<T>(start, packed, count, bitWidth);
}

function writePacked<T>(start: usize, from: usize, end: usize, bitWidth: u32): void {
  const groups = (end - from + 7) >>> 3;
  writeVarint(((groups as u32) << 1) | 1);
  let to = outPos;
  let bits: u64 = 0;
  let filled: u32 = 0;
  const padded = from + (groups << 3);
  for (let i = from; i < padded; i++) {
    if (i < end) bits |= (load<T>(start + i * sizeof<T>()) as u64) << filled;
    filled += bitWidth;
    while (filled >= 8) {
      store<u8>(to++, bits as u8);
      bits >>>= 8;
      filled -= 8;
    }
  }
  setOutPos(to);
}

function writeVarint(value: u32): void {
  let to = outPos;
  while (value >= 0x80) {
    store<u8>(to++, (value | 0x80) as u8);
    value >>>= 7;
  }
  store<u8>(to, value as u8);
  setOutPos(to + 1);
}
