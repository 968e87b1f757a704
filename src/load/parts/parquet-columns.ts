import type { Column, PartFile, StoredFile } from '../../model.js';
import type { ColumnGroup, LoadCell, LoadRow } from '../load-model.js';
import { checkWholeFile, type OpenStored, openStored } from './checked-stream.js';

/** How Parquet is looked at. */
export interface PartParquet {
  /**
   * Reads a file by columns, one row group at a time.
   *
   * @param toText makes a cell of the bytes of text and of JSON
   * @throws VerifyError `VERIFY_FAILED`
   */
  readonly readColumns: (
    file: StoredFile,
    columns: readonly Column[],
    toText: (bytes: Uint8Array) => unknown,
  ) => AsyncIterable<ColumnGroup>;
  /**
   * Makes sure that a file has these columns and is put together as exports do it, without looking at values.
   *
   * @throws VerifyError `VERIFY_FAILED`
   */
  readonly checkForm: (file: StoredFile, columns: readonly Column[]) => Promise<void>;
}

type ReadColumns = PartParquet['readColumns'];

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

/** The rows of a Parquet part, one row group at a time. @throws VerifyError `VERIFY_FAILED` */
export async function* parquetRows(
  open: OpenStored,
  file: PartFile,
  columns: readonly Column[],
  read: ReadColumns,
): AsyncIterable<readonly LoadRow[]> {
  for await (const { rows, cells } of parquetColumns(open, file, columns, read, toText))
    yield Array.from({ length: rows }, (_, index) => cells.map((values) => toCell(values[index])));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const toText = (bytes: Uint8Array) => utf8.decode(bytes);

/** A cell is a boolean, a bigint, a number, a text or an array; what is missing is null. */
function toCell(value: unknown): LoadCell {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((item) => item ?? null);
  return value as LoadCell;
}
