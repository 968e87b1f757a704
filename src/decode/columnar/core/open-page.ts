// The open page of every column: when it is full, and its values in PLAIN encoding.
//
// Source: the Parquet format's Encodings.md.

import {
  COLUMN_ENTRIES,
  COLUMN_HAS_DICTIONARY,
  DICTIONARY,
  VALUES,
  bufferLength,
  room,
  setBufferLength,
} from './layout';
import { copy } from './text';

/** Pages end at this many rows, or when a column has this many bytes or entries of lists, whichever comes first. */
const PAGE_ROWS: u32 = 20000;
export const PAGE_BYTES: usize = 1024 * 1024;
const PAGE_ENTRIES: u32 = 200000;

/** Rows in the open pages. */
export let pageRows: u32 = 0;
/** Whether the open pages should be made before the next row. */
export let arePagesFull: bool = false;

/** The open pages hold `rows` rows, and have room. */
export function setPageRows(rows: u32): void {
  pageRows = rows;
  arePagesFull = false;
}

/** To be called when all cells of a row are in the open pages. */
export function endPageRow(): void {
  if (++pageRows >= PAGE_ROWS) arePagesFull = true;
}

/** Whether the column wants its page, and with it those of all columns, to end with this row. */
// @ts-ignore: decorator
@inline
export function checkPage(column: usize): void {
  if (bufferLength(column, VALUES) >= PAGE_BYTES) arePagesFull = true;
  if (load<u32>(column, COLUMN_ENTRIES) >= PAGE_ENTRIES) arePagesFull = true;
  const hasDictionary = load<u32>(column, COLUMN_HAS_DICTIONARY) != 0;
  if (hasDictionary && bufferLength(column, DICTIONARY) >= PAGE_BYTES) arePagesFull = true;
}

// ---- values ---------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
export function appendLevel(column: usize, buffer: usize, level: u8): void {
  store<u8>(room(column, buffer, 1), level);
  setBufferLength(column, buffer, bufferLength(column, buffer) + 1);
}

export function appendByte(column: usize, value: u8): void {
  store<u8>(room(column, VALUES, 1), value);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + 1);
}

// @ts-ignore: decorator
@inline
export function appendFixed(column: usize, bits: u64): void {
  store<u64>(room(column, VALUES, 8), bits);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + 8);
}

export function appendPlainText(column: usize, text: usize, length: usize): void {
  const to = room(column, VALUES, length + 4);
  store<u32>(to, length as u32);
  copy(to + 4, text, length);
  setBufferLength(column, VALUES, bufferLength(column, VALUES) + length + 4);
}
