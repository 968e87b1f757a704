import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredFile } from '../model.js';
import { saveFile } from './atomic-file.js';
import { isMissing, onDisk } from './fs-error.js';
import { openLocalFile } from './local-file.js';
import { checkFinishedPart, createLocalPart, resumeLocalPart } from './local-part.js';
import { loadLocalPointer, saveLocalPointer } from './local-pointer.js';
import { discardPart, listLocalParts, makeOutputFolder, removeFile, removeIfEmpty } from './output-folder.js';
import { lockOutput } from './output-lock.js';
import type { OutputPlace, PartEntry, SavedCheckpoint } from './output-place.js';
import type { CommittedPart, PartWriter } from './part-writer.js';

/** Relative to the output folder. */
const CHECKPOINT_PATH = '.ges-export/checkpoint.json';

/** A folder of this machine. */
export class LocalPlace implements OutputPlace {
  readonly name: string;

  constructor(root: string) {
    this.name = root;
  }

  describe(path: string): string {
    return join(this.name, path);
  }

  async lock(): Promise<() => Promise<void>> {
    await makeOutputFolder(this.name);
    return lockOutput(this.name);
  }

  loadText(path: string): Promise<string | null> {
    const file = this.describe(path);
    return onDisk('read', file, async () => {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        if (isMissing(error)) return null;
        throw error;
      }
    });
  }

  saveText(path: string, content: string): Promise<void> {
    return saveFile(this.describe(path), content);
  }

  remove(path: string): Promise<void> {
    return removeFile(this.describe(path));
  }

  async loadCheckpoint(): Promise<SavedCheckpoint | null> {
    const text = await this.loadText(CHECKPOINT_PATH);
    if (text === null) return null;
    const file = this.describe(CHECKPOINT_PATH);
    const { mtime } = await onDisk('read', file, () => stat(file));
    return { name: file, text, savedAt: mtime };
  }

  saveCheckpoint(text: string): Promise<void> {
    return this.saveText(CHECKPOINT_PATH, text);
  }

  restartCheckpoint(text: string): Promise<void> {
    return this.saveCheckpoint(text);
  }

  removeCheckpoint(): Promise<void> {
    return this.remove(CHECKPOINT_PATH);
  }

  createPart(path: string): Promise<PartWriter> {
    return createLocalPart(this.name, path);
  }

  resumePart(part: CommittedPart): Promise<PartWriter> {
    return resumeLocalPart(this.name, part);
  }

  checkPart(part: CommittedPart): Promise<void> {
    return checkFinishedPart(this.name, part);
  }

  async listParts(folder: string): Promise<readonly PartEntry[]> {
    const entries = await listLocalParts(this.name, folder);
    return entries.map((entry) => ({ ...entry, discard: () => discardPart(this.name, entry) }));
  }

  async listFolders(): Promise<readonly string[]> {
    const entries = await onDisk('read', this.name, () => readdir(this.name, { withFileTypes: true }));
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  async listNames(folder: string): Promise<readonly string[]> {
    const path = this.describe(folder);
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
    return openLocalFile(this.name, path);
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
}
