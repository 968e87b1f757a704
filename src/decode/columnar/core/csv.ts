// One row as a line of CSV (RFC 4180), quoted only where needed.

import {
  COLUMN_BYTES,
  COLUMN_TYPE,
  COUNTED,
  ESCAPED,
  FALSE,
  FRACTION,
  INTEGER,
  JSON,
  LIST,
  LOOSE_LIST,
  NULL,
  SLACK,
  SLOT_BYTES,
  SLOT_END,
  SLOT_KIND,
  SLOT_START,
  STRING,
  TEXT,
  TRUE,
  allocate,
  blockBytes,
  release,
} from './layout';
import { columnCount, columns, columnsEnd, countOf, ensureOut, ensureScratch, outPos, setOutPos, slots } from './row';
import { copy, writeInteger, writeLooseList, writePlain } from './text';

const QUOTE: u8 = 0x22;

/** UTF-8 of the delimiter, its bytes in the order of memory, and their number. */
let delimiter: u32 = 0x2c;
let delimiterBytes: usize = 1;
let delimiterMask: u32 = 0xff;
let nullText: usize = 0;
let nullBytes: usize = 0;
let isCrlf: bool = false;
let escapeFormulas: bool = false;
/** Whether a text is written as it is unless the delimiter is in it. */
let isTextSimple: bool = true;
/** Whether numbers and literals must be looked at as text is: the delimiter or the null text may look like one. */
let isPlainSafe: bool = true;

export function openCsv(
  delimiterText: usize,
  delimiterLength: usize,
  nullStart: usize,
  nullLength: usize,
  crlf: bool,
  formulas: bool,
  plainSafe: bool,
): void {
  delimiterBytes = delimiterLength;
  delimiterMask = delimiterLength == 4 ? 0xffffffff : ((1 as u32) << ((delimiterLength as u32) << 3)) - 1;
  delimiter = load<u32>(delimiterText) & delimiterMask;
  nullText = nullStart;
  nullBytes = nullLength;
  isCrlf = crlf;
  escapeFormulas = formulas;
  isPlainSafe = plainSafe;
  isTextSimple = nullLength == 0 && !formulas;
}

/** @param recordBytes what the row's cells take in the input, at most */
export function writeCsvRow(recordBytes: usize): void {
  ensureOut(64 + (columnCount as usize) * (40 + nullBytes) + recordBytes * 2);
  let to = outPos;
  let slot = slots;
  for (let column = columns; column < columnsEnd; column += COLUMN_BYTES) {
    if (column != columns) {
      store<u32>(to, delimiter);
      to += delimiterBytes;
    }
    to = writeCell(to, column, slot);
    slot += SLOT_BYTES;
  }
  if (isCrlf) store<u8>(to++, 0x0d);
  store<u8>(to, 0x0a);
  setOutPos(to + 1);
}

// @ts-ignore: decorator
@inline
function writeCell(to: usize, column: usize, slot: usize): usize {
  const kind = load<u32>(slot, SLOT_KIND);
  const start = load<u32>(slot, SLOT_START) as usize;
  const end = load<u32>(slot, SLOT_END) as usize;
  if (kind == NULL) return writeNull(to);
  const length = end - start;
  if (kind == TEXT && length - 1 < 16 && isTextSimple) {
    if (load<u32>(column, COLUMN_TYPE) == STRING) return writeShortText(to, start, length);
  } else if ((kind == INTEGER || kind == FRACTION) && length <= 32 && isPlainSafe) {
    v128.store(to, v128.load(start));
    if (length > 16) v128.store(to, v128.load(start, 16), 16);
    return to + length;
  }
  return writeOther(to, column, slot, kind, start, end);
}

/** One to sixteen bytes without escapes: of what asks for quotes, only the delimiter can be among them. */
// @ts-ignore: decorator
@inline
function writeShortText(to: usize, start: usize, length: usize): usize {
  const bytes = v128.load(start);
  v128.store(to, bytes);
  const delimiters = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(delimiter as i8)));
  const inside = (2 << ((length - 1) as i32)) - 1;
  return (delimiters & inside) == 0 ? to + length : writeQuotable(to, start, start + length);
}

