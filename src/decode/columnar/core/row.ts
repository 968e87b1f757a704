// What the walkers fill and the encoders read: the output, the columns and the cells of one row.

import {
  COLUMN_BYTES,
  COUNTED,
  NULL,
  SLACK,
  SLOT_BYTES,
  SLOT_END,
  SLOT_KIND,
  SLOT_START,
  allocate,
  blockBytes,
  release,
} from './layout';

export let format: u32 = 0;
export let columns: usize = 0;
/** Columns that are written; those that only say which partition a row is of come after them. */
export let columnCount: i32 = 0;
/** Cells of a row that is read: all columns. */
export let cellCount: i32 = 0;
export let columnsEnd: usize = 0;
export let slots: usize = 0;
/** Rows since the last `beginAnswer`. */
export let rows: u32 = 0;

export let outBase: usize = 0;
export let outPos: usize = 0;
let outBytes: usize = 0;

/** Unescaped or rewritten text on its way to a cell. */
let scratch: usize = 0;
let scratchBytes: usize = 0;

export function openRow(newFormat: u32, written: i32, cells: i32): void {
  format = newFormat;
  columnCount = written;
  cellCount = cells;
  columns = allocate((cells as usize) * COLUMN_BYTES);
  memory.fill(columns, 0, (cells as usize) * COLUMN_BYTES);
  columnsEnd = columns + (written as usize) * COLUMN_BYTES;
  slots = allocate((cells as usize) * SLOT_BYTES);
  clearSlots();
  outBytes = blockBytes(64 * 1024);
  outBase = allocate(outBytes);
  outPos = outBase;
}

export function setFormat(newFormat: u32): void {
  format = newFormat;
}

export function setOutPos(p: usize): void {
  outPos = p;
}

/** The output is handed over when it holds this much. */
const OUTPUT_BYTES: usize = 256 * 1024;

// @ts-ignore: decorator
@inline
export function isOutputFull(): bool {
  return outPos - outBase >= OUTPUT_BYTES;
}

export function setRows(count: u32): void {
  rows = count;
}

/** Room for `bytes` more bytes of output. */
// @ts-ignore: decorator
@inline
export function ensureOut(bytes: usize): void {
  // Not by adding to the address, which may be near the end of all addresses.
  if (bytes > outBase + outBytes - outPos) growOut(bytes);
}

function growOut(bytes: usize): void {
  const length = outPos - outBase;
  const larger = blockBytes(length + bytes);
  const block = allocate(larger);
  memory.copy(block, outBase, length);
  release(outBase, outBytes);
  outBase = block;
  outBytes = larger;
  outPos = block + length;
}

export function ensureScratch(bytes: usize): usize {
  if (bytes + SLACK > scratchBytes) {
    if (scratch != 0) release(scratch, scratchBytes);
    scratchBytes = blockBytes(bytes + SLACK);
    scratch = allocate(scratchBytes);
  }
  return scratch;
}

export function clearSlots(): void {
  const end = slots + (cellCount as usize) * SLOT_BYTES;
  for (let slot = slots; slot < end; slot += SLOT_BYTES) store<u32>(slot, NULL, SLOT_KIND);
}

// @ts-ignore: decorator
@inline
export function slotOf(column: i32): usize {
  return slots + (column as usize) * SLOT_BYTES;
}

// @ts-ignore: decorator
@inline
export function fillSlot(slot: usize, kind: u32, start: usize, end: usize): void {
  store<u32>(slot, kind, SLOT_KIND);
  store<u32>(slot, start as u32, SLOT_START);
  store<u32>(slot, end as u32, SLOT_END);
}

export function fillCount(column: i32, value: u64): void {
  if (column < 0) return;
  const slot = slotOf(column);
  store<u32>(slot, COUNTED, SLOT_KIND);
  store<u32>(slot, value as u32, SLOT_START);
  store<u32>(slot, (value >>> 32) as u32, SLOT_END);
}

// @ts-ignore: decorator
@inline
export function countOf(slot: usize): u64 {
  return (load<u32>(slot, SLOT_START) as u64) | ((load<u32>(slot, SLOT_END) as u64) << 32);
}
