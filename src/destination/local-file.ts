import { createReadStream } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { StoredFile } from '../model.js';
import { isMissing, onDisk, toSinkError } from './fs-error.js';

/** A finished file below a folder of this machine; null when there is none of that name. */
export async function openLocalFile(root: string, path: string): Promise<StoredFile | null> {
  const target = join(root, path);
  const found = await onDisk('read', target, async () => {
    try {
      return await lstat(target, { bigint: true });
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
  if (found === null) return null;
  return {
    path,
    isFile: found.isFile(),
    localPath: resolve(target),
    bytes: Number(found.size),
    stamp: `${found.dev} ${found.ino} ${found.mtimeNs} ${found.ctimeNs}`,
    async *read(start = 0, end = Number(found.size)) {
      if (start >= end) return;
      const stream = createReadStream(target, { start, end: end - 1, highWaterMark: 1 << 20 });
      yield* readable(target, stream);
    },
    scan: () => readable(target, scanFile(target)),
  };
}

/** A disk that does not give the bytes says nothing of what they are. */
async function* readable(path: string, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw toSinkError(error, 'read', path);
  }
}

/** The greatest that stays in the nearer caches of a processor together with what works on it. */
const SCAN_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);
/** Used again by the next file: the collector lets memory outside the heap wait. */
const spare: Buffer[] = [];

function takePiece(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(SCAN_BYTES);
}

/**
 * The first bytes of a file, in chunks that are good only until the next one is asked for: one piece is read while the
 * other is worked on.
 */
export async function* scanFile(path: string, bytes = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  if (bytes === 0) return;
  const file = await open(path, 'r');
  const pieces = [takePiece(), takePiece()] as const;
  let left = bytes;
  let reading = readPiece(file, pieces[0]);
  try {
    for (let turn: 0 | 1 = 1; ; turn = turn === 1 ? 0 : 1) {
      const piece = await reading;
      if (piece.length === 0) return;
      left -= piece.length;
      reading = left > 0 ? readPiece(file, pieces[turn]) : Promise.resolve(NOTHING);
      yield left < 0 ? piece.subarray(0, left) : piece;
    }
  } finally {
    await reading.catch(() => undefined);
    spare.push(...pieces);
    await file.close();
  }
}

async function readPiece(file: FileHandle, piece: Buffer): Promise<Buffer> {
  const { bytesRead } = await file.read(piece, 0, piece.length, null);
  return piece.subarray(0, bytesRead);
}
