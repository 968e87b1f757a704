import { lstat, readlink, rename, symlink, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckpointError, SinkError } from '../errors.js';
import { syncFolder } from './atomic-file.js';
import { isMissing, onDisk } from './fs-error.js';

/**
 * The folder that a link of a folder points to; null where there is no such name.
 *
 * @throws CheckpointError `OUTPUT_OCCUPIED` where something else has the name
 */
export async function loadLocalPointer(root: string, name: string): Promise<string | null> {
  const path = join(root, name);
  return onDisk('read', path, async () => {
    try {
      const target = (await lstat(path)).isSymbolicLink() ? resolve(root, await readlink(path)) : null;
      if (target !== null && dirname(target) === resolve(root)) return basename(target);
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
    throw new CheckpointError('OUTPUT_OCCUPIED', `"${path}" is no link to a folder beside it`);
  });
}

/**
 * Points a link to a folder beside it. Readers see the old link or the new one: it is made under another name and
 * renamed.
 *
 * @throws SinkError `SINK_WRITE`, also where the system permits no links
 */
export async function saveLocalPointer(root: string, name: string, folder: string): Promise<void> {
  const path = join(root, name);
  // No other process makes this name, so what lies there was left behind.
  const temporary = join(root, `.${name}-${process.pid}.tmp`);
  await onDisk('point', path, async () => {
    await unlink(temporary).catch(unlessMissing);
    try {
      await symlink(folder, temporary, 'dir');
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && REFUSED.has(String(cause.code)))) throw cause;
      throw new SinkError(
        'SINK_WRITE',
        `Cannot make the link "${path}": this system permits no links there`,
        {
          cause,
          action: 'Leave --latest out, or permit links (on Windows: developer mode)',
        },
      );
    }
    await rename(temporary, path);
    await syncFolder(root);
  });
}

const REFUSED: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

function unlessMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
