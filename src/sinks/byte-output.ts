/** Takes the bytes of a text format on their way to the part file. */
export interface ByteOutput {
  /** Settles when everything handed to the part file so far was taken. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Ends what a resumed export must not have to go on in; nothing when no bytes came since the last call. */
  endWindow(): Promise<void>;
  /** Closes the part. */
  finish(): Promise<void>;
}

export type WriteBytes = (pieces: readonly Uint8Array[]) => Promise<void>;

/** Passes bytes on as they are. */
export class PlainOutput implements ByteOutput {
  readonly #write: WriteBytes;

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  write(pieces: readonly Uint8Array[]): Promise<void> {
    return this.#write(pieces);
  }

  async endWindow(): Promise<void> {}

  async finish(): Promise<void> {}
}
