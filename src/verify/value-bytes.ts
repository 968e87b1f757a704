import type { ColumnType } from '../model.js';

/** What can stand in a cell, as a number that a loop over bytes can switch on. */
export const KIND = { string: 0, boolean: 1, int64: 2, double: 3, json: 4 } as const;
/** Added to the kind of the elements. */
export const LIST = 8;

export function kindOf(type: ColumnType): number {
  const isList = type.startsWith('list<');
  const scalar = (isList ? type.slice(5, -1) : type) as keyof typeof KIND;
  return isList ? LIST + KIND[scalar] : KIND[scalar];
}

/** Not plainly such a value: whoever reads it with care must say whether it is one. */
export const DOUBT = -1;

/** Deeper JSON is for the careful reader, which knows how deep it may be. */
const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/** Bytes at which a JSON string ends or needs a look: quote, backslash, control characters. */
const TEXT_STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const IS_HEX = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[0-9a-fA-F]/.test(String.fromCharCode(byte)) ? 1 : 0,
);
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

// Each of these takes the place where a value begins in well-formed UTF-8 and gives the one behind its end, or DOUBT.
// They stop at a line feed at the latest, which must stand behind the last value.

/** A value that fits a column of the kind (RFC 8259, and the rules of `fitsType`); null is none. */
export function endOfValue(bytes: Uint8Array, at: number, kind: number): number {
  switch (kind) {
    case KIND.string:
      return endOfText(bytes, at);
    case KIND.int64:
      return endOfInt64(bytes, at);
    case KIND.double:
      return endOfDouble(bytes, at);
    case KIND.boolean:
      return endOfBoolean(bytes, at);
    case KIND.json:
      // In a column of JSON too, null is null.
      return bytes[at] === 0x6e ? DOUBT : endOfJson(bytes, at, 0);
    default:
      return endOfList(bytes, at, kind - LIST);
  }
}

function endOfText(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) return DOUBT;
  let at = start + 1;
  for (;;) {
    while (TEXT_STOPS[bytes[at] as number] === 0) at++;
    const byte = bytes[at];
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return DOUBT;
    const escaped = bytes[at + 1] as number;
    if (ESCAPED[escaped] === 1) at += 2;
    else if (escaped === 0x75) {
      for (let digit = 2; digit < 6; digit++) if (IS_HEX[bytes[at + digit] as number] !== 1) return DOUBT;
      at += 6;
    } else return DOUBT;
  }
}

function endOfDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] as number) >= ZERO && (bytes[at] as number) <= NINE) at++;
  return at;
}

export function endOfInt64(bytes: Uint8Array, start: number): number {
  const digits = bytes[start] === MINUS ? start + 1 : start;
  const at = bytes[digits] === ZERO ? digits + 1 : endOfDigits(bytes, digits);
  const count = at - digits;
  if (count > 0 && count <= 18) return at;
  // The greatest has 19 digits and begins with 9.
  return count === 19 && (bytes[digits] as number) < NINE ? at : DOUBT;
}

export function endOfDouble(bytes: Uint8Array, start: number): number {
  const digits = bytes[start] === MINUS ? start + 1 : start;
  let at = bytes[digits] === ZERO ? digits + 1 : endOfDigits(bytes, digits);
  const count = at - digits;
  if (count === 0) return DOUBT;
  let isWhole = true;
  if (bytes[at] === 0x2e) {
    isWhole = false;
    const from = at + 1;
    at = endOfDigits(bytes, from);
    if (at === from) return DOUBT;
  }
  if (((bytes[at] as number) | 0x20) === 0x65) {
    isWhole = false;
    const sign = bytes[at + 1];
    const from = sign === MINUS || sign === 0x2b ? at + 2 : at + 1;
    at = endOfDigits(bytes, from);
    // With two digits of exponent it is finite.
    if (at === from || at - from > 2) return DOUBT;
  }
  // A whole number must be one that a double holds; all of 15 digits are.
  return (isWhole ? at - start <= 15 : count <= 200) ? at : DOUBT;
}

function endOfBoolean(bytes: Uint8Array, at: number): number {
  if (isTrue(bytes, at)) return at + 4;
  return isFalse(bytes, at) ? at + 5 : DOUBT;
}

function isTrue(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x74 && bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65;
}

function isFalse(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === 0x66 &&
    bytes[at + 1] === 0x61 &&
    bytes[at + 2] === 0x6c &&
    bytes[at + 3] === 0x73 &&
    bytes[at + 4] === 0x65
  );
}

export function isNull(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x6e && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c;
}

function endOfList(bytes: Uint8Array, start: number, kind: number): number {
  if (bytes[start] !== 0x5b) return DOUBT;
  if (bytes[start + 1] === 0x5d) return start + 2;
  for (let at = start + 1; ; at++) {
    at = isNull(bytes, at) ? at + 4 : endOfValue(bytes, at, kind);
    if (at === DOUBT) return DOUBT;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== 0x2c) return DOUBT;
  }
}

/** Any JSON without white space around its tokens. */
function endOfJson(bytes: Uint8Array, at: number, depth: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return endOfText(bytes, at);
    case 0x6e:
      return isNull(bytes, at) ? at + 4 : DOUBT;
    case 0x74:
    case 0x66:
      return endOfBoolean(bytes, at);
    case 0x5b:
      return depth > MAX_DEPTH ? DOUBT : endOfElements(bytes, at + 1, depth + 1);
    case 0x7b:
      return depth > MAX_DEPTH ? DOUBT : endOfMembers(bytes, at + 1, depth + 1);
    default:
      // Numbers of any size are JSON; the few that these take no part of are looked at with care.
      return endOfAnyNumber(bytes, at);
  }
}

function endOfAnyNumber(bytes: Uint8Array, at: number): number {
  const end = endOfDouble(bytes, at);
  return end === DOUBT ? endOfInt64(bytes, at) : end;
}

function endOfElements(bytes: Uint8Array, start: number, depth: number): number {
  if (bytes[start] === 0x5d) return start + 1;
  for (let at = start; ; at++) {
    at = endOfJson(bytes, at, depth);
    if (at === DOUBT) return DOUBT;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== 0x2c) return DOUBT;
  }
}

function endOfMembers(bytes: Uint8Array, start: number, depth: number): number {
  if (bytes[start] === 0x7d) return start + 1;
  for (let at = start; ; at++) {
    at = endOfText(bytes, at);
    if (at === DOUBT || bytes[at] !== 0x3a) return DOUBT;
    at = endOfJson(bytes, at + 1, depth);
    if (at === DOUBT) return DOUBT;
    if (bytes[at] === 0x7d) return at + 1;
    if (bytes[at] !== 0x2c) return DOUBT;
  }
}
