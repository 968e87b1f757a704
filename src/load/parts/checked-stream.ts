import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { VerifyError } from '../../errors.js';
import type { PartFile } from '../../model.js';

const CHUNK_BYTES = 256 * 1024;

/**
 * The bytes of a part file, unpacked where its name ends in `.gz`. The stream fails at its end, with
 * `VERIFY_FAILED`, where size or SHA-256 of the file are not those of the manifest; what was read by then must not
 * be kept.
 */
export function checkedStream(path: string, file: PartFile): Readable {
  const bytes = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const check = checkBytes(file);
  if (!path.endsWith('.gz')) return join(bytes, check, file);
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  return join(join(bytes, check, file), unpacked, file);
}

/** Like `pipe()`, but a failure of the first stream reaches the reader of the second. */
function join<Stream extends Transform>(from: Readable, to: Stream, file: PartFile): Stream {
  from.on('error', (cause) => to.destroy(unreadable(file, cause)));
  to.on('close', () => from.destroy());
  return from.pipe(to);
}

/** @throws VerifyError `VERIFY_FAILED` */
export async function checkWholeFile(path: string, file: PartFile): Promise<void> {
  const check = checkBytes(file);
  check.resume();
  await new Promise<void>((resolve, reject) => {
    pipeline(createReadStream(path, { highWaterMark: CHUNK_BYTES }), check, (error) =>
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

/** A failure while a part file is read as an error of ours. */
export function unreadable(file: PartFile, cause: Error): VerifyError {
  if (cause instanceof VerifyError) return cause;
  const isMissing = 'code' in cause && cause.code === 'ENOENT';
  const what = isMissing ? 'is missing' : `cannot be read: ${cause.message}`;
  return new VerifyError('VERIFY_FAILED', `"${file.path}" ${what}`, { cause });
}
