// Walks one value and puts it into the slot of its column: as record.ts, 0 for what the column does not surely hold.

import {
  BOOLEAN,
  COLUMN_BYTES,
  COLUMN_NULLABLE,
  COLUMN_TYPE,
  DOUBLE,
  ESCAPED,
  FRACTION,
  INT64,
  INTEGER,
  JSON,
  LIST,
  LIST_OF,
  LOOSE_LIST,
  NULL,
  SLOT_KIND,
  STRING,
  TEXT,
} from './layout';
import { isInt64 } from './number';
import { columns, fillSlot, slotOf } from './row';
import {
  booleanAt,
  exponentDigits,
  hasEscape,
  isNullAt,
  numberKind,
  scanNumber,
  scanString,
  skipSpace,
} from './scan';

/** Whether the host has checked and typed the cells already. */
let isTrusted: bool = false;

export function setTrusted(trusted: bool): void {
  isTrusted = trusted;
}

// @ts-ignore: decorator
@inline
export function columnAt(column: i32): usize {
  return columns + (column as usize) * COLUMN_BYTES;
}

// @ts-ignore: decorator
@inline
export function typeOf(column: i32): u32 {
  return load<u32>(columnAt(column), COLUMN_TYPE);
}

// @ts-ignore: decorator
@inline
export function isNull(column: i32): bool {
  return load<u32>(slotOf(column), SLOT_KIND) == NULL;
}

/**
 * Puts a value into its slot, if the column holds such values and the slot is free.
 *
 * @param isProperty a property comes as an array, also when it is single (ges_03_0023)
 */
export function walkValue(p: usize, column: i32, isProperty: bool): usize {
  const slot = slotOf(column);
  if (load<u32>(slot, SLOT_KIND) != NULL) return 0;
  const type = typeOf(column);
  const byte = load<u8>(p);
  if (byte == 0x5b) {
    if (type >= LIST_OF) return walkList(p, slot, type - LIST_OF);
    return isProperty ? walkSingle(p, slot, column, type) : 0;
  }
  if (byte == 0x6e) {
    if (!isNullAt(p) || load<u32>(columnAt(column), COLUMN_NULLABLE) == 0) return 0;
    return p + 4;
  }
  return walkScalar(p, slot, type);
}

/** As `walkValue`; most members are texts. */
// @ts-ignore: decorator
@inline
export function walkMember(p: usize, column: i32): usize {
  const slot = slotOf(column);
  if (load<u8>(p) != 0x22 || typeOf(column) != STRING || load<u32>(slot, SLOT_KIND) != NULL)
    return walkValue(p, column, false);
  const end = scanString(p + 1);
  if (end == 0) return 0;
  fillSlot(slot, hasEscape ? ESCAPED : TEXT, p + 1, end);
  return end + 1;
}

/** As `walkValue`; most properties are one text or number between brackets, without white space. */
// @ts-ignore: decorator
@inline
export function walkProperty(p: usize, column: i32): usize {
  const slot = slotOf(column);
  const type = typeOf(column);
  if (load<u8>(p) != 0x5b || load<u32>(slot, SLOT_KIND) != NULL) return walkValue(p, column, true);
  if (type == STRING) {
    if (load<u8>(p, 1) != 0x22) return walkValue(p, column, true);
    const end = scanString(p + 2);
    if (end == 0 || load<u8>(end, 1) != 0x5d) return walkValue(p, column, true);
    fillSlot(slot, hasEscape ? ESCAPED : TEXT, p + 2, end);
    return end + 2;
  }
  if (type == INT64 || type == DOUBLE) {
    const end = scanNumber(p + 1);
    if (end != 0 && load<u8>(end) == 0x5d && fitsNumber(p + 1, end, type)) {
      fillSlot(slot, numberKind, p + 1, end);
      return end + 1;
    }
  }
  return walkValue(p, column, true);
}

/** `[]`, `[null]` or `[value]` of a column that is no list. */
// @ts-ignore: decorator
@inline
function walkSingle(p: usize, slot: usize, column: i32, type: u32): usize {
  p = skipSpace(p + 1);
  const byte = load<u8>(p);
  if (byte == 0x5d) return load<u32>(columnAt(column), COLUMN_NULLABLE) != 0 ? p + 1 : 0;
  if (byte == 0x6e) {
    if (!isNullAt(p) || load<u32>(columnAt(column), COLUMN_NULLABLE) == 0) return 0;
    p += 4;
  } else {
    p = walkScalar(p, slot, type);
    if (p == 0) return 0;
  }
  p = skipSpace(p);
  return load<u8>(p) == 0x5d ? p + 1 : 0;
}

// @ts-ignore: decorator
@inline
function walkScalar(p: usize, slot: usize, type: u32): usize {
  const byte = load<u8>(p);
  if (byte == 0x22) {
    if (type != STRING && !(isTrusted && type == JSON)) return 0;
    const end = scanString(p + 1);
    if (end == 0) return 0;
    fillSlot(slot, hasEscape ? ESCAPED : TEXT, p + 1, end);
    return end + 1;
  }
  if (byte == 0x74 || byte == 0x66) {
    const kind = type == BOOLEAN ? booleanAt(p) : 0;
    if (kind == 0) return 0;
    const end = p + (byte == 0x74 ? 4 : 5);
    fillSlot(slot, kind, p, end);
    return end;
  }
  const end = scanNumber(p);
  if (end == 0 || !(isTrusted || fitsNumber(p, end, type))) return 0;
  fillSlot(slot, numberKind, p, end);
  return end;
}

/** Whether the number that was just scanned surely fits; the host's reader knows about the rest. */
// @ts-ignore: decorator
@inline
function fitsNumber(p: usize, end: usize, type: u32): bool {
  if (type == INT64) return numberKind == INTEGER && (end - p <= 18 || isInt64(p, end));
  if (type != DOUBLE) return false;
  // Fifteen digits are exact, and what has no exponent of three digits and less than 200 digits is finite.
  return end - p <= 15 ? exponentDigits < 3 : numberKind == FRACTION && exponentDigits < 3 && end - p < 200;
}

/** A list of scalars of one type, or null. */
function walkList(p: usize, slot: usize, type: u32): usize {
  const start = p;
  let isLoose = false;
  let next = skipSpace(p + 1);
  if (next != p + 1) isLoose = true;
  p = next;
  if (load<u8>(p) == 0x5d) {
    fillSlot(slot, isLoose ? LOOSE_LIST : LIST, start, p + 1);
    return p + 1;
  }
  while (true) {
    const byte = load<u8>(p);
    if (byte == 0x22) {
      if (type != STRING) return 0;
      p = scanString(p + 1);
      if (p == 0) return 0;
      if (hasEscape) isLoose = true;
      p++;
    } else if (byte == 0x6e) {
      if (!isNullAt(p)) return 0;
      p += 4;
    } else if (byte == 0x74 || byte == 0x66) {
      if (type != BOOLEAN || booleanAt(p) == 0) return 0;
      p += byte == 0x74 ? 4 : 5;
    } else {
      const end = scanNumber(p);
      if (end == 0 || !(isTrusted || fitsNumber(p, end, type))) return 0;
      p = end;
    }
    next = skipSpace(p);
    if (next != p) isLoose = true;
    p = next;
    if (load<u8>(p) == 0x5d) {
      fillSlot(slot, isLoose ? LOOSE_LIST : LIST, start, p + 1);
      return p + 1;
    }
    if (load<u8>(p) != 0x2c) return 0;
    next = skipSpace(p + 1);
    if (next != p + 1) isLoose = true;
    p = next;
  }
}
