import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMissing, onDisk } from './fs-error.js';

/**
 * Writes a small file so that its name shows the old content or the new, never a part of either, also after a
 * power cut: temporary name in the same folder, fsync, rename, fsync of the folder.
 *
 * @throws SinkError `SINK_WRITE`, `SINK_DISK_FULL`
 */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  await onDisk('write', path, async () => {
    const temporary = temporaryName(path);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  });
}

/** What `saveFile` writes to; a run that was killed may leave it. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.tmp`);
}

/** What systems say where a disk has no hard links. */
const NO_LINKS_CODES: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Makes a small file under a name that nobody has taken, whole and durable: a temporary file, fsync, link(2), which
 * fails where the name is taken. On a disk without hard links a look and a rename, which keep out only those that
 * heed the same lock.
 *
 * @param folder of the path must exist
 * @returns false where the name is taken
 * @throws SinkError `SINK_WRITE`, `SINK_DISK_FULL`
 */
export async function createFile(path: string, content: string | Uint8Array): Promise<boolean> {
  return onDisk('write', path, async () => {
    const temporary = join(dirname(path), '.new.tmp');
    // Not written over: one that a crash left may be a second name of a file that counts.
    await rm(temporary, { force: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    const isMade = await linkOrRename(temporary, path);
    await rm(temporary, { force: true });
    await syncFolder(dirname(path));
    return isMade;
  });
}

async function linkOrRename(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS_CODES.has(code)) throw error;
  }
  if (await isThere(path)) return false;
  await rename(temporary, path);
  return true;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Makes the names in a folder durable. Windows cannot open folders; it has no such need. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
