import { SinkError, VerifyError } from '../errors.js';
import type { StoredFile } from '../model.js';

/** Opens a file of the export by its path in the manifest; null when it is not there. */
export type OpenFile = (path: string) => Promise<StoredFile | null>;

/** Gives what a look at the files gives; where the disk refuses it, the export is not what it should be. */
export async function looking<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    throw new VerifyError('VERIFY_FAILED', error.message, { cause: error });
  }
}

/** Opens a file that was there a moment ago. */
export async function reopen(openFile: OpenFile, path: string): Promise<StoredFile> {
  const file = await looking(openFile(path));
  if (file === null) throw new VerifyError('VERIFY_FAILED', `"${path}" has gone while it was verified`);
  return file;
}
