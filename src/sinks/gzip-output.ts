import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ByteOutput, WriteBytes } from './byte-output.js';

const LEVEL = 6;
/** Text of one member; shorter ones compress worse (docs/decisions/0012-compression.md). */
const MEMBER_BYTES = 256 * 1024;
/** Most text packs to less than half: one buffer of the output is enough for it. */
const OUTPUT_BYTES = MEMBER_BYTES / 2;
/** Members being compressed at once: one of the four threads of Node's pool is left to the files. */
const MOST_IN_FLIGHT = 3;

const compress = promisify<Buffer, { level: number; chunkSize: number }, Buffer>(gzip);

/** A member on its way: the text, whose buffer is used again, and what becomes of it. */
interface Member {
  readonly buffer: Buffer;
  readonly packed: Promise<Buffer>;
}

/**
 * Compresses into gzip members (RFC 1952) of 256 KiB of text, several at once off the main thread. Members end with the
 * window too, so that a part file can be cut after any window and gone on with. Members one after the other are a
 * valid gzip file. Where they end hangs on the text of the window alone, and Node writes a header without a time, so
 * the same bytes in give the same bytes out.
 */
export class GzipOutput implements ByteOutput {
  readonly #write: WriteBytes;
  readonly #spare: Buffer[] = [];
  readonly #members: Member[] = [];
  #buffer: Buffer | null = null;
  #filled = 0;
  #isEmpty: boolean;

  /** @param isEmpty false when the part file holds bytes already */
  constructor(write: WriteBytes, isEmpty: boolean) {
    this.#write = write;
    this.#isEmpty = isEmpty;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) await this.#take(piece);
  }

  async #take(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      this.#buffer ??= this.#spare.pop() ?? Buffer.allocUnsafeSlow(MEMBER_BYTES);
      const piece = bytes.subarray(from, from + MEMBER_BYTES - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === MEMBER_BYTES) await this.#endMember(this.#buffer);
    }
  }

  async endWindow(): Promise<void> {
    if (this.#buffer !== null) await this.#endMember(this.#buffer);
    while (this.#members.length > 0) await this.#passOn();
    // Of many parts in progress each would keep some.
    this.#spare.length = 0;
  }

  /** A file of no bytes is not a gzip file: an empty part gets one empty member. */
  async finish(): Promise<void> {
    await this.endWindow();
    if (this.#isEmpty) await this.#write([await compress(Buffer.alloc(0), { level: LEVEL, chunkSize: 64 })]);
  }

  async #endMember(buffer: Buffer): Promise<void> {
    this.#isEmpty = false;
    while (this.#members.length >= MOST_IN_FLIGHT) await this.#passOn();
    const text = buffer.subarray(0, this.#filled);
    this.#buffer = null;
    this.#filled = 0;
    const packed = compress(text, { level: LEVEL, chunkSize: OUTPUT_BYTES });
    // Whoever waits for it gets the error; until then nobody may.
    packed.catch(() => {});
    this.#members.push({ buffer, packed });
  }

  async #passOn(): Promise<void> {
    const member = this.#members.shift();
    if (member === undefined) return;
    const packed = await member.packed;
    this.#spare.push(member.buffer);
    await this.#write([packed]);
  }
}
