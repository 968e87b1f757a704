import { StoreError } from '../../errors.js';
import type { PartDigest, PartWriter } from '../part-writer.js';
import { MAX_PARTS, partBytes } from './part-sizes.js';
import type { UploadedPart } from './s3-store.js';
import { ResumableSha256 } from './sha256.js';
import type { PartState } from './upload-state.js';

/** What a part needs of its place. */
export interface PartHost {
  /** @returns the ID of a new upload */
  begin(path: string): Promise<string>;
  send(path: string, uploadId: string, number: number, body: Uint8Array): Promise<string>;
  /** Takes note of what the next checkpoint has to hold of the part. */
  note(state: PartState): void;
  /** Whether so many parts are in progress that none may keep memory that it does not need between two commits. */
  isCrowded(): boolean;
}

/** Uploads of one part file on their way at once; with the buffer that fills up, three buffers a table. */
const MAX_IN_FLIGHT = 2;

/** A buffer begins small and grows to the size of a part: of many parts most stay small. */
const FIRST_BUFFER_BYTES = 32 * 1024;

/**
 * A part file on its way to a store: full buffers leave as parts of one multipart upload, a short rest waits in
 * the checkpoint, and a file that never filled a buffer is put there in one request.
 */
export class S3Part implements PartWriter {
  readonly #host: PartHost;
  readonly #path: string;
  readonly #hash: ResumableSha256;
  readonly #sent: UploadedPart[];
  readonly #spare: Buffer[] = [];
  #uploadId: string | null;
  #buffer: Buffer;
  #filled = 0;
  #bytes: number;
  #inFlight: Promise<void>[] = [];
  #failure: { readonly error: unknown } | null = null;

  private constructor(host: PartHost, path: string, from: PartState | null) {
    this.#host = host;
    this.#path = path;
    this.#hash = from === null ? new ResumableSha256() : ResumableSha256.resume(from.hash);
    this.#sent = [...(from?.sent ?? [])];
    this.#uploadId = from?.uploadId ?? null;
    this.#buffer = Buffer.allocUnsafeSlow(Math.max(FIRST_BUFFER_BYTES, from?.tail.length ?? 0));
    this.#bytes = this.#sent.reduce((sum, part) => sum + part.bytes, 0);
    if (from === null) return;
    this.#buffer.set(from.tail);
    this.#filled = from.tail.length;
    this.#bytes += this.#filled;
  }

  static create(host: PartHost, path: string): S3Part {
    return new S3Part(host, path, null);
  }

  /** @param from what a checkpoint says of the part; the store was seen to hold what it says was sent */
  static resume(host: PartHost, from: PartState): S3Part {
    return new S3Part(host, from.path, from);
  }

  get digest(): PartDigest {
    return { bytes: this.#bytes, sha256: this.#hash.digest() };
  }

  get waitingBytes(): number {
    return this.#filled;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) await this.#take(piece);
  }

  async #take(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    for (let at = 0; at < bytes.length; ) {
      const size = partBytes(this.#sent.length + 1);
      this.#makeRoom(Math.min(size, this.#filled + bytes.length - at), size);
      const piece = bytes.subarray(at, at + this.#buffer.length - this.#filled);
      this.#buffer.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled === size) await this.#send();
    }
  }

  async commit(): Promise<PartDigest> {
    return this.#settle(false);
  }

  /** The file gets its final name with the checkpoint that calls it finished. */
  async finish(): Promise<PartDigest> {
    if (this.#uploadId !== null && this.#filled > 0) await this.#send();
    return this.#settle(true);
  }

  async close(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  /** Waits for what is on its way, and hands the state to the place. */
  async #settle(isFinished: boolean): Promise<PartDigest> {
    await Promise.all(this.#inFlight);
    this.#throwFailure();
    if (this.#host.isCrowded()) this.#giveMemoryBack();
    this.#host.note({
      path: this.#path,
      isFinished,
      uploadId: this.#uploadId,
      sent: [...this.#sent],
      // The buffer takes no more bytes before the checkpoint is saved.
      tail: this.#buffer.subarray(0, this.#filled),
      hash: this.#hash.save(),
    });
    return this.digest;
  }

  async #send(): Promise<void> {
    while (this.#inFlight.length >= MAX_IN_FLIGHT) await Promise.race(this.#inFlight);
    this.#throwFailure();
    const number = this.#sent.length + 1;
    if (number > MAX_PARTS) {
      throw new StoreError(
        'STORE_REJECTED',
        `"${this.#path}" is larger than an object of ${MAX_PARTS} parts can be: give a smaller --rows-per-file`,
      );
    }
    this.#uploadId ??= await this.#host.begin(this.#path);
    const buffer = this.#buffer;
    const body = buffer.subarray(0, this.#filled);
    const part = { etag: '', bytes: body.length };
    this.#sent.push(part);
    const sending = this.#host
      .send(this.#path, this.#uploadId, number, body)
      .then(
        (etag) => {
          this.#sent[number - 1] = { ...part, etag };
          this.#spare.push(buffer);
        },
        (error: unknown) => {
          this.#failure ??= { error };
        },
      )
      .finally(() => {
        this.#inFlight = this.#inFlight.filter((other) => other !== sending);
      });
    this.#inFlight.push(sending);
    const spare = this.#spare.pop();
    this.#buffer =
      spare?.length === partBytes(number + 1) ? spare : Buffer.allocUnsafeSlow(FIRST_BUFFER_BYTES);
    this.#filled = 0;
  }

  /** @param most the buffer never gets larger: a full one is a part */
  #makeRoom(bytes: number, most: number): void {
    if (this.#buffer.length >= bytes) return;
    this.#move(Math.min(most, Math.max(bytes, this.#buffer.length * 2)));
  }

  #giveMemoryBack(): void {
    this.#spare.length = 0;
    const needed = Math.max(FIRST_BUFFER_BYTES, this.#filled);
    if (this.#buffer.length > 2 * needed) this.#move(needed);
  }

  #move(bytes: number): void {
    const buffer = Buffer.allocUnsafeSlow(bytes);
    this.#buffer.copy(buffer, 0, 0, this.#filled);
    this.#buffer = buffer;
  }

  #throwFailure(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}
