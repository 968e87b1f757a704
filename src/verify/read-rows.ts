import type { Column, StoredFile } from '../model.js';
import { readCsvRows } from './csv-rows.js';
import type { FileLayout } from './file-layout.js';
import { readNdjsonRows } from './ndjson-rows.js';
import { readParquetRows } from './parquet-rows.js';
import type { RowBatch, Wanted } from './row-batch.js';

/**
 * The rows of a part file in order, as far as they are wanted.
 *
 * @throws FileProblem when it cannot be read to its end
 */
export function readRows(
  file: StoredFile,
  columns: readonly Column[],
  layout: FileLayout,
  wanted: Wanted = () => true,
): AsyncGenerator<RowBatch> {
  const read = { csv: readCsvRows, ndjson: readNdjsonRows, parquet: readParquetRows }[layout.format];
  return read(file, columns, layout, wanted);
}
