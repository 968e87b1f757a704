// JSON tokens (RFC 8259) in the input. Every scanner gives the address behind what it read, or 0 when the bytes are
// not what they must be. The zeros after the input's end stop each of them: no token holds a zero byte.

import { FALSE, FRACTION, INTEGER, TRUE } from './layout';

/** Set by scanString: whether the text has escapes. */
export let hasEscape: bool = false;
/** Set by scanNumber: INTEGER or FRACTION. */
export let numberKind: u32 = INTEGER;
/** Set by scanNumber: digits of the exponent. */
export let exponentDigits: i32 = 0;

// @ts-ignore: decorator
@inline
export function skipSpace(p: usize): usize {
  return load<u8>(p) > 0x20 ? p : skipSpaceRun(p);
}

function skipSpaceRun(p: usize): usize {
  while (true) {
    const byte = load<u8>(p);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return p;
    p++;
  }
}

/**
 * From behind the opening quote to the closing quote. Sixteen bytes are compared at a time, as simdjson does
 * (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019), but within one text only: texts are short
 * here, and what follows a key is mostly known.
 */
// @ts-ignore: decorator
@inline
export function scanString(p: usize): usize {
  const bytes = v128.load(p);
  const stops = i8x16.bitmask(
    v128.or(
      v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
      i8x16.lt_u(bytes, i8x16.splat(0x20)),
    ),
  );
  if (stops != 0) {
    p += ctz<i32>(stops) as usize;
    if (load<u8>(p) == 0x22) {
      hasEscape = false;
      return p;
    }
    return scanLongString(p);
  }
  return scanLongString(p + 16);
}

/** Goes on from a place that may be an escape. */
function scanLongString(p: usize): usize {
  let escaped = false;
  while (true) {
    const bytes = v128.load(p);
    const stops = i8x16.bitmask(
      v128.or(
        v128.or(i8x16.eq(bytes, i8x16.splat(0x22)), i8x16.eq(bytes, i8x16.splat(0x5c))),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    if (stops == 0) {
      p += 16;
      continue;
    }
    p += ctz<i32>(stops) as usize;
    const byte = load<u8>(p);
    if (byte == 0x22) {
      hasEscape = escaped;
      return p;
    }
    if (byte != 0x5c) return 0;
    p = scanEscape(p);
    if (p == 0) return 0;
    escaped = true;
  }
}

function scanEscape(p: usize): usize {
  switch (load<u8>(p, 1)) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return p + 2;
    case 0x75:
      return scanUnits(p);
    default:
      return 0;
  }
}

/** A `\u` escape, or the two of a surrogate pair. Half of a pair, which UTF-8 has no form for, is left to the host. */
function scanUnits(p: usize): usize {
  const unit = hexUnit(p + 2);
  if (unit < 0) return 0;
  if ((unit & 0xf800) != 0xd800) return p + 6;
  const isPair = unit < 0xdc00 && load<u16>(p, 6) == 0x755c && (hexUnit(p + 8) & 0xfc00) == 0xdc00;
  return isPair ? p + 12 : 0;
}

/** The UTF-16 unit of four hexadecimal digits; negative when one is none. */
export function hexUnit(p: usize): i32 {
  let unit = 0;
  for (let i: usize = 0; i < 4; i++) {
    const byte = load<u8>(p + i) as i32;
    let digit = byte - 0x30;
    if (digit < 0 || digit > 9) {
      const letter = (byte | 0x20) - 0x61;
      if (letter < 0 || letter > 5) return -1;
      digit = letter + 10;
    }
    unit = (unit << 4) | digit;
  }
  return unit;
}

/** The end of the digits at `p`: how many there are is found without a branch for each of them. */
// @ts-ignore: decorator
@inline
export function skipDigits(p: usize): usize {
  const digits = digitsAt(p);
  return digits < 16 ? p + digits : skipMoreDigits(p + 16);
}

/** Digits at the beginning of the next 16 bytes. */
// @ts-ignore: decorator
@inline
function digitsAt(p: usize): usize {
  const bytes = i8x16.sub(v128.load(p), i8x16.splat(0x30));
  return ctz<i32>(~i8x16.bitmask(i8x16.le_u(bytes, i8x16.splat(9)))) as usize;
}

function skipMoreDigits(p: usize): usize {
  while (true) {
    const digits = digitsAt(p);
    p += digits;
    if (digits < 16) return p;
  }
}

// @ts-ignore: decorator
@inline
export function scanNumber(p: usize): usize {
  numberKind = INTEGER;
  exponentDigits = 0;
  if (load<u8>(p) == 0x2d) p++;
  let end = skipDigits(p);
  if (end == p) return 0;
  // After a leading zero no digit may follow: whatever stands there is no part of this number.
  if (load<u8>(p) == 0x30) end = p + 1;
  const byte = load<u8>(end);
  return byte == 0x2e || (byte | 0x20) == 0x65 ? scanFraction(end) : end;
}

/** Goes on at the point, or at the letter of the exponent. */
function scanFraction(p: usize): usize {
  numberKind = FRACTION;
  if (load<u8>(p) == 0x2e) {
    const start = p + 1;
    p = skipDigits(start);
    if (p == start) return 0;
  }
  return (load<u8>(p) | 0x20) == 0x65 ? scanExponent(p + 1) : p;
}

function scanExponent(p: usize): usize {
  const sign = load<u8>(p);
  if (sign == 0x2b || sign == 0x2d) p++;
  const end = skipDigits(p);
  exponentDigits = (end - p) as i32;
  return end == p ? 0 : end;
}

/** TRUE or FALSE where the literal stands at `p`, else 0. */
export function booleanAt(p: usize): u32 {
  if (load<u32>(p) == 0x65757274) return TRUE;
  return load<u8>(p) == 0x66 && load<u32>(p, 1) == 0x65736c61 ? FALSE : 0;
}

// @ts-ignore: decorator
@inline
export function isNullAt(p: usize): bool {
  return load<u32>(p) == 0x6c6c756e;
}

/**
 * The end of a value whose inside is not checked: brackets and braces are counted, texts are jumped over. 0 when the
 * value does not end before `end`. A value that is not closed by a bracket ends where the next token begins.
 */
export function skipValue(p: usize, end: usize): usize {
  let depth = 0;
  while (p < end) {
    const byte = load<u8>(p);
    if (byte == 0x22) {
      p = skipText(p + 1, end);
      if (p == 0) return 0;
      if (depth == 0) return p;
      continue;
    }
    if (byte == 0x7b || byte == 0x5b) depth++;
    else if (byte == 0x7d || byte == 0x5d) {
      // A bracket that nothing opened: the host's reader says what is wrong with it.
      if (--depth <= 0) return depth < 0 ? p : p + 1;
    } else if (depth == 0 && (byte == 0x2c || byte <= 0x20)) return p;
    p++;
  }
  return 0;
}

/** From behind an opening quote to behind the closing one; what stands between is not checked. */
function skipText(p: usize, end: usize): usize {
  while (p < end) {
    const byte = load<u8>(p);
    if (byte == 0x22) return p + 1;
    p += byte == 0x5c ? 2 : 1;
  }
  return 0;
}
