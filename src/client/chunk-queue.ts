import { ChunkMemory } from './free-memory.js';

/** Above this the server is held back, until the reader has taken half of it. */
const MOST_WAITING_BYTES = 512 * 1024;

interface Source {
  /** No more, if that can be helped. */
  pause(): void;
  resume(): void;
  /** Nobody will read on. */
  leave(): void;
}

interface Reader {
  readonly resolve: (result: IteratorResult<Buffer, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Chunks on their way from a source that pushes them to a reader that asks for one after the other.
 *
 * A chunk is good until the next one is asked for: its memory is given back when another piece of memory has come after
 * it, in which case nothing that stood in it is still to come. It lies outside the heap, so that collections for its
 * sake would come too late or too often (docs/decisions/0005-memory.md).
 */
export class ChunkQueue implements AsyncIterableIterator<Buffer, undefined> {
  readonly #source: Source;
  readonly #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #isPaused = false;
  #reader: Reader | null = null;
  readonly #memory = new ChunkMemory();
  /** For a reader that needs a chunk for longer. */
  keepsMemory = false;
  #end: { readonly error: unknown } | 'whole' | null = null;

  constructor(source: Source) {
    this.#source = source;
  }

  push(chunk: Buffer): void {
    if (this.#end !== null) return;
    if (this.#reader !== null) {
      this.#reader.resolve({ done: false, value: this.#handOut(chunk) });
      this.#reader = null;
      return;
    }
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#isPaused || this.#waitingBytes < MOST_WAITING_BYTES) return;
    this.#isPaused = true;
    this.#source.pause();
  }

  /** The source has given everything. */
  end(): void {
    if (this.#end !== null) return;
    this.#end = 'whole';
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = null;
  }

  /** The source has failed: what the reader has not taken yet is worth nothing. */
  fail(error: unknown): void {
    if (this.#end !== null) return;
    this.#end = { error };
    this.#chunks.length = 0;
    this.#reader?.reject(error);
    this.#reader = null;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#taken(chunk.length);
      return Promise.resolve({ done: false, value: this.#handOut(chunk) });
    }
    if (this.#end === null) return new Promise((resolve, reject) => (this.#reader = { resolve, reject }));
    if (this.#end !== 'whole') return Promise.reject(this.#end.error);
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The reader breaks off. */
  return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#chunks.length = 0;
    if (this.#end === null) {
      this.#end = 'whole';
      this.#source.leave();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  #handOut(chunk: Buffer): Buffer {
    if (!this.keepsMemory) this.#memory.moveTo(chunk);
    return chunk;
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (!this.#isPaused || this.#waitingBytes > MOST_WAITING_BYTES / 2) return;
    this.#isPaused = false;
    this.#source.resume();
  }
}
