import { mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './atomic-file.js';
import { onDisk } from './fs-error.js';

/** Names of part files, finished or in progress. */
const PART_NAME = /^(part-\d{5,}\.[a-z.]+|\.part-\d{5,}\.[a-z.]+\.open)$/;

/** @throws SinkError `SINK_WRITE` when the folder cannot be made or is no folder */
export async function makeOutputFolder(root: string): Promise<void> {
  await onDisk('create', root, async () => {
    await mkdir(join(root, '.ges-export'), { recursive: true });
  });
}

/** Part files, finished or in progress, in the folder of a table; empty when there is no such folder. */
export async function listParts(root: string, folder: string): Promise<readonly string[]> {
  const path = join(root, folder);
  try {
    return (await readdir(path)).filter((name) => PART_NAME.test(name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    return onDisk('read', path, () => Promise.reject(error));
  }
}

/** Removes the part files of a table but for those named in `keep`, and the folder when nothing is left in it. */
export async function removeParts(root: string, folder: string, keep: ReadonlySet<string>): Promise<void> {
  const path = join(root, folder);
  const names = (await listParts(root, folder)).filter((name) => !keep.has(name));
  await onDisk('remove files in', path, async () => {
    for (const name of names) await unlink(join(path, name));
    if (names.length === 0) return;
    await syncFolder(path);
    if ((await readdir(path)).length === 0) await rmdir(path);
  });
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  await onDisk('remove', path, async () => {
    try {
      await unlink(path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  });
}
