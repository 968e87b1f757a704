import type { Column, PartFile, StoredFile } from '../../model.js';
import type { ColumnGroup } from '../load-model.js';
import { checkWholeFile, type OpenStored, openStored } from './checked-stream.js';

/**
 * Reads a Parquet file by columns, one row group at a time.
 *
 * @param toText makes a cell of the bytes of text and of JSON
 * @throws VerifyError `VERIFY_FAILED`
 */
export type ReadColumns = (
  file: StoredFile,
  columns: readonly Column[],
  toText: (bytes: Uint8Array) => unknown,
) => AsyncIterable<ColumnGroup>;

/**
 * The columns of a Parquet part. The file is hashed before it is read, because its footer is at its end.
 *
 * @throws VerifyError `VERIFY_FAILED`
 */
export async function* parquetColumns(
  open: OpenStored,
  file: PartFile,
  columns: readonly Column[],
  read: ReadColumns,
  toText: (bytes: Uint8Array) => unknown,
): AsyncIterable<ColumnGroup> {
  const stored = await openStored(open, file);
  await checkWholeFile(stored, file);
  yield* read(stored, columns, toText);
}
