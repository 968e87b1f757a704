// Column buffers of a row group, and the bodies of its pages.
//
// Sources: the Parquet format's Encodings.md (PLAIN, RLE / bit-packing hybrid, RLE_DICTIONARY), README.md (definition
// and repetition levels, data pages) and LogicalTypes.md (three-level lists).

import {
  BOOLEAN,
  BUFFER_BYTES,
  COLUMN_BUFFERS,
  COLUMN_BYTES,
  COLUMN_DISTINCT,
  COLUMN_ENTRIES,
  COLUMN_HAS_DICTIONARY,
  COLUMN_IS_SETTLED,
  COLUMN_LAST,
  COLUMN_NULLABLE,
  COLUMN_TABLE,
  COLUMN_TABLE_SIZE,
  COLUMN_TYPE,
  COLUMN_VALUES,
  COUNTED,
  COUNTERS_END,
  COUNTERS_START,
  DEFINITIONS,
  DICTIONARY,
  DICTIONARY_STARTS,
  DOUBLE,
  ESCAPED,
  FALSE,
  INDICES,
  INT64,
  LIST_OF,
  NULL,
  PAGE_BUFFERS,
  REPETITIONS,
  SLOT_BYTES,
  SLOT_END,
  SLOT_KIND,
  SLOT_START,
  STRING,
  TEXT,
  TRUE,
  VALUES,
  allocate,
  bufferLength,
  bufferStart,
  release,
  room,
  setBufferLength,
} from './layout';
import { toDouble, toInt64 } from './number';
import {
  columnCount,
  columns,
  columnsEnd,
  countOf,
  ensureOut,
  ensureScratch,
  outBase,
  outPos,
  setOutPos,
  slots,
} from './row';
import { hasEscape, isNullAt, numberKind, scanNumber, scanString, skipSpace } from './scan';
import { copy, writePlain } from './text';

/** Pages end at this many rows, or when a column has this many bytes or entries of lists, whichever comes first. */
const PAGE_ROWS: u32 = 20000;
export const PAGE_BYTES: usize = 1024 * 1024;
const PAGE_ENTRIES: u32 = 200000;
/** A dictionary is given up when, after this many values, more than half of them are distinct. */
const TRIAL_VALUES: u32 = 2048;
/** But not where the open page would become larger than this: its values stay a page of the dictionary. */
const MOST_GIVEN_UP: usize = 4 * PAGE_BYTES;

/** Copies of all columns as they were at `markColumns`, with copies of their open pages. */
let marks: usize = 0;
/** Rows in the open pages: now, and at `markColumns`. */
let pageRows: u32 = 0;
let markedRows: u32 = 0;
/** Whether the open pages should be made before the next row. */
export let arePagesFull: bool = false;

// ---- row groups -----------------------------------------------------------------------------------------------

export function openParquet(): void {
  const bytes = (columnCount as usize) * COLUMN_BYTES;
  marks = allocate(bytes);
  memory.fill(marks, 0, bytes);
}

/** Begins a row group. */
export function clearColumns(): void {
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    memory.fill(column + COUNTERS_START, 0, COUNTERS_END - COUNTERS_START);
    // Not for numbers: parquetjs-lite reads the values of every dictionary as texts.
    const isText = (load<u32>(column, COLUMN_TYPE) & (LIST_OF - 1)) == STRING;
    store<u32>(column, isText ? 1 : 0, COLUMN_HAS_DICTIONARY);
    emptyTable(column);
  }
  pageRows = 0;
  arePagesFull = false;
}

/** Remembers how far the columns are. */
export function markColumns(): void {
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    const mark = marks + (column - columns);
    dropCopies(mark);
    memory.copy(mark + COUNTERS_START, column + COUNTERS_START, COUNTERS_END - COUNTERS_START);
    for (let buffer: usize = 0; buffer < PAGE_BUFFERS; buffer++) {
      const length = bufferLength(column, buffer);
      if (length == 0) continue;
      const copyOfPage = allocate(length);
      memory.copy(copyOfPage, bufferStart(column, buffer), length);
      store<u32>(mark + COLUMN_BUFFERS + buffer * BUFFER_BYTES, copyOfPage as u32);
      store<u32>(mark + COLUMN_BUFFERS + buffer * BUFFER_BYTES, length as u32, 4);
    }
  }
  markedRows = pageRows;
}

function dropCopies(mark: usize): void {
  for (let buffer: usize = 0; buffer < PAGE_BUFFERS; buffer++) {
    const at = mark + COLUMN_BUFFERS + buffer * BUFFER_BYTES;
    if (load<u32>(at) != 0) release(load<u32>(at) as usize, load<u32>(at, 4) as usize);
    store<u32>(at, 0);
  }
}

