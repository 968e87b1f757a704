import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { onDisk } from './fs-error.js';
import { giveLifeSign, hasLifeSign } from './life-sign.js';
import { makeFolder } from './output-folder.js';

export interface LockHolder {
  /** Another one for each claim, so that a lock that was judged is never mistaken for a later one. */
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  /** When the holder's process began, in clock ticks since boot; a reused pid has another. Empty where unknown. */
  readonly startTicks: string;
  /** Where the pid means this process: containers of one host name may have other processes of the same number. */
  readonly pidSpace?: string;
}

/** A lock is a folder with this file in it; it stands in `.ges-export`. */
const HOLDER_NAME = 'holder.json';
const LOCK_NAME = 'lock';

/** What a process that was killed at the wrong moment can leave beside the lock. */
const LEFTOVER_NAME = /^(claim|right|gone)-/;

/**
 * Takes the output folder for this process. A lock whose process is gone is taken over.
 *
 * A claim is written under a name of its own and renamed to `lock`. Renaming a folder to the name of one that is
 * not empty fails on every file system (rename(2), `ENOTEMPTY`), also where there are no hard links, so of
 * several claims one wins, and nobody reads half of it.
 *
 * @returns gives the folder back
 * @throws CheckpointError `OUTPUT_LOCKED`; SinkError `SINK_WRITE`, `SINK_DISK_FULL`
 */
export async function lockOutput(root: string): Promise<() => Promise<void>> {
  const folder = join(root, '.ges-export');
  return onDisk('lock', root, async () => {
    await makeFolder(folder);
    const { id, endSign } = await take(root, folder, LOCK_NAME);
    await sweep(folder);
    return () =>
      onDisk('unlock', root, async () => {
        // A lock that somebody has put in its place is not ours to take away.
        if ((await readHolder(join(folder, LOCK_NAME)))?.id === id) await discard(folder, LOCK_NAME);
        endSign();
      });
  });
}

interface Taken {
  readonly id: string;
  readonly endSign: () => void;
}

async function take(root: string, folder: string, name: string): Promise<Taken> {
  // Each round takes the name, meets a living holder, or removes what one dead holder has left.
  for (;;) {
    const mine = await newClaim();
    const endSign = await placeClaim(folder, name, mine);
    if (endSign !== null) return { id: mine.id, endSign };
    const holder = await readHolder(join(folder, name));
    if (holder === null) continue;
    if (await lives(holder)) {
      const who =
        holder.host === mine.host ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
      throw new CheckpointError(
        'OUTPUT_LOCKED',
        `Another export (${who}) is writing to "${root}"; the lock is "${join(folder, LOCK_NAME)}"`,
      );
    }
    await removeStale(root, folder, name, holder);
  }
}

/**
 * Removes exactly the lock that was judged. The right to do so is a lock itself, named after the judged one: while
 * it is held, nobody else can put another lock in its place between the last look and the removal.
 */
async function removeStale(root: string, folder: string, name: string, holder: LockHolder): Promise<void> {
  const right = `right-${holder.id}`;
  const { endSign } = await take(root, folder, right);
  const current = await readHolder(join(folder, name));
  if (current?.id === holder.id) await discard(folder, name);
  await discard(folder, right);
  endSign();
}

/** What a lock of this process says. */
export async function newClaim(): Promise<LockHolder> {
  return {
    id: randomUUID(),
    pid: process.pid,
    host: hostname(),
    startTicks: await startTicks(process.pid),
    pidSpace: await pidSpace(),
  };
}

/** @returns ends the life sign in the lock; null where the name is taken */
async function placeClaim(folder: string, name: string, claim: LockHolder): Promise<Taken['endSign'] | null> {
  const path = join(folder, `claim-${claim.id}`);
  const target = join(folder, name);
  await mkdir(path);
  const endSign = claim.pidSpace === '' ? () => {} : await giveLifeSign(claim.id);
  try {
    await writeFile(join(path, HOLDER_NAME), JSON.stringify(claim));
    await rename(path, target);
    return endSign;
  } catch (error) {
    await rm(path, { recursive: true, force: true });
    // A network disk may have answered that the rename failed although it did not.
    if ((await isThere(target)) && (await readHolder(target))?.id === claim.id) return endSign;
    endSign();
    // Swept away by the holder of the lock, who saw half of it.
    if (codeOf(error) === 'ENOENT') return null;
    // The name is taken: the code differs from system to system.
    if (await isThere(target)) return null;
    if (TAKEN_CODES.has(codeOf(error))) return null;
    throw error;
  }
}

/** Taken a moment ago, and free by now. */
const TAKEN_CODES: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

/** In one step, so that nobody meets a lock without a holder. */
async function discard(folder: string, name: string): Promise<void> {
  const gone = join(folder, `gone-${randomUUID()}`);
  try {
    await rename(join(folder, name), gone);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  await rm(gone, { recursive: true, force: true });
}

/** Removes what dead processes have left beside the lock. Only the holder of the lock may call it. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!LEFTOVER_NAME.test(name)) continue;
    const holder = await readHolder(join(folder, name));
    if (holder !== null && !(await lives(holder))) await discard(folder, name);
  }
}

/** Null when it has gone meanwhile. What cannot be read is a lock of nobody: a power cut has emptied it. */
async function readHolder(path: string): Promise<LockHolder | null> {
  try {
    const holder = JSON.parse(await readFile(join(path, HOLDER_NAME), 'utf8')) as LockHolder;
    // The id becomes a part of a name.
    if (typeof holder?.id === 'string' && /^[\w.-]+$/.test(holder.id)) return holder;
  } catch (error) {
    if (codeOf(error) === 'EISDIR') throw notOurs(path, HOLDER_NAME);
    if (!(error instanceof SyntaxError) && codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR')
      throw error;
  }
  const found = await lstat(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  const strange = found?.isDirectory()
    ? (await namesIn(path)).find((name) => name !== HOLDER_NAME)
    : undefined;
  if (strange !== undefined) throw notOurs(path, strange);
  return found && { id: `${found.ino}-${found.mtimeMs}`, pid: 0, host: hostname(), startTicks: '' };
}

function notOurs(path: string, strange: string): CheckpointError {
  return new CheckpointError(
    'OUTPUT_LOCKED',
    `"${path}" stands where the lock of an export goes and holds "${strange}", which no export put there: move it away`,
  );
}

/** None where the folder has gone meanwhile. */
async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** As `isAlive`, also of a process that only its life sign tells of; one on another host counts as running. */
async function lives(holder: LockHolder): Promise<boolean> {
  if (await seesProcess(holder)) return isAlive(holder);
  return holder.host !== hostname() || (await hasLifeSign(holder.id));
}

/** Whether the pid of a holder means the same process here: on this host, and not in another container. */
export async function seesProcess({ host, pidSpace: itsSpace = '' }: LockHolder): Promise<boolean> {
  if (host !== hostname()) return false;
  const ours = await pidSpace();
  return itsSpace === '' || ours === '' || itsSpace === ours;
}

/** Whether a process that this one sees, and that took a lock, still runs. */
export async function isAlive(holder: LockHolder): Promise<boolean> {
  if (!Number.isInteger(holder.pid) || holder.pid <= 0) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  const ticks = await startTicks(holder.pid);
  return ticks !== ZOMBIE && (ticks === holder.startTicks || ticks === '' || holder.startTicks === '');
}

/** The PID namespace of this process (pid_namespaces(7)); empty on systems without them. */
function pidSpace(): Promise<string> {
  return readlink('/proc/self/ns/pid').catch(() => '');
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
