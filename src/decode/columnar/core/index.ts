// What the host calls. One instance decodes the records of one table at a time; see ../core.ts for the other side.

import { openCsv } from './csv';
import {
  clearPartitions,
  dealOutput,
  keyOf,
  markPartitions,
  openPartitions,
  partitionCount,
  rollbackPartitions,
  runs,
  setDealing,
} from './deal';
import { addKey, members, openKeys, properties } from './keys';
import {
  CELLS,
  COLUMN_BYTES,
  COLUMN_DISTINCT,
  COLUMN_ENTRIES,
  COLUMN_HAS_DICTIONARY,
  COLUMN_NULLABLE,
  COLUMN_PREFIX,
  COLUMN_PREFIX_LENGTH,
  COLUMN_TYPE,
  COLUMN_VALUES,
  DICTIONARY,
  NDJSON,
  PARQUET,
  SLACK,
  VALUES,
  allocate,
  blockBytes,
  release,
} from './layout';
import { openNdjson } from './ndjson';
import { findBounds, maxLength, maxStart, minLength, minStart } from './bounds';
import { buildDictionary, buildPage, clearPages, hasOpenPage } from './page-body';
import { clearColumns, markColumns, openParquet, rollbackColumns } from './parquet';
import { openRecords, walkCells, walkRecord } from './record';
import {
  columns,
  ensureOut,
  ensureScratch,
  format,
  openRow,
  outBase,
  outPos,
  rows,
  setFormat,
  setOutPos,
  setRows,
} from './row';
import { skipSpace, skipValue } from './scan';
import { compressSnappy, snappyBound } from './snappy';
import { beginUnpack, unpackSome } from './unpack';

export { allocate, outBase, outPos, rows };
export { setPowers, toDouble } from './number';
export { maxLength, maxStart, minLength, minStart };

// ---- plan -----------------------------------------------------------------------------------------------------

/** @param written columns of the files; those behind them say which partition a row is of */
export function open(newFormat: u32, written: i32, columnCount: i32, memberCount: i32, propertyCount: i32): void {
  openRow(newFormat, written, columnCount);
  openKeys(members, memberCount);
  openKeys(properties, propertyCount);
}

export function setColumn(index: i32, type: u32, nullable: u32, prefix: usize, prefixLength: u32): void {
  const column = columns + (index as usize) * COLUMN_BYTES;
  store<u32>(column, type, COLUMN_TYPE);
  store<u32>(column, nullable, COLUMN_NULLABLE);
  store<u32>(column, prefix as u32, COLUMN_PREFIX);
  store<u32>(column, prefixLength, COLUMN_PREFIX_LENGTH);
}

export function setMember(index: i32, column: i32, text: usize, length: usize): void {
  addKey(members, index, column, text, length);
}

export function setProperty(index: i32, column: i32, text: usize, length: usize): void {
  addKey(properties, index, column, text, length);
}

export function setShape(shape: u32, key: i32, value: i32, offset: i32, position: i32): void {
  openRecords(shape, key, value, offset, position);
  if (format == NDJSON || format == CELLS) openNdjson();
  if (format == PARQUET || format == CELLS) openParquet();
}

/** @param most partitions that are told apart */
export function setPartitions(most: u32): void {
  openPartitions(most);
}

export function setCsv(
  delimiter: usize,
  delimiterLength: usize,
  nullText: usize,
  nullLength: usize,
  crlf: u32,
  formulas: u32,
  plainSafe: u32,
): void {
  openCsv(delimiter, delimiterLength, nullText, nullLength, crlf != 0, formulas != 0, plainSafe != 0);
}

// ---- input ----------------------------------------------------------------------------------------------------

let inBase: usize = 0;
let inBytes: usize = 0;
export let inPos: usize = 0;
export let inEnd: usize = 0;

/** The last whole record; it stays in the input until the list ends. */
export let lastStart: usize = 0;
export let lastEnd: usize = 0;

/** Moves what is left of the input to its beginning; gives the address for `bytes` more. */
export function reserveInput(bytes: usize): usize {
  const from = lastStart != 0 ? lastStart : inPos;
  const left = inEnd - from;
  const needed = left + bytes + SLACK;
  if (needed > inBytes) {
    const larger = blockBytes(needed);
    const block = allocate(larger);
    if (inBase != 0) {
      memory.copy(block, from, left);
      release(inBase, inBytes);
    }
    inBase = block;
    inBytes = larger;
  } else if (from != inBase) memory.copy(inBase, from, left);
  inPos = inBase + (inPos - from);
  inEnd = inBase + left;
  if (lastStart != 0) {
    lastEnd = inBase + (lastEnd - from);
    lastStart = inBase;
  }
  return inEnd;
}

export function commitInput(bytes: usize): void {
  inEnd += bytes;
  // Every scanner stops at a zero.
  v128.store(inEnd, i64x2.splat(0));
}

export function clearInput(): void {
  inPos = inBase;
  inEnd = inBase;
  // What the input held before must not be read as what comes next.
  if (inBase != 0) commitInput(0);
  lastStart = 0;
}

// ---- records --------------------------------------------------------------------------------------------------

// What `run` comes back with.
const NEED_INPUT: i32 = 0;
/** The list has ended; the input goes on behind its bracket. */
const LIST_END: i32 = 1;
/** The record [inPos, recordEnd) is for the host's reader; `skipRecord` goes on behind it. */
const HOST_RECORD: i32 = 2;
/** The byte at `inPos` cannot stand there. */
const UNEXPECTED: i32 = 3;
/** As many records as were asked for were read; the last one is [lastStart, lastEnd). */
const ENOUGH: i32 = 4;

// What may come next in the list.
const RECORD_OR_END: u32 = 0;
const RECORD: u32 = 1;
const COMMA_OR_END: u32 = 2;

