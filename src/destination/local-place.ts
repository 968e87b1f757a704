import { constants, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { StoredFile } from '../model.js';
import { createFile, saveFile, syncFolder, temporaryName } from './atomic-file.js';
import { isMissing, onDisk } from './fs-error.js';
import { openLocalFile } from './local-file.js';
import { checkFinishedPart, createLocalPart, resumeLocalPart } from './local-part.js';
import { loadLocalPointer, saveLocalPointer } from './local-pointer.js';
import {
  absolutePath,
  discardPart,
  listLocalParts,
  makeFolder,
  makeOutputFolder,
  removeFile,
  removeIfEmpty,
} from './output-folder.js';
import { lockOutput } from './output-lock.js';
import type { OutputPlace, PartEntry, SavedCheckpoint } from './output-place.js';
import type { CommittedPart, PartWriter } from './part-writer.js';
import { LocalHash, type RunningHash } from './running-hash.js';
import { gatheredExport, isTableFolder, PARTS_ROOT } from './table-place.js';

/** Relative to the output folder. */
const CHECKPOINT_PATH = '.ges-export/checkpoint.json';

/** A named pipe in the place of a document is empty, and not waited for. */
const READ_AT_ONCE = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A folder of this machine. */
export class LocalPlace implements OutputPlace {
  readonly name: string;
  readonly partsRoot: typeof PARTS_ROOT | null;
  readonly #exportId: string | null;
  readonly partsFolder: string;

  constructor(folder: string) {
    const gathered = gatheredExport(absolutePath(folder).replaceAll('\\', '/'));
    this.name = folder;
    this.partsRoot = gathered === null ? null : PARTS_ROOT;
    this.#exportId = gathered?.exportId ?? null;
    this.partsFolder = gathered === null ? folder : join(folder, PARTS_ROOT);
  }

  describe(path: string): string {
    return join(this.name, path);
  }

  describePart(path: string): string {
    return join(this.partsFolder, path);
  }

  ownsFolder(folder: string): boolean {
    return isTableFolder(folder, this.#exportId);
  }

  async lock(): Promise<() => Promise<void>> {
    await makeOutputFolder(this.name);
    return lockOutput(this.name);
  }

  loadText(path: string): Promise<string | null> {
    const file = this.describe(path);
    return onDisk('read', file, async () => {
      try {
        return await readFile(file, { encoding: 'utf8', flag: READ_AT_ONCE });
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  saveText(path: string, content: string | Uint8Array): Promise<void> {
    return this.#inFolder(path, (file) => saveFile(file, content));
  }

  createText(path: string, content: string | Uint8Array): Promise<boolean> {
    return this.#inFolder(path, (file) => createFile(file, content));
  }

  async remove(path: string): Promise<void> {
    const file = this.describe(path);
    if (await removeFile(file)) await onDisk('remove', file, () => syncFolder(dirname(file)));
  }

  settle(folder: string): Promise<void> {
    const path = this.describe(folder);
    return onDisk('sync', path, () => syncFolder(path));
  }

  async loadCheckpoint(): Promise<SavedCheckpoint | null> {
    const text = await this.loadText(CHECKPOINT_PATH);
    if (text === null) return null;
    const file = this.describe(CHECKPOINT_PATH);
    const { mtime } = await onDisk('read', file, () => stat(file));
    return { name: file, text, savedAt: mtime };
  }

  saveCheckpoint(text: string): Promise<void> {
    return saveFile(this.describe(CHECKPOINT_PATH), text);
  }

  restartCheckpoint(text: string): Promise<void> {
    return this.saveCheckpoint(text);
  }

  async removeCheckpoint(): Promise<void> {
    await this.remove(CHECKPOINT_PATH);
    await this.remove(temporaryName(CHECKPOINT_PATH));
  }

  createPart(path: string, hash: RunningHash = new LocalHash()): Promise<PartWriter> {
    return createLocalPart(this.partsFolder, path, hash);
  }

  resumePart(part: CommittedPart, hash: RunningHash = new LocalHash()): Promise<PartWriter> {
    return resumeLocalPart(this.partsFolder, part, hash);
  }

  checkPart(part: CommittedPart): Promise<void> {
    return checkFinishedPart(this.partsFolder, part);
  }

  async listParts(folder: string): Promise<readonly PartEntry[]> {
    const entries = await listLocalParts(this.partsFolder, folder);
    return entries.map((entry) => ({ ...entry, discard: () => discardPart(this.partsFolder, entry) }));
  }

  async listFolders(): Promise<readonly string[]> {
    const entries = await onDisk('read', this.partsFolder, () =>
      readdir(this.partsFolder, { withFileTypes: true }),
    );
    const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    const id = this.#exportId;
    if (id === null) return names;
    const holds = await Promise.all(names.map(async (name) => (await this.listNames(name)).includes(id)));
    return names
      .filter((_, index) => holds[index])
      .map((name) => `${name}/${id}`)
      .filter((folder) => this.ownsFolder(folder));
  }

  async listNames(folder: string): Promise<readonly string[]> {
    const path = this.describePart(folder);
    return onDisk('read', path, async () => {
      try {
        return await readdir(path);
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    });
  }

  openFile(path: string): Promise<StoredFile | null> {
    return openLocalFile(this.partsFolder, path);
  }

  loadPointer(name: string): Promise<string | null> {
    return loadLocalPointer(this.name, name);
  }

  savePointer(name: string, folder: string): Promise<void> {
    return saveLocalPointer(this.name, name, folder);
  }

  async removeFolder(folder: string): Promise<void> {
    await removeIfEmpty(this.describe(folder));
  }

  async close(): Promise<void> {}

  /** Writes a document into a folder that need not be there yet. */
  async #inFolder<T>(path: string, write: (file: string) => Promise<T>): Promise<T> {
    const file = this.describe(path);
    await onDisk('create', dirname(file), () => makeFolder(resolve(dirname(file))));
    return write(file);
  }
}
