import type { Column, StoredFile } from '../model.js';
import type { PartitionValue } from '../partition.js';
import type { FileFacts } from './file-facts.js';

/**
 * What a table needs of the folder, or of the prefix of a store, that it is. Paths are relative to it. Whoever writes
 * holds its lock.
 */
export interface TableFiles {
  readonly name: string;
  /** The name of a file in it, for messages. */
  describe(path: string): string;
  /** The names directly in a folder; empty when there is no such folder. */
  listNames(folder: string): Promise<readonly string[]>;
  loadText(path: string): Promise<string | null>;
  openFile(path: string): Promise<StoredFile | null>;
  /** Makes a file, whole or not at all; false where the name is taken. */
  createText(path: string, content: string | Uint8Array): Promise<boolean>;
  /** Removes a file if it is there. */
  remove(path: string): Promise<void>;
  /** Replaces a file: a reader sees the old content or the new. */
  saveText(path: string, content: string | Uint8Array): Promise<void>;
  /** Makes the names in a folder durable. */
  settle(folder: string): Promise<void>;
}

/** A Parquet file that an export adds. */
export interface AddedFile {
  /** Relative to the table. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly facts: FileFacts;
  /** The value of each column of `partitionBy` in all rows of the file. */
  readonly partition: readonly PartitionValue[];
}

/** The columns of an export, as a table would have them. */
export interface TableShape {
  readonly columns: readonly Column[];
  /** Names of those whose values are in no file but in the log alone, in the order of the partitioning. */
  readonly partitionBy: readonly string[];
}

/** What one export does to a table; its columns have the `fieldIds` of the footers. */
export interface TableChange extends TableShape {
  readonly exportId: string;
  readonly files: readonly AddedFile[];
  /** When the files were finished, in milliseconds since 1970. */
  readonly time: number;
}

/** A table as it is at one moment; a place that holds none yet is a table without columns. */
export interface LakeTable {
  /** Null where there is none yet. */
  readonly version: number | null;
  /** Whether an export has been committed. */
  holds(exportId: string): boolean;
  /**
   * @param partitionBy of an export whose columns need not be known
   * @throws TableError `TABLE_CONFLICT` when the table is there and partitioned by anything else
   */
  checkPartitions(partitionBy: readonly string[]): void;
  /**
   * The columns of an export as this table takes them: with `fieldIds` where its files need them.
   *
   * @throws TableError `TABLE_CONFLICT` when it does not take them
   */
  plan(shape: TableShape): readonly Column[];
  /**
   * Commits an export as the next version.
   *
   * @returns the version; null when another writer has made it meanwhile: look at the table again
   * @throws TableError `TABLE_CONFLICT` when the table does not take the columns
   */
  append(change: TableChange): Promise<number | null>;
  /** Makes the last version known where readers look for it; the same as often as it is done. */
  announce(): Promise<void>;
}
