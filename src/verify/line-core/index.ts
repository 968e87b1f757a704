// Counts line ends in a text that comes in pieces, 64 bytes at a time, by way of bit masks: bit i stands for byte i.

/** The longest piece, in bytes. */
export const PIECE_BYTES: u32 = 262144;
/** Where the host puts a piece. */
export const piece: usize = memory.data(262144, 16);

/** All ones when the text so far ends within quotes. */
export let quoted: i64 = 0;

/**
 * Line ends in the piece; those outside double quotes only where the format has quotes.
 *
 * @param before `quoted` as it was behind the piece before; 0 at the beginning
 */
export function count(length: u32, hasQuotes: bool, before: i64): u32 {
  const end = piece + length;
  let lines: u32 = 0;
  quoted = before;
  for (let p = piece; p < end; p += 64) {
    const present = end - p >= 64 ? -1 : ((1 as u64) << ((end - p) as u64)) - 1;
    const breaks = positions(p, 0x0a) & present;
    const inside = hasQuotes ? withinQuotes(positions(p, 0x22) & present) : 0;
    lines += popcnt(breaks & ~inside) as u32;
  }
  return lines;
}

/**
 * The bytes from an opening quote up to before the closing one. A quote within quotes is doubled (RFC 4180), so that
 * every quote changes the state: bit i is the parity of the quotes up to i (Langdale and Lemire, "Parsing Gigabytes of
 * JSON per Second", 2019, section 3.1.1), here by shifts instead of a carry-less multiplication.
 */
function withinQuotes(quotes: u64): u64 {
  let parity = quotes;
  parity ^= parity << 1;
  parity ^= parity << 2;
  parity ^= parity << 4;
  parity ^= parity << 8;
  parity ^= parity << 16;
  parity ^= parity << 32;
  parity ^= quoted as u64;
  quoted = (parity as i64) >> 63;
  return parity;
}

// @ts-ignore: decorator
@inline
function positions(p: usize, byte: u8): u64 {
  const wanted = i8x16.splat(byte);
  const first = mask(p, wanted) | (mask(p + 16, wanted) << 16);
  return first | (mask(p + 32, wanted) << 32) | (mask(p + 48, wanted) << 48);
}

// @ts-ignore: decorator
@inline
function mask(p: usize, wanted: v128): u64 {
  return (i8x16.bitmask(i8x16.eq(v128.load(p), wanted)) as u32) as u64;
}
