// Texts of the input to texts of the output. Every writer gives the address behind what it wrote. There must be room:
// a text never takes more than twice its bytes in the input (a doubled quote) plus two quotes.

import { hexUnit } from './scan';

const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** Copies in steps of 16 bytes; up to 15 bytes after the end may be overwritten. */
// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize, length: usize): usize {
  const end = to + length;
  if (length > 1024) {
    memory.copy(to, from, length);
    return end;
  }
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
  return end;
}

// @ts-ignore: decorator
@inline
function writeUtf8(to: usize, point: i32): usize {
  if (point < 0x80) {
    store<u8>(to, point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, 0xc0 | (point >> 6));
    store<u8>(to, 0x80 | (point & 0x3f), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    store<u8>(to, 0xe0 | (point >> 12));
    store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 1);
    store<u8>(to, 0x80 | (point & 0x3f), 2);
    return to + 3;
  }
  store<u8>(to, 0xf0 | (point >> 18));
  store<u8>(to, 0x80 | ((point >> 12) & 0x3f), 1);
  store<u8>(to, 0x80 | ((point >> 6) & 0x3f), 2);
  store<u8>(to, 0x80 | (point & 0x3f), 3);
  return to + 4;
}

/** The byte that a short escape stands for. */
function shortEscape(letter: u32): u8 {
  switch (letter) {
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return letter as u8;
  }
}

/** Set by readEscape: where the input goes on. */
let afterEscape: usize = 0;

/** The code point of the escape at `p`; a surrogate pair, whose second half surely follows, is one. */
function readEscape(p: usize): i32 {
  const letter = load<u8>(p, 1);
  afterEscape = p + 2;
  if (letter != 0x75) return shortEscape(letter);
  const unit = hexUnit(p + 2);
  afterEscape = p + 6;
  if ((unit & 0xfc00) != 0xd800) return unit;
  afterEscape = p + 12;
  return 0x10000 + ((unit & 0x3ff) << 10) + (hexUnit(p + 8) & 0x3ff);
}

/** The text itself, as UTF-8. */
export function writePlain(to: usize, p: usize, end: usize): usize {
  while (p < end) {
    const byte = load<u8>(p);
    if (byte != BACKSLASH) {
      store<u8>(to++, byte);
      p++;
      continue;
    }
    const point = readEscape(p);
    p = afterEscape;
    to = writeUtf8(to, point);
  }
  return to;
}

/**
 * The text between quotes with only the escapes that `JSON.stringify` writes: of the quote, the backslash and the control
 * characters (ECMA-262, section 25.5.2.3).
 */
export function writeJson(to: usize, p: usize, end: usize): usize {
  store<u8>(to++, QUOTE);
  while (p < end) {
    const byte = load<u8>(p);
    if (byte != BACKSLASH) {
      store<u8>(to++, byte);
      p++;
      continue;
    }
    const point = readEscape(p);
    p = afterEscape;
    if (point == 0x22 || point == 0x5c) {
      store<u8>(to, BACKSLASH);
      store<u8>(to, point as u8, 1);
      to += 2;
    } else if (point < 0x20) to = writeControl(to, point);
    else to = writeUtf8(to, point);
  }
  store<u8>(to, QUOTE);
  return to + 1;
}

function writeControl(to: usize, point: i32): usize {
  let letter: u8 = 0;
  if (point == 0x08) letter = 0x62;
  else if (point == 0x09) letter = 0x74;
  else if (point == 0x0a) letter = 0x6e;
  else if (point == 0x0c) letter = 0x66;
  else if (point == 0x0d) letter = 0x72;
  else return writeUnit(to, point);
  store<u8>(to, BACKSLASH);
  store<u8>(to, letter, 1);
  return to + 2;
}

function writeUnit(to: usize, unit: i32): usize {
  store<u16>(to, 0x755c);
  for (let i = 0; i < 4; i++) {
    const digit = (unit >> (12 - (i << 2))) & 0xf;
    store<u8>(to + 2 + i, digit < 10 ? 0x30 + digit : 0x57 + digit);
  }
  return to + 6;
}

/** The digits of an integer that is not negative. */
export function writeInteger(to: usize, value: u64): usize {
  let digits: usize = 1;
  for (let rest = value / 10; rest != 0; rest /= 10) digits++;
  for (let at = to + digits; at > to; value /= 10) store<u8>(--at, (0x30 + (value % 10)) as u8);
  return to + digits;
}

/** The compact text of a list whose bytes may hold white space and escapes. */
export function writeLooseList(to: usize, p: usize, end: usize): usize {
  while (p < end) {
    const byte = load<u8>(p++);
    if (byte == QUOTE) {
      const start = p;
      while (load<u8>(p) != QUOTE) p += load<u8>(p) == BACKSLASH ? 2 : 1;
      to = writeJson(to, start, p++);
    } else if (byte > 0x20) store<u8>(to++, byte);
  }
  return to;
}
