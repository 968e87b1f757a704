const LINE_FEED = 0x0a;
const QUOTE = 0x22;

/**
 * Counts line ends in a text that comes in pieces; with `isQuoted`, those outside double quotes only (RFC 4180: a
 * quote within quotes is doubled, so every quote byte changes the state).
 *
 * A piece without quotes is searched by `Buffer.indexOf`, others four bytes at a time.
 */
export class LineCounter {
  readonly #isQuoted: boolean;
  #lines = 0;
  #inQuotes = false;
  #last = LINE_FEED;

  constructor(isQuoted: boolean) {
    this.#isQuoted = isQuoted;
  }

  get lines(): number {
    return this.#lines;
  }

  /** Whether the text so far ends with a line end, outside quotes. */
  get isWhole(): boolean {
    return this.#last === LINE_FEED && !this.#inQuotes;
  }

  add(chunk: Buffer): void {
    this.#last = chunk.at(-1) ?? this.#last;
    const hasQuotes = this.#isQuoted && (this.#inQuotes || chunk.includes(QUOTE));
    if (hasQuotes) this.#countOutsideQuotes(chunk);
    else
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) this.#lines++;
  }

  #countOutsideQuotes(chunk: Buffer): void {
    // A view of 32-bit words must begin at a multiple of four.
    const head = (4 - (chunk.byteOffset & 3)) & 3;
    if (chunk.length < head + 4) {
      this.#countBytes(chunk, 0, chunk.length);
      return;
    }
    const words = new Uint32Array(chunk.buffer, chunk.byteOffset + head, (chunk.length - head) >>> 2);
    this.#countBytes(chunk, 0, head);
    for (let index = 0; index < words.length; index++) {
      const word = words[index] as number;
      const quotes = zeroBytes(word ^ 0x22222222);
      if (quotes !== 0) {
        const at = head + index * 4;
        this.#countBytes(chunk, at, at + 4);
      } else if (!this.#inQuotes) this.#lines += countHighBits(zeroBytes(word ^ 0x0a0a0a0a));
    }
    this.#countBytes(chunk, head + words.length * 4, chunk.length);
  }

  #countBytes(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      if (chunk[at] === QUOTE) this.#inQuotes = !this.#inQuotes;
      else if (chunk[at] === LINE_FEED && !this.#inQuotes) this.#lines++;
    }
  }
}

/** The high bit of every byte that is zero (H. Warren, "Hacker's Delight", section 6-1: exact for every byte). */
function zeroBytes(word: number): number {
  return ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f);
}

function countHighBits(bits: number): number {
  return bits === 0 ? 0 : ((bits >>> 7) & 1) + ((bits >>> 15) & 1) + ((bits >>> 23) & 1) + (bits >>> 31);
}
