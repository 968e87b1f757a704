/** What is certain about a part file: its bytes are on disk and hash to this. */
export interface PartDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** A part file in progress. One call at a time. */
export interface PartWriter {
  /** Bytes that were written and that the checkpoint has to carry, because they cannot be stored by themselves yet. */
  readonly waitingBytes: number;
  /** Takes bytes, one piece behind the other; the pieces may be used again when it settles. */
  write(pieces: readonly Uint8Array[]): Promise<void>;
  /** Settles when everything written so far is durable. */
  commit(): Promise<PartDigest>;
  /** Settles when the file is durable under its final name. The writer is closed then. */
  finish(): Promise<PartDigest>;
  /** Closes the file and leaves it as it is, for a later run. Safe to call twice and after `finish`. */
  close(): Promise<void>;
}

export interface CommittedPart extends PartDigest {
  /** The final name, relative to the output folder. */
  readonly path: string;
}