/** Puts the columns back to where they were at `markColumns`; pages that were made since are the host's to drop. */
export function rollbackColumns(): void {
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    const mark = marks + (column - columns);
    memory.copy(column + COUNTERS_START, mark + COUNTERS_START, COUNTERS_END - COUNTERS_START);
    for (let buffer: usize = 0; buffer < PAGE_BUFFERS; buffer++) {
      const at = mark + COLUMN_BUFFERS + buffer * BUFFER_BYTES;
      if (load<u32>(at) != 0) memory.copy(bufferStart(column, buffer), load<u32>(at) as usize, load<u32>(at, 4) as usize);
    }
    emptyTable(column);
    if (load<u32>(column, COLUMN_HAS_DICTIONARY) != 0) fillTable(column);
  }
  pageRows = markedRows;
  arePagesFull = false;
}

// ---- rows -----------------------------------------------------------------------------------------------------

export function appendRow(): void {
  let slot = slots;
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    const type = load<u32>(column, COLUMN_TYPE);
    if (type >= LIST_OF) appendList(column, type - LIST_OF, slot);
    else appendScalar(column, type, slot);
    if (bufferLength(column, VALUES) >= PAGE_BYTES || load<u32>(column, COLUMN_ENTRIES) >= PAGE_ENTRIES) arePagesFull = true;
    if (bufferLength(column, DICTIONARY) >= PAGE_BYTES && load<u32>(column, COLUMN_HAS_DICTIONARY) != 0) arePagesFull = true;
    slot += SLOT_BYTES;
  }
  if (++pageRows >= PAGE_ROWS) arePagesFull = true;
}

// @ts-ignore: decorator
@inline
function appendScalar(column: usize, type: u32, slot: usize): void {
  const kind = load<u32>(slot, SLOT_KIND);
  if (load<u32>(column, COLUMN_NULLABLE) != 0) appendLevel(column, DEFINITIONS, kind == NULL ? 0 : 1);
  store<u32>(column, load<u32>(column, COLUMN_ENTRIES) + 1, COLUMN_ENTRIES);
  if (kind == NULL) return;
  appendValue(column, type, kind, slot, load<u32>(slot, SLOT_START) as usize, load<u32>(slot, SLOT_END) as usize);
}

function appendValue(column: usize, type: u32, kind: u32, slot: usize, start: usize, end: usize): void {
  store<u32>(column, load<u32>(column, COLUMN_VALUES) + 1, COLUMN_VALUES);
  if (type == INT64) appendFixed(column, kind == COUNTED ? countOf(slot) : (toInt64(start, end) as u64));
  else if (type == DOUBLE) appendFixed(column, reinterpret<u64>(toDouble(start, end)));
  else if (type == BOOLEAN) appendByte(column, kind == TRUE ? 1 : 0);
  else if (kind == ESCAPED) {
    const text = ensureScratch(end - start);
    appendText(column, text, writePlain(text, start, end) - text);
  } else appendText(column, start, end - start);
}

/** One entry an element; null and empty lists are one entry too. Elements are nullable always. */
function appendList(column: usize, type: u32, slot: usize): void {
  const base = load<u32>(column, COLUMN_NULLABLE) as u8;
  const kind = load<u32>(slot, SLOT_KIND);
  if (kind == NULL) {
    appendEntry(column, 0, 0);
    return;
  }
  let p = skipSpace((load<u32>(slot, SLOT_START) as usize) + 1);
  if (load<u8>(p) == 0x5d) {
    appendEntry(column, 0, base);
    return;
  }
  for (let repetition: u8 = 0; true; repetition = 1) {
    const start = p;
    p = appendElement(column, type, start, repetition, base);
    p = skipSpace(p);
    if (load<u8>(p) == 0x5d) return;
    p = skipSpace(p + 1);
  }
}

/** Gives the address behind the element, which was checked before. */
function appendElement(column: usize, type: u32, p: usize, repetition: u8, base: u8): usize {
  if (isNullAt(p)) {
    appendEntry(column, repetition, base + 1);
    return p + 4;
  }
  appendEntry(column, repetition, base + 2);
  const byte = load<u8>(p);
  if (byte == 0x22) {
    const end = scanString(p + 1);
    appendValue(column, type, hasEscape ? ESCAPED : TEXT, 0, p + 1, end);
    return end + 1;
  }
  if (byte == 0x74 || byte == 0x66) {
    appendValue(column, type, byte == 0x74 ? TRUE : FALSE, 0, p, p);
    return p + (byte == 0x74 ? 4 : 5);
  }
  const end = scanNumber(p);
  appendValue(column, type, numberKind, 0, p, end);
  return end;
}

function appendEntry(column: usize, repetition: u8, definition: u8): void {
  appendLevel(column, REPETITIONS, repetition);
  appendLevel(column, DEFINITIONS, definition);
  store<u32>(column, load<u32>(column, COLUMN_ENTRIES) + 1, COLUMN_ENTRIES);
}

