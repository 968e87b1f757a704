// Texts of numbers to 64-bit integers and to the nearest doubles.

import { skipDigits } from './scan';

/** `Number(text)` of the host: for the few texts that the fast ways below cannot decide. */
// @ts-ignore: decorator
@external('host', 'parseDouble')
declare function parseDouble(start: usize, end: usize): f64;

/** Address of the powers of five, see `setPowers`. */
let powers: usize = 0;
const LEAST_POWER: i32 = -342;
const GREATEST_POWER: i32 = 308;

/** Where the host wrote the upper and the lower 64 bits of 5^-342 … 5^308, each shifted to have its first bit set. */
export function setPowers(address: usize): void {
  powers = address;
}

// ---- digits ---------------------------------------------------------------------------------------------------

/** 10^0 … 10^19. */
const powersOfTen = memory.data<u64>([
  1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
  1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000,
  1000000000000000000, 10000000000000000000,
]);

/**
 * The value of one to eight digits at `p`: neighbours are joined to pairs, pairs to fours, fours to all of them (Lemire,
 * "Number parsing at a gigabyte per second", 2021, section 3). The bytes behind fewer digits are shifted out, and zeros
 * stand before them.
 */
// @ts-ignore: decorator
@inline
function fewDigits(p: usize, count: usize): u64 {
  const digits = (load<u64>(p) - 0x3030303030303030) << (((8 - count) as u64) << 3);
  const pairs = digits * 10 + (digits >>> 8);
  const upper = (pairs & 0x000000ff000000ff) * 0x000f424000000064;
  const lower = ((pairs >>> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (upper + lower) >>> 32;
}

/** The value of the digits in [p, end), modulo 2^64. */
// @ts-ignore: decorator
@inline
function digitsValue(p: usize, end: usize): u64 {
  let value: u64 = 0;
  for (; end - p > 8; p += 8) value = value * 100000000 + fewDigits(p, 8);
  return end == p ? value : value * load<u64>(powersOfTen + ((end - p) << 3)) + fewDigits(p, end - p);
}

/** The value of a text that `scanNumber` took as an INTEGER within 64 bits. */
export function toInt64(p: usize, end: usize): i64 {
  if (load<u8>(p) == 0x2d) return -(digitsValue(p + 1, end) as i64);
  return digitsValue(p, end) as i64;
}

/** Whether the text of an integer lies within the signed 64-bit range. */
export function isInt64(p: usize, end: usize): bool {
  const isNegative = load<u8>(p) == 0x2d;
  if (isNegative) p++;
  const digits = end - p;
  if (digits != 19) return digits < 19;
  // 19 digits never overflow 64 bits without a sign.
  return digitsValue(p, end) <= (isNegative ? 0x8000000000000000 : 0x7fffffffffffffff);
}

// ---- doubles --------------------------------------------------------------------------------------------------

/**
 * The double nearest to a number's text, half-way cases to even.
 *
 * Up to 2^53 and powers of ten up to 22 one exact multiplication or division rounds once (Clinger, 1990); else the
 * product with a 128-bit power of five decides (Lemire, "Number parsing at a gigabyte per second", 2021). What
 * neither can decide goes to the host.
 */
export function toDouble(start: usize, end: usize): f64 {
  const isNegative = load<u8>(start) == 0x2d;
  const whole = start + (isNegative as usize);
  const point = skipDigits(whole);
  const isPlain = load<u8>(point) == 0x2e && point < end && end - whole <= 20 && skipDigits(point + 1) == end;
  if (!isPlain) return anyToDouble(start, end);
  const decimals = end - point - 1;
  const mantissa = digitsValue(whole, point) * load<u64>(powersOfTen + (decimals << 3)) + digitsValue(point + 1, end);
  return nearest(mantissa, -(decimals as i32), isNegative, start, end);
}

/** With an exponent, without a point, or of more digits than an integer of 64 bits surely holds. */
function anyToDouble(start: usize, end: usize): f64 {
  let p = start;
  const isNegative = load<u8>(p) == 0x2d;
  if (isNegative) p++;
  let mantissa: u64 = 0;
  let digits: u32 = 0;
  let exponent = 0;
  let byte: u32 = 0;
  for (; p < end; p++) {
    byte = (load<u8>(p) as u32) - 0x30;
    if (byte > 9) break;
    mantissa = mantissa * 10 + byte;
    // Not by the mantissa: that of 2^64 has become 0 again.
    if ((digits | byte) != 0) digits++;
  }
  if (p < end && load<u8>(p) == 0x2e) {
    const point = ++p;
    for (; p < end; p++) {
      byte = (load<u8>(p) as u32) - 0x30;
      if (byte > 9) break;
      mantissa = mantissa * 10 + byte;
      if ((digits | byte) != 0) digits++;
    }
    exponent = -((p - point) as i32);
  }
  if (digits > 19) return parseDouble(start, end);
  if (p < end) exponent += exponentAt(p + 1, end);
  return nearest(mantissa, exponent, isNegative, start, end);
}

// @ts-ignore: decorator
@inline
function nearest(mantissa: u64, exponent: i32, isNegative: bool, start: usize, end: usize): f64 {
  if (mantissa == 0) return isNegative ? -0.0 : 0.0;
  if (mantissa <= 0x20000000000000 && exponent >= -22 && exponent <= 22) {
    let value = mantissa as f64;
    value = exponent < 0 ? value / powerOfTen(-exponent) : value * powerOfTen(exponent);
    return isNegative ? -value : value;
  }
  if (exponent < LEAST_POWER || exponent > GREATEST_POWER) return parseDouble(start, end);
  const bits = roundProduct(mantissa, exponent);
  if (bits == UNDECIDED) return parseDouble(start, end);
  return reinterpret<f64>(isNegative ? bits | 0x8000000000000000 : bits);
}

function exponentAt(p: usize, end: usize): i32 {
  const sign = load<u8>(p);
  if (sign == 0x2b || sign == 0x2d) p++;
  let exponent = 0;
  for (; p < end; p++) {
    exponent = exponent * 10 + ((load<u8>(p) as i32) - 0x30);
    if (exponent > 100000) break;
  }
  return sign == 0x2d ? -exponent : exponent;
}

/** 10^0 … 10^22, each exactly a double. */
const tens = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

// @ts-ignore: decorator
@inline
function powerOfTen(exponent: i32): f64 {
  return load<f64>(tens + ((exponent as usize) << 3));
}

/** No finite double has these bits. */
const UNDECIDED: u64 = 0xffffffffffffffff;

let productHigh: u64 = 0;
let productLow: u64 = 0;

function multiply(a: u64, b: u64): void {
  const a0 = a & 0xffffffff;
  const a1 = a >>> 32;
  const b0 = b & 0xffffffff;
  const b1 = b >>> 32;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 32);
  const cross = a0 * b1 + (middle & 0xffffffff);
  productHigh = a1 * b1 + (middle >>> 32) + (cross >>> 32);
  productLow = (cross << 32) | (low & 0xffffffff);
}

/** The bits of `mantissa × 10^exponent` rounded, for a mantissa other than 0; UNDECIDED where 128 bits are too few. */
function roundProduct(mantissa: u64, exponent: i32): u64 {
  const shift = clz<u64>(mantissa);
  const normal = mantissa << shift;
  const power = powers + (((exponent - LEAST_POWER) as usize) << 4);
  multiply(normal, load<u64>(power));
  let high = productHigh;
  let low = productLow;
  if ((high & 0x1ff) == 0x1ff) {
    // The lower half of the power may carry into the bits that decide.
    multiply(normal, load<u64>(power, 8));
    const sum = low + productHigh;
    if (sum < low) high++;
    low = sum;
  }
  if (low == 0xffffffffffffffff && (exponent < -27 || exponent > 55)) return UNDECIDED;
  const upper = (high >>> 63) as i32;
  let bits = high >>> (upper + 9);
  // floor(exponent × log2(10)), as in the paper's section 5.
  let binary = (((217706 * exponent) >> 16) + 1023 + 63 - (shift as i32) + upper) as i32;
  if (binary <= 0 || binary >= 0x7ff) return UNDECIDED;
  // Exactly half-way between two doubles: to the even one. Only small powers can be exact.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << (upper + 9) == high) bits &= ~1;
  bits += bits & 1;
  bits >>>= 1;
  if (bits >= 0x20000000000000) {
    bits = 0x10000000000000;
    binary++;
  }
  if (binary >= 0x7ff) return UNDECIDED;
  return (bits & 0xfffffffffffff) | ((binary as u64) << 52);
}
