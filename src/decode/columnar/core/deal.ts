// Rows dealt out to partitions: each row that was written gets the number of its partition, and the output is handed
// over in the order of those numbers.

import { emptyTable, entryOf, fillTable, findText } from './dictionary';
import {
  COLUMN_BYTES,
  COLUMN_DISTINCT,
  COUNTED,
  COUNTERS_END,
  COUNTERS_START,
  ESCAPED,
  INTEGER,
  NULL,
  NULL_VALUE,
  ROW_ENDS,
  ROW_PARTITIONS,
  RUN_BYTES,
  RUN_LENGTH,
  RUN_PLACE,
  RUN_ROWS,
  SLOT_BYTES,
  SLOT_END,
  SLOT_KIND,
  SLOT_START,
  allocate,
  bufferLength,
  bufferStart,
  room,
  setBufferLength,
} from './layout';
import { cellCount, columnCount, countOf, ensureScratch, outBase, outPos, slots } from './row';
import { copy, writeInteger, writePlain } from './text';

/** Whether rows are dealt out when they are written. */
export let isDealing: bool = false;
/** What each partition has of the output that was dealt out last. */
export let runs: usize = 0;

let partitions: usize = 0;
/** The counters of `partitions` at `markPartitions`. */
let marked: usize = 0;
/** Partitions that are told apart; the last one takes all that come after it. */
let mostPartitions: u32 = 0;

export function openPartitions(most: u32): void {
  mostPartitions = most;
  partitions = allocate(COLUMN_BYTES);
  memory.fill(partitions, 0, COLUMN_BYTES);
  marked = allocate(COLUMN_BYTES);
  runs = allocate((most as usize) * RUN_BYTES);
}

export function setDealing(dealing: bool): void {
  isDealing = dealing;
}

/** Forgets all partitions, and the rows of the output. */
export function clearPartitions(): void {
  memory.fill(partitions + COUNTERS_START, 0, COUNTERS_END - COUNTERS_START);
  emptyTable(partitions);
}

/** Remembers which partitions there are; to be called with an empty output. */
export function markPartitions(): void {
  memory.copy(marked + COUNTERS_START, partitions + COUNTERS_START, COUNTERS_END - COUNTERS_START);
}

/** Forgets those that came since `markPartitions`, and the rows of the output. */
export function rollbackPartitions(): void {
  memory.copy(partitions + COUNTERS_START, marked + COUNTERS_START, COUNTERS_END - COUNTERS_START);
  emptyTable(partitions);
  fillTable(partitions);
}

export function partitionCount(): u32 {
  return min(load<u32>(partitions, COLUMN_DISTINCT), mostPartitions);
}

/**
 * The address of the key of a partition, behind its length: for each column that deals out the length of its value, or
 * NULL_VALUE, and the value as text.
 */
export function keyOf(index: u32): usize {
  return entryOf(partitions, index) + 4;
}

/** Notes the partition of the row that was just written to the output. */
export function dealRow(): void {
  let bytes: usize = 0;
  const first = slots + (columnCount as usize) * SLOT_BYTES;
  const end = slots + (cellCount as usize) * SLOT_BYTES;
  for (let slot = first; slot < end; slot += SLOT_BYTES) {
    // For what a walker counted both together are no place, but 20 digits are enough.
    const kind = load<u32>(slot, SLOT_KIND);
    bytes += 24 + (kind == NULL || kind == COUNTED ? 0 : load<u32>(slot, SLOT_END) - load<u32>(slot, SLOT_START));
  }
  const key = ensureScratch(bytes);
  let to = key;
  for (let slot = first; slot < end; slot += SLOT_BYTES) to = writeValue(to, slot);
  const number = findText(partitions, key, to - key);
  append(ROW_PARTITIONS, number < mostPartitions ? number : mostPartitions - 1);
  append(ROW_ENDS, (outPos - outBase) as u32);
}

function writeValue(to: usize, slot: usize): usize {
  const kind = load<u32>(slot, SLOT_KIND);
  if (kind == NULL) {
    store<u32>(to, NULL_VALUE);
    return to + 4;
  }
  const start = load<u32>(slot, SLOT_START) as usize;
  const end = load<u32>(slot, SLOT_END) as usize;
  const text = to + 4;
  let textEnd: usize;
  if (kind == COUNTED) textEnd = writeInteger(text, countOf(slot));
  else if (kind == ESCAPED) textEnd = writePlain(text, start, end);
  // One number has one partition: -0 is 0.
  else if (kind == INTEGER && end - start == 2 && load<u16>(start) == 0x302d) textEnd = copy(text, start + 1, 1);
  else textEnd = copy(text, start, end - start);
  store<u32>(to, (textEnd - text) as u32);
  return textEnd;
}

// @ts-ignore: decorator
@inline
function append(buffer: usize, value: u32): void {
  store<u32>(room(partitions, buffer, 4), value);
  setBufferLength(partitions, buffer, bufferLength(partitions, buffer) + 4);
}

/**
 * Puts the rows of the output into the order of their partitions, where they keep theirs, and says in `runs` what each
 * partition has of them; gives the address. The output is to be cleared then.
 */
export function dealOutput(): usize {
  const dealt = ensureScratch(outPos - outBase);
  const ends = bufferStart(partitions, ROW_ENDS);
  const numbers = bufferStart(partitions, ROW_PARTITIONS);
  const bytes = bufferLength(partitions, ROW_ENDS);
  measureRuns(ends, numbers, bytes);
  let start: u32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) {
    const run = runs + (load<u32>(numbers + at) as usize) * RUN_BYTES;
    const length = load<u32>(ends + at) - start;
    const place = load<u32>(run, RUN_PLACE);
    memory.copy(dealt + (place as usize), outBase + (start as usize), length as usize);
    store<u32>(run, place + length, RUN_PLACE);
    start += length;
  }
  setBufferLength(partitions, ROW_ENDS, 0);
  setBufferLength(partitions, ROW_PARTITIONS, 0);
  return dealt;
}

function measureRuns(ends: usize, numbers: usize, bytes: usize): void {
  const runsEnd = runs + (partitionCount() as usize) * RUN_BYTES;
  memory.fill(runs, 0, runsEnd - runs);
  let start: u32 = 0;
  for (let at: usize = 0; at < bytes; at += 4) {
    const run = runs + (load<u32>(numbers + at) as usize) * RUN_BYTES;
    const end = load<u32>(ends + at);
    store<u32>(run, load<u32>(run, RUN_LENGTH) + end - start, RUN_LENGTH);
    store<u32>(run, load<u32>(run, RUN_ROWS) + 1, RUN_ROWS);
    start = end;
  }
  let place: u32 = 0;
  for (let run = runs; run < runsEnd; run += RUN_BYTES) {
    store<u32>(run, place, RUN_PLACE);
    place += load<u32>(run, RUN_LENGTH);
  }
}
