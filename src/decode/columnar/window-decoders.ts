import type { DecodedBody, EncodedRows, Window } from '../../model.js';
import { type AnswerReader, WindowDecoder, type WindowDecoderOptions } from './window-decoder.js';

/** Decoders of all windows that are being read: in this thread, or in others. */
export interface WindowDecoders {
  /** Reads an answer that helps to fill a planned window; see `WindowDecoder.readAnswer`. */
  readAnswer(chunks: AsyncIterable<Uint8Array>, planned: Window, asked: Window): Promise<DecodedBody>;
  /** The rows of a full window, in the order of the plans; they stay until `freeWindow`. */
  endWindow(planned: Window): Promise<readonly EncodedRows[]>;
  /** The rows of the window were written: its memory may be used again. */
  freeWindow(planned: Window): void;
  close(): Promise<void>;
}

/** A decoder that has grown beyond this is not kept for the next window. */
const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** Decoders in this thread, one a window, used again. */
export class LocalDecoders implements WindowDecoders {
  readonly #options: WindowDecoderOptions;
  /** By the offset of their window. */
  readonly #open = new Map<number, WindowDecoder>();
  readonly #free: WindowDecoder[] = [];

  constructor(options: WindowDecoderOptions) {
    this.#options = options;
  }

  readAnswer(chunks: AsyncIterable<Uint8Array>, planned: Window, asked: Window): Promise<DecodedBody> {
    return this.#decoderOf(planned).readAnswer(chunks, asked);
  }

  /** The same in steps; see `WindowDecoder.beginAnswer`. */
  beginAnswer(planned: Window, asked: Window): AnswerReader {
    return this.#decoderOf(planned).beginAnswer(asked);
  }

  endWindow(planned: Window): Promise<readonly EncodedRows[]> {
    return this.#decoderOf(planned).endWindow();
  }

  freeWindow(planned: Window): void {
    const decoder = this.#decoderOf(planned);
    this.#open.delete(planned.offset);
    decoder.beginWindow();
    if (decoder.heldBytes <= MAX_KEPT_BYTES) this.#free.push(decoder);
  }

  async close(): Promise<void> {}

  #decoderOf(planned: Window): WindowDecoder {
    const known = this.#open.get(planned.offset);
    if (known !== undefined) return known;
    const decoder = this.#free.pop() ?? new WindowDecoder(this.#options);
    this.#open.set(planned.offset, decoder);
    return decoder;
  }
}
