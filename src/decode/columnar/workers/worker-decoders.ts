import type { DecodedBody, EncodedBlock, EncodedRows, Window } from '../../../model.js';
import { bodyOf } from '../answer-facts.js';
import type { WindowDecoderOptions } from '../window-decoder.js';
import type { WindowDecoders } from '../window-decoders.js';
import { DecodeThread } from './decode-thread.js';

/**
 * Decoders in worker threads: each window has one worker, the one with the fewest windows when its first answer comes.
 * The main thread copies the bytes of answers into memory that it shares with the workers, and writes the rows from
 * there.
 */
export class WorkerDecoders implements WindowDecoders {
  readonly #threads: readonly DecodeThread[];
  /** By the offset of their window. */
  readonly #open = new Map<number, DecodeThread>();

  constructor(workers: number, options: Omit<WindowDecoderOptions, 'pool'>) {
    const { onDrift, ...rest } = options;
    this.#threads = Array.from({ length: workers }, () => new DecodeThread(rest, onDrift));
  }

  async readAnswer(chunks: AsyncIterable<Uint8Array>, planned: Window, asked: Window): Promise<DecodedBody> {
    return bodyOf(await this.#threadOf(planned).readAnswer(chunks, planned, asked));
  }

  async endWindow(planned: Window): Promise<readonly EncodedRows[]> {
    const encoded = await this.#threadOf(planned).endWindow(planned);
    return encoded.map(({ partitions, ...whole }) => ({
      ...received(whole),
      partitions: partitions?.map(received),
    }));
  }

  freeWindow(planned: Window): void {
    const thread = this.#threadOf(planned);
    this.#open.delete(planned.offset);
    thread.windows--;
    thread.freeWindow(planned);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }

  #threadOf(planned: Window): DecodeThread {
    const known = this.#open.get(planned.offset);
    if (known !== undefined) return known;
    const thread = this.#threads.reduce((least, each) => (each.windows < least.windows ? each : least));
    thread.windows++;
    this.#open.set(planned.offset, thread);
    return thread;
  }
}

/** Between threads a Buffer becomes a Uint8Array. */
function received<Block extends EncodedBlock>(block: Block): Block {
  if (block.rowGroup === null) return block;
  const chunks = block.rowGroup.chunks.map((chunk) => {
    if (chunk.bounds === null) return chunk;
    const { min, max } = chunk.bounds;
    return { ...chunk, bounds: { min: Buffer.from(min), max: Buffer.from(max) } };
  });
  return { ...block, rowGroup: { ...block.rowGroup, chunks } };
}
