import { createGzip } from 'node:zlib';
import type { ByteOutput, WriteBytes } from './byte-output.js';

const LEVEL = 6;
const CHUNK_BYTES = 64 * 1024;

/**
 * Compresses into one gzip member (RFC 1952) for each window, so that a part file can be cut after any window
 * and gone on with. Members one after the other are a valid gzip file. Node writes a header without a time,
 * so the same bytes in give the same bytes out.
 */
export class GzipOutput implements ByteOutput {
  readonly #write: WriteBytes;
  #member: GzipMember | null = null;
  #isEmpty: boolean;

  /** @param isEmpty false when the part file holds bytes already */
  constructor(write: WriteBytes, isEmpty: boolean) {
    this.#write = write;
    this.#isEmpty = isEmpty;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#member ??= new GzipMember(this.#write);
    this.#isEmpty = false;
    await this.#member.write(bytes);
  }

  async endWindow(): Promise<void> {
    const member = this.#member;
    this.#member = null;
    await member?.end();
  }

  /** A file of no bytes is not a gzip file: an empty part gets one empty member. */
  async finish(): Promise<void> {
    if (this.#isEmpty) this.#member = new GzipMember(this.#write);
    await this.endWindow();
  }
}

/** Reads what the compressor gives as it comes, so that nothing waits but one chunk in the hands of the part file. */
class GzipMember {
  readonly #gzip = createGzip({ level: LEVEL, chunkSize: CHUNK_BYTES });
  readonly #write: WriteBytes;
  #hasEnded = false;
  #error: Error | null = null;
  #wake: () => void = () => {};

  constructor(write: WriteBytes) {
    this.#write = write;
    this.#gzip.on('readable', () => this.#wake());
    this.#gzip.on('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    this.#gzip.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  async write(bytes: Uint8Array): Promise<void> {
    let isAccepted = false;
    this.#gzip.write(bytes, () => {
      isAccepted = true;
      this.#wake();
    });
    await this.#passOnUntil(() => isAccepted);
  }

  async end(): Promise<void> {
    this.#gzip.end();
    await this.#passOnUntil(() => this.#hasEnded);
  }

  async #passOnUntil(isDone: () => boolean): Promise<void> {
    for (;;) {
      for (let chunk = this.#gzip.read(); chunk !== null; chunk = this.#gzip.read()) await this.#write(chunk);
      if (this.#error !== null) throw this.#error;
      if (isDone()) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
