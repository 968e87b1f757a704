import type { Column, PartFile, StoredFile } from '../../model.js';
import type { LoadCell, LoadRow } from '../load-model.js';
import { checkWholeFile, type OpenStored, openStored } from './checked-stream.js';

/**
 * Reads a Parquet file that is stored as exports do it, one row group at a time: text and JSON as strings, 64-bit integers
 * as bigint, null as null or undefined.
 *
 * @throws VerifyError `VERIFY_FAILED`, before a length that lies costs memory
 */
export type ReadParquetCells = (
  file: StoredFile,
  columns: readonly Column[],
) => AsyncIterable<readonly (readonly unknown[])[]>;

/**
 * The rows of a Parquet part, one row group at a time. The file is hashed before it is read, because its footer
 * is at its end.
 *
 * @throws VerifyError `VERIFY_FAILED`
 */
export async function* parquetRows(
  open: OpenStored,
  file: PartFile,
  columns: readonly Column[],
  readCells: ReadParquetCells,
): AsyncIterable<readonly LoadRow[]> {
  const stored = await openStored(open, file);
  await checkWholeFile(stored, file);
  for await (const rows of readCells(stored, columns)) yield rows.map((row) => row.map(toCell));
}

/** A cell is a boolean, a bigint, a number, a text or an array; what is missing is null. */
function toCell(value: unknown): LoadCell {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => item ?? null);
  return value as LoadCell;
}
