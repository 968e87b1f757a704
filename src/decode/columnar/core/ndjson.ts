// One row a line: a JSON object, or, for rows that wait, the JSON array of its cells.

import {
  CELLS,
  COLUMN_BYTES,
  COLUMN_PREFIX,
  COLUMN_PREFIX_LENGTH,
  COLUMN_TYPE,
  COUNTED,
  ESCAPED,
  FALSE,
  JSON,
  LOOSE_LIST,
  NULL,
  SLOT_BYTES,
  SLOT_END,
  SLOT_KIND,
  SLOT_START,
  TEXT,
  TRUE,
} from './layout';
import { columns, columnsEnd, countOf, ensureOut, format, outPos, setOutPos, slots } from './row';
import { copy, writeInteger, writeJson, writeLooseList, writePlain } from './text';

/** Bytes of all prefixes and of what else a row needs besides its cells. */
let fixedBytes: usize = 0;

export function openNdjson(): void {
  fixedBytes = 64;
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    fixedBytes += (load<u32>(column, COLUMN_PREFIX_LENGTH) as usize) + 32;
  }
}

/** @param recordBytes what the row's cells take in the input, at most */
export function writeNdjsonRow(recordBytes: usize): void {
  ensureOut(fixedBytes + recordBytes * 2);
  let to = outPos;
  let slot = slots;
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    to = copy(to, load<u32>(column, COLUMN_PREFIX) as usize, load<u32>(column, COLUMN_PREFIX_LENGTH) as usize);
    const kind = load<u32>(slot, SLOT_KIND);
    const start = load<u32>(slot, SLOT_START) as usize;
    const end = load<u32>(slot, SLOT_END) as usize;
    if (kind == NULL) {
      store<u32>(to, 0x6c6c756e);
      to += 4;
    } else if (kind <= ESCAPED) to = writeText(to, column, kind, start, end);
    else if (kind == COUNTED) to = writeInteger(to, countOf(slot));
    else if (kind == LOOSE_LIST) to = writeLooseList(to, start, end);
    else if (kind == TRUE) {
      store<u32>(to, 0x65757274);
      to += 4;
    } else if (kind == FALSE) {
      store<u64>(to, 0x65736c6166);
      to += 5;
    } else to = copy(to, start, end - start);
    slot += SLOT_BYTES;
  }
  store<u16>(to, format == CELLS ? 0x0a5d : 0x0a7d);
  setOutPos(to + 2);
}

// @ts-ignore: decorator
@inline
function writeText(to: usize, column: usize, kind: u32, start: usize, end: usize): usize {
  // The text of a `json` cell is the JSON itself.
  if (load<u32>(column, COLUMN_TYPE) == JSON && format != CELLS) return writePlain(to, start, end);
  if (kind == TEXT) return copy(to, start - 1, end - start + 2);
  return writeJson(to, start, end);
}
