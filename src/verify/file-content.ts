import { createHash } from 'node:crypto';
import { GesExportError, VerifyError } from '../errors.js';
import type { StoredFile } from '../model.js';
import { countParquetRows, countTextRows } from './count-rows.js';

/** What a finished file is found to hold. */
export interface FileContent {
  readonly sha256: string;
  /** Why they cannot be counted, where they cannot. */
  readonly rows: number | VerifyError;
}

export type ReadContent = (file: StoredFile) => Promise<FileContent>;

/**
 * Hashes a file and counts its rows, reading it once where it can: a store may charge for each time.
 *
 * @throws VerifyError `VERIFY_FAILED` when it cannot be read to its end; StoreError
 */
export async function readContent(file: StoredFile): Promise<FileContent> {
  if (file.path.endsWith('.parquet'))
    return { sha256: await hashFile(file), rows: await orProblem(countParquetRows(file)) };
  const hash = createHash('sha256');
  let isRead = false;
  const hashed = async function* (): AsyncGenerator<Buffer> {
    // What unpacks the file keeps chunks for later.
    for await (const chunk of bytesOf(file, file.path.endsWith('.gz') ? file.read() : file.scan())) {
      hash.update(chunk);
      yield chunk;
    }
    isRead = true;
  };
  const rows = await orProblem(countTextRows(file.path, hashed()));
  // Where unpacking has ended early, the rest of the bytes is still to be read.
  return { sha256: isRead ? hash.digest('hex') : await hashFile(file), rows };
}

async function orProblem(counting: Promise<number>): Promise<number | VerifyError> {
  try {
    return await counting;
  } catch (error) {
    if (error instanceof VerifyError) return error;
    throw error;
  }
}

async function hashFile(file: StoredFile): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytesOf(file, file.scan())) hash.update(chunk);
  return hash.digest('hex');
}

async function* bytesOf(file: StoredFile, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  try {
    for await (const { buffer, byteOffset, byteLength } of chunks)
      yield Buffer.from(buffer, byteOffset, byteLength);
  } catch (cause) {
    if (cause instanceof GesExportError) throw cause;
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" cannot be read to its end`, { cause });
  }
}
