import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { toSinkError } from './fs-error.js';
import type { PartDigest, PartWriter } from './part-writer.js';

/** Thrown when the program at the other end of the pipe has left; not a failure. */
export class ReaderLeft extends Error {}

/**
 * A part that goes to a stream (`--out -`). `finish` does not close the stream.
 *
 * @throws ReaderLeft when the reader of the pipe is gone (EPIPE)
 */
export function createStreamPart(stream: Writable): PartWriter {
  const hash = createHash('sha256');
  let bytes = 0;
  let failure: unknown = null;
  const onError = (error: unknown) => {
    failure ??= isBrokenPipe(error) ? new ReaderLeft() : toSinkError(error, 'write to', 'standard output');
  };
  stream.on('error', onError);

  const digest = async (): Promise<PartDigest> => ({ bytes, sha256: hash.copy().digest('hex') });
  return {
    waitingBytes: 0,
    async write(pieces) {
      for (const piece of pieces) {
        if (failure !== null) throw failure;
        hash.update(piece);
        bytes += piece.length;
        // The piece may be used again when this settles: until then the stream may hold it.
        await new Promise<void>((resolve) => {
          stream.write(piece, (error) => {
            if (error) onError(error);
            resolve();
          });
        });
      }
      if (failure !== null) throw failure;
    },
    commit: digest,
    async finish() {
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
      if (failure !== null) throw failure;
      stream.off('error', onError);
      return digest();
    },
    close: async () => undefined,
  };
}

function isBrokenPipe(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED')
  );
}
