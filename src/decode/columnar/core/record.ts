// Walks one record and fills the slots of its rows. A walker gives the address behind the record, or 0 when the record
// is not wholly there or not what the plan of the table expects; nothing of it has been written then, and the host's
// reader decides. What a walker takes, it has checked against RFC 8259.

import { writeCsvRow } from './csv';
import { dealRow, isDealing } from './deal';
import { findKey, firstKey, members, properties, setFirstKey } from './keys';
import {
  CSV,
  ESCAPED,
  KEY_COLUMN,
  KEY_LENGTH,
  KEY_NEXT,
  NULL,
  PARQUET,
  PROPERTIES,
  SLOT_KIND,
  STRING,
  TEXT,
} from './layout';
import { writeNdjsonRow } from './ndjson';
import { arePagesFull } from './open-page';
import { appendRow } from './parquet';
import {
  cellCount,
  clearSlots,
  columnCount,
  ensureScratch,
  fillCount,
  fillSlot,
  format,
  isOutputFull,
  rows,
  setRows,
  slotOf,
} from './row';
import { hasEscape, isNullAt, scanString, skipSpace, skipValue } from './scan';
import { writeJson } from './text';
import { isNull, setTrusted, typeOf, walkMember, walkProperty, walkValue } from './values';

/** Has the host take the output, or the open page of every column. */
// @ts-ignore: decorator
@external('host', 'takeFull')
declare function takeFull(): void;

// Shapes, as the host numbers them.
const KEYED: u32 = 0;
const KEYED_OBJECT: u32 = 1;
const ID: u32 = 2;
const PATH: u32 = 3;
const PATH_LONG: u32 = 4;
const PATH_GROUP: u32 = 5;
const EDGE_CIRCLE: u32 = 6;
const OBJECT: u32 = 7;
/** Vertices and edges: an object whose member `properties` holds more columns. */
const ELEMENT: u32 = 8;

let shape: u32 = 0;
let keyColumn: i32 = -1;
let valueColumn: i32 = -1;
let offsetColumn: i32 = -1;
let positionColumn: i32 = -1;

/** The offset of the record in the result. */
let recordOffset: u64 = 0;
let inputEnd: usize = 0;
/** Whether rows are written; a record of several rows is walked once without. */
let isWriting: bool = true;
let recordBytes: usize = 0;

export function openRecords(newShape: u32, key: i32, value: i32, offset: i32, position: i32): void {
  shape = newShape;
  keyColumn = key;
  valueColumn = value;
  offsetColumn = offset;
  positionColumn = position;
}

/** @param end where the input ends: a record whose end is not certain before it is not taken */
export function walkRecord(p: usize, end: usize, offset: u64): usize {
  recordOffset = offset;
  inputEnd = end;
  recordBytes = end - p;
  setTrusted(false);
  isWriting = true;
  switch (shape) {
    case KEYED:
      return walkKeyed(p);
    case ELEMENT:
    case OBJECT:
      return walkObject(p);
    case ID:
      return walkId(p);
    case PATH:
      return walkPath(p);
    default:
      return walkTwice(p);
  }
}

/** A record of several rows is checked whole before its first row is written. */
function walkTwice(p: usize): usize {
  isWriting = false;
  const end = walkRows(p);
  if (end == 0) return 0;
  isWriting = true;
  recordBytes = end - p;
  return walkRows(p);
}

function walkRows(p: usize): usize {
  switch (shape) {
    case KEYED:
    case KEYED_OBJECT:
      return walkEntries(p);
    case PATH_LONG:
    case EDGE_CIRCLE:
      return walkElements(p);
    case PATH_GROUP:
      return walkGroup(p);
    default:
      return 0;
  }
}

/** The cells of a row that was read before, as an array in the order of the columns. */
export function walkCells(p: usize, end: usize): usize {
  setTrusted(true);
  isWriting = true;
  recordBytes = end - p;
  clearSlots();
  const count = isDealing ? cellCount : columnCount;
  for (let column = 0; column < count; column++) {
    p = walkValue(skipSpace(p + 1), column, false);
    if (p == 0) return 0;
    p = skipSpace(p);
  }
  writeRow();
  return p + 1;
}

