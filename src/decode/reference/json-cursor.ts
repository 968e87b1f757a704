import { tooLarge } from '../limits.js';
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  invalidJson,
  MAX_DEPTH,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './syntax.js';

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** What may follow a backslash, besides `u` (RFC 8259, section 7). */
const SHORT_ESCAPES = new Set([...'"\\/bfnrt'].map((c) => c.charCodeAt(0)));

/**
 * Walks JSON text as bytes and checks it against RFC 8259 without building anything.
 *
 * Every `skip…` leaves `at` behind what it skipped and throws `PageError` (`PAGE_INVALID`) with the byte offset
 * at the first byte that cannot stand there. UTF-8 itself is checked by the caller, over the whole text.
 */
export class JsonCursor {
  at = 0;
  readonly #bytes: Uint8Array;
  readonly #toOffset: (at: number) => number;

  /** @param toOffset the place in the whole answer, for errors, of a place in `bytes` */
  constructor(bytes: Uint8Array, toOffset: (at: number) => number = (at) => at) {
    this.#bytes = bytes;
    this.#toOffset = toOffset;
  }

  /** Skips white space; gives the byte that follows, -1 at the end. */
  peek(): number {
    const bytes = this.#bytes;
    let at = this.at;
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        this.at = at;
        return byte;
      }
      at++;
    }
    this.at = at;
    return -1;
  }

  expectEnd(): void {
    if (this.peek() !== -1) throw this.unexpected('the end');
  }

  isAtObject(): boolean {
    return this.peek() === OPEN_BRACE;
  }

  isAtArray(): boolean {
    return this.peek() === OPEN_BRACKET;
  }

  /** Calls `onMember` at each value of the object; it must skip the value. `start`, `end`: the key with its quotes. */
  eachMember(onMember: (start: number, end: number) => void): void {
    this.#expect(OPEN_BRACE, 'an object');
    if (this.peek() === CLOSE_BRACE) {
      this.at++;
      return;
    }
    for (;;) {
      if (this.peek() !== QUOTE) throw this.unexpected('a key');
      const start = this.at;
      this.#skipString();
      const end = this.at;
      this.#expect(COLON, '":"');
      onMember(start, end);
      if (this.#endsAfter(CLOSE_BRACE)) return;
    }
  }

  /** Calls `onElement` at each element of the array; it must skip the element. */
  eachElement(onElement: () => void): void {
    this.#expect(OPEN_BRACKET, 'an array');
    if (this.peek() === CLOSE_BRACKET) {
      this.at++;
      return;
    }
    for (;;) {
      this.peek();
      onElement();
      if (this.#endsAfter(CLOSE_BRACKET)) return;
    }
  }

  skipValue(depth: number): void {
    if (depth > MAX_DEPTH) throw tooLarge(`nesting deeper than ${MAX_DEPTH}`, this.#toOffset(this.at));
    const byte = this.peek();
    if (byte === QUOTE) this.#skipString();
    else if (byte === OPEN_BRACE) this.eachMember(() => this.skipValue(depth + 1));
    else if (byte === OPEN_BRACKET) this.eachElement(() => this.skipValue(depth + 1));
    else if (byte === MINUS || (byte >= ZERO && byte <= NINE)) this.#skipNumber();
    else if (byte === 0x74) this.#skipLiteral('true');
    else if (byte === 0x66) this.#skipLiteral('false');
    else if (byte === 0x6e) this.#skipLiteral('null');
    else throw this.unexpected('a value');
  }

  unexpected(wanted: string): Error {
    const byte = this.#bytes[this.at];
    if (byte === undefined) return this.#invalid(`it ends where ${wanted} should stand`, this.at);
    const seen =
      byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16)}`;
    return this.#invalid(`${seen} where ${wanted} should stand`, this.at);
  }

  #invalid(problem: string, at: number): Error {
    return invalidJson(problem, this.#toOffset(at));
  }

  #expect(byte: number, name: string): void {
    if (this.peek() !== byte) throw this.unexpected(name);
    this.at++;
  }

  #endsAfter(close: number): boolean {
    const byte = this.peek();
    if (byte !== COMMA && byte !== close)
      throw this.unexpected(close === CLOSE_BRACE ? '"," or "}"' : '"," or "]"');
    this.at++;
    return byte === close;
  }

  #skipString(): void {
    const bytes = this.#bytes;
    let at = this.at + 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) {
        this.at = at;
        throw this.unexpected('the end of a string');
      }
      if (byte === QUOTE) {
        this.at = at + 1;
        return;
      }
      if (byte === BACKSLASH) {
        at = this.#skipEscape(at);
      } else if (byte < 0x20) {
        throw this.#invalid('a bare control character in a string', at);
      } else {
        at++;
      }
    }
  }

  #skipEscape(at: number): number {
    const kind = this.#bytes[at + 1];
    if (kind !== undefined && SHORT_ESCAPES.has(kind)) return at + 2;
    if (kind !== 0x75) throw this.#invalid('a wrong escape', at);
    for (let i = at + 2; i < at + 6; i++) {
      if (!isHexDigit(this.#bytes[i])) throw this.#invalid('a wrong \\u escape', at);
    }
    return at + 6;
  }

  #skipNumber(): void {
    const bytes = this.#bytes;
    if (bytes[this.at] === MINUS) this.at++;
    if (bytes[this.at] === ZERO) this.at++;
    else this.#skipDigits();
    if (bytes[this.at] === POINT) {
      this.at++;
      this.#skipDigits();
    }
    const byte = bytes[this.at];
    if (byte === 0x65 || byte === 0x45) {
      this.at++;
      const sign = bytes[this.at];
      if (sign === 0x2b || sign === MINUS) this.at++;
      this.#skipDigits();
    }
  }

  #skipDigits(): void {
    const bytes = this.#bytes;
    const start = this.at;
    let at = start;
    while (at < bytes.length) {
      const byte = bytes[at] as number;
      if (byte < ZERO || byte > NINE) break;
      at++;
    }
    this.at = at;
    if (at === start) throw this.unexpected('a digit');
  }

  #skipLiteral(literal: string): void {
    for (let i = 0; i < literal.length; i++) {
      if (this.#bytes[this.at + i] !== literal.charCodeAt(i)) throw this.#invalid('a wrong literal', this.at);
    }
    this.at += literal.length;
  }
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  return (byte >= ZERO && byte <= NINE) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}
