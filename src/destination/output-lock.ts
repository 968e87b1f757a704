import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { onDisk } from './fs-error.js';

interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the holder's process began, in clock ticks since boot; a reused pid has another. Empty where unknown. */
  readonly startTicks: string;
}

/** Relative to the output folder. */
const LOCK_PATH = '.ges-export/lock';

/**
 * Takes the output folder for this process. A lock whose process is gone is taken over.
 *
 * @returns gives the folder back
 * @throws CheckpointError `OUTPUT_LOCKED`
 */
export async function lockOutput(root: string): Promise<() => Promise<void>> {
  const path = join(root, LOCK_PATH);
  const mine: LockHolder = { pid: process.pid, host: hostname(), startTicks: await startTicks(process.pid) };
  await onDisk('create', dirname(path), () => mkdir(dirname(path), { recursive: true }));
  const claim = `${path}.${process.pid}`;
  await onDisk('write', claim, () => writeClaim(claim, mine));
  try {
    // Each round either takes the lock, meets a living holder, or removes one dead holder's file.
    for (;;) {
      if (await tryLink(claim, path)) return () => unlink(path);
      const holder = await readHolder(path);
      if (holder === null) continue;
      if (await isAlive(holder)) {
        const who =
          holder.host === mine.host ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
        throw new CheckpointError(
          'OUTPUT_LOCKED',
          `Another export (${who}) is writing to "${root}"; the lock is "${path}"`,
        );
      }
      await removeStale(path, holder);
    }
  } finally {
    await unlink(claim);
  }
}

/** The file is whole before its name appears, so that no other process reads half of it. */
async function writeClaim(claim: string, holder: LockHolder): Promise<void> {
  const file = await open(claim, 'w');
  try {
    await file.writeFile(JSON.stringify(holder));
  } finally {
    await file.close();
  }
}

async function tryLink(claim: string, path: string): Promise<boolean> {
  try {
    await link(claim, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // A disk without hard links: an exclusive create is the next best, whole enough for one short line.
    if (codeOf(error) === 'EPERM' || codeOf(error) === 'ENOTSUP' || codeOf(error) === 'ENOSYS')
      return tryCreate(claim, path);
    throw error;
  }
}

async function tryCreate(claim: string, path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(await readFile(claim));
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Null when the lock has gone meanwhile. An unreadable one counts as a stale lock of nobody. */
async function readHolder(path: string): Promise<LockHolder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as LockHolder;
  } catch {
    return { pid: 0, host: hostname(), startTicks: '' };
  }
}

/** Only the file that was judged is removed: another process may have taken over in between. */
async function removeStale(path: string, holder: LockHolder): Promise<void> {
  const current = await readHolder(path);
  if (current === null || JSON.stringify(current) !== JSON.stringify(holder)) return;
  await unlink(path).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
}

async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  if (!Number.isInteger(holder.pid) || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const ticks = await startTicks(holder.pid);
  return ticks !== ZOMBIE && (ticks === holder.startTicks || ticks === '' || holder.startTicks === '');
}

const ZOMBIE = 'zombie';

/** Field 22 of `/proc/PID/stat` (proc(5)); `ZOMBIE` for a process that has ended; empty on systems without it. */
async function startTicks(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? ZOMBIE : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
