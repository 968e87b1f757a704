import { LocalHash, type RunningHash } from './destination/running-hash.js';
import type { PartFile, StoredFile } from './model.js';
import { type FileContent, readContent } from './verify/file-content.js';

/** What is done with the bytes of part files besides writing them: to hash them, and to read what is finished again. */
export interface FileWork {
  /** A hash for a new part. */
  newHash(): RunningHash;
  /** A part is whole: from now on it may be read again. */
  finished(file: PartFile): void;
  /** What is in a finished file; see `readContent`. */
  contentOf(file: StoredFile): Promise<FileContent>;
  close(): Promise<void>;
}

/** All of it in this thread, when it is asked for. */
export const workHere: FileWork = {
  newHash: () => new LocalHash(),
  finished: () => {},
  contentOf: readContent,
  close: async () => {},
};
