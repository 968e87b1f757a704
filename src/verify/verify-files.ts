import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VerifyError } from '../errors.js';
import type { ExportedTable, PartFile } from '../model.js';
import { countRows } from './count-rows.js';

/**
 * Reads every file of an export again: size, SHA-256 and rows must be what is recorded, and the files of each
 * table must tile the records `[0, total)` without a gap or an overlap.
 *
 * @returns rows in all the files
 * @throws VerifyError `VERIFY_FAILED`, naming the first file that differs
 */
export async function verifyFiles(
  root: string,
  total: number,
  tables: readonly ExportedTable[],
): Promise<number> {
  let rows = 0;
  for (const table of tables) {
    checkTiling(table, total);
    let tableRows = 0;
    for (const file of table.files) tableRows += await verifyFile(root, file);
    if (tableRows !== table.rows) {
      throw new VerifyError(
        'VERIFY_FAILED',
        `Table "${table.name}" has ${tableRows} rows in its files, not ${table.rows}`,
      );
    }
    rows += tableRows;
  }
  return rows;
}

function checkTiling(table: ExportedTable, total: number): void {
  let expected = 0;
  for (const file of table.files) {
    if (file.firstOffset !== expected || file.endOffset < file.firstOffset) {
      throw new VerifyError(
        'VERIFY_FAILED',
        `"${file.path}" begins at offset ${file.firstOffset}, not at ${expected}`,
      );
    }
    expected = file.endOffset;
  }
  if (expected !== total) {
    throw new VerifyError(
      'VERIFY_FAILED',
      `The files of table "${table.name}" end at offset ${expected}, not at ${total}`,
    );
  }
}

async function verifyFile(root: string, file: PartFile): Promise<number> {
  const path = join(root, file.path);
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null) throw new VerifyError('VERIFY_FAILED', `"${file.path}" is missing`);
  if (size !== file.bytes)
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" has ${size} bytes, not ${file.bytes}`);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  if (hash.digest('hex') !== file.sha256) {
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" has changed: its SHA-256 is not the recorded one`);
  }
  const rows = await countRows(path);
  if (rows !== file.rows)
    throw new VerifyError('VERIFY_FAILED', `"${file.path}" has ${rows} rows, not ${file.rows}`);
  return rows;
}
