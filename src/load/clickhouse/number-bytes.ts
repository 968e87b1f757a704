import type { BinaryOutput } from './binary-output.js';

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const E = 0x65;
/** So many digits fit a double whatever they are. */
const SAFE_DIGITS = 15;
/** Powers of ten that a double holds exactly: one division by them is the nearest double. */
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, power) => 10 ** power);

/** Writes the digits `[start, end)`, with a minus before them or not; false where they are no integer of 64 bits. */
export function writeInt64(output: BinaryOutput, bytes: Buffer, start: number, end: number): boolean {
  const isNegative = bytes[start] === MINUS;
  const first = isNegative ? start + 1 : start;
  let value = 0;
  for (let at = first; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return false;
    value = value * 10 + digit;
  }
  if (first === end) return false;
  if (end - first <= SAFE_DIGITS) {
    output.safeInteger(isNegative ? -value : value);
    return true;
  }
  const exact = BigInt(bytes.toString('latin1', start, end));
  if (BigInt.asIntN(64, exact) !== exact) return false;
  output.int64(exact);
  return true;
}

/** Finds numbers as JSON writes them (RFC 8259, section 6). They end before the end of the bytes. */
export class JsonNumberScan {
  /** Where the last number ends. */
  end = 0;
  isInteger = false;
  #start = 0;
  #digits = 0;
  #value = 0;
  #fraction = 0;

  /** False where there is no number. */
  at(bytes: Buffer, start: number): boolean {
    this.#start = start;
    this.isInteger = true;
    this.#fraction = 0;
    const first = bytes[start] === MINUS ? start + 1 : start;
    this.#value = 0;
    let at = this.#skipDigits(bytes, first);
    if (at === first || (bytes[first] === ZERO && at > first + 1)) return false;
    this.#digits = at - first;
    if (bytes[at] === POINT) {
      this.isInteger = false;
      const point = at + 1;
      at = this.#skipDigits(bytes, point);
      this.#fraction = at - point;
      this.#digits += this.#fraction;
      if (at === point) return false;
    }
    if (((bytes[at] as number) | 0x20) === E) {
      this.isInteger = false;
      // Beyond what is worked out here.
      this.#digits = SAFE_DIGITS + 1;
      at++;
      if (bytes[at] === PLUS || bytes[at] === MINUS) at++;
      const exponent = at;
      at = this.#skipDigits(bytes, exponent);
      if (at === exponent) return false;
    }
    this.end = at;
    return true;
  }

  /** The double nearest to the last number; not finite where there is none. */
  toDouble(bytes: Buffer): number {
    if (this.#digits > SAFE_DIGITS) return Number(bytes.toString('latin1', this.#start, this.end));
    const value = this.#value / (POWERS[this.#fraction] as number);
    return bytes[this.#start] === MINUS ? -value : value;
  }

  #skipDigits(bytes: Buffer, start: number): number {
    let value = this.#value;
    let at = start;
    for (;;) {
      const digit = (bytes[at] as number) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
      at++;
    }
    this.#value = value;
    return at;
  }
}
