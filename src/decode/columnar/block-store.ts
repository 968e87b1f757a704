/** Large enough for few writes, small enough that a window's last block wastes little. */
const BLOCK_BYTES = 256 * 1024;

/** A block that other threads can read too. */
export function sharedBlock(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(bytes));
}

/**
 * Blocks of memory for encoded bytes, used again window after window: left to the garbage collector, megabytes would
 * wait for its next round.
 */
export class BlockPool {
  readonly #make: (bytes: number) => Buffer;
  readonly #free: Buffer[] = [];

  constructor(make: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafeSlow(bytes)) {
    this.#make = make;
  }

  take(): Buffer {
    return this.#free.pop() ?? this.#make(BLOCK_BYTES);
  }

  give(block: Buffer): void {
    this.#free.push(block);
  }
}

/** Bytes one after the other in blocks of a pool; their positions stay valid until they are cut off. */
export class BlockStore {
  readonly #pool: BlockPool;
  readonly #blocks: Buffer[] = [];
  #length = 0;

  constructor(pool: BlockPool) {
    this.#pool = pool;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const at = this.#length % BLOCK_BYTES;
      if (at === 0) this.#blocks.push(this.#pool.take());
      const block = this.#blocks[this.#blocks.length - 1] as Buffer;
      const count = Math.min(BLOCK_BYTES - at, bytes.length - from);
      // `set` copies into shared memory word by word, as its memory model asks; `fill` copies as memory does.
      block.fill(bytes.subarray(from, from + count), at, at + count);
      from += count;
      this.#length += count;
    }
  }

  /** The bytes `[start, end)`, as they lie in the blocks. */
  views(start: number, end: number): Buffer[] {
    const views: Buffer[] = [];
    for (let at = start; at < end; ) {
      const block = this.#blocks[Math.floor(at / BLOCK_BYTES)] as Buffer;
      const from = at % BLOCK_BYTES;
      const to = Math.min(BLOCK_BYTES, from + end - at);
      views.push(block.subarray(from, to));
      at += to - from;
    }
    return views;
  }

  /** Cuts off what was appended after the store had this length. */
  truncate(length: number): void {
    const kept = Math.ceil(length / BLOCK_BYTES);
    for (const block of this.#blocks.splice(kept)) this.#pool.give(block);
    this.#length = length;
  }
}
