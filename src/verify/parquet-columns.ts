import type { Column, StoredFile } from '../model.js';
import { openParquet, type ParquetFile } from './parquet-file.js';
import { FileProblem } from './row-batch.js';
import { checkRowGroup } from './row-group-form.js';

/**
 * The cells of a file by columns, one row group at a time: INT64 as bigint, text and JSON as what `toText` makes of their
 * bytes, lists as arrays, null as null or undefined. Of a text that a dictionary holds once `toText` is asked once.
 *
 * @throws FileProblem
 */
export async function* readParquetColumns(
  file: StoredFile,
  columns: readonly Column[],
  toText: (bytes: Uint8Array) => unknown,
): AsyncGenerator<{ readonly rows: number; readonly cells: readonly ArrayLike<unknown>[] }> {
  const textOf = (bytes: Uint8Array | undefined) => (bytes === undefined ? null : toText(bytes));
  const parquet = await openParquet(file, { stringFromBytes: textOf, jsonFromBytes: textOf });
  let first = 0;
  for (const [number, group] of parquet.metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    yield { rows, cells: await readRowGroupColumns(file, parquet, number, first, columns) };
    first += rows;
  }
}

/**
 * Makes sure that each row group of a file may be decoded, and that the file has these columns.
 *
 * @throws FileProblem
 */
export async function checkParquetForm(file: StoredFile, columns: readonly Column[]): Promise<void> {
  const { metadata } = await openParquet(file);
  for (const group of metadata.row_groups) await checkRowGroup(file, metadata, group, columns);
}

/**
 * The values of each column in a row group, which is checked before.
 *
 * @param number of the row group, from 0
 * @param first its first row in the file
 * @throws FileProblem
 */
export async function readRowGroupColumns(
  file: StoredFile,
  { metadata, readColumn }: ParquetFile,
  number: number,
  first: number,
  columns: readonly Column[],
): Promise<readonly ArrayLike<unknown>[]> {
  const group = metadata.row_groups[number];
  const count = Number(group?.num_rows);
  await checkRowGroup(file, metadata, group, columns);
  const data: ArrayLike<unknown>[] = [];
  for (const [index, { name }] of columns.entries()) {
    const values = await readColumn(index, name, first, first + count);
    if (values.length !== count)
      throw new FileProblem(`has ${values.length} of ${count} values in column ${JSON.stringify(name)}`);
    data.push(values);
  }
  return data;
}