// ---- rows -----------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function writeRow(): void {
  if (!isWriting) return;
  if (format == CSV) writeCsvRow(recordBytes);
  else if (format == PARQUET) appendRow();
  else writeNdjsonRow(recordBytes);
  setRows(rows + 1);
  if (isDealing) dealRow();
  // Not only between records: one of them may give millions of rows.
  if (format == PARQUET ? arePagesFull : isOutputFull()) takeFull();
}

// @ts-ignore: decorator
@inline
function beginRow(): void {
  clearSlots();
  if (offsetColumn >= 0) fillCount(offsetColumn, recordOffset);
}

// ---- shapes ---------------------------------------------------------------------------------------------------

/** `{"id": value}`; with several keys, a row for each. */
function walkKeyed(start: usize): usize {
  if (load<u8>(start) != 0x7b) return 0;
  beginRow();
  let p = walkKeyCell(skipSpace(start + 1));
  if (p == 0) return 0;
  p = walkValue(p, valueColumn, false);
  if (p == 0) return 0;
  p = skipSpace(p);
  if (load<u8>(p) != 0x7d) return walkTwice(start);
  recordBytes = p - start;
  writeRow();
  return p + 1;
}

/** A key that is a cell; gives the address of the value behind its colon. */
// @ts-ignore: decorator
@inline
function walkKeyCell(p: usize): usize {
  if (load<u8>(p) != 0x22 || typeOf(keyColumn) != STRING) return 0;
  const end = scanString(p + 1);
  if (end == 0) return 0;
  fillSlot(slotOf(keyColumn), hasEscape ? ESCAPED : TEXT, p + 1, end);
  p = skipSpace(end + 1);
  return load<u8>(p) == 0x3a ? skipSpace(p + 1) : 0;
}

function walkEntries(p: usize): usize {
  if (load<u8>(p) != 0x7b) return 0;
  do {
    beginRow();
    p = walkKeyCell(skipSpace(p + 1));
    if (p == 0) return 0;
    p = shape == KEYED ? walkValue(p, valueColumn, false) : walkMembers(p, members);
    if (p == 0) return 0;
    writeRow();
    p = skipSpace(p);
  } while (load<u8>(p) == 0x2c);
  return load<u8>(p) == 0x7d ? p + 1 : 0;
}

function walkId(p: usize): usize {
  beginRow();
  const end = walkValue(p, keyColumn, false);
  // A number may go on in bytes that are not here yet.
  if (end == 0 || end >= inputEnd || isNull(keyColumn)) return 0;
  recordBytes = end - p;
  writeRow();
  return end;
}

function walkPath(p: usize): usize {
  if (load<u8>(p) != 0x5b) return 0;
  beginRow();
  const end = walkValue(p, valueColumn, false);
  if (end == 0) return 0;
  recordBytes = end - p;
  writeRow();
  return end;
}

/** `[id, …]` or `[{…}, …]`: a row an element. */
function walkElements(p: usize): usize {
  if (load<u8>(p) != 0x5b) return 0;
  p = skipSpace(p + 1);
  if (load<u8>(p) == 0x5d) return p + 1;
  let position: u64 = 0;
  while (true) {
    beginRow();
    fillCount(positionColumn, position++);
    p = shape == PATH_LONG ? walkValue(p, valueColumn, false) : walkMembers(p, members);
    if (p == 0) return 0;
    writeRow();
    p = skipSpace(p);
    if (load<u8>(p) == 0x5d) return p + 1;
    if (load<u8>(p) != 0x2c) return 0;
    p = skipSpace(p + 1);
  }
}

function walkObject(p: usize): usize {
  if (load<u8>(p) != 0x7b) return 0;
  beginRow();
  const end = walkMembers(p, members);
  if (end == 0) return 0;
  recordBytes = end - p;
  writeRow();
  return end;
}

