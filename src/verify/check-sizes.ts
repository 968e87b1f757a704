import { VerifyError } from '../errors.js';
import type { ExportedTable } from '../model.js';
import { looking, type OpenFile } from './open-file.js';

/**
 * Looks whether every part file is there, is a regular file and has its size, without reading any.
 *
 * @throws VerifyError `VERIFY_FAILED`, naming the first file that differs
 */
export async function checkSizes(
  openFile: OpenFile,
  tables: readonly Pick<ExportedTable, 'files'>[],
  placeName: string,
): Promise<void> {
  for (const { path, bytes } of tables.flatMap((table) => table.files)) {
    const found = await looking(openFile(path));
    const problem =
      found === null
        ? 'is missing'
        : !found.isFile
          ? 'is no regular file'
          : found.bytes !== bytes
            ? `has ${found.bytes} bytes, not ${bytes}`
            : null;
    if (problem === null) continue;
    throw new VerifyError(
      'VERIFY_FAILED',
      `The manifest of "${placeName}" says that the export is complete, but "${path}" ${problem}: --force exports again`,
    );
  }
}
