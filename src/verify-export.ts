import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { VerifyError } from './errors.js';
import { loadManifest, MANIFEST_NAME, SUCCESS_NAME } from './manifest/manifest.js';
import { verifyFiles } from './verify/verify-files.js';

export interface VerifyReport {
  readonly jobId: string;
  readonly records: number;
  readonly rows: number;
  readonly files: number;
}

/**
 * Reads a finished export again and checks it against its manifest: every file's size, SHA-256 and row count,
 * the tiling of the records, and the sums.
 *
 * @throws VerifyError `VERIFY_FAILED`
 */
export async function verifyExport(folder: string): Promise<VerifyReport> {
  const manifest = await loadManifest(join(folder, MANIFEST_NAME));
  if (manifest === null) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${folder}" holds no finished export: there is no ${MANIFEST_NAME}`,
    );
  }
  const hasSuccess = await access(join(folder, SUCCESS_NAME)).then(
    () => true,
    () => false,
  );
  if (!hasSuccess)
    throw new VerifyError(
      'VERIFY_FAILED',
      `"${folder}" holds no ${SUCCESS_NAME}: its export was cut off at the very end`,
    );
  const rows = await verifyFiles(folder, manifest.total, manifest.tables);
  const { recordsRead, recordsDeclared, rowsInFiles } = manifest.completeness;
  if (recordsRead !== manifest.total || recordsDeclared !== manifest.total || rowsInFiles !== rows) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `The manifest of "${folder}" contradicts itself: its counts differ`,
    );
  }
  return {
    jobId: manifest.job.id,
    records: manifest.total,
    rows,
    files: manifest.tables.reduce((sum, table) => sum + table.files.length, 0),
  };
}
