import { open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { onDisk } from './fs-error.js';

/**
 * Writes a small file so that its name shows the old content or the new, never a part of either, also after a
 * power cut: temporary name in the same folder, fsync, rename, fsync of the folder.
 *
 * @throws SinkError `SINK_WRITE`, `SINK_DISK_FULL`
 */
export async function saveFile(path: string, content: string): Promise<void> {
  await onDisk('write', path, async () => {
    const temporary = join(dirname(path), `.${basename(path)}.tmp`);
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
