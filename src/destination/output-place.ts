import type { StoredFile } from '../model.js';
import type { CommittedPart, PartWriter } from './part-writer.js';
import type { RunningHash } from './running-hash.js';
import type { PARTS_ROOT } from './table-place.js';

/** A part that lies in the place, whole or in progress. */
export interface PartEntry {
  /** The final name, relative to the place. */
  readonly path: string;
  /** In progress: no reader sees it under its final name yet. */
  readonly isOpen: boolean;
  /** In progress, and not the attempt that the checkpoint would go on with. */
  readonly isStale: boolean;
  /** Null where the store does not tell. */
  readonly bytes: number | null;
  readonly modifiedAt: Date;
  /** Removes it; no error when it has gone meanwhile. */
  discard(): Promise<void>;
}

export interface SavedCheckpoint {
  /** Of the file, for messages. */
  readonly name: string;
  readonly text: string;
  readonly savedAt: Date;
}

/**
 * Where an export goes: a folder of this machine or a prefix of an object store. Paths are relative to it, with
 * `/` between names; those of parts and their folders to `partsRoot`. One process writes to a place at a time, the
 * one that holds its lock.
 *
 * A part becomes visible under its final name only when it is whole and a saved checkpoint may go on without it:
 * a place is free to show it at `finish()` or at the `saveCheckpoint()` after it.
 *
 * @throws SinkError, CheckpointError, StoreError from every method
 */
export interface OutputPlace {
  /** As the user wrote it. */
  readonly name: string;
  /**
   * From the documents to where the paths of parts begin, for an export that is gathered with others in tables;
   * null for one that stands alone, whose paths all begin at its own folder.
   */
  readonly partsRoot: typeof PARTS_ROOT | null;
  /** The folder of this machine where the paths of parts begin; null at a store. */
  readonly partsFolder: string | null;
  /** The name of a document in it, for messages. */
  describe(path: string): string;
  /** The name of a part, or of a folder of parts, for messages. */
  describePart(path: string): string;
  /** Whether a folder that a document names can be one of this export's tables. */
  ownsFolder(folder: string): boolean;

  /**
   * Makes the place if need be and takes it for this process.
   *
   * @returns gives it back
   * @throws CheckpointError `OUTPUT_LOCKED`
   */
  lock(): Promise<() => Promise<void>>;

  /** A small file; null when it is not there. */
  loadText(path: string): Promise<string | null>;
  /** Replaces a small file: a reader sees the old content or the new. Durable when it settles. */
  saveText(path: string, content: string | Uint8Array): Promise<void>;
  /**
   * Makes a small file, whole or not at all, durable when it settles. The caller holds the lock; on a folder of this
   * machine a program that does not heed it is kept out too.
   *
   * @returns false where the name is taken
   */
  createText(path: string, content: string | Uint8Array): Promise<boolean>;
  /** Removes a file if it is there. Durable when it settles. */
  remove(path: string): Promise<void>;
  /** Makes the names in a folder durable: a run that was killed may have made them a moment before. */
  settle(folder: string): Promise<void>;

  loadCheckpoint(): Promise<SavedCheckpoint | null>;
  /** Makes everything durable that parts have committed or finished since the last call, and `text` with it. */
  saveCheckpoint(text: string): Promise<void>;
  /** Saves a checkpoint that knows of no part: those that are there are nobody's from now on. */
  restartCheckpoint(text: string): Promise<void>;
  /** Removes the checkpoint if there is one. Parts in progress cannot be gone on with then. */
  removeCheckpoint(): Promise<void>;

  /**
   * Begins a part. Bytes of an attempt that was never committed are dropped.
   *
   * @param hash for the bytes of the part; a place whose hashes outlive the process has its own
   */
  createPart(path: string, hash?: RunningHash): Promise<PartWriter>;
  /**
   * Goes on in a part after its committed bytes; what came after them is dropped.
   *
   * @param hash as for `createPart`
   * @throws CheckpointError `CHECKPOINT_INVALID` when the committed bytes are not there any more
   */
  resumePart(part: CommittedPart, hash?: RunningHash): Promise<PartWriter>;
  /**
   * Makes sure that a part which the checkpoint calls finished is there under its final name.
   *
   * @throws CheckpointError `CHECKPOINT_INVALID` when it is not what the checkpoint says
   */
  checkPart(part: CommittedPart): Promise<void>;
  /** The parts in a folder of the place, and in partitions `column=value` below; empty when there is no such folder. */
  listParts(folder: string): Promise<readonly PartEntry[]>;
  /** The folders that can be those of tables. */
  listFolders(): Promise<readonly string[]>;

  /** The names that a reader finds directly in a folder of the place; empty when there is no such folder. */
  listNames(folder: string): Promise<readonly string[]>;
  /** A finished file, to be read again; null when it is not there. */
  openFile(path: string): Promise<StoredFile | null>;

  /**
   * The name of the folder of this place that another name points to: a link, at a store an object whose text is that
   * name. Null when there is none.
   *
   * @throws CheckpointError `OUTPUT_OCCUPIED` where something else has the name
   */
  loadPointer(name: string): Promise<string | null>;
  /** Points a name to a folder of this place, in one step. */
  savePointer(name: string, folder: string): Promise<void>;
  /** Removes a folder of the place, '' for the place itself, if nothing is in it; nothing to do at a store. */
  removeFolder(folder: string): Promise<void>;

  /** Lets go of connections, and of what no checkpoint knows. */
  close(): Promise<void>;
}

/** Removes the parts of a folder but for those whose final path is in `keep`; stale attempts always. */
export async function removeParts(
  place: OutputPlace,
  folder: string,
  keep: ReadonlySet<string>,
): Promise<void> {
  for (const part of await place.listParts(folder)) {
    if (part.isStale || !keep.has(part.path)) await part.discard();
  }
}
