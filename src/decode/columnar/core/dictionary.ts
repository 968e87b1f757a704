// The dictionary of a column of texts, for as long as it pays.

import {
  COLUMN_DISTINCT,
  COLUMN_HAS_DICTIONARY,
  COLUMN_IS_SETTLED,
  COLUMN_LAST,
  COLUMN_TABLE,
  COLUMN_TABLE_SIZE,
  COLUMN_VALUES,
  DICTIONARY,
  DICTIONARY_STARTS,
  INDICES,
  allocate,
  bufferLength,
  bufferStart,
  release,
  room,
  setBufferLength,
} from './layout';
import { PAGE_BYTES, appendPlainText } from './open-page';
import { copy } from './text';

/** A dictionary is given up when, after this many values, more than half of them are distinct. */
const TRIAL_VALUES: u32 = 2048;
/** But not where the open page would become larger than this: its values stay a page of the dictionary. */
const MOST_GIVEN_UP: usize = 4 * PAGE_BYTES;

// @ts-ignore: decorator
@inline
export function appendText(column: usize, text: usize, length: usize): void {
  if (load<u32>(column, COLUMN_HAS_DICTIONARY) != 0) {
    appendIndex(column, findText(column, text, length));
  } else appendPlainText(column, text, length);
}

function appendIndex(column: usize, index: u32): void {
  store<u32>(room(column, INDICES, 4), index);
  setBufferLength(column, INDICES, bufferLength(column, INDICES) + 4);
  store<u32>(column, index, COLUMN_LAST);
  const values = load<u32>(column, COLUMN_VALUES);
  if (values == TRIAL_VALUES && load<u32>(column, COLUMN_IS_SETTLED) == 0) tryDictionary(column);
}

/** Gives the dictionary up where it does not pay: more than half of the values are distinct, it is large, or empty. */
export function tryDictionary(column: usize): void {
  if (load<u32>(column, COLUMN_HAS_DICTIONARY) == 0) return;
  const values = load<u32>(column, COLUMN_VALUES);
  const isPoor = isLargeDictionary(column) || load<u32>(column, COLUMN_DISTINCT) > values >>> 1;
  if (values == 0 || (isPoor && plainBytesOfPage(column) <= MOST_GIVEN_UP)) giveUpDictionary(column);
}

export function isLargeDictionary(column: usize): bool {
  return bufferLength(column, DICTIONARY) >= PAGE_BYTES;
}

/** Bytes that the open page of a dictionary would have without one. */
function plainBytesOfPage(column: usize): usize {
  const indices = bufferStart(column, INDICES);
  const end = bufferLength(column, INDICES);
  let bytes: usize = 0;
  for (let at: usize = 0; at < end; at += 4) {
    bytes += (load<u32>(entryOf(column, load<u32>(indices + at))) as usize) + 4;
  }
  return bytes;
}

/** The number of the text in the dictionary, which gets it where it is new. */
export function findText(column: usize, text: usize, length: usize): u32 {
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

export function emptyTable(column: usize): void {
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
export function fillTable(column: usize): void {
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
