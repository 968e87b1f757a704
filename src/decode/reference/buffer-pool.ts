const MIN_BYTES = 64 * 1024;

/**
 * Memory for the bodies of answers, used again page after page.
 *
 * Left to the garbage collector, bodies of megabytes wait for its next round: about 30 MiB more at the peak of
 * 2 million vertices (docs/decisions/0004-look-ahead-bounds.md).
 */
export class BufferPool {
  readonly #free: Buffer[] = [];
  #typicalBytes = MIN_BYTES;

  take(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#typicalBytes);
  }

  /** A larger buffer with the same first `length` bytes; the given one was too small to be kept. */
  grow(buffer: Buffer, length: number, needed: number): Buffer {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.ceil(buffer.length * 1.5)));
    buffer.copy(larger, 0, 0, length);
    return larger;
  }

  /** Ends the use of a buffer of which `length` bytes were filled. */
  give(buffer: Buffer, length: number): void {
    // Pages of one result are alike: the last ones tell how much room the next will take. The few records that
    // are read between them, to be compared, hardly count.
    const fading = Math.floor(this.#typicalBytes * 0.9);
    this.#typicalBytes = Math.max(MIN_BYTES, Math.ceil(length * 1.02), fading);
    if (buffer.length >= this.#typicalBytes && buffer.length <= this.#typicalBytes * 2)
      this.#free.push(buffer);
  }
}