// @ts-ignore: decorator
@inline
export function appendLevel(column: usize, buffer: usize, level: u8): void {
  store<u8>(room(column, buffer, 1), level);
  setBufferLength(column, buffer, bufferLength(column, buffer) + 1);
}

function appendByte(column: usize, value: u8): void {
  store<u8>(room(column, VALUES, 1), value);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + 1);
}

// @ts-ignore: decorator
@inline
function appendFixed(column: usize, bits: u64): void {
  store<u64>(room(column, VALUES, 8), bits);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + 8);
}

// @ts-ignore: decorator
@inline
function appendText(column: usize, text: usize, length: usize): void {
  if (load<u32>(column, COLUMN_HAS_DICTIONARY) != 0) {
    appendIndex(column, findText(column, text, length));
  } else appendPlainText(column, text, length);
}

export function appendPlainText(column: usize, text: usize, length: usize): void {
  const to = room(column, VALUES, length + 4);
  store<u32>(to, length as u32);
  copy(to + 4, text, length);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + length + 4);
}

// ---- dictionary -----------------------------------------------------------------------------------------------

function appendIndex(column: usize, index: u32): void {
  store<u32>(room(column, INDICES, 4), index);
  setBufferLength(column, INDICES, bufferLength(column, INDICES) + 4);
  store<u32>(column, index, COLUMN_LAST);
  const values = load<u32>(column, COLUMN_VALUES);
  if (values == TRIAL_VALUES && load<u32>(column, COLUMN_IS_SETTLED) == 0) tryDictionary(column);
}

/** Gives the dictionary up where it does not pay: more than half of the values are distinct, it is large, or empty. */
function tryDictionary(column: usize): void {
  if (load<u32>(column, COLUMN_HAS_DICTIONARY) == 0) return;
  const values = load<u32>(column, COLUMN_VALUES);
  const isPoor = isLargeDictionary(column) || load<u32>(column, COLUMN_DISTINCT) > values >>> 1;
  if (values == 0 || (isPoor && plainBytesOfPage(column) <= MOST_GIVEN_UP)) giveUpDictionary(column);
}

function isLargeDictionary(column: usize): bool {
  return bufferLength(column, DICTIONARY) >= PAGE_BYTES;
}

/** Bytes that the open page of a dictionary would have without one. */
function plainBytesOfPage(column: usize): usize {
  const indices = bufferStart(column, INDICES);
  const end = bufferLength(column, INDICES);
  let bytes: usize = 0;
  for (let at: usize = 0; at < end; at += 4) bytes += (load<u32>(entryOf(column, load<u32>(indices + at))) as usize) + 4;
  return bytes;
}

/** The number of the text in the dictionary, which gets it where it is new. */
function findText(column: usize, text: usize, length: usize): u32 {
  const distinct = load<u32>(column, COLUMN_DISTINCT);
  const last = load<u32>(column, COLUMN_LAST);
  if (last < distinct && isEntry(column, last, text, length)) return last;
  const hash = hashText(text, length);
  const table = load<u32>(column, COLUMN_TABLE) as usize;
  const mask = load<u32>(column, COLUMN_TABLE_SIZE) - 1;
  let at = hash & mask;
  while (true) {
    const entry = table + ((at as usize) << 3);
    const found = load<u32>(entry);
    if (found == 0) break;
    if (load<u32>(entry, 4) == hash && isEntry(column, found - 1, text, length)) return found - 1;
    at = (at + 1) & mask;
  }
  const start = bufferLength(column, DICTIONARY);
  const to = room(column, DICTIONARY, length + 4);
  store<u32>(to, length as u32);
  copy(to + 4, text, length);
  setBufferLength(column, DICTIONARY, start + length + 4);
  store<u32>(room(column, DICTIONARY_STARTS, 4), start as u32);
  setBufferLength(column, DICTIONARY_STARTS, bufferLength(column, DICTIONARY_STARTS) + 4);
  return addToTable(column, at, hash, distinct);
}

// @ts-ignore: decorator
@inline
function isEntry(column: usize, index: u32, text: usize, length: usize): bool {
  const entry = entryOf(column, index);
  if ((load<u32>(entry) as usize) != length) return false;
  return isSame(entry + 4, text, length);
}

/** Compares 16 bytes at a time; bytes after the ends do not count. */
// @ts-ignore: decorator
@inline
function isSame(a: usize, b: usize, length: usize): bool {
  while (length >= 16) {
    if (v128.any_true(v128.xor(v128.load(a), v128.load(b)))) return false;
    a += 16;
    b += 16;
    length -= 16;
  }
  if (length == 0) return true;
  const equal = i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  const wanted = (1 << (length as i32)) - 1;
  return (equal & wanted) == wanted;
}

