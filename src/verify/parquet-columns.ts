import type { Column, StoredFile } from '../model.js';
import { openParquet } from './parquet-file.js';
import { parquetName } from './parquet-schema.js';
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
  const { metadata, readColumn } = await openParquet(file, {
    stringFromBytes: textOf,
    jsonFromBytes: textOf,
  });
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows);
    await checkRowGroup(file, metadata, group, columns);
    const cells: ArrayLike<unknown>[] = [];
    for (const { name } of columns) {
      const column = await readColumn(parquetName(name), first, first + rows);
      if (column.length !== rows)
        throw new FileProblem(`has ${column.length} of ${rows} values in column ${JSON.stringify(name)}`);
      cells.push(column);
    }
    yield { rows, cells };
    first += rows;
  }
}
