import { type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointError } from '../errors.js';
import { syncFolder } from './atomic-file.js';
import { onDisk } from './fs-error.js';
import { scanFile } from './local-file.js';
import { makeFolder } from './output-folder.js';
import { openName } from './part-name.js';
import type { CommittedPart, PartDigest, PartWriter } from './part-writer.js';
import { LocalHash, type RunningHash } from './running-hash.js';

/** Begins a part file. Bytes of an attempt that was never committed are dropped. */
export async function createLocalPart(root: string, path: string, hash: RunningHash): Promise<PartWriter> {
  const target = join(root, path);
  const temporary = openName(target);
  const file = await onDisk('create', temporary, async () => {
    await makeFolder(dirname(target));
    const made = await open(temporary, 'w');
    // The checkpoint will speak of this name: it must outlive a power cut before that.
    await syncFolder(dirname(target));
    return made;
  });
  return new LocalPart(file, target, hash, 0);
}

/**
 * Goes on in a part file: checks the committed bytes against their hash and cuts off what came after them.
 *
 * @throws CheckpointError `CHECKPOINT_INVALID` when the committed bytes are not there any more
 */
export async function resumeLocalPart(
  root: string,
  part: CommittedPart,
  hash: RunningHash,
): Promise<PartWriter> {
  const target = join(root, part.path);
  const temporary = openName(target);
  if (!(await exists(temporary))) {
    // Stopped between the rename and the checkpoint that would have told of it: the part is open again.
    if (!(await exists(target))) throw damaged(target, 'it is missing');
    await onDisk('rename', target, () => rename(target, temporary));
  }
  const length = await hashPrefix(temporary, part.bytes, hash);
  if (length !== part.bytes)
    throw damaged(temporary, `it has ${length} of its ${part.bytes} committed bytes`);
  if ((await hash.digest()) !== part.sha256) throw damaged(temporary, 'its committed bytes have changed');
  const file = await onDisk('open', temporary, () => open(temporary, 'r+'));
  await onDisk('truncate', temporary, () => file.truncate(part.bytes));
  return new LocalPart(file, target, hash, part.bytes);
}

/** @throws CheckpointError `CHECKPOINT_INVALID` when a finished part is not what the checkpoint says */
export async function checkFinishedPart(root: string, part: CommittedPart): Promise<void> {
  const path = join(root, part.path);
  if (!(await exists(path))) throw damaged(path, 'it is missing');
  const hash = new LocalHash();
  const length = await hashPrefix(path, Number.POSITIVE_INFINITY, hash);
  if (length !== part.bytes || (await hash.digest()) !== part.sha256)
    throw damaged(path, 'its bytes have changed');
}

class LocalPart implements PartWriter {
  readonly waitingBytes = 0;
  readonly #file: FileHandle;
  readonly #target: string;
  readonly #hash: RunningHash;
  #bytes: number;
  #isClosed = false;

  constructor(file: FileHandle, target: string, hash: RunningHash, bytes: number) {
    this.#file = file;
    this.#target = target;
    this.#hash = hash;
    this.#bytes = bytes;
  }

  async write(pieces: readonly Uint8Array[]): Promise<void> {
    const writing = onDisk('write', this.#target, () => this.#writeAll(pieces));
    await Promise.all([writing, this.#hash.update(pieces)]);
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await this.#file.writev(rest, this.#bytes);
      this.#bytes += bytesWritten;
      rest = behind(rest, bytesWritten);
    }
  }

  async commit(): Promise<PartDigest> {
    await onDisk('sync', this.#target, () => this.#file.datasync());
    return await this.#digest();
  }

  async finish(): Promise<PartDigest> {
    await onDisk('finish', this.#target, async () => {
      await this.#file.sync();
      await this.close();
      await rename(openName(this.#target), this.#target);
      await syncFolder(dirname(this.#target));
    });
    return await this.#digest();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await onDisk('close', this.#target, () => this.#file.close());
  }

  async #digest(): Promise<PartDigest> {
    return { bytes: this.#bytes, sha256: await this.#hash.digest() };
  }
}

/** What of the pieces comes after their first `bytes` bytes. */
function behind(pieces: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  let skipped = 0;
  for (const [index, piece] of pieces.entries()) {
    if (skipped + piece.length > bytes) return [piece.subarray(bytes - skipped), ...pieces.slice(index + 1)];
    skipped += piece.length;
  }
  return [];
}

async function hashPrefix(path: string, bytes: number, hash: RunningHash): Promise<number> {
  let length = 0;
  await onDisk('read', path, async () => {
    for await (const chunk of scanFile(path, bytes)) {
      await hash.update([chunk]);
      length += chunk.length;
    }
  });
  return length;
}

/** @throws CheckpointError `CHECKPOINT_INVALID` for a link: what it points to is not ours to read or to write */
async function exists(path: string): Promise<boolean> {
  const found = await onDisk('read', path, () =>
    lstat(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }),
  );
  if (found !== null && !found.isFile()) throw damaged(path, 'it is no regular file');
  return found !== null;
}

function damaged(path: string, what: string): CheckpointError {
  return new CheckpointError(
    'CHECKPOINT_INVALID',
    `Cannot resume: "${path}" does not match the checkpoint: ${what}`,
    {
      details: { path },
    },
  );
}