function addToTable(column: usize, at: u32, hash: u32, distinct: u32): u32 {
  const entry = (load<u32>(column, COLUMN_TABLE) as usize) + ((at as usize) << 3);
  store<u32>(entry, distinct + 1);
  store<u32>(entry, hash, 4);
  store<u32>(column, distinct + 1, COLUMN_DISTINCT);
  const size = load<u32>(column, COLUMN_TABLE_SIZE);
  if ((distinct + 1) * 2 > size) {
    setTableSize(column, size * 2);
    fillTable(column);
  }
  return distinct;
}

const LEAST_TABLE: u32 = 1024;

function emptyTable(column: usize): void {
  store<u32>(column, 0xffffffff, COLUMN_LAST);
  if (load<u32>(column, COLUMN_TABLE_SIZE) == 0) setTableSize(column, LEAST_TABLE);
  else clearTable(column);
}

function setTableSize(column: usize, size: u32): void {
  const old = load<u32>(column, COLUMN_TABLE_SIZE);
  if (old != 0) release(load<u32>(column, COLUMN_TABLE) as usize, (old as usize) << 3);
  store<u32>(column, allocate((size as usize) << 3) as u32, COLUMN_TABLE);
  store<u32>(column, size, COLUMN_TABLE_SIZE);
  clearTable(column);
}

function clearTable(column: usize): void {
  memory.fill(
    load<u32>(column, COLUMN_TABLE) as usize,
    0,
    (load<u32>(column, COLUMN_TABLE_SIZE) as usize) << 3,
  );
}

/** Puts every value of the dictionary into the empty table. */
function fillTable(column: usize): void {
  const distinct = load<u32>(column, COLUMN_DISTINCT);
  while (load<u32>(column, COLUMN_TABLE_SIZE) < distinct * 2) {
    setTableSize(column, load<u32>(column, COLUMN_TABLE_SIZE) * 2);
  }
  const table = load<u32>(column, COLUMN_TABLE) as usize;
  const mask = load<u32>(column, COLUMN_TABLE_SIZE) - 1;
  for (let index: u32 = 0; index < distinct; index++) {
    const hash = hashEntry(column, index);
    let at = hash & mask;
    while (load<u32>(table + ((at as usize) << 3)) != 0) at = (at + 1) & mask;
    const entry = table + ((at as usize) << 3);
    store<u32>(entry, index + 1);
    store<u32>(entry, hash, 4);
  }
}

function hashEntry(column: usize, index: u32): u32 {
  const entry = entryOf(column, index);
  return hashText(entry + 4, load<u32>(entry) as usize);
}

/** The length and the bytes of a text in the dictionary. */
// @ts-ignore: decorator
@inline
export function entryOf(column: usize, index: u32): usize {
  const starts = bufferStart(column, DICTIONARY_STARTS);
  return bufferStart(column, DICTIONARY) + (load<u32>(starts + ((index as usize) << 2)) as usize);
}

/** Eight bytes at a time. The table is small and its worst case bounded, so no more is asked of the hash. */
// @ts-ignore: decorator
@inline
function hashText(text: usize, length: usize): u32 {
  let hash: u64 = (length as u64) * 0x9e3779b97f4a7c15;
  while (length > 8) {
    hash = (hash ^ load<u64>(text)) * 0xff51afd7ed558ccd;
    hash ^= hash >>> 32;
    text += 8;
    length -= 8;
  }
  if (length > 0) {
    const tail = load<u64>(text) & ((0xffffffffffffffff as u64) >>> ((8 - (length as u64)) << 3));
    hash = (hash ^ tail) * 0xff51afd7ed558ccd;
  }
  hash ^= hash >>> 29;
  return (hash >>> 8) as u32;
}

/** Writes the values of the open page as PLAIN and goes on so. */
function giveUpDictionary(column: usize): void {
  store<u32>(column, 0, COLUMN_HAS_DICTIONARY);
  const end = bufferLength(column, INDICES);
  for (let at: usize = 0; at < end; at += 4) {
    const entry = entryOf(column, load<u32>(bufferStart(column, INDICES) + at));
    appendPlainText(column, entry + 4, load<u32>(entry) as usize);
  }
}

// ---- pages ----------------------------------------------------------------------------------------------------

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
  pageRows = 0;
  arePagesFull = false;
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

// ---- statistics -----------------------------------------------------------------------------------------------

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

// @ts-ignore: decorator
@inline
function isBefore(a: usize, aLength: usize, b: usize, bLength: usize): bool {
  const length = aLength < bLength ? aLength : bLength;
  if (length >= 8) {
    const left = bswap<u64>(load<u64>(a));
    const right = bswap<u64>(load<u64>(b));
    if (left != right) return left < right;
  }
  const order = memory.compare(a, b, length);
  return order != 0 ? order < 0 : aLength < bLength;
}