export let expected: u32 = RECORD_OR_END;
export let recordEnd: usize = 0;
/** Records of this answer so far. */
export let records: u32 = 0;
/** The offset of the answer's first record in the result, in two halves. */
let firstOffset: u64 = 0;

/** Longer records go to the host, which refuses them. */
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

export function beginList(offsetLow: u32, offsetHigh: u32): void {
  expected = RECORD_OR_END;
  records = 0;
  lastStart = 0;
  firstOffset = (offsetLow as u64) | ((offsetHigh as u64) << 32);
}

/** Reads on, at most as many records as asked for. */
export function run(most: u32): i32 {
  const last = records + most;
  while (true) {
    const p = skipSpace(inPos);
    inPos = p;
    if (p >= inEnd) return NEED_INPUT;
    const byte = load<u8>(p);
    if (expected == COMMA_OR_END) {
      if (byte == 0x2c) {
        inPos = p + 1;
        expected = RECORD;
        continue;
      }
      if (byte != 0x5d) return UNEXPECTED;
      inPos = p + 1;
      return LIST_END;
    }
    if (byte == 0x5d && expected == RECORD_OR_END) {
      inPos = p + 1;
      return LIST_END;
    }
    const end = walkRecord(p, inEnd, firstOffset + records);
    if (end == 0 || end - p > MAX_RECORD_BYTES) {
      recordEnd = skipValue(p, inEnd);
      return recordEnd == 0 ? NEED_INPUT : HOST_RECORD;
    }
    lastStart = p;
    lastEnd = end;
    inPos = end;
    records++;
    expected = COMMA_OR_END;
    if (records == last) return ENOUGH;
  }
}

export function skipRecord(): void {
  lastStart = inPos;
  lastEnd = recordEnd;
  inPos = recordEnd;
  records++;
  expected = COMMA_OR_END;
}

let cells: usize = 0;
let cellsBytes: usize = 0;

/** Where the host writes the cells of a row for `writeCells`. */
export function reserveCells(bytes: usize): usize {
  if (bytes + SLACK > cellsBytes) {
    if (cells != 0) release(cells, cellsBytes);
    cellsBytes = blockBytes(bytes + SLACK);
    cells = allocate(cellsBytes);
  }
  return cells;
}

/** Writes rows, each a line with the JSON array of its cells; `json` cells come as texts. False when one is not. */
export function writeCells(bytes: usize): bool {
  const end = cells + bytes;
  v128.store(end, i64x2.splat(0));
  for (let p = cells; p < end; p++) {
    p = walkCells(p, end);
    if (p == 0) return false;
  }
  return true;
}

// ---- output ---------------------------------------------------------------------------------------------------

export function clearOutput(): void {
  setOutPos(outBase);
}

export function clearRows(): void {
  setRows(0);
}

// ---- partitions -----------------------------------------------------------------------------------------------

/** Begins to deal rows out: as text, or, for Parquet, as cells. */
export function beginDealing(): void {
  setDealing(true);
  if (format == PARQUET) setFormat(CELLS);
  clearPartitions();
}

export { dealOutput, keyOf, markPartitions, partitionCount, rollbackPartitions, runs };

// ---- Parquet --------------------------------------------------------------------------------------------------

export function beginRowGroup(): void {
  setDealing(false);
  setFormat(PARQUET);
  clearColumns();
  setRows(0);
}

export function mark(): void {
  markColumns();
}

export function rollback(): void {
  rollbackColumns();
}

// @ts-ignore: decorator
@inline
function columnAt(index: i32): usize {
  return columns + (index as usize) * COLUMN_BYTES;
}

export { hasOpenPage };

export function hasDictionary(index: i32): u32 {
  return load<u32>(columnAt(index), COLUMN_HAS_DICTIONARY);
}

export function distinctOf(index: i32): u32 {
  return load<u32>(columnAt(index), COLUMN_DISTINCT);
}

/** Entries of the open page. */
export function entriesOf(index: i32): u32 {
  return load<u32>(columnAt(index), COLUMN_ENTRIES);
}

/** Values of the open page. */
export function valuesOf(index: i32): u32 {
  return load<u32>(columnAt(index), COLUMN_VALUES);
}

/** The body of the column's open page, from `outBase` to `outPos`. */
export function makePage(index: i32): void {
  buildPage(columnAt(index));
}

/** The body of the column's dictionary page. */
export function makeDictionary(index: i32): void {
  buildDictionary(columnAt(index));
}

/** When the open page of every column was made. */
export function beginPages(): void {
  clearPages();
}

/** Where the host writes what `beginUnpackPage` reads. */
export { reserveCells as reservePage };

/** Begins to turn a page of the dictionary, `bytes` from `reservePage`, back into values of the open page. */
export function beginUnpackPage(index: i32, bytes: usize, entries: u32): void {
  beginUnpack(columnAt(index), cells, bytes, entries);
}

/** Fills the open page; false when nothing was left. To be repeated, with the page made and begun anew in between. */
export function unpackPage(index: i32): bool {
  return unpackSome(columnAt(index));
}

export let packedStart: usize = 0;
export let packedEnd: usize = 0;

/** Compresses what is in the output. */
export function packOutput(): void {
  const length = outPos - outBase;
  packedStart = ensureScratch(snappyBound(length));
  packedEnd = compressSnappy(packedStart, outBase, length);
}

/** The bounds of the values in the open page, to be asked for when the page was made; not for dictionaries. */
export function boundsOfPage(index: i32): bool {
  return findBounds(columnAt(index), VALUES);
}

export function boundsOfDictionary(index: i32): bool {
  return findBounds(columnAt(index), DICTIONARY);
}
