import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';

/** A SHA-256 of bytes that come one piece after the other. */
export interface RunningHash {
  /** The pieces may be used again when it settles. */
  update(pieces: readonly Uint8Array[]): Promise<void>;
  /** Of all bytes so far, in hexadecimal; more may come. */
  digest(): Promise<string>;
}

/** After this many bytes other work gets its turn: a processor without instructions for SHA-256 takes some ms. */
const BYTES_PER_TURN = 1024 * 1024;

/** Hashes in this thread. */
export class LocalHash implements RunningHash {
  readonly #hash = createHash('sha256');

  async update(pieces: readonly Uint8Array[]): Promise<void> {
    let bytes = 0;
    for (const piece of pieces) {
      this.#hash.update(piece);
      bytes += piece.length;
      if (bytes < BYTES_PER_TURN) continue;
      bytes = 0;
      await setImmediate();
    }
  }

  async digest(): Promise<string> {
    return this.#hash.copy().digest('hex');
  }
}
