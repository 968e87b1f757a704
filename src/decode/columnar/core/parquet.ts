// Rows to the columns of a row group, and the way back to where they were.
//
// Source: the Parquet format's LogicalTypes.md (three-level lists).

import { appendText, emptyTable, fillTable } from './dictionary';
import {
  BOOLEAN,
  BUFFER_BYTES,
  COLUMN_BUFFERS,
  COLUMN_BYTES,
  COLUMN_ENTRIES,
  COLUMN_HAS_DICTIONARY,
  COLUMN_NULLABLE,
  COLUMN_TYPE,
  COLUMN_VALUES,
  COUNTED,
  COUNTERS_END,
  COUNTERS_START,
  DEFINITIONS,
  DOUBLE,
  ESCAPED,
  FALSE,
  INT64,
  JSON,
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
  allocate,
  bufferLength,
  bufferStart,
  release,
} from './layout';
import { toDouble, toInt64 } from './number';
import {
  appendByte,
  appendFixed,
  appendLevel,
  checkPage,
  endPageRow,
  pageRows,
  setPageRows,
} from './open-page';
import { columnCount, columns, columnsEnd, countOf, ensureScratch, slots } from './row';
import { hasEscape, isNullAt, numberKind, scanNumber, scanString, skipSpace } from './scan';
import { copy, writePlain } from './text';

/** Copies of all columns as they were at `markColumns`, with copies of their open pages. */
let marks: usize = 0;
/** Rows in the open pages at `markColumns`. */
let markedRows: u32 = 0;

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
  setPageRows(0);
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
  setPageRows(markedRows);
}

// ---- rows -----------------------------------------------------------------------------------------------------

export function appendRow(): void {
  let slot = slots;
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    const type = load<u32>(column, COLUMN_TYPE);
    if (type >= LIST_OF) appendList(column, type - LIST_OF, slot);
    else appendScalar(column, type, slot);
    // As many numbers and booleans as a page has rows are never too large for it.
    if (type >= LIST_OF || type == STRING || type == JSON) checkPage(column);
    slot += SLOT_BYTES;
  }
  endPageRow();
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
  if (type == STRING && kind == TEXT) appendText(column, start, end - start);
  else if (type == INT64) appendFixed(column, kind == COUNTED ? countOf(slot) : (toInt64(start, end) as u64));
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
