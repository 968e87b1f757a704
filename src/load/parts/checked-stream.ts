import { createHash } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GesExportError, VerifyError } from '../../errors.js';
import type { PartFile, StoredFile } from '../../model.js';

const CHUNK_BYTES = 256 * 1024;

/** Opens a file of the export by its path; null when it is not there. */
export type OpenStored = (path: string) => Promise<StoredFile | null>;

/**
 * The bytes of a part file, unpacked where its name ends in `.gz`. The stream fails at its end, with
 * `VERIFY_FAILED`, where size or SHA-256 of the file are not those of the manifest; what was read by then must not
 * be kept.
 */
export function checkedStream(open: OpenStored, file: PartFile): Readable {
  const bytes = Readable.from(bytesOf(open, file), { objectMode: false, highWaterMark: CHUNK_BYTES });
  const check = checkBytes(file);
  if (!file.path.endsWith('.gz')) return join(bytes, check, file);
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  return join(join(bytes, check, file), unpacked, file);
}

/** @throws VerifyError `VERIFY_FAILED` when the file is not there */
export async function openStored(open: OpenStored, file: PartFile): Promise<StoredFile> {
  const stored = await open(file.path);
  if (stored === null) throw new VerifyError('VERIFY_FAILED', `"${file.path}" is missing`);
  if (!stored.isFile)
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" cannot be read: it is no regular file`);
  return stored;
}

async function* bytesOf(open: OpenStored, file: PartFile): AsyncGenerator<Uint8Array> {
  yield* (await openStored(open, file)).read();
}

/** Like `pipe()`, but a failure of the first stream reaches the reader of the second. */
function join<Stream extends Transform>(from: Readable, to: Stream, file: PartFile): Stream {
  from.on('error', (cause) => to.destroy(unreadable(file, cause)));
  to.on('close', () => from.destroy());
  return from.pipe(to);
}

/** @throws VerifyError `VERIFY_FAILED` */
export async function checkWholeFile(stored: StoredFile, file: PartFile): Promise<void> {
  const check = checkBytes(file);
  check.resume();
  await new Promise<void>((resolve, reject) => {
    pipeline(Readable.from(stored.read(), { objectMode: false }), check, (error) =>
      error ? reject(unreadable(file, error)) : resolve(),
    );
  });
}

function checkBytes(file: PartFile): Transform {
  const hash = createHash('sha256');
  let bytes = 0;
  return new Transform({
    highWaterMark: CHUNK_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      if (bytes !== file.bytes) {
        done(new VerifyError('VERIFY_FAILED', `"${file.path}" has ${bytes} bytes, not ${file.bytes}`));
      } else if (hash.digest('hex') !== file.sha256) {
        done(
          new VerifyError('VERIFY_FAILED', `"${file.path}" has changed: its SHA-256 is not the recorded one`),
        );
      } else done();
    },
  });
}

/** A failure while a part file is read as an error of ours; one that is, such as that of a store, stays as it is. */
function unreadable(file: PartFile, cause: Error): GesExportError {
  if (cause instanceof GesExportError) return cause;
  const isMissing = 'code' in cause && cause.code === 'ENOENT';
  const what = isMissing ? 'is missing' : `cannot be read: ${cause.message}`;
  return new VerifyError('VERIFY_FAILED', `"${file.path}" ${what}`, { cause });
}
