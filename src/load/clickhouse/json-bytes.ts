import { JsonNumberScan } from './number-bytes.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const LOWER_U = 0x75;
/** The first byte that text of JSON may hold unescaped. */
const FIRST_PRINTED = 0x20;
/** Deeper values are left to the parser. */
const DEEPEST = 100;

const LITERALS = ['null', 'true', 'false'].map((word) => Buffer.from(word));
/** `\"`, `\\`, `\b`, …: what the letter behind the backslash stands for. */
const ESCAPES = new Map(
  ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t'].map((pair) => [
    pair.charCodeAt(0),
    pair.charCodeAt(1),
  ]),
);
const numbers = new JsonNumberScan();

/** Where `word` ends that should stand at `at`; -1 where it does not. */
export function skipBytes(bytes: Buffer, at: number, word: Buffer): number {
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return -1;
  return at + word.length;
}

/**
 * Where the JSON value at `at` ends; -1 where it is not written the way `stringifyJson` writes it, or may not be. The
 * bytes must hold a line feed behind it.
 */
export function compactEnd(bytes: Buffer, at: number, depth = 0): number {
  const first = bytes[at];
  if (first === QUOTE) return textEnd(bytes, at);
  if (first === BRACE || first === BRACKET) return depth < DEEPEST ? nestedEnd(bytes, at, depth) : -1;
  for (const word of LITERALS) if (first === word[0]) return skipBytes(bytes, at, word);
  return numbers.at(bytes, at) ? numbers.end : -1;
}

function nestedEnd(bytes: Buffer, start: number, depth: number): number {
  const isObject = bytes[start] === BRACE;
  const close = isObject ? BRACE_END : BRACKET_END;
  if (bytes[start + 1] === close) return start + 2;
  for (let at = start + 1; ; at++) {
    if (isObject) {
      if (bytes[at] !== QUOTE) return -1;
      at = textEnd(bytes, at);
      if (at < 0 || bytes[at] !== COLON) return -1;
      at++;
    }
    at = compactEnd(bytes, at, depth + 1);
    if (at < 0) return -1;
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== COMMA) return -1;
  }
}

/** Behind the quote that ends the text that begins at `start`; -1 where it is escaped other than `JSON.stringify` does it. */
function textEnd(bytes: Buffer, start: number): number {
  let at = start + 1;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte < FIRST_PRINTED) return -1;
    if (byte !== BACKSLASH) at++;
    else {
      const escaped = ESCAPES.get(bytes[at + 1] as number);
      // `/` has no need of it; `\u00XX` and halves of surrogate pairs are rare.
      if (escaped === undefined || bytes[at + 1] === 0x2f) return -1;
      at += 2;
    }
  }
}

/**
 * Reads text with escapes.
 *
 * @param start behind the quote before it
 * @param into has room for as many bytes
 * @returns where it ends, before the quote, and its length; null where it holds half of a surrogate pair, or may, or is
 * no JSON
 */
export function unescapeText(
  bytes: Buffer,
  start: number,
  into: Buffer,
): { readonly end: number; readonly length: number } | null {
  let length = 0;
  let at = start;
  for (;;) {
    const byte = bytes[at] as number;
    if (byte === QUOTE) return { end: at, length };
    if (byte < FIRST_PRINTED) return null;
    if (byte !== BACKSLASH) {
      into[length++] = byte;
      at++;
    } else if (bytes[at + 1] === LOWER_U) {
      const hex = bytes.toString('latin1', at + 2, at + 6);
      if (!/^[0-9a-f]{4}$/i.test(hex) || /^d[89a-f]/i.test(hex)) return null;
      length += into.write(String.fromCharCode(Number.parseInt(hex, 16)), length);
      at += 6;
    } else {
      const escaped = ESCAPES.get(bytes[at + 1] as number);
      if (escaped === undefined) return null;
      into[length++] = escaped;
      at += 2;
    }
  }
}