/** Set by walkMembers at the member `paths`. */
let paths: usize = 0;

/** `{"source": …, "target": …, "paths": [[id, …], …]}`: a row a path, one without a path for a pair without. */
function walkGroup(p: usize): usize {
  if (load<u8>(p) != 0x7b) return 0;
  beginRow();
  paths = 0;
  const end = walkMembers(p, members);
  if (end == 0 || paths == 0) return 0;
  let path = skipSpace(paths + 1);
  if (load<u8>(path) == 0x5d) {
    writeRow();
    return end;
  }
  let position: u64 = 0;
  while (true) {
    store<u32>(slotOf(valueColumn), NULL, SLOT_KIND);
    if (load<u8>(path) != 0x5b) return 0;
    fillCount(positionColumn, position++);
    path = walkValue(path, valueColumn, false);
    if (path == 0) return 0;
    writeRow();
    path = skipSpace(path);
    if (load<u8>(path) == 0x5d) return end;
    if (load<u8>(path) != 0x2c) return 0;
    path = skipSpace(path + 1);
  }
}

// ---- objects --------------------------------------------------------------------------------------------------

function walkMembers(p: usize, set: usize): usize {
  if (load<u8>(p) != 0x7b) return 0;
  const isProperty = set == properties;
  let propertiesSeen = false;
  p = skipSpace(p + 1);
  if (load<u8>(p) == 0x7d) return p + 1;
  let likely = firstKey(set);
  let previous: usize = 0;
  while (true) {
    if (load<u8>(p) != 0x22) return 0;
    let behind: usize = 0;
    let key = findKey(set, likely, p + 1);
    if (key != 0) behind = p + 1 + (load<u32>(key, KEY_LENGTH) as usize);
    else {
      behind = scanString(p + 1) + 1;
      key = findEscaped(set, likely, p + 1, behind);
      if (key == 0) return 0;
    }
    if (key != likely) {
      if (previous == 0) setFirstKey(set, key);
      else store<u32>(previous, key as u32, KEY_NEXT);
    }
    previous = key;
    likely = load<u32>(key, KEY_NEXT) as usize;
    p = behindColon(behind);
    if (p == 0) return 0;
    const column = load<i32>(key, KEY_COLUMN);
    if (column >= 0) p = isProperty ? walkProperty(p, column) : walkMember(p, column);
    else if (column == PROPERTIES) {
      if (propertiesSeen) return 0;
      propertiesSeen = true;
      p = isNullAt(p) ? p + 4 : walkMembers(p, properties);
    } else p = findPaths(p);
    if (p == 0) return 0;
    // As servers write it: the next key follows at once.
    if (load<u16>(p) == 0x222c) {
      p++;
      continue;
    }
    p = skipSpace(p);
    const byte = load<u8>(p);
    if (byte == 0x7d) return p + 1;
    if (byte != 0x2c) return 0;
    p = skipSpace(p + 1);
  }
}

// @ts-ignore: decorator
@inline
function behindColon(p: usize): usize {
  if (load<u8>(p) != 0x3a) {
    p = skipSpace(p);
    if (load<u8>(p) != 0x3a) return 0;
  }
  return skipSpace(p + 1);
}

/** The key that stands at `p` in another writing, as the last `scanString` found it; `behind` its closing quote. */
function findEscaped(set: usize, likely: usize, p: usize, behind: usize): usize {
  if (behind == 1 || !hasEscape) return 0;
  const bytes = (behind - p) * 2;
  const text = ensureScratch(bytes);
  // Behind the quote that ends the key nothing may look like more of it.
  const end = writeJson(text, p, behind - 1);
  v128.store(end, i64x2.splat(0));
  return findKey(set, likely, text + 1);
}

/** The paths are walked when all members of the group are known. */
function findPaths(p: usize): usize {
  if (paths != 0 || load<u8>(p) != 0x5b) return 0;
  paths = p;
  return skipValue(p, inputEnd);
}
