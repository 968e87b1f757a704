import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from '../model.js';
import { isMissing, onDisk } from './fs-error.js';

/** A finished file below a folder of this machine; null when there is none of that name. */
export async function openLocalFile(root: string, path: string): Promise<StoredFile | null> {
  const target = join(root, path);
  const found = await onDisk('read', target, async () => {
    try {
      return await lstat(target);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  });
  if (found === null) return null;
  return {
    path,
    isFile: found.isFile(),
    bytes: found.size,
    async *read(start = 0, end = found.size) {
      if (start >= end) return;
      const stream = createReadStream(target, { start, end: end - 1, highWaterMark: 1 << 20 });
      yield* stream as AsyncIterable<Buffer>;
    },
  };
}
