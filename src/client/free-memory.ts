import workerThreads from 'node:worker_threads';

/** ES2024; Node 20 has it behind a flag (cli/memory-keeper.ts). */
type Transfer = (this: ArrayBufferLike, newLength: number) => ArrayBuffer;

/** Less is not worth the call. */
const MIN_BYTES = 4096;

/**
 * Gives the memory of a buffer back at once, where the runtime can do that (`ArrayBuffer.prototype.transfer`); views on
 * it are empty then. Memory that Node shares between small buffers is left alone.
 */
export function freeMemory(buffer: ArrayBufferLike): void {
  if (buffer.byteLength < MIN_BYTES || isShared(buffer)) return;
  const transfer = Reflect.get(ArrayBuffer.prototype, 'transfer') as Transfer | undefined;
  transfer?.call(buffer, 0);
}

/** Node marks the memory of its pool; Node 20 cannot tell, but its pool is small. */
function isShared(buffer: ArrayBufferLike): boolean {
  const isMarked = Reflect.get(workerThreads, 'isMarkedAsUntransferable') as
    | ((object: object) => boolean)
    | undefined;
  return isMarked === undefined ? buffer.byteLength <= Buffer.poolSize : isMarked(buffer);
}

/**
 * Gives the memory of chunks back, one piece when a chunk of another has come after it: nothing that stood in it is still
 * to come then.
 */
export class ChunkMemory {
  #last: ArrayBufferLike | null = null;

  /** To be called with each chunk that is handed out, when the one before it is not needed any more. */
  moveTo(chunk: Uint8Array): void {
    if (this.#last !== null && this.#last !== chunk.buffer) freeMemory(this.#last);
    this.#last = chunk.buffer;
  }
}
