import { lstat, mkdir, readdir, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder } from './atomic-file.js';
import { isMissing, onDisk, toSinkError } from './fs-error.js';
import type { PartEntry } from './output-place.js';
import { isPartName, openName } from './part-name.js';

/** @throws SinkError `SINK_WRITE` for what is relative to a current folder that has been removed */
export function absolutePath(path: string): string {
  try {
    return resolve(path);
  } catch (error) {
    throw toSinkError(error, 'find', path);
  }
}

/** @throws SinkError `SINK_WRITE` when the folder cannot be made or is no folder */
export async function makeOutputFolder(root: string): Promise<void> {
  await onDisk('create', root, () => makeFolder(resolve(root, '.ges-export')));
}

/**
 * Makes a folder, and those above it, so that they outlive a power cut. Not by `mkdir` with `recursive`: that never
 * ends where a folder denies to be made (`/proc`), and hides the reason of a disk that is read-only.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return await syncAbove(path);
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path).catch(unlessThere);
    await syncFolder(dirname(path));
    return;
  }
  await syncFolder(dirname(path));
  await syncAbove(dirname(path));
}

/**
 * Makes the name of a folder durable that was there: a run that was killed may have made it a moment before. Where
 * the folder above may not be read it is not ours, and older.
 */
async function syncAbove(path: string): Promise<void> {
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && DENIED_CODES.has(String(error.code)))) throw error;
  }
}

const DENIED_CODES: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** Another process may have been faster. */
function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}

/** The names of part files in progress. */
const OPEN_NAME = /^\.(.+)\.open$/;

/**
 * Part files, finished or in progress, in the folder of a table and in partitions `column=value` below; empty when there
 * is no such folder.
 */
export async function listLocalParts(
  root: string,
  folder: string,
): Promise<readonly Omit<PartEntry, 'discard'>[]> {
  const path = join(root, folder);
  return onDisk('read', path, async () => {
    const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      // A file in the place of the folder is not nothing: it will be in the way.
      if (isMissing(error) && error.code === 'ENOENT') return [];
      throw error;
    });
    const entries: Omit<PartEntry, 'discard'>[] = [];
    for (const entry of found) {
      const { name } = entry;
      if (entry.isDirectory() && /[^=]=/.test(name))
        entries.push(...(await listLocalParts(root, `${folder}/${name}`)));
      const finalName = OPEN_NAME.exec(name)?.[1] ?? name;
      if (!isPartName(finalName)) continue;
      // A link that points nowhere is in the way like any other.
      const { size, mtime } = await lstat(join(path, name));
      entries.push({
        path: `${folder}/${finalName}`,
        isOpen: finalName !== name,
        isStale: false,
        bytes: size,
        modifiedAt: mtime,
      });
    }
    return entries;
  });
}

/** Removes a part file, and its folder and those of partitions above when nothing is left in them. */
export async function discardPart(root: string, part: Pick<PartEntry, 'path' | 'isOpen'>): Promise<void> {
  const target = join(root, part.path);
  await removeFile(part.isOpen ? openName(target) : target);
  for (let folder = dirname(target); await removeIfEmpty(folder); folder = dirname(folder))
    if (!basename(folder).includes('=')) return;
}

/** Removes a folder if nothing is in it. @returns whether it is gone */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  return onDisk('remove files in', folder, async () => {
    try {
      await syncFolder(folder);
      if ((await readdir(folder)).length > 0) return false;
      await rmdir(folder);
      return true;
    } catch (error) {
      if (isMissing(error)) return true;
      throw error;
    }
  });
}

/** Removes a file. @returns false where there was none */
export async function removeFile(path: string): Promise<boolean> {
  return onDisk('remove', path, async () => {
    try {
      await unlink(path);
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
      return false;
    }
  });
}
