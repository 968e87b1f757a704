import { VerifyError } from '../errors.js';
import type { ExportedTable } from '../model.js';
import { checkFiles } from './check-files.js';
import { type ReadContent, readContent } from './file-content.js';
import type { OpenFile } from './open-file.js';

/**
 * Reads every file of an export again: size, SHA-256 and rows must be what is recorded, and the files of each
 * table must tile the records `[0, total)` without a gap or an overlap.
 *
 * @param read as for `checkFiles`
 * @returns rows in all the files
 * @throws VerifyError `VERIFY_FAILED`, naming the first file that differs
 */
export async function verifyFiles(
  openFile: OpenFile,
  total: number,
  tables: readonly ExportedTable[],
  read: ReadContent = readContent,
): Promise<number> {
  const { rows, disagreements } = await checkFiles(openFile, total, tables, read);
  const [first] = disagreements;
  if (first !== undefined)
    throw new VerifyError('VERIFY_FAILED', first.message, { details: { disagreements } });
  return rows;
}