function writeOther(to: usize, column: usize, slot: usize, kind: u32, start: usize, end: usize): usize {
  if (kind == LIST) return writeQuotable(to, start, end);
  if (kind == TEXT && load<u32>(column, COLUMN_TYPE) == STRING) return writeText(to, start, end);
  if (kind <= ESCAPED) {
    const plain = ensureScratch(end - start);
    const plainEnd = writePlain(plain, start, end);
    return load<u32>(column, COLUMN_TYPE) == JSON ? writeQuotable(to, plain, plainEnd) : writeText(to, plain, plainEnd);
  }
  if (kind == LOOSE_LIST) {
    const list = ensureScratch(end - start);
    return writeQuotable(to, list, writeLooseList(list, start, end));
  }
  let plainEnd: usize;
  if (kind == COUNTED) plainEnd = writeInteger(to, countOf(slot));
  else if (kind == TRUE) plainEnd = copy(to, start, 4);
  else if (kind == FALSE) plainEnd = copy(to, start, 5);
  else plainEnd = copy(to, start, end - start);
  if (isPlainSafe) return plainEnd;
  const text = ensureScratch(plainEnd - to);
  memory.copy(text, to, plainEnd - to);
  return writeQuotable(to, text, text + (plainEnd - to));
}

/** A table of one column shows null as `""`: an empty line is no record to many readers. */
// @ts-ignore: decorator
@inline
function writeNull(to: usize): usize {
  if (nullBytes != 0) return copy(to, nullText, nullBytes);
  if (columnCount > 1) return to;
  store<u16>(to, 0x2222);
  return to + 2;
}

// @ts-ignore: decorator
@inline
function writeText(to: usize, start: usize, end: usize): usize {
  if (escapeFormulas && start < end && isFormulaStart(load<u8>(start))) return writeFormula(to, start, end);
  return writeQuotable(to, start, end);
}

function isFormulaStart(byte: u8): bool {
  return byte == 0x3d || byte == 0x2b || byte == 0x2d || byte == 0x40 || byte == 0x09 || byte == 0x0d;
}

function writeFormula(to: usize, start: usize, end: usize): usize {
  const text = allocateFormula(end - start + 1);
  store<u8>(text, 0x27);
  memory.copy(text + 1, start, end - start);
  return writeQuotable(to, text, text + 1 + (end - start));
}

let formula: usize = 0;
let formulaBytes: usize = 0;

/** Apart from the scratch text, which may hold the cell itself. */
function allocateFormula(bytes: usize): usize {
  if (bytes > formulaBytes) {
    if (formula != 0) release(formula, formulaBytes);
    formulaBytes = blockBytes(bytes + SLACK);
    formula = allocate(formulaBytes);
  }
  return formula;
}

/** Copies while it looks for what asks for quotes; begins again with quotes where something did. */
function writeQuotable(to: usize, start: usize, end: usize): usize {
  const length = end - start;
  if (length == 0) {
    store<u16>(to, 0x2222);
    return to + 2;
  }
  const first = i8x16.splat(delimiter as i8);
  let isChecked = false;
  let p = start;
  let out = to;
  while (p < end) {
    const bytes = v128.load(p);
    v128.store(out, bytes);
    const special = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, first), i8x16.eq(bytes, i8x16.splat(0x22))),
        v128.or(i8x16.eq(bytes, i8x16.splat(0x0a)), i8x16.eq(bytes, i8x16.splat(0x0d))),
      ),
    );
    if (special != 0) {
      const rest = end - p;
      const inside = rest >= 16 ? special : special & ((1 << (rest as i32)) - 1);
      if (inside != 0 && !isChecked) {
        if (needsQuotes(start, end)) return writeQuoted(to, start, end);
        isChecked = true;
      }
    }
    p += 16;
    out += 16;
  }
  if (nullBytes == length && memory.compare(start, nullText, length) == 0) return writeQuoted(to, start, end);
  return to + length;
}

/** Exact also for a delimiter of several bytes. */
function needsQuotes(start: usize, end: usize): bool {
  for (let p = start; p < end; p++) {
    const byte = load<u8>(p);
    if (byte == QUOTE || byte == 0x0a || byte == 0x0d) return true;
    if (byte == (delimiter as u8) && p + delimiterBytes <= end && (load<u32>(p) & delimiterMask) == delimiter) return true;
  }
  return false;
}

function writeQuoted(to: usize, start: usize, end: usize): usize {
  store<u8>(to++, QUOTE);
  for (let p = start; p < end; p++) {
    const byte = load<u8>(p);
    store<u8>(to++, byte);
    if (byte == QUOTE) store<u8>(to++, QUOTE);
  }
  store<u8>(to, QUOTE);
  return to + 1;
}
