// Pages of a dictionary that was given up, back into pages of values. parquetjs-lite takes the dictionary of a chunk
// for all of its pages, so a chunk cannot change from one kind to the other.

import {
  COLUMN_ENTRIES,
  COLUMN_NULLABLE,
  COLUMN_TYPE,
  COLUMN_VALUES,
  DEFINITIONS,
  LIST_OF,
  REPETITIONS,
  VALUES,
  bufferLength,
} from './layout';
import { entryOf } from './dictionary';
import { PAGE_BYTES, appendLevel, appendPlainText } from './open-page';

// A reader of runs (page-body.ts, writeRuns): the next byte, bits a value, values left in the run; then the value of
// the run, or, where PACKED is not 0, the address of its bits and how many were read.
const READER_BYTES: i32 = 28;
const NEXT: usize = 0;
const WIDTH: usize = 4;
const LEFT: usize = 8;
const VALUE: usize = 12;
const PACKED: usize = 16;
const BITS: usize = 20;

const repetitions = memory.data(READER_BYTES, 8);
const definitions = memory.data(READER_BYTES, 8);
const indices = memory.data(READER_BYTES, 8);

let isList: bool = false;
let hasDefinitions: bool = false;
let maxDefinition: u32 = 0;
let entriesLeft: u32 = 0;
/** The repetition level of the entry that comes next. */
let nextRepetition: u32 = 0;

export function beginUnpack(column: usize, body: usize, bytes: usize, entries: u32): void {
  const nullable = load<u32>(column, COLUMN_NULLABLE);
  isList = load<u32>(column, COLUMN_TYPE) >= LIST_OF;
  hasDefinitions = isList || nullable != 0;
  maxDefinition = nullable + (isList ? 2 : 0);
  entriesLeft = entries;
  let p = body;
  if (isList) p = beginLevels(repetitions, p, 1);
  if (hasDefinitions) p = beginLevels(definitions, p, isList ? 2 : 1);
  // Without values there is no byte of their width either.
  const width: u32 = p < body + bytes ? load<u8>(p) : 0;
  beginReader(indices, p + 1, width);
  nextRepetition = isList && entries > 0 ? readNext(repetitions) : 0;
}

/** Levels stand behind their length in bytes. */
function beginLevels(reader: usize, p: usize, width: u32): usize {
  beginReader(reader, p + 4, width);
  return p + 4 + (load<u32>(p) as usize);
}

function beginReader(reader: usize, p: usize, width: u32): void {
  memory.fill(reader, 0, READER_BYTES);
  store<u32>(reader, p as u32, NEXT);
  store<u32>(reader, width, WIDTH);
}

/** Appends entries to the open page until it is full, where a row begins, or nothing is left. */
export function unpackSome(column: usize): bool {
  while (entriesLeft > 0) {
    if (nextRepetition == 0 && bufferLength(column, VALUES) >= PAGE_BYTES) return true;
    if (isList) appendLevel(column, REPETITIONS, nextRepetition as u8);
    const definition = hasDefinitions ? readNext(definitions) : 0;
    if (hasDefinitions) appendLevel(column, DEFINITIONS, definition as u8);
    store<u32>(column, load<u32>(column, COLUMN_ENTRIES) + 1, COLUMN_ENTRIES);
    if (definition == maxDefinition) {
      const entry = entryOf(column, readNext(indices));
      appendPlainText(column, entry + 4, load<u32>(entry) as usize);
      store<u32>(column, load<u32>(column, COLUMN_VALUES) + 1, COLUMN_VALUES);
    }
    entriesLeft--;
    nextRepetition = isList && entriesLeft > 0 ? readNext(repetitions) : 0;
  }
  return load<u32>(column, COLUMN_ENTRIES) > 0;
}

function readNext(reader: usize): u32 {
  if (load<u32>(reader, LEFT) == 0) beginRun(reader);
  store<u32>(reader, load<u32>(reader, LEFT) - 1, LEFT);
  const packed = load<u32>(reader, PACKED) as usize;
  if (packed == 0) return load<u32>(reader, VALUE);
  const width = load<u32>(reader, WIDTH);
  const bit = load<u32>(reader, BITS);
  store<u32>(reader, bit + width, BITS);
  const bits = load<u64>(packed + (bit >>> 3)) >>> ((bit & 7) as u64);
  return (bits & (((1 as u64) << (width as u64)) - 1)) as u32;
}

function beginRun(reader: usize): void {
  let p = load<u32>(reader, NEXT) as usize;
  const width = load<u32>(reader, WIDTH);
  let header: u32 = 0;
  for (let shift: u32 = 0; true; shift += 7) {
    const byte = load<u8>(p++) as u32;
    header |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if ((header & 1) != 0) {
    const groups = header >>> 1;
    store<u32>(reader, groups << 3, LEFT);
    store<u32>(reader, p as u32, PACKED);
    store<u32>(reader, 0, BITS);
    p += (groups * width) as usize;
  } else {
    let value: u32 = 0;
    for (let shift: u32 = 0; shift < width; shift += 8) value |= (load<u8>(p++) as u32) << shift;
    store<u32>(reader, header >>> 1, LEFT);
    store<u32>(reader, 0, PACKED);
    store<u32>(reader, value, VALUE);
  }
  store<u32>(reader, p as u32, NEXT);
}
